import { afterAll, beforeAll, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import { PinGuard, type Attempt, type GuardedDevice } from '../../../src/plugins/sign-bridge/pin-guard.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import state from '../../../src/plugins/state/index.ts'
import { fakeClock, testPlugin, type FakeClock, type TestGateway } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { cardKey, guardRows, guardSecret, outcome, pin } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)
let files = 0

const device: GuardedDevice = {
  name: 'device-1',
  address: 'card:61232',
  cardNo: cardKey.certNo,
  quarantine() {},
  release() {}
}

interface Node {
  readonly guard: PinGuard
  begin(secret: string): Promise<Attempt>
  /** Makes one attempt, or says why not. */
  attempt(secret: string, outcome: Parameters<Attempt['settle']>[0]): Promise<string>
}

/** Two processes, as far as their guards can tell: each has a connection of its own to one file. */
async function nodes(
  keys: readonly [string, string] = ['one key', 'one key']
): Promise<[Node, Node, FakeClock]> {
  const file = directory.path(`${++files}.db`)
  const clock = fakeClock()
  const make = async (key: string): Promise<Node> => {
    const limits = { clock, tell: () => {}, digest: keyedDigest(key), unclearPinLimit: 2, attemptMs: 1_000 }
    const guard = new PinGuard({ ...limits, rows: await guardRows(file) }, () => [device])
    const admit = (secret: string): ReturnType<PinGuard['admit']> => guard.admit(device, guard.keyOf(secret))
    return {
      guard,
      async begin(secret) {
        const admission = await admit(secret)
        if (typeof admission === 'string') throw new Error(admission)
        return admission
      },
      async attempt(secret, ending) {
        const admission = await admit(secret)
        if (typeof admission === 'string') return admission
        await admission.settle(ending)
        return ending
      }
    }
  }
  return [await make(keys[0]), await make(keys[1]), clock]
}

test('a refusal that one process hears holds in the other at once, even for a PIN that had signed there', async () => {
  const [one, other] = await nodes()
  expect(await other.attempt(pin, 'accepted')).toBe('accepted')
  expect(await one.attempt(pin, 'refused')).toBe('refused')
  expect(await other.attempt(pin, 'accepted')).toBe('blocked')
  expect(await other.guard.reset('device-1')).toBe(true)
  expect(await one.attempt(pin, 'accepted')).toBe('accepted')
})

test('while one process tries a PIN that has not signed yet, the other waits, no longer than that may take', async () => {
  const [one, other, clock] = await nodes()
  const attempt = await one.begin('11111111')
  expect(await other.attempt('11111111', 'accepted')).toBe('later')
  expect(await other.attempt('22222222', 'accepted')).toBe('later')
  await attempt.settle('accepted')
  expect(await other.attempt('22222222', 'refused')).toBe('refused')
  await one.begin('33333333')
  expect(await other.attempt('44444444', 'refused')).toBe('later')
  await clock.advance(1_000)
  expect(await other.attempt('44444444', 'refused')).toBe('refused')
})

test('a PIN that the card took less than a second ago is not looked up, and is as soon as anything else has reached it', async () => {
  const [one, other, clock] = await nodes()
  const { guard } = one
  const now = (secret = pin, of = device): Attempt | undefined => guard.admitNow(of, guard.keyOf(secret))
  expect(now()).toBeUndefined()
  await one.attempt(pin, 'accepted')
  await clock.advance(999)
  expect([now() !== undefined, now('11111111')]).toEqual([true, undefined])
  expect(now(pin, { ...device, cardNo: 'another card' })).toBeUndefined()
  expect(now(pin, { ...device, cardNo: undefined })).toBeUndefined()
  expect(now(pin, { ...device, address: 'elsewhere:61232' })).toBeUndefined()
  await clock.advance(1)
  expect(now()).toBeUndefined()
  for (const ending of ['refused', 'doubtful', 'unanswered'] as const) {
    await one.attempt(pin, 'accepted')
    await one.attempt('11111111', ending)
    expect([ending, now()]).toEqual([ending, undefined])
    await guard.reset('device-1')
  }
  await one.attempt(pin, 'accepted')
  await now()!.settle('accepted')
  await guard.reset('device-1')
  expect(now()).toBeUndefined()
  await one.attempt(pin, 'accepted')
  await other.attempt('11111111', 'refused')
  await now()!.settle('refused')
  expect([now(), await one.attempt(pin, 'accepted')]).toEqual([undefined, 'blocked'])
})

