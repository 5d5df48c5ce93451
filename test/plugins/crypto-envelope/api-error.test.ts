import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import { buildApp, gcmKey } from './build-app.ts'
import { decryptHex, encryptHex } from './ecb-client.ts'
import { openAnswer, sealRequest, type GcmEnvelope } from './gcm-client.ts'

const body = { type: 'object', required: ['str'], properties: { str: { type: 'string' } } }
const answerSchema = { 200: { type: 'object', properties: { sign: { type: 'string' } } } }
const errors = apiError

function routes(app: FastifyInstance): void {
  const sign = { schema: { body, response: answerSchema }, handler: async () => ({ sign: 'c2ln' }) }
  for (const dialect of ['plain', 'flask', 'ws3', 'problem'] as const) {
    app.post(`/legacy/${dialect}`, { config: { envelope: 'legacy', dialect }, ...sign })
    app.post(`/modern/${dialect}`, { config: { envelope: 'default', dialect }, ...sign })
  }
  app.post('/around', { config: { envelope: 'legacy', dialect: 'flask' } }, (_request, reply) =>
    reply.send({ sign: 'plain' })
  )
  app.post('/empty', { config: { envelope: 'legacy', dialect: 'plain' } }, async () => null)
}

const members = { plain: 'data', flask: 'data', ws3: 'result', problem: undefined }
const hello = encryptHex('{"str":"hello"}')

async function post(app: FastifyInstance, url: string, payload: string | object, headers = {}) {
  return app.inject({ method: 'POST', url, payload, headers })
}

test.each(Object.entries(members))(
  'in the dialect %s the sealed answer stands where the value would',
  async (dialect, member) => {
    await using gateway = await buildApp(routes, { errors })
    const { app, clock } = gateway
    const legacy = await post(app, `/legacy/${dialect}`, hello)
    const text = member ? (legacy.json() as Record<string, string>)[member] : legacy.body
    expect(decryptHex(text ?? '')).toBe('{"sign": "c2ln"}')

    const client = { key: gcmKey, kid: 'key-a', method: 'POST', path: `/modern/${dialect}` }
    const request = sealRequest(client, '{"str":"hello"}', clock.now())
    const modern = (await post(app, `/modern/${dialect}`, request)).json() as Record<string, unknown>
    const answer = (member ? modern[member] : modern) as GcmEnvelope
    expect(openAnswer(client, answer, request.nonce)).toBe('{"sign":"c2ln"}')
  }
)

test('the legacy contract: code, msg and the hexadecimal data; failures with data false and the status as code', async () => {
  await using gateway = await buildApp(routes, { errors })
  const good = await post(gateway.app, '/legacy/plain', hello)
  expect(good.json()).toEqual({ code: 200, msg: '成功', data: expect.stringMatching(/^[0-9A-F]{32,}$/) })
  expect(Object.keys(good.json())).toEqual(['code', 'msg', 'data'])

  const bad = await post(gateway.app, '/legacy/plain', 'zz')
  expect(bad.statusCode).toBe(400)
  expect(bad.json()).toEqual({ code: 400, msg: '请求内容无法解密', data: false })
  const english = await post(gateway.app, '/legacy/plain', 'zz', { 'accept-language': 'en' })
  expect(english.json()).toMatchObject({ msg: 'The request could not be opened' })
})

test('an opened body that does not fit the schema names the field', async () => {
  await using gateway = await buildApp(routes, { errors })
  const response = await post(gateway.app, '/legacy/problem', encryptHex('{"other":"12345678"}'))
  expect(response.statusCode).toBe(400)
  expect(response.body).toContain('str')
  expect(response.body).not.toContain('12345678')
  expect(response.json()).toMatchObject({ code: 'param.invalid' })
})

test('a replay and a store that is away have their codes', async () => {
  await using gateway = await buildApp(routes, { errors })
  const { app, clock, state } = gateway
  const client = { key: gcmKey, kid: 'key-a', method: 'POST', path: '/modern/flask' }
  const request = sealRequest(client, '{"str":"hello"}', clock.now())
  await post(app, '/modern/flask', request)
  expect((await post(app, '/modern/flask', request)).json()).toMatchObject({
    error_code: 3021,
    msg: '请求重复'
  })
  state.fail(new Error('away'))
  const away = await post(
    app,
    '/modern/problem',
    sealRequest({ ...client, path: '/modern/problem' }, '{}', clock.now())
  )
  expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '1'])
})

test('a handler that answers past the envelope is stopped in a dialect that is always 200, too', async () => {
  await using gateway = await buildApp(routes, { errors })
  const response = await post(gateway.app, '/around', hello)
  expect(response.json()).toMatchObject({ error_code: 3022 })
  expect(response.body).not.toContain('plain')
})

test('nothing to say is sealed as null', async () => {
  await using gateway = await buildApp(routes, { errors })
  const { data } = (await post(gateway.app, '/empty', hello)).json() as { data: string }
  expect(decryptHex(data)).toBe('null')
})
