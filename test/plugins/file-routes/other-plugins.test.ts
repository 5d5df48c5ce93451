import { describe, expect, test } from 'vitest'
import cache from '../../../src/plugins/cache/index.ts'
import cors from '../../../src/plugins/cors/index.ts'
import tokenAuth from '../../../src/plugins/token-auth/index.ts'
import { TokenAuth } from '../../../src/plugins/token-auth/service.ts'
import { serve } from './rig.ts'

const get = `export const get = () => 'got'`

describe('cors', () => {
  const options = { plugins: { cors: { use: cors, origins: ['https://portal.example'] } } }
  const origin = 'https://portal.example'

  test.for(['/card/1', '/none'])('answers preflights of %s', async url => {
    await using rig = await serve({ 'card/[id].js': get }, options)
    const headers = { origin, 'access-control-request-method': 'GET' }
    const answer = await rig.inject({ method: 'OPTIONS', url, headers })
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([204, origin])
  })

  test('lets pages read what files answer, refusals as well', async () => {
    await using rig = await serve({ 'a.js': get }, options)
    for (const method of ['GET', 'PUT', 'OPTIONS'] as const) {
      const answer = await rig.inject({ method, url: '/a', headers: { origin } })
      expect([answer.json<{ code: number }>().code, answer.headers['access-control-allow-origin']]).toEqual([
        method === 'GET' ? 200 : 405,
        origin
      ])
    }
  })
})

describe('token-auth', () => {
  const options = {
    plugins: {
      'token-auth': {
        use: tokenAuth,
        secret: 'a secret of the tests that is long enough',
        prefixes: ['/v1'],
        scopes: { user: { allow: ['v1.order+get', 'v1.order+sum'], modules: ['v1.card'] } }
      }
    },
    settings: { dialect: 'problem' }
  }
  const files = {
    'v1/order/index.js': `${get}; export const post = get`,
    'v1/card/[id].js': `${get}; export const config = { authorize: ({ id }, request) => id === request.params.id }`,
    'v1/order/sum.js': `${get}; export const config = { endpoint: 'v1.order+sum' }`,
    'v1/news.js': `${get}; export const post = get; export const config = { get: { auth: 'public' } }`,
    'open.js': get
  }

  test('guards what is below its prefixes, by scopes and by what files say', async () => {
    await using rig = await serve(files, options)
    const { token } = await rig.app.getDecorator<TokenAuth>(TokenAuth.name).issue('ann', ['user'])
    const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, bearer = true): Promise<number> => {
      const headers = bearer ? { authorization: `Bearer ${token}` } : {}
      return (await rig.inject({ method, url, headers })).statusCode
    }
    expect(await ask('GET', '/v1/order')).toBe(200)
    expect(await ask('GET', '/v1/order', false)).toBe(401)
    expect(await ask('POST', '/v1/order')).toBe(403)
    expect(await ask('GET', '/v1/order/sum')).toBe(200)
    expect(await ask('GET', '/v1/card/ann')).toBe(200)
    expect(await ask('GET', '/v1/card/bob')).toBe(403)
    expect(await ask('GET', '/v1/news', false)).toBe(200)
    expect(await ask('POST', '/v1/news', false)).toBe(401)
    expect(await ask('GET', '/open', false)).toBe(200)
    expect(await ask('PUT', '/v1/order', false)).toBe(405)
  })

  test('hears of no endpoints that there are not', async () => {
    await using rig = await serve(files, options)
    const endpoints = rig.app.getDecorator<TokenAuth>(TokenAuth.name).endpoints()
    const required = endpoints.filter(({ auth }) => auth === 'required').map(({ id }) => id)
    expect(required.toSorted()).toEqual([
      'v1.card+get_by_id',
      'v1.news+post',
      'v1.order+get',
      'v1.order+post',
      'v1.order+sum'
    ])
    expect(endpoints.some(({ url }) => url === '/open')).toBe(false)
  })
})

describe('a cache for the whole route', () => {
  test('keeps what the function returns, for each path and query, and HEAD', async () => {
    const count = `let calls = 0; export const get = () => ++calls; export const config = { cache: '1h' }`
    await using rig = await serve({ '[id].js': count }, { plugins: { cache: { use: cache } } })
    const results = []
    for (const url of ['/a', '/a', '/b', '/a?q=1', '/a'])
      results.push(((await rig.get(url)) as { result: number }).result)
    expect(results).toEqual([1, 1, 2, 3, 1])
    expect((await rig.inject({ method: 'HEAD', url: '/a' })).headers['cache-status']).toContain('hit')
  })
})

describe('dialects', () => {
  const files = { 'a.js': get, 'b.js': `${get}; export const config = { dialect: 'plain' }` }

  test('are that of the file, that which the caller asks for, or that of the settings', async () => {
    await using rig = await serve(files)
    expect(await rig.get('/a')).toEqual({ success: true, code: 200, result: 'got' })
    expect(await rig.get('/b')).toEqual({ code: 200, msg: '成功', data: 'got' })
    const accept = 'application/vnd.paifang.flask+json'
    expect(await rig.get('/a', { accept })).toEqual({ code: 200, message: 'ok', data: 'got' })
    expect(await rig.get('/b', { accept })).toEqual({ code: 200, msg: '成功', data: 'got' })
  })

  test('are no matter without api-error', async () => {
    await using rig = await serve(files, { errors: false })
    expect((await rig.inject('/a')).body).toBe('got')
  })
})

test('an index answers at its alias, too, and its caches are the same', async () => {
  const text = `let calls = 0; export const get = (_, { publicCache }) => publicCache('1h', () => ++calls)`
  const options = { settings: { indexAlias: true, prefix: '/api' }, plugins: { cache: { use: cache } } }
  await using rig = await serve({ 'index.js': text }, options)
  for (const url of ['/api', '/api/index']) expect(await rig.get(url)).toMatchObject({ result: 1 })
  expect(rig.files.routes()).toEqual([
    { file: 'index.js', url: '/api', methods: ['get'] },
    { file: 'index.js', url: '/api/index', methods: ['get'] }
  ])
})
