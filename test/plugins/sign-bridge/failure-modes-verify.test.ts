import { expect, test } from 'vitest'
import type { Signed } from '../../../src/plugins/sign-bridge/job.ts'
import type { Device } from '../../../src/plugins/sign-bridge/device.ts'
import type { Sm2Verifier } from '../../../src/plugins/sign-bridge/sm2-verifier.ts'
import { Verification, type VerificationOptions } from '../../../src/plugins/sign-bridge/verify.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { reconnectMs } from './memory-line.ts'
import { cardKey, failure, makeRig, outcome, pin, type Rig, type RigOptions } from './rig.ts'

const sm2Key = await createCardKey({ algorithm: 'sm2' })
const settings = { verifySm2: 'always', verifySampleRate: 0.5, deadlineMs: 90_000 } as const
const asked = ({ line }: Rig): number => line.handed.filter(frame => frame.includes('GetSignCert')).length

interface VerifyingRig extends Rig {
  readonly verification: Verification
  verified(text: string, deadlineMs?: number): Promise<Signed<Device>>
}

async function verifying(
  control: NonNullable<RigOptions['controls']>[number] = {},
  options: Partial<VerificationOptions> = {}
): Promise<VerifyingRig> {
  const rig = await makeRig({ controls: [control] })
  const { certificates, clock, events } = rig
  const tell = (event: (typeof events)[number]): void =>
    void (events as (typeof events)[number][]).push(event)
  const verification = new Verification({ certificates, clock, tell, settings, ...options })
  const verified: VerifyingRig['verified'] = (data, deadlineMs) =>
    verification.stage({ data, pin, ...(deadlineMs !== undefined && { deadlineMs }) }, request =>
      rig.pool.sign(request)
    )
  return { ...rig, verification, verified }
}

/** One that has signed and given its certificate. */
async function acquainted(...parameters: Parameters<typeof verifying>): Promise<VerifyingRig> {
  const rig = await verifying(...parameters)
  const first = rig.verified('first')
  await rig.clock.advance(20_000)
  await first
  await rig.clock.advance(10_000)
  expect(asked(rig)).toBe(1)
  return rig
}

test('18: a signature that does not verify is never returned, and its device signs no more until it is released', async () => {
  const rig = await acquainted()
  expect(cardKey.verify('right', (await rig.verified('right')).sign)).toBe(true)
  rig.control.play([{ do: 'bad-signature' }])
  expect(await failure(rig.verified('wrong'))).toMatchObject({
    entry: { key: 'sign.signature_invalid', http: 502 }
  })
  expect(rig.events).toMatchObject([{ kind: 'signature-invalid', device: 'device-1' }])
  expect(rig.device.status()).toMatchObject({ state: 'down', reason: 'A signature of it did not verify' })
  const refused = outcome(rig.verified('next'))
  await rig.clock.advance(600_000)
  expect(await refused).toBe('sign.device_unavailable')
  rig.device.release()
  await rig.clock.advance(1_000)
  expect(await outcome(rig.verified('released'))).toBe('signed')
  expect(rig.verification.counters).toEqual({ verified: 2, unverified: 1, invalid: 1 })
})

test('18: nothing but signatures is asked for before the first one, nor while requests keep coming, for a minute', async () => {
  const rig = await verifying()
  await rig.clock.advance(30_000)
  for (let second = 0; second < 60; second += 5) {
    expect(asked(rig)).toBe(0)
    await rig.verified(`at ${second}`)
    await rig.clock.advance(5_000)
  }
  expect(asked(rig)).toBe(1)
  await rig.verified('verified')
  expect(rig.verification.counters).toEqual({ verified: 1, unverified: 12, invalid: 0 })
})

test('18: on a new connection a control that gave its certificate is asked again before its signature is returned', async () => {
  const rig = await acquainted()
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  rig.control.play([{ do: 'bad-signature', on: 'sign' }])
  expect(await outcome(rig.verified('forged'))).toBe('sign.signature_invalid')
  expect(asked(rig)).toBe(2)
})

