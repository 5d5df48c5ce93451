import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { buildApp, gcmKey, settings } from './build-app.ts'
import { demonstrationKey, encryptHex } from './ecb-client.ts'
import { sealRequest } from './gcm-client.ts'

const pin = '73914682'
const answerText = 'the-signature-itself'

function routes(app: FastifyInstance): void {
  const schema = { body: { type: 'object', required: ['str'], properties: { str: { type: 'string' } } } }
  const handler = async (): Promise<object> => ({ sign: answerText })
  app.post('/legacy', { config: { envelope: 'legacy' }, schema }, handler)
  app.post('/modern', { config: { envelope: 'default' }, schema }, handler)
  app.post('/unsealed', { config: { envelope: 'legacy' } }, async () => ({ sign: answerText, big: 1n }))
  app.post('/around', { config: { envelope: 'legacy' } }, (_request, reply) =>
    reply.send({ sign: answerText })
  )
}

test('neither the logs at their most verbose nor any error answer hold a key or what was sealed', async () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    }
  })
  await using gateway = await buildApp(routes, { fastify: { logger: { level: 'trace', stream } } })
  const { app, clock, state } = gateway
  const client = { key: gcmKey, kid: 'key-a', method: 'POST', path: '/modern' }
  const sealed = (plaintext: string): string => JSON.stringify(sealRequest(client, plaintext, clock.now()))
  const good = `{"str":"x","pwdstr":"${pin}"}`
  const plaintexts = [
    good,
    `{"str":1e9,"pwdstr":"${pin}"}`,
    `{"pwdstr":"${pin}"}`,
    `{"str":"x","pwdstr":${pin} broken`,
    `["${pin}"]`,
    `{"__proto__":"${pin}"}`
  ]
  const bodies: string[] = []
  const post = async (url: string, payload: string): Promise<void> => {
    bodies.push((await app.inject({ method: 'POST', url, payload })).body)
  }
  for (const plaintext of plaintexts) {
    await post('/legacy', encryptHex(plaintext))
    await post('/modern', sealed(plaintext))
    await post('/unsealed', encryptHex(plaintext))
    await post('/around', encryptHex(plaintext))
  }
  state.fail(new Error('the store is away'))
  await post('/modern', sealed(good))

  const everything = [...lines, ...bodies, ...state.keys.keys()].join('\n')
  expect(lines.length).toBeGreaterThan(plaintexts.length)
  expect(everything).toContain('some envelope profiles are weak by design')
  for (const secret of [
    pin,
    answerText,
    demonstrationKey,
    settings.keys['key-a'].key,
    gcmKey.toString('hex')
  ])
    expect(everything).not.toContain(secret)
})

test('the start warns once that a weak format is in use, and not without one', async () => {
  const warningsWith = async (config: object): Promise<unknown[]> => {
    const lines: string[] = []
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString())
        done()
      }
    })
    await using gateway = await buildApp(() => undefined, {
      config,
      fastify: { logger: { level: 'warn', stream } }
    })
    expect(gateway.envelope.status().length).toBeGreaterThan(0)
    return lines.map(line => JSON.parse(line) as unknown)
  }
  expect(await warningsWith(settings)).toMatchObject([
    { level: 40, plugin: 'crypto-envelope', weak: { legacy: expect.stringContaining('mysql-ecb-hex: ') } }
  ])
  expect(await warningsWith({ keys: settings.keys })).toEqual([])
})
