import { Readable } from 'node:stream'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { describe, expect, test } from 'vitest'
import { buildApp, fakeErrors, gcmKey, settings, type AppOptions } from './build-app.ts'
import { decryptHex, encryptHex } from './ecb-client.ts'
import { authenticate, encrypt, sealWecom } from './clients/partner.ts'
import { openAnswer, sealRequest, type GcmEnvelope } from './gcm-client.ts'

const body = {
  type: 'object',
  required: ['str'],
  properties: { str: { type: 'string', maxLength: 20 } }
} as const
const sealedType = 'application/vnd.paifang.sealed'

function routes(app: FastifyInstance): void {
  const echo = { schema: { body }, handler: async ({ body: value }: { body: unknown }) => ({ echo: value }) }
  app.post('/getCode', { config: { envelope: 'legacy' }, ...echo })
  app.post('/echo/:id', { config: { envelope: 'default' }, ...echo })
  app.post('/plain', async request => ({ echo: request.body }))
}

function post(app: FastifyInstance, url: string, payload: InjectOptions['payload'], headers = {}) {
  return app.inject({ method: 'POST', url, payload: payload!, headers })
}

const wecom = { aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', token: 'QDG6eK', receiverId: '' }
const client = { key: gcmKey, kid: 'key-a', method: 'POST', path: '/echo/1' }
const hello = encryptHex('{"str":"hello"}')

describe.each<[string, AppOptions, (text: string) => unknown]>([
  [
    'with uniform errors',
    { errors: fakeErrors },
    (text: string): unknown => (JSON.parse(text) as { data: unknown }).data
  ],
  ['alone', {}, (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text)]
])('%s', (_how, options, dataOf) => {
  test('a legacy request is opened for the handler, and its answer sealed', async () => {
    await using gateway = await buildApp(routes, options)
    const response = await post(gateway.app, '/getCode', hello)
    expect(response.statusCode).toBe(200)
    const data = dataOf(response.body) as string
    expect(data).toMatch(/^[0-9A-F]+$/)
    expect(decryptHex(data)).toBe('{"echo": {"str": "hello"}}')
  })

  test('a gcm request is opened for the handler, and its answer sealed', async () => {
    await using gateway = await buildApp(routes, options)
    const request = sealRequest(client, '{"str":"hello"}', gateway.clock.now())
    const response = await post(gateway.app, '/echo/1?trace=1', request)
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    const answer = dataOf(response.body) as GcmEnvelope
    expect(openAnswer(client, answer, request.nonce)).toBe('{"echo":{"str":"hello"}}')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json',
    'application/json; charset=gbk',
    'image/png',
    'not a type',
    undefined
  ])('the caller may call the body %s', async type => {
    await using gateway = await buildApp(routes, options)
    const response = await post(
      gateway.app,
      '/getCode',
      Buffer.from(hello),
      type ? { 'content-type': type } : {}
    )
    expect(response.statusCode).toBe(200)
  })

  test.each([
    ['an empty body', ''],
    ['no body', undefined],
    ['white space', ' \n']
  ])('%s cannot be opened', async (_kind, payload) => {
    await using gateway = await buildApp(routes, options)
    for (const url of ['/getCode', '/echo/1'])
      expect((await post(gateway.app, url, payload)).statusCode).toBe(400)
  })

  test('the schema of the route sees what was opened', async () => {
    await using gateway = await buildApp(routes, options)
    const missing = await post(gateway.app, '/getCode', encryptHex('{"other":1}'))
    const long = await post(gateway.app, '/getCode', encryptHex(`{"str":"${'x'.repeat(21)}"}`))
    expect([missing.statusCode, long.statusCode]).toEqual([400, 400])
    expect(missing.body).toContain('VALIDATION')
    expect(missing.body).not.toBe((await post(gateway.app, '/getCode', 'zz')).body)
  })

  test('a body above the limit is refused before anything is done with it', async () => {
    await using gateway = await buildApp(routes, { ...options, fastify: { bodyLimit: 1000 } })
    const response = await post(gateway.app, '/getCode', encryptHex(`{"str":"${'x'.repeat(1000)}"}`))
    expect(response.statusCode).toBe(413)
    expect(gateway.envelope.status().flatMap(({ counters }) => Object.keys(counters))).toEqual([])
  })

  test('the plugin’s own limit holds where that of the server is larger, and the smallest counts', async () => {
    const add = (app: FastifyInstance): void => {
      for (const [url, bodyLimit] of [
        ['/own', 1500],
        ['/more', 5000]
      ] as const)
        app.post(url, { config: { envelope: 'legacy' }, bodyLimit }, async () => ({}))
      routes(app)
    }
    const config = { ...settings, maxBytes: 2048 }
    await using gateway = await buildApp(add, { ...options, config })
    const statusOf = async (url: string, size: number): Promise<number> =>
      (await post(gateway.app, url, 'z'.repeat(size))).statusCode
    expect([await statusOf('/getCode', 2048), await statusOf('/getCode', 2049)]).toEqual([400, 413])
    expect([await statusOf('/own', 1500), await statusOf('/own', 1501)]).toEqual([400, 413])
    expect([await statusOf('/more', 2048), await statusOf('/more', 2049)]).toEqual([400, 413])
    expect((await post(gateway.app, '/plain', { a: 'z'.repeat(3000) })).statusCode).toBe(200)
  })

  test('query and headers reach the format, and its headers the caller', async () => {
    const macKey = 'a second secret of 32 characters'
    const keys = {
      m: { key: '0123456789abcdef', encoding: 'utf8', macKey },
      w: { key: wecom.aesKey, encoding: 'utf8', macKey: wecom.token }
    }
    const profiles = {
      mac: { codec: 'aes-ecb', hmac: 'sha256', keys: ['m'] },
      wecom: { codec: 'wecom', keys: ['w'] }
    }
    const add = (app: FastifyInstance): void => {
      for (const envelope of ['mac', 'wecom'])
        app.post(`/${envelope}`, { config: { envelope } }, async () => ({ ok: 1 }))
    }
    await using gateway = await buildApp(add, { ...options, config: { keys, profiles } })
    const at = { method: 'POST', path: '/mac', ts: gateway.clock.now() }
    const sealed = Buffer.from(
      encrypt('aes-128-ecb', Buffer.from(keys.m.key), null, Buffer.from('{}')).toString('base64')
    )
    const { headers } = authenticate(
      { body: sealed, context: at },
      'sha256',
      { kid: 'm', macKey },
      at.ts
    ).context
    const first = await post(gateway.app, '/mac?trace=1', sealed, headers)
    expect([first.statusCode, first.headers['envelope-key-id']]).toEqual([200, 'm'])
    expect(first.headers['envelope-mac']).toMatch(/^[0-9a-f]{64}$/)
    expect((await post(gateway.app, '/mac', sealed, headers)).statusCode).toBe(409)

    const callback = sealWecom(wecom, '{}', { ...at, path: '/wecom' })
    const second = await post(gateway.app, `/wecom?${callback.context.query}`, callback.body)
    expect(second.statusCode).toBe(200)
    expect(dataOf(second.body)).toHaveProperty('msgsignature')
    expect((await post(gateway.app, `/wecom?${callback.context.query}`, callback.body)).statusCode).toBe(409)
  })

  test('with plain answers only the request is sealed, and errors of the handler are as ever', async () => {
    const profiles = { half: { codec: 'aes-ecb', answers: 'plain', keys: ['h'] } }
    const keys = { h: { key: '0123456789abcdef', encoding: 'utf8', use: 'open' } }
    const add = (app: FastifyInstance): void => {
      app.post('/ok', { config: { envelope: 'half' } }, async ({ body: value }) => ({ echo: value }))
      app.post('/list', { config: { envelope: 'half' } }, async () => [1])
    }
    await using gateway = await buildApp(add, { ...options, config: { keys, profiles } })
    const sealed = encrypt('aes-128-ecb', Buffer.from(keys.h.key), null, Buffer.from('{"a":1}')).toString(
      'base64'
    )
    const response = await post(gateway.app, '/ok', sealed)
    expect(dataOf(response.body)).toEqual({ echo: { a: 1 } })
    expect((await post(gateway.app, '/list', sealed)).statusCode).toBe(500)
  })

  test('other routes are as they were', async () => {
    await using gateway = await buildApp(routes, options)
    const response = await post(gateway.app, '/plain', { a: 1 })
    expect(response.json()).toMatchObject(options.errors ? { data: { echo: { a: 1 } } } : { echo: { a: 1 } })
    const unknown = await post(gateway.app, '/plain', hello, { 'content-type': 'application/x-unknown' })
    const sealed = await post(gateway.app, '/plain', hello, { 'content-type': sealedType })
    expect([unknown.statusCode, sealed.statusCode]).toEqual([415, 415])
    expect(sealed.body).toBe(unknown.body)
  })

  test('hooks of the route run after the opening, those of its parents before the body is read', async () => {
    const seen: unknown[] = []
    await using gateway = await buildApp(app => {
      app.addHook('onRequest', async request => void seen.push(request.body))
      app.post('/hooked', {
        config: { envelope: 'legacy' },
        preValidation: async request => void seen.push(request.body),
        handler: async () => ({})
      })
    }, options)
    await post(gateway.app, '/hooked', hello)
    expect(seen).toEqual([undefined, { str: 'hello' }])
  })

  test.each([
    [
      'sends by itself',
      (_request: unknown, reply: { send(value: unknown): unknown }) => reply.send({ pin: 'plain' })
    ],
    [
      'sends by itself, later',
      async (_request: unknown, reply: { send(value: unknown): unknown }) => {
        await Promise.resolve()
        return reply.send('plain')
      }
    ],
    ['returns a cycle', async () => cycle()],
    ['returns a bigint', async () => ({ plain: 1n })],
    ['returns a function', async () => () => 'plain'],
    ['returns a stream', async () => Readable.from(['plain'])],
    ['returns bytes', async () => Buffer.from('plain')],
    [
      'sends a stream',
      (_request: unknown, reply: { send(value: unknown): unknown }) => reply.send(Readable.from(['plain']))
    ]
  ])('a handler that %s does not get its value out', async (_what, handler) => {
    await using gateway = await buildApp(app => {
      app.post('/leak', { config: { envelope: 'legacy' }, handler })
    }, options)
    const response = await post(gateway.app, '/leak', hello)
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toContain('plain')
    expect(response.body).toMatch(/unsealed|could not be sealed|past the envelope|no JSON form/)
  })

  test('an error of the handler stays plain, and an empty answer empty', async () => {
    await using gateway = await buildApp(app => {
      app.post('/teapot', {
        config: { envelope: 'legacy' },
        handler: async () => {
          throw Object.assign(new Error('no coffee'), { statusCode: 418, code: 'TEAPOT' })
        }
      })
      app.post('/sent', {
        config: { envelope: 'legacy' },
        handler: (_request, reply) => void reply.send(Object.assign(new Error('no tea'), { statusCode: 418 }))
      })
      app.post('/empty', {
        config: { envelope: 'legacy' },
        handler: (_request, reply) => reply.code(204).send()
      })
    }, options)
    const teapot = await post(gateway.app, '/teapot', hello)
    expect([teapot.statusCode, teapot.body.includes('TEAPOT')]).toEqual([418, true])
    expect((await post(gateway.app, '/sent', hello)).statusCode).toBe(418)
    expect((await post(gateway.app, '/empty', hello)).statusCode).toBe(204)
  })

  test('a response schema, which describes the plain value, does not touch the sealed one', async () => {
    const response = { 200: { type: 'object', properties: { ok: { type: 'boolean' } } } }
    await using gateway = await buildApp(app => {
      app.post('/echo/:id', {
        config: { envelope: 'default' },
        schema: { response },
        handler: async () => ({ ok: true })
      })
    }, options)
    const request = sealRequest(client, '{}', gateway.clock.now())
    const answer = dataOf((await post(gateway.app, '/echo/1', request)).body) as GcmEnvelope
    expect(openAnswer(client, answer, request.nonce)).toBe('{"ok":true}')
  })
})

describe('at the start', () => {
  test('an unknown profile is refused with the route and the profiles there are', async () => {
    const build = buildApp(app => {
      app.post('/getCode', { config: { envelope: 'legcy' } }, async () => ({}))
    })
    await expect(build).rejects.toThrow(
      "Route POST /getCode: there is no envelope profile 'legcy' (profiles: default, legacy)"
    )
  })

  test('the profile legacy exists only with its key, the default only with one of its own', async () => {
    const add = (app: FastifyInstance): void => {
      app.post('/getCode', { config: { envelope: 'legacy' } }, async () => ({}))
    }
    await expect(buildApp(add, { config: {} })).rejects.toThrow('(profiles: none: set legacyKey or keys')
    await expect(buildApp(add, { config: { keys: settings.keys } })).rejects.toThrow('(profiles: default)')
  })

  test.each([['GET'], [['POST', 'GET']]])('an envelope on a %s route is refused', async method => {
    const build = buildApp(app => {
      app.route({ method, url: '/a', config: { envelope: 'legacy' }, handler: async () => ({}) })
    })
    await expect(build).rejects.toThrow(/\/a has an envelope, but GET has no body/)
  })
})

function cycle(): object {
  const value: Record<string, unknown> = { pin: 'plain' }
  value['self'] = value
  return value
}
