import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import type { Settings } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import type { Config } from '../../../src/plugins/cors/config.ts'
import cors from '../../../src/plugins/cors/index.ts'

const portal = 'https://portal.example.com'

async function build(config: Settings<Config> = {}, withErrors = true) {
  const app: FastifyInstance = Fastify()
  if (withErrors) await app.register(apiError)
  await app.register(cors, config)
  app.get('/', () => 'hello')
  app.post('/fails', async () => {
    throw 403
  })
  await app.ready()
  return Object.assign(app, { [Symbol.asyncDispose]: () => app.close() })
}

const corsHeaders = (headers: object) =>
  Object.keys(headers).filter(name => name.startsWith('access-control'))
const preflight = { origin: portal, 'access-control-request-method': 'POST' }

describe('without origins', () => {
  test('no answer has a CORS header', async () => {
    await using app = await build()
    const answers = [
      await app.inject({ url: '/', headers: { origin: portal } }),
      await app.inject({ method: 'OPTIONS', url: '/', headers: preflight })
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 405])
    expect(answers.flatMap(({ headers }) => corsHeaders(headers))).toEqual([])
    expect(answers[0]?.headers['vary']).toBe('Accept')
  })
})

describe('an allowed origin', () => {
  test('may read answers', async () => {
    await using app = await build({ origins: [portal, 'http://localhost:5173'] })
    const { headers } = await app.inject({ url: '/', headers: { origin: portal } })
    expect(headers).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-expose-headers': 'Link, Retry-After, X-Request-Id, X-Total-Count',
      vary: 'Origin, Accept'
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test('may read failures too', async () => {
    await using app = await build({ origins: [portal] })
    const response = await app.inject({ method: 'POST', url: '/fails', headers: { origin: portal } })
    expect([response.statusCode, response.headers['access-control-allow-origin']]).toEqual([403, portal])
  })

  test('may send what the settings say, after a preflight', async () => {
    await using app = await build({
      origins: [portal],
      credentials: true,
      methods: ['GET', 'POST'],
      allowedHeaders: ['X-Token', 'Content-Type'],
      exposedHeaders: ['X-Custom'],
      maxAgeS: 60
    })
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: '/fails', headers: preflight })
    expect(statusCode).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'X-Token, Content-Type',
      'access-control-expose-headers': 'X-Custom',
      'access-control-max-age': '60'
    })
  })

  test('may send the headers that it asks for where none are named', async () => {
    await using app = await build({ origins: [portal] })
    const asking = { ...preflight, 'access-control-request-headers': 'x-token' }
    const { headers } = await app.inject({ method: 'OPTIONS', url: '/fails', headers: asking })
    expect(headers['access-control-allow-headers']).toBe('x-token')
    expect(headers['vary']).toBe('Origin, Access-Control-Request-Headers')
  })
})

describe('another origin', () => {
  test.each([
    'https://evil.example.com',
    'http://portal.example.com',
    `${portal}:8443`,
    `${portal}.evil.com`,
    'null'
  ])('such as %s may read nothing', async origin => {
    await using app = await build({ origins: [portal] })
    const answers = [
      await app.inject({ url: '/', headers: { origin } }),
      await app.inject({ method: 'OPTIONS', url: '/', headers: { ...preflight, origin } })
    ]
    for (const { headers } of answers) expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(answers[0]?.headers['vary']).toContain('Origin')
  })
})

test('* lets any origin read, without credentials', async () => {
  await using app = await build({ origins: ['*'] })
  const { headers } = await app.inject({ url: '/', headers: { origin: 'https://anyone.example' } })
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

test('caches are told that answers vary, also when nobody asks from another site', async () => {
  await using app = await build({ origins: [portal] })
  expect((await app.inject('/')).headers['vary']).toBe('Origin, Accept')
})

describe('an OPTIONS request that is no preflight', () => {
  test('is refused like any other method', async () => {
    await using app = await build({ origins: [portal] })
    const response = await app.inject({ method: 'OPTIONS', url: '/', headers: { origin: portal } })
    expect(response.json()).toMatchObject({ status: 405, code: 'route.method' })
    expect(response.headers['allow']).toBe('GET, HEAD')
    const nowhere = await app.inject({ method: 'OPTIONS', url: '/nowhere' })
    expect(nowhere.json()).toMatchObject({ status: 404, code: 'route.not_found' })
  })

  test('is not found where there is no api-error', async () => {
    await using app = await build({ origins: [portal] }, false)
    expect((await app.inject({ method: 'OPTIONS', url: '/' })).statusCode).toBe(404)
  })
})
