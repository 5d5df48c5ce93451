import { median, type Figure } from '../figures.ts'
import { publish, schedules, startReaders, startServer, type Mode } from './rig.ts'
import { ways, type WayName } from './ways.ts'

const names = Object.keys(ways) as WayName[]
const modes = Object.keys(schedules) as Mode[]

type Samples = (mode: Mode, way: WayName) => readonly number[]

/**
 * CPU time of the server a delivery. All ways have their readers all the time and publish in turns, every other round
 * backwards; ratios are taken within a round.
 */
export async function fanOut(rounds: number, count: number): Promise<Figure[]> {
  const all = await Promise.all(
    names.map(async (way, index) => {
      return { way, index, server: await startServer(way), single: [] as number[], bursts: [] as number[] }
    })
  )
  const urls = all.map(({ server }) => server.ready)
  const readers = await startReaders({ urls, count, localAddress: '127.0.0.1' })
  let missing = 0
  // The first two rounds compile, and are not counted.
  for (let round = -1; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `)
    for (const mode of modes)
      for (const each of round % 2 === 0 ? all : all.toReversed()) {
        const received = async (): Promise<number> =>
          (await readers.ask<number[]>('events'))[each.index] ?? NaN
        const turn = await publish(each.server, mode, { count, received })
        missing += turn.missing
        if (round > 0) each[mode].push(turn.cpuMicros / turn.deliveries)
      }
  }
  process.stderr.write('\n')
  await Promise.all([readers, ...all.map(({ server }) => server)].map(child => child.stop()))
  const samples: Samples = (mode, way) => all.find(each => each.way === way)?.[mode] ?? []
  return [
    ...modes.flatMap(mode => costs(mode, samples)),
    ...ratios(samples),
    { name: 'events missing', unit: '', value: missing, limit: { atMost: 0 } }
  ]
}

function costs(mode: Mode, samples: Samples): Figure[] {
  const floor = median(samples(mode, 'floor'))
  const others = names.filter(way => way !== 'floor' && way !== 'control')
  return others.map(way => {
    return { name: `${mode}: a delivery, ${way}`, unit: 'µs', value: median(samples(mode, way)), floor }
  })
}

function ratios(samples: Samples): Figure[] {
  const ratio = (of: readonly number[], to: readonly number[]): number =>
    median(of.map((value, round) => value / (to[round] ?? NaN)))
  const figure = (mode: Mode, to: WayName, toMode: Mode, atMost?: number): Figure => {
    const base = samples(toMode, to)
    const floor = ratio(samples(mode, 'floor'), base)
    const room = 0.9 * (atMost ?? NaN)
    const off = Math.abs(ratio(samples(toMode, 'control'), samples(toMode, 'naive')) - 1)
    return {
      name: `${mode}: sse-hub to ${to}${toMode === mode ? '' : `, ${toMode}`}`,
      unit: '×',
      value: ratio(samples(mode, 'sse-hub'), base),
      floor,
      ...(atMost !== undefined && {
        limit: { atMost },
        // A limit that hardly lets the system's own calls through, at this time, says nothing about the hub.
        noise: floor > room ? { value: floor, atMost: room } : { value: off, atMost: 0.1 }
      })
    }
  }
  return [
    figure('single', 'floor', 'single'),
    figure('bursts', 'floor', 'bursts'),
    figure('single', 'naive', 'single', 0.7),
    figure('single', 'better-sse', 'single', 0.5),
    figure('bursts', 'naive', 'single', 0.1),
    figure('bursts', 'naive', 'bursts'),
    figure('bursts', 'better-sse', 'bursts', 0.5)
  ]
}
