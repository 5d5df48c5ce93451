import { expect, test } from 'vitest'
import { figures } from '../metrics/figures.ts'
import { startRig } from './rig.ts'

test('clicks are counted by what came of them, and as waiting until they are written', async () => {
  await using rig = await startRig({ config: { maxQueued: 100, clicksPerMinutePerUser: 104 } })
  await rig.put()
  for (const _ of [1, 2]) await rig.click()
  await rig.click('winter')
  expect(await figures(rig.app, 'paifang_clicks')).toEqual({
    'paifang_clicks_total{outcome="ok"}': 2,
    'paifang_clicks_total{outcome="click.unknown"}': 1,
    paifang_clicks_queued: 2
  })
  for (let n = 4; n <= 105; n++) await rig.click()
  await rig.clicks.flush()
  expect(await figures(rig.app, 'paifang_clicks')).toEqual({
    'paifang_clicks_total{outcome="ok"}': 103,
    'paifang_clicks_total{outcome="click.unknown"}': 1,
    'paifang_clicks_total{outcome="rate.limited"}': 1,
    paifang_clicks_recorded_total: 100,
    paifang_clicks_dropped_total: 3
  })
})
