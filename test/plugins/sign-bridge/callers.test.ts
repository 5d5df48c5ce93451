import { expect, test } from 'vitest'
import { StartupError } from '../../../src/core/index.ts'
import type { ApiError } from '../../../src/plugins/api-error/service.ts'
import { callerLimits } from '../../../src/plugins/sign-bridge/caller-limits.ts'
import { checkCallers } from '../../../src/plugins/sign-bridge/check-callers.ts'
import { Callers } from '../../../src/plugins/sign-bridge/callers.ts'
import type { CallerSettings } from '../../../src/plugins/sign-bridge/config.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import { MinuteLimits } from '../../../src/plugins/state/service.ts'
import type { SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import type { Next } from '../../../src/plugins/sign-bridge/stage.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { failure, pin } from './rig.ts'

const token = 'shop-token-0123456789'
const settings = (more: Partial<CallerSettings> = {}): CallerSettings => ({
  token,
  devices: [],
  certNos: [],
  perMinute: 1_000,
  maxQueued: 10,
  ...more
})
const key = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return (error as ApiError).entry.key
  }
}

test('a token names its caller; the scheme is read in any case, and more than one space is allowed', () => {
  const callers = new Callers({
    shop: settings(),
    erp: settings({ token: 'erp-token-0123456789==' })
  })
  for (const header of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`])
    expect(callers.authenticate(header)?.name).toBe('shop')
  expect(callers.authenticate('Bearer erp-token-0123456789==')?.name).toBe('erp')
  expect(callers.authenticate(`Bearer ${token}`)).not.toHaveProperty('token')
})

test.each([
  ['another token', 'Bearer shop-token-0123456780'],
  ['the beginning of one', `Bearer ${token.slice(0, -1)}`],
  ['more than one', `Bearer ${token} ${token}`],
  ['another scheme', `Basic ${token}`],
  ['no token', 'Bearer '],
  ['nothing at all', '']
])('401 for %s, with a challenge and without a word of the token', (_, header) => {
  const callers = new Callers({ shop: settings() })
  expect(key(() => callers.authenticate(header))).toBe('auth.token_invalid')
})

test('401 without a header; when nobody has a token nobody needs one', () => {
  expect(key(() => new Callers({ shop: settings() }).authenticate(undefined))).toBe('auth.required')
  expect(new Callers({}).authenticate(undefined)).toBeUndefined()
  expect(new Callers({}).authenticate('Bearer whatever')).toBeUndefined()
})

interface Limited {
  readonly seen: SignRequest[]
  readonly sign: (request?: Partial<SignRequest>) => Promise<unknown>
  readonly advance: (ms: number) => Promise<void>
  readonly logs: unknown[]
}

function limited(
  more: Partial<CallerSettings>,
  { next, state }: { next?: Next; state?: { increment: () => Promise<number> } } = {}
): Limited {
  const clock = fakeClock()
  const seen: SignRequest[] = []
  const logs: unknown[] = []
  const log = { warn: (...line: unknown[]) => logs.push(line) } as never
  const rate = new MinuteLimits({ prefix: 'sign-bridge', clock, log, state })
  const stage = callerLimits({ callers: new Callers({ shop: settings(more) }), rate })
  const last: Next = async request => {
    seen.push(request)
    return { sign: 'c2ln', certNo: '01AB', device: { name: 'device-1' } }
  }
  return {
    seen,
    logs,
    advance: ms => clock.advance(ms),
    sign: request => stage({ data: 'x', pin, caller: 'shop', ...request }, next ?? last)
  }
}
const keyOf = async (work: Promise<unknown>): Promise<string> =>
  ((await failure(work)) as ApiError | undefined)?.entry.key ?? 'signed'

test('devices and certificates of a caller are all that its requests may use', async () => {
  const { sign, seen } = limited({ devices: ['device-1', 'device-2'], certNos: ['01ab'] })
  await sign()
  await sign({ devices: ['device-2', 'device-3'], certNos: ['01AB'] })
  expect(seen.map(({ devices, certNos }) => ({ devices, certNos }))).toEqual([
    { devices: ['device-1', 'device-2'], certNos: ['01ab'] },
    { devices: ['device-2'], certNos: ['01AB'] }
  ])
  expect(await keyOf(sign({ devices: ['device-3'] }))).toBe('auth.forbidden')
  expect(await keyOf(sign({ certNos: ['02'] }))).toBe('auth.forbidden')
  expect(seen).toHaveLength(2)
})

test('a signature of a card that the caller may not use is withheld: it was changed in between', async () => {
  const { sign } = limited({ certNos: ['02cd'] })
  expect(await keyOf(sign())).toBe('sign.card_swapped')
})

test('23: one more than `perMinute` is 429 until the minute is over, and nothing is sent', async () => {
  const { sign, seen, advance } = limited({ perMinute: 2 })
  await advance(20_500)
  expect([await keyOf(sign()), await keyOf(sign())]).toEqual(['signed', 'signed'])
  expect(await failure(sign())).toMatchObject({
    entry: { key: 'rate.limited', http: 429 },
    context: { retryAfter: 40 }
  })
  expect(seen).toHaveLength(2)
  await advance(40_000)
  expect(await keyOf(sign())).toBe('signed')
})

test('23: one more than `maxQueued` at a time is 429, and a place is free again when one ends', async () => {
  const ends: (() => void)[] = []
  const next: Next = () =>
    new Promise(resolve =>
      ends.push(() => resolve({ sign: 'c2ln', certNo: '01', device: { name: 'device-1' } }))
    )
  const { sign } = limited({ maxQueued: 1 }, { next })
  const first = sign()
  await Promise.resolve()
  expect(await keyOf(sign())).toBe('rate.limited')
  ends[0]?.()
  await first
  const second = sign()
  await new Promise(resolve => setImmediate(resolve))
  ends[1]?.()
  expect(await keyOf(second)).toBe('signed')
})

test('no limit holds for the gateway itself', async () => {
  const { sign } = limited({ perMinute: 1, devices: ['device-9'] })
  for (const caller of ['unknown', undefined])
    for (const data of ['a', 'b'])
      expect(await keyOf(sign({ data, ...(caller ? { caller } : { caller: undefined as never }) }))).toBe(
        'signed'
      )
})

test('a rate is counted where all nodes see it, and here while the state is away, which is reported', async () => {
  let count = 9
  const shared = limited({ perMinute: 10 }, { state: { increment: async () => ++count } })
  expect([await keyOf(shared.sign()), await keyOf(shared.sign())]).toEqual(['signed', 'rate.limited'])
  const broken = limited({ perMinute: 1 }, { state: { increment: () => Promise.reject(new Error('down')) } })
  expect([await keyOf(broken.sign()), await keyOf(broken.sign())]).toEqual(['signed', 'rate.limited'])
  expect(broken.logs).toHaveLength(2)
})

test('settings that cannot work are named, with the fix, and no token is in the text', () => {
  const problems = checkCallers({
    devices: ['ws://card:61232'],
    callers: { shop: settings({ devices: ['device-1', 'device-2'] }), erp: settings() }
  })
  expect(problems.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
    "callers.shop.devices.1 names 'device-2', which is no device",
    "callers.erp.token is that of 'shop', too"
  ])
  expect(JSON.stringify(problems)).not.toContain(token)
  expect(checkCallers({ devices: [], callers: { shop: settings({ devices: ['device-2'] }) } })).toEqual([])
})

test.each([
  ['a short token', { shop: { token: 'short' } }],
  ['a token that no header can hold', { shop: { token: 'sixteen characters and more' } }],
  ['no token', { shop: {} }],
  ['a name with spaces', { 'The Shop': { token } }],
  ['a misspelt limit', { shop: { token, perMinutes: 5 } }]
])('the gateway does not start with %s', async (_, callers) => {
  const error = await failure(testPlugin(signBridge, { config: { callers } }))
  expect(error).toBeInstanceOf(StartupError)
  const problem = (error as StartupError).problems.find(({ where }) => where.includes('callers'))
  expect(problem).toBeDefined()
  expect(JSON.stringify((error as StartupError).problems)).not.toContain(token)
})
