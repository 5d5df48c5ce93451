import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

test('readers that take nothing are removed, the others get everything', async () => {
  await using rig = await startRig({ config: { maxQueueBytes: 256 * 1024 } })
  const healthy = await Promise.all(Array.from({ length: 5 }, () => rig.read('a')))
  const stalled = await Promise.all(Array.from({ length: 3 }, () => rig.read('a')))
  for (const { response } of stalled) {
    response.pause()
    response.socket.pause()
  }
  const data = 'x'.repeat(60_000)
  let count = 0
  // Kernels hold some megabytes before anything is felt.
  while (rig.hub.status().streams > 5 && count < 2_000) {
    await rig.hub.publish('a', { data })
    count++
    await Promise.all(healthy.map(reader => reader.take(count === 1 ? 2 : 1)))
  }
  expect(rig.hub.status().streams).toBe(5)
  expect(rig.hub.status().ended['slow']).toBe(3)
  expect(rig.count('delivered_total')).toBeGreaterThanOrEqual(count * 5)
  expect(healthy.map(reader => reader.seen.length)).toEqual(Array(5).fill(count + 1))
})

test('events of megabytes arrive whole', async () => {
  await using rig = await startRig({ config: { maxEventBytes: 4 * 2 ** 20, maxQueueBytes: 16 * 2 ** 20 } })
  const reader = await rig.read('a')
  const events = ['x', 'y', 'z'].map(letter => letter.repeat(3_000_000))
  for (const data of events) await rig.hub.publish('a', { data })
  const seen = (await reader.take(4)).slice(1).map(({ data }) => data)
  expect(seen.map((data, place) => data === events[place])).toEqual([true, true, true])
})
