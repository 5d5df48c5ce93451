import { expect, test } from 'vitest'
import { expectedEndMs } from '../../../src/plugins/sign-bridge/admission.ts'
import type { SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import { makeRig, outcome, pin, type Rig } from './rig.ts'

const busy = (paceMs: number) => ({ free: false, paceMs })

test('a request is signed after those ahead of it, at the pace of all devices, and its own time', () => {
  expect(expectedEndMs(0, [busy(240)])).toBe(480)
  expect(expectedEndMs(9, [busy(240)])).toBe(2_640)
  expect(expectedEndMs(7, [busy(100), busy(100)])).toBeCloseTo(500)
  expect(expectedEndMs(2, [busy(100), busy(200)])).toBeCloseTo(200 + 400 / 3)
})

test('a device that has made no signature yet counts as an average one', () => {
  expect(expectedEndMs(3, [busy(100), busy(0)])).toBeCloseTo(300)
})

test('where nothing is known, and where a device is free and nobody waits, there is no wait', () => {
  expect(expectedEndMs(50, [])).toBe(0)
  expect(expectedEndMs(50, [busy(0)])).toBe(0)
  expect(expectedEndMs(0, [{ free: true, paceMs: 5_000 }])).toBe(0)
  expect(expectedEndMs(1, [{ free: true, paceMs: 5_000 }])).toBe(15_000)
})

/** Two devices that take a second a signature, one signature under way on each. */
async function busyRig(): Promise<Rig> {
  const rig = await makeRig({ controls: [{ delayMs: 1_000 }, { delayMs: 1_000 }] })
  const warm = Promise.all([rig.sign('a'), rig.sign('b')])
  await rig.clock.advance(1_000)
  await warm
  void Promise.allSettled([rig.sign('c'), rig.sign('d')])
  await rig.clock.advance(0)
  return rig
}

test('23: a request whose deadline is shorter than the wait is refused at once, one with more time waits', async () => {
  const rig = await busyRig()
  const waiting = [1, 2, 3, 4].map(number => rig.pool.sign({ data: `waits ${number}`, pin }))
  await rig.clock.advance(0)
  expect(rig.pool.queued).toBe(4)
  await expect(rig.pool.sign({ data: 'hurry', pin, deadlineMs: 3_400 })).rejects.toMatchObject({
    entry: { key: 'sign.queue_full', http: 503, transient: true },
    context: { retryAfter: 4 }
  })
  expect(rig.pool.queued).toBe(4)
  const patient = rig.pool.sign({ data: 'patient', pin, deadlineMs: 10_000 })
  await rig.clock.advance(10_000)
  expect((await Promise.all([...waiting, patient])).length).toBe(5)
})

test('23: a request for one device waits for that one, whatever others wait for', async () => {
  const rig = await busyRig()
  const devices = ['device-1']
  const bound = [1, 2, 3].map(number => rig.pool.sign({ data: `bound ${number}`, pin, devices }))
  await rig.clock.advance(0)
  expect(await outcome(rig.pool.sign({ data: 'same', pin, devices, deadlineMs: 3_500 }))).toBe(
    'sign.queue_full'
  )
  const other = rig.pool.sign({ data: 'other', pin, devices: ['device-2'], deadlineMs: 2_500 })
  await rig.clock.advance(10_000)
  expect((await other).device.name).toBe('device-2')
  expect((await Promise.all(bound)).map(({ device }) => device.name)).toEqual(Array(3).fill('device-1'))
})

test('24: a deadline of its own ends a wait, also behind requests with more time', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'ignore', times: Infinity }] }] })
  const [first, second] = [rig.sign('first'), rig.sign('second')]
  const hurried = outcome(rig.pool.sign({ data: 'hurried', pin, deadlineMs: 500 }))
  await rig.clock.advance(500)
  expect(await hurried).toBe('sign.deadline_in_queue')
  expect(rig.pool.queued).toBe(1)
  expect(rig.control.record.count).toBe(1)
  const rest = Promise.all([outcome(first), outcome(second)])
  await rig.clock.advance(120_000)
  expect(await rest).toEqual(['sign.timeout', 'sign.timeout'])
})

test.each<[string, Partial<SignRequest>[], string]>([
  ['what could only be late is refused before it is read', [{}, {}, {}], 'sign.queue_full'],
  [
    'not while some wait for certain devices: others may be idle',
    [{ devices: ['device-1'] }, { devices: ['device-2'] }, {}],
    'admitted'
  ]
])('23: %s', async (_, requests, expected) => {
  const rig = await makeRig({
    controls: [{ delayMs: 1_000 }, { delayMs: 1_000 }],
    settings: { deadlineMs: 2_600 }
  })
  const warm = Promise.all([rig.sign('a'), rig.sign('b')])
  await rig.clock.advance(1_000)
  await warm
  const signed = Promise.allSettled([
    rig.sign('c'),
    rig.sign('d'),
    ...requests.map(request => rig.pool.sign({ data: 'waits', pin, ...request }))
  ])
  await rig.clock.advance(0)
  expect(rig.pool.queued).toBe(3)
  const room = async (): Promise<void> => rig.pool.assertRoom()
  expect((await outcome(room())).replace('signed', 'admitted')).toBe(expected)
  await rig.clock.advance(5_000)
  await signed
})