test('a PIN that has signed waits for nobody', async () => {
  const [one, other] = await nodes()
  await one.attempt(pin, 'accepted')
  await one.begin('11111111')
  expect(await other.attempt(pin, 'accepted')).toBe('accepted')
})

test('a process that dies while it tries leaves a mark: the second one is the last', async () => {
  for (const everSigned of [false, true]) {
    const [one, other, clock] = await nodes()
    if (everSigned) await one.attempt(pin, 'accepted')
    await other.begin(pin)
    await clock.advance(1_000)
    const restarted = new PinGuard(
      {
        clock,
        tell: () => {},
        digest: keyedDigest('one key'),
        unclearPinLimit: 2,
        attemptMs: 1_000,
        rows: await guardRows(directory.path(`${files}.db`))
      },
      () => [device]
    )
    expect(await restarted.admit(device, restarted.keyOf(pin))).toHaveProperty('settle')
    await clock.advance(1_000)
    expect(await other.attempt(pin, 'accepted')).toBe('blocked')
  }
})

test('with another key nobody can tell which PIN was refused, so all are', async () => {
  const [one, other] = await nodes(['one key', 'another key'])
  await one.attempt('11111111', 'refused')
  expect(await other.attempt(pin, 'accepted')).toBe('blocked')
  expect(await other.guard.reset('device-1')).toBe(true)
  expect(await other.attempt(pin, 'accepted')).toBe('accepted')
})

test('what cannot be stored is remembered until the process ends', async () => {
  const file = directory.path('full.db')
  const rows = await guardRows(file)
  let broken = false
  const change: typeof rows.change = (targets, work) =>
    broken ? Promise.reject(new Error('disk full')) : rows.change(targets, work)
  const limits = { clock: fakeClock(), tell: () => {}, unclearPinLimit: 2, attemptMs: 1_000 }
  const options = { ...limits, digest: keyedDigest('one key'), rows: { ...rows, change } }
  const guard = new PinGuard(options, () => [device])
  const attempt = await guard.admit(device, guard.keyOf(pin))
  if (typeof attempt === 'string') throw new Error(attempt)
  broken = true
  await expect(attempt.settle('refused')).rejects.toThrow('disk full')
  broken = false
  expect(await guard.admit(device, guard.keyOf(pin))).toBe('blocked')
})

test('20: two gateways on one file share what a card refused, and the file holds no PIN', async () => {
  const card = await startSignSimulator({ key: cardKey })
  const gateway = (): Promise<TestGateway<SignBridge>> =>
    testPlugin(signBridge, {
      config: { devices: [card.url], guardSecret },
      with: [
        [apiError],
        [state],
        [cryptoEnvelope, { legacyKey: '1234567887654321' }],
        [database, { file: directory.path('shared.db') }]
      ] as never
    })
  const [one, other] = [await gateway(), await gateway()]
  const wrong = '12345678'
  expect(await outcome(one.service.sign({ data: 'text', pin: wrong }))).toBe('sign.pin_refused')
  expect(await outcome(other.service.sign({ data: 'text', pin: wrong }))).toBe('sign.pin_blocked')
  expect(await outcome(other.service.sign({ data: 'text', pin }))).toBe('signed')
  expect(await outcome(one.service.sign({ data: 'text', pin: wrong }))).toBe('sign.pin_blocked')
  await Promise.all([one.close(), other.close()])
  await card.close()
  const rows = await guardRows(directory.path('shared.db'))
  expect(JSON.stringify(await rows.all())).not.toMatch(/12345678|88888888/)
})
