import { createDecipheriv, createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { buildProfile, failureOf, now, open } from '../build-profile.ts'
import { sealFeishu } from '../clients/partner.ts'

const at = { method: 'POST', path: '/feishu', ts: now }
const event = sealFeishu('test key', '{"schema":"2.0"}', at)

let profile: Profile
beforeAll(async () => {
  profile = await buildProfile({ codec: 'feishu' }, { k: { key: 'test key', encoding: 'utf8', use: 'both' } })
})

test('the example of Feishu’s documentation is decrypted', async () => {
  const encrypt = 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk='
  const bytes = Buffer.from(encrypt, 'base64')
  const key = createHash('sha256').update('test key').digest()
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16))
  expect(decipher.update(bytes.subarray(16), undefined, 'utf8') + decipher.final('utf8')).toBe('hello world')
  // The codec gets as far as that this is no JSON object.
  const body = Buffer.from(JSON.stringify({ encrypt }))
  expect(await failureOf(profile, { body, context: at })).toBe('content')
})

test('an event carries what tells a replay', async () => {
  const signature = event.context.headers?.['x-lark-signature']
  expect(await open(profile, event)).toMatchObject({
    value: { schema: '2.0' },
    freshness: { ts: now, nonce: signature }
  })
})

test('digits moved from the nonce into the time are the same message to the replay guard', async () => {
  const { headers = {} } = event.context
  const time = headers['x-lark-request-timestamp'] as string
  const nonce = headers['x-lark-request-nonce'] as string
  const moved = {
    ...headers,
    'x-lark-request-timestamp': time + nonce[0],
    'x-lark-request-nonce': nonce.slice(1)
  }
  expect(await failureOf(profile, { ...event, context: { ...at, headers: moved } })).toBe('format')
})

test('only the check of a new address is opened without a signature', async () => {
  const check = sealFeishu('test key', '{"type":"url_verification","challenge":"c"}', at)
  const opened = await open(profile, { ...check, context: at })
  expect([opened.value, opened.freshness]).toEqual([{ type: 'url_verification', challenge: 'c' }, undefined])
  expect(await failureOf(profile, { ...event, context: at })).toBe('mac')
})

test('an answer is sealed as an event is', async () => {
  const answered = { context: at, binding: {} }
  const { body } = profile.codec.seal({ a: 1 }, profile.ring.sealing('k')!, answered) as SealedAnswer
  const signed = sealFeishu('test key', '{}', at).context
  const message = { body: Buffer.from(JSON.stringify(body)), context: signed }
  expect(await failureOf(profile, message)).toBe('mac')
  const bytes = Buffer.from((body as { encrypt: string }).encrypt, 'base64')
  const key = createHash('sha256').update('test key').digest()
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16))
  expect(decipher.update(bytes.subarray(16), undefined, 'utf8') + decipher.final('utf8')).toBe('{"a":1}')
})

describe('refused', () => {
  const headers = event.context.headers ?? {}
  test.each([
    ['no JSON', { body: Buffer.from('encrypt') }, 'format'],
    ['no ciphertext', { body: Buffer.from('{"encrypt":1}') }, 'format'],
    ['only an IV', { body: Buffer.from(`{"encrypt":"${Buffer.alloc(16).toString('base64')}"}`) }, 'format'],
    ['a signature in upper case', { headers: { ...headers, 'x-lark-signature': 'A'.repeat(64) } }, 'format'],
    ['a short signature', { headers: { ...headers, 'x-lark-signature': 'a' } }, 'format'],
    ['another signature', { headers: { ...headers, 'x-lark-signature': 'a'.repeat(64) } }, 'mac'],
    ['no time', { headers: { ...headers, 'x-lark-request-timestamp': undefined } }, 'format'],
    ['no nonce', { headers: { ...headers, 'x-lark-request-nonce': undefined } }, 'mac'],
    [
      'a time in milliseconds',
      { headers: { ...headers, 'x-lark-request-timestamp': String(now) } },
      'format'
    ],
    ['two nonces', { headers: { ...headers, 'x-lark-request-nonce': '1, 2' } }, 'format']
  ])(
    '%s',
    async (
      _kind,
      { body = event.body, headers: sent = headers }: { body?: Buffer; headers?: object },
      failure
    ) => {
      expect(await failureOf(profile, { body, context: { ...at, headers: { ...sent } } })).toBe(failure)
    }
  )

  test('an empty Encrypt Key', async () => {
    const build = buildProfile({ codec: 'feishu' }, { k: { key: '', encoding: 'utf8', use: 'both' } })
    await expect(build).rejects.toThrow('is empty')
  })
})
