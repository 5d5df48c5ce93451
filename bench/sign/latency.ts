import { percentile, type Figure } from '../figures.ts'
import { atConstantRate, type Answer } from './load.ts'
import { startRig, ways, type Rig, type Way } from './rig.ts'

const rounds = 4
const load = 0.5

/** Numbers of cards: half the load of four is a hundred requests a second, and of sixteen four hundred. */
const sizes = [4, 16]

/**
 * Requests at a constant rate of half of what cards of 20 ms can do. Each latency less what the card took for
 * that very request is what everything else cost. Added latency: that of the
 * gateway less that of the floor.
 */
export async function latency(seconds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const devices of sizes) figures.push(...(await latencyOf(devices, seconds)))
  return figures
}

async function latencyOf(devices: number, seconds: number): Promise<Figure[]> {
  await using rig = await startRig({ devices, delayMs: 20 })
  const samples: Record<Way, number[]> = { floor: [], relay: [], gateway: [] }
  let cpuMicros = 0
  for (let round = 0; round < rounds; round++)
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      const before = await rig.gateway.ask<number>('cpuMicros')
      samples[way].push(...(await overhead(rig, way, seconds)))
      if (way === 'gateway') cpuMicros += (await rig.gateway.ask<number>('cpuMicros')) - before
    }

  const half = samples.floor.length / 2
  const figures = (quantile: string, share: number, atMost: number): Figure[] => {
    const floor = percentile(samples.floor, share)
    const [early, late] = [samples.floor.slice(0, half), samples.floor.slice(half)]
    const drift = Math.abs(percentile(early, share) - percentile(late, share))
    const added = (way: Way): number => percentile(samples[way], share) - floor
    return [
      {
        name: `added latency at half load, ${devices} cards, ${quantile}`,
        unit: 'ms',
        value: added('gateway'),
        floor,
        limit: { atMost },
        noise: { value: drift, atMost: atMost / 4 }
      },
      { name: `  of a bare server in its place, ${quantile}`, unit: 'ms', value: added('relay') }
    ]
  }
  const { crossed, sentTwice } = rig.mistakes()
  return [
    ...figures('p50', 0.5, 1),
    ...figures('p99', 0.99, 10),
    {
      name: `CPU time of a signature, ${devices} cards`,
      unit: 'µs',
      value: cpuMicros / samples.gateway.length
    },
    { name: 'answers crossed', unit: '', value: crossed, limit: { atMost: 0 } },
    { name: 'texts sent twice', unit: '', value: sentTwice, limit: { atMost: 0 } }
  ]
}

/** Latencies less the time of the card, one a request. */
async function overhead(rig: Rig, way: Way, seconds: number): Promise<number[]> {
  const client = rig.clients[way]
  const answers: Answer[] = []
  const perSecond = (load * rig.devices * 1_000) / rig.delayMs
  await atConstantRate(client.send, perSecond, seconds, answer => answers.push(answer))
  const cardMs = new Map<number, number>()
  for (const { number, arrivedMs, repliedMs } of await rig.spans()) cardMs.set(number, repliedMs - arrivedMs)
  for (const answer of answers) rig.check(client, answer)
  return answers.map(({ number, latencyMs }) => latencyMs - (cardMs.get(number) ?? NaN))
}
