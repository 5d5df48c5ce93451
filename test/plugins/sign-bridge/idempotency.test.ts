import { afterAll, expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import database from '../../../src/plugins/database/index.ts'
import { Errors } from '../../../src/plugins/sign-bridge/errors.ts'
import { Idempotency } from '../../../src/plugins/sign-bridge/idempotency.ts'
import { IdempotencyRecords } from '../../../src/plugins/sign-bridge/idempotency-records.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import type { SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import type { Next } from '../../../src/plugins/sign-bridge/stage.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { failure, pin } from './rig.ts'

const gateway = await testPlugin(database, { config: { file: ':memory:' } })
afterAll(() => gateway.close())

const times = { ttlMs: 86_400_000, leaseMs: 100_000 }
let names = 0

/** A node of a gateway; `clock` and database may be shared with others. Each has a key that no other test uses. */
async function node({ clock = fakeClock(), service = gateway.service } = {}) {
  const records = await IdempotencyRecords.open(service, clock, times)
  const logs: unknown[] = []
  const log = { error: (...line: unknown[]) => logs.push(line) } as never
  const idempotency = new Idempotency({ records, digest: keyedDigest('0123456789abcdef'), log })
  const sent: string[] = []
  const request: SignRequest = { data: 'text', pin, caller: 'shop', idempotencyKey: `key-${++names}` }
  const last: Next = async ({ data }) => {
    sent.push(data)
    return { sign: `signed ${sent.length}`, certNo: '01', device: { name: 'device-1' } }
  }
  return {
    clock,
    idempotency,
    sent,
    logs,
    request,
    sign: (changes: Partial<SignRequest> = {}, next = last) =>
      idempotency.stage({ ...request, ...changes }, next)
  }
}
const keyOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await failure(work)
  if (error === undefined) return 'signed'
  if (error instanceof ApiError) return error.entry.key
  return error instanceof Error ? `${error.name}: ${error.message}` : 'something else'
}
const failing =
  (key: keyof typeof Errors): Next =>
  () =>
    Promise.reject(new ApiError(Errors[key]))

test('29: the same request gets the stored answer, and nothing is signed again', async () => {
  const { sign, sent } = await node()
  const first = await sign()
  expect(await sign()).toEqual(first)
  expect(sent).toEqual(['text'])
})

test('29: other requests with the key are 422: another text, PIN, device or certificate', async () => {
  const { sign, sent } = await node()
  await sign()
  const changes = [{ data: 'other' }, { pin: '1' }, { devices: ['device-2'] }, { certNos: ['02'] }]
  for (const change of changes) expect(await keyOf(sign(change))).toBe('sign.idempotency_mismatch')
  expect(sent).toEqual(['text'])
})

test('29: while the first is under way the same request is 409, on every node', async () => {
  const one = await node()
  const two = await node({ clock: one.clock })
  let end = (): void => {}
  const slow: Next = () =>
    new Promise(resolve => {
      end = () => resolve({ sign: 's', certNo: '01', device: { name: 'device-1' } })
    })
  const first = one.sign({}, slow)
  await new Promise(resolve => setImmediate(resolve))
  expect(await keyOf(two.sign(one.request))).toBe('sign.idempotency_in_flight')
  end()
  await first
  expect((await two.sign(one.request)).sign).toBe('s')
  expect(two.sent).toEqual([])
})

test('of many at a time one is signed; the others are told so', async () => {
  const { sign } = await node()
  let refused = 0
  let release = (): void => {}
  const nineRefused = new Promise<void>(resolve => (release = resolve))
  let sent = 0
  const card: Next = async () => {
    sent++
    await nineRefused
    return { sign: 's', certNo: '01', device: { name: 'device-1' } }
  }
  const told = async (): Promise<string> => {
    const key = await keyOf(sign({}, card))
    if (key !== 'signed' && ++refused === 9) release()
    return key
  }
  const keys = await Promise.all(Array.from({ length: 10 }, told))
  expect(sent).toBe(1)
  expect(keys.toSorted()).toEqual([...Array(9).fill('sign.idempotency_in_flight'), 'signed'])
})

test('keys are a caller’s own, and requests without one are signed each time', async () => {
  const { sign, sent } = await node()
  await sign()
  await sign({ caller: 'erp' })
  await sign({ idempotencyKey: undefined as never })
  await sign({ idempotencyKey: undefined as never })
  expect(sent).toHaveLength(4)
})

