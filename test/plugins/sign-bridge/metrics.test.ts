import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { Errors } from '../../../src/plugins/sign-bridge/errors.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { Histogram, type HistogramSnapshot, type Metric } from '../../../src/core/index.ts'
import { bounds } from '../../../src/plugins/sign-bridge/metrics.ts'
import { SignMetrics, total } from '../../../src/plugins/sign-bridge/metrics.ts'
import { deviceOf } from '../../../src/plugins/sign-bridge/passage.ts'
import { through } from '../../../src/plugins/sign-bridge/stage.ts'
import { failure, makeRig, outcome, pin } from './rig.ts'

test('a histogram counts what is not above each bound, and keeps sum and number', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000)), times => {
      const histogram = new Histogram(bounds)
      for (const ms of times) histogram.observeMs(ms)
      const { buckets, sum, count } = histogram.snapshot()
      expect(count).toBe(times.length)
      expect(sum).toBeCloseTo(
        times.reduce((all, ms) => all + ms / 1_000, 0),
        6
      )
      for (const [bound, below] of buckets) expect(below).toBe(times.filter(ms => ms / 1_000 <= bound).length)
    })
  )
})

test('requests are counted by outcome, and timed in the queue, on the card and in all', async () => {
  const passed: Parameters<SignMetrics['passed']>[] = []
  const rig = await makeRig({
    controls: [{ delayMs: 250 }],
    passed: passage => {
      passed.push([passage])
      metrics.passed(passage)
    }
  })
  const metrics = new SignMetrics(rig.clock)
  const sign = through([metrics.stage], request => rig.pool.sign(request))
  const state = { devices: [rig.device.status()], queued: rig.pool.queued }
  const value = (name: string, of: Metric[]): unknown =>
    of.find(metric => metric.name === `paifang_sign_${name}`)?.samples[0]?.value

  const both = Promise.all([sign({ data: 'one', pin }), sign({ data: 'two', pin })])
  expect(value('requests_in_flight', metrics.snapshot(state, []))).toBe(2)
  await rig.clock.advance(1_000)
  await both
  rig.control.play([{ do: 'fail', text: 'no', code: 'Err:Custom1' }])
  const refused = failure(sign({ data: 'three', pin }))
  await rig.clock.advance(1_000)
  expect(deviceOf(await refused)).toBe('device-1')
  await rig.pool.close()
  expect(await outcome(sign({ data: 'late', pin }))).toBe('sign.shutting_down')

  const after = metrics.snapshot(state, [total('webhook_failures_total', 'Failures', 4)])
  const outcomes = after.find(({ name }) => name === 'paifang_sign_requests_total')?.samples
  expect(outcomes).toEqual([
    { labels: { outcome: 'signed' }, value: 2 },
    { labels: { outcome: 'sign.device_error' }, value: 1 },
    { labels: { outcome: 'sign.shutting_down' }, value: 1 }
  ])
  expect(value('requests_in_flight', after)).toBe(0)
  expect(value('webhook_failures_total', after)).toBe(4)
  const wait = value('queue_wait_seconds', after) as HistogramSnapshot
  const onCard = value('device_seconds', after) as HistogramSnapshot
  expect([wait.count, wait.sum]).toEqual([3, 0.25])
  expect([onCard.count, onCard.sum]).toEqual([3, 0.75])
  expect((value('request_duration_seconds', after) as HistogramSnapshot).count).toBe(4)
})

test('replies that belong to no request are counted, by device and kind', async () => {
  const rig = await makeRig()
  const metrics = new SignMetrics(rig.clock)
  rig.control.play([{ do: 'duplicate' }])
  await rig.sign('twice')
  await rig.clock.advance(1_000)
  const snapshot = metrics.snapshot({ devices: [rig.device.status()], queued: 0 }, [])
  const drops = snapshot.find(({ name }) => name === 'paifang_sign_replies_dropped_total')
  expect(drops?.samples).toContainEqual({ labels: { device: 'device-1', reason: 'duplicate' }, value: 1 })
  const { counters } = rig.device.status()
  for (const { labels } of drops?.samples ?? []) expect(counters).toHaveProperty(labels['reason'] ?? '')
})

test('what happened on a device is counted by device, under the names of its status', async () => {
  const rig = await makeRig()
  await rig.sign('text')
  const status = rig.device.status()
  const snapshot = new SignMetrics(rig.clock).snapshot({ devices: [status], queued: 0 }, [])
  const samples = snapshot
    .filter(({ name }) => /device_events_total|replies_dropped_total/.test(name))
    .flatMap(metric => metric.samples)
  const counted = samples.map(({ labels, value }) => [labels['event'] ?? labels['reason'], value])
  expect(Object.fromEntries(counted)).toEqual(status.counters)
  expect(status.counters).toMatchObject({ sent: 1, signed: 1, connections: 1 })
  expect(new Set(samples.map(({ labels }) => labels['device']))).toEqual(new Set(['device-1']))
})

test('a request that is refused before it is read is counted, and timed nowhere', () => {
  const metrics = new SignMetrics(fakeClock())
  metrics.refused(new ApiError(Errors['sign.queue_full']))
  const [requests] = metrics.snapshot({ devices: [], queued: 0 }, [])
  expect(requests?.samples).toEqual([{ labels: { outcome: 'sign.queue_full' }, value: 1 }])
})

test('a failure that no device had is blamed on none', () => {
  expect([new Error('no'), 'text', undefined].map(deviceOf)).toEqual(['', '', ''])
})
