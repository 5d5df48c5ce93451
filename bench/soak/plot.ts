import { panels, style, type Panel } from './panels.ts'
import type { Result } from './run.ts'
import type { Recorded } from './watch.ts'

const size = { width: 960, left: 64, right: 16, top: 60, panel: 130, gap: 46 }
const inner = size.width - size.left - size.right

/** The run as an SVG: memory, handles, delays and rates over time, with the faults as bands. */
export function plot({ records, strikes }: Pick<Result, 'records' | 'strikes'>, heading: string): string {
  const endMs = records.at(-1)?.atMs ?? 1
  const x = (ms: number): number => round(size.left + (inner * Math.min(ms, endMs)) / endMs)
  const names = [...new Set(strikes.map(({ name }) => name))]
  const legend = size.top + panels.length * (size.panel + size.gap)
  const height = legend + 18 * Math.ceil(names.length / 4) + 14
  const bottom = legend - size.gap
  const bands = strikes.flatMap(({ name, beganMs, endedMs }) => {
    const number = names.indexOf(name) + 1
    const width = Math.max(1, round(x(endedMs) - x(beganMs)))
    return [
      `<rect class="band" x="${x(beganMs)}" y="${size.top}" width="${width}" height="${bottom - size.top}"><title>${escaped(name)}</title></rect>`,
      `<text class="fault" x="${x(beganMs)}" y="${size.top - 4}">${number}</text>`
    ]
  })
  const keys = names.map((name, index) => {
    const at = { x: size.left + (index % 4) * (inner / 4), y: legend + 18 * Math.floor(index / 4) }
    return `<text class="fault" x="${at.x}" y="${at.y}">${index + 1} ${escaped(name)}</text>`
  })
  const drawn = panels.map((panel, index) =>
    panelOf(panel, records, size.top + index * (size.panel + size.gap), x, endMs)
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" role="img">`,
    `<title>${escaped(heading)}</title><style>${style}</style>`,
    `<rect class="page" width="${size.width}" height="${height}"/>`,
    `<text class="title" x="${size.left}" y="22">${escaped(heading)}</text>`,
    ...bands,
    ...drawn,
    ...keys,
    '</svg>\n'
  ].join('\n')
}

function panelOf(
  { title, unit, series }: Panel,
  records: readonly Recorded[],
  top: number,
  x: (ms: number) => number,
  endMs: number
): string {
  const bottom = top + size.panel
  const most = Math.max(1, ...series.flatMap(({ read }) => records.map(read)).filter(Number.isFinite))
  const step = stepFor(most)
  const highest = Math.ceil(most / step) * step
  const y = (value: number): number => round(bottom - (size.panel * value) / highest)
  const lines = Array.from({ length: Math.round(highest / step) + 1 }, (_, index) => index * step).map(
    value =>
      `<line class="grid" x1="${size.left}" x2="${size.left + inner}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${size.left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`
  )
  const minutes = stepFor(endMs / 60_000)
  const ticks = Array.from(
    { length: Math.floor(endMs / 60_000 / minutes) + 1 },
    (_, index) => index * minutes
  ).map(
    value =>
      `<text x="${x(value * 60_000)}" y="${bottom + 15}" text-anchor="middle">${round(value)} min</text>`
  )
  const curves = series.map(({ colour, read }) => {
    const points = records.map(record => `${x(record.atMs)},${y(read(record))}`).join(' ')
    return `<polyline class="${colour}" points="${points}"/>`
  })
  // Beside each other, the last one at the right.
  const names = series.map(({ name, colour }, index) => {
    const after = series.slice(index + 1).reduce((width, { name: next }) => width + 7 * next.length + 16, 0)
    const at = `x="${size.left + inner - after}" y="${top - 16}"`
    return `<text class="${colour}" ${at} text-anchor="end">${name}</text>`
  })
  const label = unit === '' ? title : `${title} (${unit})`
  return [
    `<text class="title" x="${size.left}" y="${top - 16}">${label}</text>`,
    ...lines,
    `<line class="axis" x1="${size.left}" x2="${size.left + inner}" y1="${bottom}" y2="${bottom}"/>`,
    ...ticks,
    ...curves,
    ...names
  ].join('\n')
}

/** A round distance of about four lines. */
function stepFor(most: number): number {
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  return round(([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power)
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