test.each([
  'sign.device_unavailable',
  'sign.queue_full',
  'sign.deadline_in_queue',
  'sign.cancelled',
  'sign.pin_blocked'
] as const)('after %s, which no card has seen, the same key is tried again', async key => {
  const { sign, sent } = await node()
  expect(await keyOf(sign({}, failing(key)))).toBe(key)
  expect(await keyOf(sign())).toBe('signed')
  expect(sent).toHaveLength(1)
})

test.each([
  'sign.device_lost_after_send',
  'sign.timeout',
  'sign.pin_refused',
  'sign.device_error',
  'sign.signature_invalid'
] as const)('%s, after which a card may have signed, is kept and answered as such', async key => {
  const { sign, sent } = await node()
  expect(await keyOf(sign({}, failing(key)))).toBe(key)
  expect(await keyOf(sign())).toBe(key)
  expect(sent).toEqual([])
})

test('a failure of unknown kind is kept as an unknown outcome', async () => {
  const { sign } = await node()
  expect(await keyOf(sign({}, () => Promise.reject(new Error('a bug'))))).toBe('Error: a bug')
  expect(await keyOf(sign())).toBe('sign.outcome_unknown')
})

test('a process that died leaves 409 until its request cannot be under way any more, then an unknown outcome', async () => {
  const died = await node()
  void died.sign({}, () => new Promise(() => {}))
  await died.clock.advance(99_999)
  const next = await node({ clock: died.clock })
  expect(await keyOf(next.sign(died.request))).toBe('sign.idempotency_in_flight')
  await died.clock.advance(1)
  expect(await keyOf(next.sign(died.request))).toBe('sign.outcome_unknown')
  expect(next.sent).toEqual([])
})

test('an answer that comes late all the same is the answer from then on', async () => {
  const { sign, clock } = await node()
  let end = (): void => {}
  const first = sign(
    {},
    () =>
      new Promise(resolve => {
        end = () => resolve({ sign: 'late', certNo: '01', device: { name: 'device-1' } })
      })
  )
  await clock.advance(100_000)
  expect(await keyOf(sign())).toBe('sign.outcome_unknown')
  end()
  await first
  expect((await sign()).sign).toBe('late')
})

test('outcomes are kept for their time and not longer', async () => {
  const { sign, sent, clock } = await node()
  await sign()
  await clock.advance(times.ttlMs - 1)
  await sign()
  expect(sent).toHaveLength(1)
  await clock.advance(1)
  await sign()
  expect(sent).toHaveLength(2)
})

test('a batch may come again and go on, but not as another batch, nor beside itself', async () => {
  const { idempotency, request } = await node()
  const name = { caller: 'shop', key: request.idempotencyKey ?? '' }
  const requests = [request, { ...request, data: 'second' }]
  let end = (): void => {}
  const first = idempotency.alone(
    name,
    requests,
    () => new Promise<string>(resolve => (end = () => resolve('one')))
  )
  await new Promise(resolve => setImmediate(resolve))
  expect(await keyOf(idempotency.alone(name, requests, async () => 'two'))).toBe('sign.idempotency_in_flight')
  end()
  expect(await first).toBe('one')
  expect(await idempotency.alone(name, requests, async () => 'again')).toBe('again')
  const other = idempotency.alone(name, requests.slice(1), async () => 'other')
  expect(await keyOf(other)).toBe('sign.idempotency_mismatch')
  const single = idempotency.stage(request, () => Promise.reject(new Error('must not be asked')))
  expect(await keyOf(single)).toBe('sign.idempotency_mismatch')
})

test('without the database nothing is signed under a key, and a signature that cannot be kept is still returned', async () => {
  const fail = (): never => {
    throw new Error('disk full')
  }
  const broken = { deleteFrom: fail }
  const none = await node({ service: { open: async () => broken } as never })
  expect(await keyOf(none.sign())).toBe('sign.idempotency_unavailable')
  expect(none.sent).toEqual([])
  const own = await testPlugin(database, { config: { file: ':memory:' } })
  const { sign, logs } = await node({ service: own.service })
  const signed = await sign({}, async () => {
    await own.close()
    return { sign: 's', certNo: '01', device: { name: 'device-1' } }
  })
  expect(signed.sign).toBe('s')
  expect(logs).toHaveLength(1)
})

test('rows hold no PIN and no text, nor a plain hash of them', async () => {
  const { sign } = await node()
  await sign({ data: 'the text' })
  const db = await gateway.service.open<{ sign_idempotency_requests: object }>('looking_on', {})
  const rows = JSON.stringify(await db.selectFrom('sign_idempotency_requests').selectAll().execute())
  expect(rows).toContain('"signed 1\\"')
  expect(rows).not.toMatch(/the text|88888888/)
})
