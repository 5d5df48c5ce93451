import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import plugin from '../../../src/plugins/crypto-envelope/index.ts'
import type { CryptoEnvelope } from '../../../src/plugins/crypto-envelope/service.ts'
import { metaOf } from '../../../src/core/plugin.ts'
import { buildApp, gcmKey, settings } from './build-app.ts'
import { decryptHex, demonstrationKey, encryptHex } from './ecb-client.ts'
import { openAnswer, sealRequest, type GcmEnvelope } from './gcm-client.ts'

const context = { method: 'POST', path: '/a' }
const client = { key: gcmKey, kid: 'key-a', ...context }
const noRoutes = (): void => undefined

function request(ts: number, plaintext = '{"a":1}', sender = client): Buffer {
  return Buffer.from(JSON.stringify(sealRequest(sender, plaintext, ts)))
}

async function keyOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'opened',
    (error: unknown) => (error instanceof ApiError ? error.entry.key : String(error))
  )
}

function countersOf(envelope: CryptoEnvelope, profile: string): Readonly<Record<string, number>> {
  return envelope.status().find(({ name }) => name === profile)!.counters
}

test('the service opens and seals without a route', async () => {
  await using gateway = await buildApp(noRoutes)
  const opened = await gateway.envelope.open('default', request(gateway.clock.now()), context)
  expect(opened).toMatchObject({ profile: 'default', kid: 'key-a', value: { a: 1 } })
  const { body } = await gateway.envelope.seal({ b: 2 }, opened, context)
  const answer = body as unknown as GcmEnvelope
  expect(openAnswer(client, answer, opened.binding['nonce'] ?? '')).toBe('{"b":2}')
})

test('only the envelope.… errors leave, without a cause that could quote the message', async () => {
  await using gateway = await buildApp(noRoutes)
  const message = Buffer.from(encryptHex('{"pin":12345678 oops}'))
  const error = await gateway.envelope.open('legacy', message, context).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({
    cause: undefined,
    context: {},
    entry: { key: 'envelope.invalid', http: 400 }
  })
})

test('a replay is refused, a full store refuses what is new', async () => {
  await using gateway = await buildApp(noRoutes, { maxKeys: 1 })
  const { envelope, clock } = gateway
  const message = request(clock.now())
  expect(await keyOf(envelope.open('default', message, context))).toBe('opened')
  expect(await keyOf(envelope.open('default', message, context))).toBe('envelope.replayed')
  expect(await keyOf(envelope.open('default', request(clock.now()), context))).toBe('envelope.unavailable')
  expect(countersOf(envelope, 'default')).toEqual({ opened: 1, replayed: 1, unavailable: 1 })
})

test('a replay in other white space is a replay still', async () => {
  await using gateway = await buildApp(noRoutes)
  const message = request(gateway.clock.now())
  await gateway.envelope.open('default', message, context)
  const spaced = Buffer.from(JSON.stringify(JSON.parse(message.toString()), undefined, 2))
  expect(await keyOf(gateway.envelope.open('default', spaced, context))).toBe('envelope.replayed')
})

test('of many equal requests at once exactly one opens', async () => {
  await using gateway = await buildApp(noRoutes)
  const message = request(gateway.clock.now())
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => keyOf(gateway.envelope.open('default', message, context)))
  )
  expect(outcomes.filter(outcome => outcome === 'opened')).toHaveLength(1)
  expect(outcomes.filter(outcome => outcome === 'envelope.replayed')).toHaveLength(19)
})

test('a message that is not authentic leaves no nonce behind', async () => {
  await using gateway = await buildApp(noRoutes)
  const { envelope, clock, state } = gateway
  const forged = request(clock.now(), '{}', { ...client, key: Buffer.alloc(32, 6) })
  expect(await keyOf(envelope.open('default', forged, context))).toBe('envelope.invalid')
  expect(state.keys.size).toBe(0)
})

test('the failures are counted by class and profile', async () => {
  await using gateway = await buildApp(noRoutes)
  const { envelope, clock } = gateway
  const now = clock.now()
  const messages = [
    ['legacy', 'zz'],
    ['legacy', encryptHex('[]')],
    ['legacy', encryptHex('{}', 'a wrong key 0000')],
    ['default', '{}'],
    ['default', request(now, '{}', { ...client, kid: 'nobody' }).toString()],
    ['default', request(now - 300_001).toString()],
    ['default', request(now, '{}', { ...client, path: '/b' }).toString()]
  ] as const
  for (const [profile, text] of messages)
    expect(await keyOf(envelope.open(profile, Buffer.from(text), context))).toBe('envelope.invalid')
  expect(countersOf(envelope, 'legacy')).toEqual({
    invalid_encoding: 1,
    invalid_content: 1,
    invalid_cipher: 1
  })
  expect(countersOf(envelope, 'default')).toEqual({
    invalid_format: 1,
    invalid_key: 1,
    invalid_expired: 1,
    invalid_cipher: 1
  })
})

