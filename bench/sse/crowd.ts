import type { Figure } from '../figures.ts'
import { publish, startReaders, startServer } from './rig.ts'
import type { WayName } from './ways.ts'

/** Readers of one process: a process has some 20,000 files at most. */
const perProcess = 9_000

interface Crowd {
  /** Resident memory of the server that came with a reader. */
  readonly bytesEach: number
  readonly missing: number
  readonly lost: number
}

/** What 10,000 readers cost in memory, after events in both ways. */
export async function memory(): Promise<Figure[]> {
  const figure = async (way: WayName): Promise<Figure> => {
    const { bytesEach } = await gather(way, 10_000)
    return { name: `memory of a reader, ${way}`, unit: 'kB', value: bytesEach / 1_000 }
  }
  const naive = await figure('naive')
  const betterSse = await figure('better-sse')
  const hub = await figure('sse-hub')
  return [naive, betterSse, { ...hub, floor: naive.value, limit: { atMost: 15 } }]
}

/** So many readers of one process. */
export async function crowd(count: number): Promise<Figure[]> {
  const { bytesEach, missing, lost } = await gather('sse-hub', count)
  return [
    { name: `${count} readers: streams that ended`, unit: '', value: lost, limit: { atMost: 0 } },
    { name: `${count} readers: events missing`, unit: '', value: missing, limit: { atMost: 0 } },
    { name: `${count} readers: memory of one`, unit: 'kB', value: bytesEach / 1_000 }
  ]
}

async function gather(way: WayName, count: number): Promise<Crowd> {
  const server = await startServer(way)
  const before = await server.ask<number>('rssBytes')
  const shares = Array.from({ length: Math.ceil(count / perProcess) }, (_, index) => {
    return Math.min(perProcess, count - index * perProcess)
  })
  const readers = await Promise.all(
    shares.map((share, index) => {
      return startReaders({ urls: [server.ready], count: share, localAddress: `127.0.0.${index + 2}` })
    })
  )
  const sum = async (question: string): Promise<number> => {
    const answers = await Promise.all(readers.map(child => child.ask<number | number[]>(question)))
    return answers.flat().reduce((total, some) => total + some, 0)
  }
  const received = (): Promise<number> => sum('events')
  const single = await publish(server, 'single', { count, received })
  const bursts = await publish(server, 'bursts', { count, received })
  const bytesEach = ((await server.ask<number>('rssBytes')) - before) / count
  const lost = await sum('lost')
  await Promise.all([server, ...readers].map(child => child.stop()))
  return { bytesEach, missing: single.missing + bursts.missing, lost }
}
