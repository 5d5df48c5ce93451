import type { Recorded } from './watch.ts'

/** One curve. */
interface Series {
  readonly name: string
  /** A class of the style sheet: `a` to `c`. */
  readonly colour: string
  readonly read: (record: Recorded) => number
}

/** One diagram of several below each other. */
export interface Panel {
  readonly title: string
  readonly unit: string
  readonly series: readonly Series[]
}

const handles = ({ handles: kinds }: Recorded, kind: string): number => kinds[kind] ?? 0
/** What is drawn of a run. */
export const panels: readonly Panel[] = [
  {
    title: 'Memory',
    unit: 'MB',
    series: [
      { name: 'heap after a collection', colour: 'a', read: ({ heapBytes }) => heapBytes / 1e6 },
      { name: 'resident', colour: 'b', read: ({ rssBytes }) => rssBytes / 1e6 }
    ]
  },
  {
    title: 'Handles',
    unit: '',
    series: [
      { name: 'TCP sockets', colour: 'a', read: record => handles(record, 'TCPSocketWrap') },
      { name: 'event streams', colour: 'b', read: ({ streams }) => streams },
      { name: 'WebSockets', colour: 'c', read: ({ sockets }) => sockets }
    ]
  },
  {
    title: 'Delay of the event loop, p99',
    unit: 'ms',
    series: [
      { name: 'gateway', colour: 'a', read: ({ lagP99Ms }) => lagP99Ms },
      { name: 'loads', colour: 'b', read: ({ ownLagP99Ms }) => ownLagP99Ms }
    ]
  },
  {
    title: 'Requests, messages and the like',
    unit: '/s',
    series: [
      { name: 'all', colour: 'a', read: ({ perSecond }) => perSecond },
      { name: 'failed', colour: 'c', read: ({ failures, everyMs }) => (1_000 * failures) / everyMs }
    ]
  }
]

/** Of light pages and dark ones. */
export const style = `
  .page { fill: #fff }
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600 } .fault { font-size: 9px; fill: #777 }
  .band { fill: #8882 } .grid { stroke: #8884 } .axis { stroke: #888 }
  polyline { fill: none; stroke-width: 1.5 }
  .a { stroke: #0969da } .b { stroke: #bc4c00 } .c { stroke: #cf222e }
  text.a { fill: #0969da; stroke: none } text.b { fill: #bc4c00; stroke: none } text.c { fill: #cf222e; stroke: none }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 }
    text { fill: #ddd } .fault { fill: #999 }
    .a { stroke: #58a6ff } .b { stroke: #f0883e } .c { stroke: #ff7b72 }
    text.a { fill: #58a6ff } text.b { fill: #f0883e } text.c { fill: #ff7b72 }
  }`
