import { setTimeout as sleep } from 'node:timers/promises'
import { serveParent } from '../child.ts'
import { eventOf } from './event.ts'
import { ways, type WayName } from './ways.ts'

/** What the process of a server is started with. */
export interface ServerOptions {
  readonly way: WayName
  /** What is published for one question. */
  readonly single: Schedule
  readonly bursts: Schedule
}

/** So many times so many events in one turn of the event loop. */
export interface Schedule {
  readonly times: number
  readonly everyMs: number
  readonly events: number
}

const { way, single, bursts } = JSON.parse(process.argv[2] ?? '') as ServerOptions
const { url, publish } = await ways[way]()
let last = 0

serveParent(url, {
  single: () => run(single),
  bursts: () => run(bursts),
  cpuMicros: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  rssBytes: async (): Promise<number> => {
    for (let time = 0; time < 3; time++) {
      globalThis.gc?.()
      await sleep(50)
    }
    return process.memoryUsage.rss()
  }
})

/** Resolves with the number of events. */
async function run({ times, everyMs, events }: Schedule): Promise<number> {
  for (let time = 0; time < times; time++) {
    for (let event = 0; event < events; event++) publish(eventOf(++last))
    await sleep(everyMs)
  }
  return times * events
}
