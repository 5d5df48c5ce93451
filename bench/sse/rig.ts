import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, type Child } from '../child.ts'
import type { ReadersOptions } from './readers.ts'
import type { ServerOptions } from './server.ts'
import type { WayName } from './ways.ts'

const file = (name: string): URL => new URL(`./${name}.ts`, import.meta.url)

export const schedules = {
  single: { times: 20, everyMs: 25, events: 1 },
  bursts: { times: 6, everyMs: 60, events: 10 }
} satisfies Omit<ServerOptions, 'way'>

export type Mode = keyof typeof schedules

export function startServer(way: WayName): Promise<Child<string>> {
  return startChild<string>(file('server'), { way, ...schedules } satisfies ServerOptions)
}

/** Resolves when all are connected and have the first bytes. */
export function startReaders(options: ReadersOptions): Promise<Child<string>> {
  return startChild<string>(file('readers'), options)
}

/** What publishing for a while comes to. */
export interface Turn {
  /** CPU time of the server, user and system, until all readers had everything. */
  readonly cpuMicros: number
  readonly deliveries: number
  readonly missing: number
}

/** How long readers may take for the rest when nothing is published any more. */
const patienceMs = 20_000

/** Lets a server publish, and waits until its readers have it all. */
export async function publish(
  server: Child<string>,
  mode: Mode,
  readers: { readonly count: number; readonly received: () => Promise<number> }
): Promise<Turn> {
  const receivedBefore = await readers.received()
  const before = await server.ask<number>('cpuMicros')
  const deliveries = (await server.ask<number>(mode)) * readers.count
  const began = performance.now()
  let missing = deliveries
  do {
    missing = deliveries - ((await readers.received()) - receivedBefore)
    if (missing > 0) await sleep(20)
  } while (missing > 0 && performance.now() - began < patienceMs)
  return { cpuMicros: (await server.ask<number>('cpuMicros')) - before, deliveries, missing }
}