test('what cannot be sealed is an error with a reason that holds nothing of it', async () => {
  await using gateway = await buildApp(noRoutes)
  const opened = await gateway.envelope.open('legacy', Buffer.from(encryptHex('{}')), context)
  const hostile = {
    toJSON() {
      throw new Error('pin 12345678')
    }
  }
  const error = await gateway.envelope.seal(hostile, opened, context).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    message: 'The value has no JSON form.',
    cause: undefined,
    entry: { key: 'envelope.unsealed', http: 500 }
  })
  expect(countersOf(gateway.envelope, 'legacy')).toEqual({ opened: 1, unsealed: 1 })
})

test('a profile that does not exist is a mistake of the caller, not a bad message', async () => {
  await using gateway = await buildApp(noRoutes)
  await expect(gateway.envelope.open('nope', Buffer.alloc(0), context)).rejects.toThrow(RangeError)
})

describe('rotation', () => {
  const text = { encoding: 'utf8' as const, use: 'both' as const }

  test('a profile whose messages name no key opens those under the previous one, and answers with it', async () => {
    const config = {
      keys: { next: { ...text, key: 'the next key 000' }, last: { ...text, key: demonstrationKey } },
      profiles: { partner: { codec: 'mysql-ecb-hex' as const, keys: ['next', 'last'] } }
    }
    await using gateway = await buildApp(noRoutes, { config })
    const opened = await gateway.envelope.open('partner', Buffer.from(encryptHex('{"a":1}')), context)
    expect(opened.kid).toBe('last')
    const { body } = await gateway.envelope.seal({ b: 2 }, opened, context)
    expect(decryptHex(body as string)).toBe('{"b": 2}')
  })

  test('a key per direction: requests under the one, answers under the other', async () => {
    const out = Buffer.alloc(32, 9)
    const config = {
      keys: {
        in: { key: gcmKey.toString('hex'), encoding: 'hex' as const, use: 'open' as const },
        out: { key: out.toString('hex'), encoding: 'hex' as const, use: 'seal' as const }
      }
    }
    await using gateway = await buildApp(noRoutes, { config })
    const message = request(gateway.clock.now(), '{}', { ...client, kid: 'in' })
    const opened = await gateway.envelope.open('default', message, context)
    const { body } = await gateway.envelope.seal({ a: 1 }, opened, context)
    const answer = body as unknown as GcmEnvelope
    expect(answer.kid).toBe('out')
    expect(openAnswer({ ...client, key: out }, answer, opened.binding['nonce'] ?? '')).toBe('{"a":1}')
  })

  test('a profile may have a window of its own', async () => {
    const config = {
      keys: settings.keys,
      profiles: { quick: { codec: 'aes-256-gcm' as const, keys: ['key-a'], replayWindowMs: 1000 } }
    }
    await using gateway = await buildApp(noRoutes, { config })
    const message = request(gateway.clock.now() - 1001)
    expect(await keyOf(gateway.envelope.open('quick', message, context))).toBe('envelope.invalid')
  })
})

describe('health', () => {
  const health = metaOf(plugin)!.health!

  test('is good while every profile has a valid key', async () => {
    await using gateway = await buildApp(noRoutes)
    expect(health(gateway.envelope)).toBeUndefined()
  })

  test('names the profiles whose keys have run out', async () => {
    const key = { key: gcmKey.toString('base64'), notAfter: '2026-01-01T00:00:01Z' }
    await using gateway = await buildApp(noRoutes, {
      config: { legacyKey: demonstrationKey, keys: { a: key } }
    })
    expect(health(gateway.envelope)).toBeUndefined()
    await gateway.clock.advance(1000)
    expect(() => health(gateway.envelope)).toThrow('no key is valid now in: default')
    expect(gateway.envelope.status()).toMatchObject([
      { name: 'default', codec: 'aes-256-gcm', keys: [] },
      { name: 'legacy', codec: 'mysql-ecb-hex', keys: ['legacy'] }
    ])
  })
})

test('settings that cannot work end the start even without the kernel', async () => {
  const build = buildApp(noRoutes, { config: { legacyKey: 'x'.repeat(32), keys: { a: { key: 'AAAA' } } } })
  await expect(build).rejects.toThrow(/keys\.a\.key .*3 bytes.*legacyKey .*zero bytes/)
})
