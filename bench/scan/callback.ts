import { median, type Figure } from '../figures.ts'
import { Page, post } from './page.ts'
import { inParallel, startRig, type Rig } from './rig.ts'
import type { Burst } from './wechat.ts'

const rounds = 7
const ways = ['callback', 'floor', 'control'] as const

/**
 * CPU time of the gateway for an encrypted push that logs somebody in and is answered with an encrypted text, less
 * that of a route that takes the same body and does nothing. `control` is that route once more: how far it is from
 * the floor is the noise.
 */
export async function callback(pushes: number): Promise<Figure[]> {
  await using rig = await startRig()
  const samples = { callback: [] as number[], floor: [] as number[], control: [] as number[] }
  let refused = 0
  // The first round warms up.
  for (let round = 0; round <= rounds; round++)
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      // eslint-disable-next-line no-await-in-loop
      const scenes = await shownScenes(rig, pushes, round)
      const path = way === 'callback' ? '/wechat_event' : '/floor'
      const burst: Burst = {
        callback: rig.url + path,
        scans: scenes.map((scene, index) => ({ scene, openid: `o${round}-${index}`, copies: 1 })),
        parallel: 8
      }
      // eslint-disable-next-line no-await-in-loop
      const before = await rig.gateway.ask<number>('cpuMicros')
      // eslint-disable-next-line no-await-in-loop
      const { body } = await post(rig.wechat.ready.control, burst)
      // eslint-disable-next-line no-await-in-loop
      const spent = (await rig.gateway.ask<number>('cpuMicros')) - before
      if (round > 0) samples[way].push(spent / pushes)
      refused += (body as unknown as { ok: boolean }[]).filter(({ ok }) => !ok).length
    }
  const floor = median(samples.floor)
  return [
    {
      name: 'CPU time of a callback, less an empty route',
      unit: 'µs',
      value: median(samples.callback) - floor,
      floor,
      limit: { atMost: 60 },
      noise: { value: Math.abs(median(samples.control) - floor), atMost: 15 }
    },
    { name: 'pushes refused', unit: '', value: refused, limit: { atMost: 0 } }
  ]
}

async function shownScenes({ url }: Rig, count: number, round: number): Promise<string[]> {
  const pages = Array.from(
    { length: count },
    (_, number) => new Page(url, round * count + number, () => undefined)
  )
  await inParallel(pages, 16, page => page.begin())
  return pages.map(({ scene }) => scene)
}
