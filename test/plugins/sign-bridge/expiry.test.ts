import type { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import { ExpiryWatch } from '../../../src/plugins/sign-bridge/expiry.ts'
import { makeRig, outcome, type Rig } from './rig.ts'

const day = 86_400_000

/** A card whose certificate ends so many days from now. */
async function watched(
  days: number,
  refuse = true
): Promise<Rig & { told: SignEvent[]; watch: ExpiryWatch }> {
  const rig = await makeRig({ settings: { pingIntervalMs: day } })
  const told: SignEvent[] = []
  const validTo = new Date(rig.clock.now() + days * day).toUTCString()
  const certificate = { serialNumber: '01691FE9', validTo } as X509Certificate
  const watch = new ExpiryWatch({
    devices: rig.pool.devices,
    known: () => certificate,
    clock: rig.clock,
    tell: event => void told.push(event),
    refuse
  })
  return { ...rig, told, watch }
}

/** Sets the calendar on, day by day, and waits for the next look at it. */
async function pass(rig: Rig, days: number): Promise<void> {
  for (let count = 0; count < days; count++) {
    rig.clock.jump(day - 60_000)
    await rig.clock.advance(60_000)
  }
}

test('33: a certificate that ends is told of 30, 7 and 1 days before and at its end, once each', async () => {
  const rig = await watched(40, false)
  const days: number[] = []
  for (let now = 0; now < 45; now++) {
    await pass(rig, 1)
    if (rig.told.length > days.length) days.push(40 - now - 1)
  }
  expect(days).toEqual([30, 7, 1, 0])
  expect(rig.told.map(({ message }) => message)).toEqual([
    'device-1: its certificate 01691fe9 ends on 2026-02-10',
    'device-1: its certificate 01691fe9 ends on 2026-02-10',
    'device-1: its certificate 01691fe9 ends on 2026-02-10',
    'device-1: its certificate 01691fe9 ended on 2026-02-10'
  ])
  expect(new Set(rig.told.map(({ kind }) => kind))).toEqual(new Set(['certificate-expiring']))
  rig.watch.close()
})

test('33: one that is near its end when it is first seen is told of once, at its step', async () => {
  const rig = await watched(5)
  await pass(rig, 3)
  expect(rig.told).toHaveLength(1)
  rig.watch.close()
})

test('33: after its end the device takes no request, unless that is allowed', async () => {
  const strict = await watched(1)
  expect(await outcome(strict.sign('before'))).toBe('signed')
  await pass(strict, 2)
  expect(strict.device.status()).toMatchObject({
    state: 'down',
    reason: 'The certificate of its card ended on 2026-01-02'
  })
  strict.watch.close()
  const lax = await watched(1, false)
  await pass(lax, 2)
  expect(await outcome(lax.sign('after'))).toBe('signed')
  lax.watch.close()
})

test('33: the certificate is the one that the card in the device has given; a new card starts anew', async () => {
  const rig = await makeRig()
  const told: SignEvent[] = []
  const watch = new ExpiryWatch({
    devices: rig.pool.devices,
    known: device => rig.certificates.known(device),
    clock: rig.clock,
    tell: event => void told.push(event),
    refuse: true
  })
  await rig.sign('first')
  await rig.clock.advance(0)
  const { validTo } = (await rig.certificates.of(rig.device))!
  rig.clock.jump(Date.parse(validTo) - rig.clock.now() + 1)
  await rig.clock.advance(60_000)
  expect(rig.device.status().reason).toMatch(/^The certificate of its card ended on/)
  expect(told.map(({ kind }) => kind)).toEqual(['certificate-expiring'])
  rig.control.cutAll()
  rig.device.release()
  await rig.clock.advance(60_000)
  expect(rig.device.state).toBe('ready')
  watch.close()
})

test('a certificate that nobody has read is no news', async () => {
  const rig = await makeRig({ settings: { pingIntervalMs: day } })
  const told: SignEvent[] = []
  const tell = (event: SignEvent): void => void told.push(event)
  const { devices } = rig.pool
  const watch = new ExpiryWatch({ devices, known: () => undefined, clock: rig.clock, tell, refuse: true })
  await pass(rig, 2)
  watch.close()
  expect(told).toEqual([])
  expect(await outcome(rig.sign('hello'))).toBe('signed')
})
