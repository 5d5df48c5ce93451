import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { buildApp, fakeErrors, gcmKey, type EnvelopeApp } from './build-app.ts'
import { encryptHex } from './ecb-client.ts'
import { taggedFormats, untaggedFormats } from './clients/formats.ts'
import { sealRequest, type GcmEnvelope } from './gcm-client.ts'

const client = { key: gcmKey, kid: 'key-a', method: 'POST', path: '/modern' }

function routes(app: FastifyInstance): void {
  app.post('/legacy', { config: { envelope: 'legacy' } }, async () => ({}))
  app.post('/modern', { config: { envelope: 'default' } }, async () => ({}))
}

const sound = encryptHex('{"str":"hello","pwdstr":"00000000"}')
const legacyMessages = {
  nothing: '',
  'not hexadecimal': 'hello',
  'odd length': sound.slice(0, -1),
  'no whole block': sound.slice(0, -2),
  truncated: sound.slice(0, -32),
  'blocks in another order': sound.slice(32, 64) + sound.slice(0, 32) + sound.slice(64),
  'another key': encryptHex('{"a":1}', 'a wrong key 0000'),
  'no UTF-8': encryptHex(Buffer.of(0x22, 0xff, 0x22)),
  'no JSON': encryptHex('str=hello'),
  'no object': encryptHex('"hello"'),
  'a prototype': encryptHex('{"__proto__":{"a":1}}')
}

function modernMessages(now: number): Readonly<Record<string, string>> {
  const request = sealRequest(client, '{"str":"hello"}', now)
  const edited = (changes: Partial<GcmEnvelope>): string => JSON.stringify({ ...request, ...changes })
  return {
    nothing: '',
    'no JSON': 'hello',
    'no envelope': '{}',
    'a further field': JSON.stringify({ ...request, x: 1 }),
    'another version': edited({ v: 2 }),
    'another algorithm': edited({ alg: 'none' }),
    'an unknown key': edited({ kid: 'nobody' }),
    'a changed time': edited({ ts: now + 1 }),
    'an old time': JSON.stringify(sealRequest(client, '{}', now - 300_001)),
    'a future time': JSON.stringify(sealRequest(client, '{}', now + 300_001)),
    'a short nonce': edited({ nonce: 'AAAA' }),
    'another nonce': edited({ nonce: 'AAAAAAAAAAAAAAAA' }),
    'no base64url': edited({ ct: '***' }),
    'a bad tag': edited({ ct: 'A'.repeat(40) }),
    'another path': JSON.stringify(sealRequest({ ...client, path: '/legacy' }, '{}', now)),
    'another method': JSON.stringify(sealRequest({ ...client, method: 'PUT' }, '{}', now)),
    'another key': JSON.stringify(sealRequest({ ...client, key: Buffer.alloc(32, 1) }, '{}', now)),
    'no object': JSON.stringify(sealRequest(client, '[]', now)),
    'a prototype': JSON.stringify(sealRequest(client, '{"__proto__":{}}', now))
  }
}

const strip = ({ date: _date, ...headers }: Readonly<Record<string, unknown>>): object => headers

describe.each([
  ['with uniform errors', { errors: fakeErrors }],
  ['alone', {}]
])('%s', (_how, options) => {
  test('every message that cannot be opened has the same answer, byte for byte', async () => {
    await using gateway = await buildApp(routes, options)
    const answers = new Map<string, string>()
    const send = async ({ app }: EnvelopeApp, url: string, kind: string, payload: string): Promise<void> => {
      const { statusCode, headers, body } = await app.inject({ method: 'POST', url, payload })
      answers.set(`${url} ${kind}`, JSON.stringify([statusCode, strip(headers), body]))
    }
    for (const [kind, message] of Object.entries(legacyMessages))
      await send(gateway, '/legacy', kind, message)
    for (const [kind, message] of Object.entries(modernMessages(gateway.clock.now())))
      await send(gateway, '/modern', kind, message)
    const [first = ''] = answers.values()
    expect(first).toMatch(/^\[400,/)
    for (const [kind, answer] of answers) expect(answer, `the answer to ${kind}`).toBe(first)
  })
})

describe('whatever the format', () => {
  const names = [...taggedFormats, ...untaggedFormats].map(({ name }, index) => [name, `p-${index}`] as const)
  const config = { keys: {} as Record<string, object>, profiles: {} as Record<string, object> }
  for (const [index, { profile, keys }] of [...taggedFormats, ...untaggedFormats].entries()) {
    const renamed = Object.entries(keys).map(([kid, key]) => [`${kid}-${index}`, key] as const)
    Object.assign(config.keys, Object.fromEntries(renamed))
    config.profiles[`p-${index}`] = { ...profile, answers: 'plain', keys: renamed.map(([kid]) => kid) }
  }

  test('a message that cannot be opened has the same answer, byte for byte', async () => {
    const add = (app: FastifyInstance): void => {
      for (const [, name] of names) app.post(`/${name}`, { config: { envelope: name } }, async () => ({}))
    }
    await using gateway = await buildApp(add, { errors: fakeErrors, config })
    const answers = new Map<string, string>()
    for (const [index, format] of [...taggedFormats, ...untaggedFormats].entries()) {
      const occasion = { method: 'POST', path: `/p-${index}`, ts: gateway.clock.now() }
      const wrong = Buffer.alloc((format.keys['k']?.key.length ?? 0) / 2, 3)
      const { body, context } = await format.send('{"str":"hello"}', occasion, wrong)
      const messages = [
        Buffer.alloc(0),
        Buffer.from('{}'),
        Buffer.from('"'),
        Buffer.from([0xff, 0]),
        body,
        body.subarray(1)
      ]
      for (const [at, payload] of messages.entries()) {
        const url = `/p-${index}?${context.query ?? ''}`
        const headers = context.headers as Record<string, string>
        const response = await gateway.app.inject({ method: 'POST', url, payload, headers: headers ?? {} })
        answers.set(
          `${format.name}, message ${at}`,
          JSON.stringify([response.statusCode, strip(response.headers), response.body])
        )
      }
    }
    const [first = ''] = answers.values()
    expect(first).toMatch(/^\[400,.*envelope\.invalid/)
    for (const [kind, answer] of answers) expect(answer, `the answer to ${kind}`).toBe(first)
  })
})
