import { startChild } from '../child.ts'
import { median, type Figure } from '../figures.ts'
import { ways, type WayName } from './ways.ts'

/** How much is measured. */
export interface HitOptions {
  readonly rounds: number
  /** Of each way in each round. */
  readonly blockMs: number
}

const base = 'lru-cache fetch'
const noisiest = 0.15
/** At least so much of the hits of `fetch`: 3 M and 1 M a second where that does 6 M. */
const limits: Readonly<Partial<Record<WayName, number>>> = { define: 0.5, publicCache: 0.167 }
/** At least so many hits of `userCache`, and so many of `fetch` for a verdict about them, M/s. */
const userHits = { atLeast: 0.06, whereFetchDoes: 6 }

/**
 * CPU time of a hit. Every way is a process of its own and is measured in turns, every other round backwards; ratios are
 * taken within a round.
 */
export async function hits({ rounds, blockMs }: HitOptions): Promise<Figure[]> {
  const names = Object.keys(ways) as WayName[]
  const all = []
  for (const way of names) {
    const child = await startChild(new URL('./reader.ts', import.meta.url), { way, blockMs })
    all.push({ way, child, micros: [] as number[] })
  }
  // The first two rounds compile, and are not counted.
  for (let round = -1; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `)
    for (const { child, micros } of round % 2 === 0 ? all : all.toReversed()) {
      const spent = await child.ask<number>('block')
      if (round > 0) micros.push(spent)
    }
  }
  process.stderr.write('\n')
  for (const { child } of all) await child.stop()
  const samples = new Map(all.map(({ way, micros }) => [way, micros]))
  const ratioOf = (way: WayName): number => {
    const own = samples.get(way) ?? []
    return median((samples.get(base) ?? []).map((micros, round) => micros / (own[round] ?? NaN)))
  }
  const millions = (way: WayName): number => 1 / median(samples.get(way) ?? [])
  const off = Math.abs(ratioOf('control') - 1)
  const told = names.filter(way => way !== 'control')
  const slowness = { value: userHits.whereFetchDoes / millions(base), atMost: 1 }
  return [
    ...told.map(way => {
      const limit = way === 'userCache' && { limit: { atLeast: userHits.atLeast }, noise: slowness }
      return { name: way, unit: 'M hits/s', value: millions(way), ...limit }
    }),
    ...told
      .filter(way => way !== base)
      .map(way => {
        const atLeast = limits[way]
        return {
          name: `${way} to ${base}`,
          unit: '×',
          value: ratioOf(way),
          ...(atLeast !== undefined && { limit: { atLeast }, noise: { value: off, atMost: noisiest } })
        }
      })
  ]
}