test.each([
  ['ignores', { do: 'ignore', on: 'read', times: Infinity }],
  ['refuses', { do: 'fail', text: '?', code: 'Err:Base50001', on: 'read', times: Infinity }]
] as const)(
  '18: a control that %s the question is not asked again, and signs unverified',
  async (_, fault) => {
    const rig = await verifying({ script: [fault] })
    await rig.verified('first')
    await rig.clock.advance(30_000)
    const once = asked(rig)
    expect(once).toBeGreaterThan(0)
    for (let hour = 0; hour < 3; hour++) {
      expect((await rig.verified(`hour ${hour}`)).certNo).toBe(cardKey.certNo)
      rig.control.cutAll()
      await rig.clock.advance(3_600_000)
    }
    expect(asked(rig)).toBe(once)
    expect(rig.verification.counters).toEqual({ verified: 0, unverified: 4, invalid: 0 })
  }
)

test('18: a control that answers the question with a signature, as one that knows nothing else may, keeps signing', async () => {
  const frame = '{"Result":true,"Data":["c2lnbmF0dXJl","01691fe9"],"Error":[]}'
  const rig = await verifying({ script: [{ do: 'frame', frame, on: 'read', times: Infinity }] })
  await rig.verified('first')
  await rig.clock.advance(30_000)
  expect(await outcome(rig.verified('second'))).toBe('signed')
})

test('18: SM2 signatures are verified in a thread of their own', async () => {
  const rig = await acquainted({ key: sm2Key })
  expect(sm2Key.verify('right', (await rig.verified('right')).sign)).toBe(true)
  rig.control.play([{ do: 'bad-signature' }])
  expect(await outcome(rig.verified('wrong'))).toBe('sign.signature_invalid')
  expect(rig.verification.counters).toEqual({ verified: 1, unverified: 1, invalid: 1 })
  await rig.verification.close()
})

test.each([
  ['off', 0, 0],
  ['sampled', 0.5, 0],
  ['sampled', 0.49, 1],
  ['always', 0.99, 1]
] as const)('18: SM2 signatures that are checked: %s, at a draw of %d', async (verifySm2, draw, checks) => {
  let checked = 0
  const sm2 = { verify: () => Promise.resolve(++checked > 0), close: () => Promise.resolve() }
  const options = { sm2, random: () => draw, settings: { ...settings, verifySm2 } }
  const rig = await acquainted({ key: sm2Key }, options)
  await rig.verified('text')
  expect(checked).toBe(checks)
})

test('18: what cannot be verified because the thread is overloaded or gone is returned and counted where it is sampled', async () => {
  const sm2 = { verify: () => Promise.resolve(undefined), close: () => Promise.resolve() }
  const sampled = { ...settings, verifySm2: 'sampled', verifySampleRate: 1 } as const
  const rig = await acquainted({ key: sm2Key }, { sm2, settings: sampled })
  expect(await outcome(rig.verified('text'))).toBe('signed')
  expect(rig.verification.counters).toEqual({ verified: 0, unverified: 2, invalid: 0 })
})

test('18: where all are to be verified, one that cannot be within the deadline is withheld, and its device goes on', async () => {
  const waits: (number | undefined)[] = []
  const sm2 = {
    verify: (...[, , , waitMs]: Parameters<Sm2Verifier['verify']>) => {
      waits.push(waitMs)
      return Promise.resolve(waits.length < 3 ? undefined : true)
    },
    close: () => Promise.resolve()
  }
  const script = [{ do: 'delay', ms: 20_000, on: 'sign', times: Infinity }] as const
  const rig = await acquainted({ key: sm2Key, script }, { sm2 })
  for (const deadlineMs of [undefined, 1_000]) {
    const signing = failure(rig.verified('text', deadlineMs))
    await rig.clock.advance(20_000)
    expect(await signing).toMatchObject({ entry: { key: 'sign.unverified', http: 500 } })
  }
  expect(waits).toEqual([70_000, 5_000])
  expect(rig.device.state).toBe('ready')
  const signing = rig.verified('text')
  await rig.clock.advance(20_000)
  expect(sm2Key.verify('text', (await signing).sign)).toBe(true)
  expect(rig.verification.counters).toEqual({ verified: 1, unverified: 1, invalid: 0 })
})

test('after it is closed no device is asked any more', async () => {
  const rig = await verifying()
  await rig.verified('first')
  await rig.verification.close()
  await rig.clock.advance(60_000)
  expect(asked(rig)).toBe(0)
})
