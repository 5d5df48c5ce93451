import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { endpointId, isEndpointId } from '../../../src/plugins/token-auth/endpoint-id.ts'
import { outcomeOf, startRig, type Rig } from './rig.ts'

const answer = (): string => 'ok'

test.each([
  ['GET', '/v1/order', 'v1.order+get'],
  ['GET', '/v1/order/', 'v1.order+get'],
  ['POST', '/v1/order', 'v1.order+post'],
  ['GET', '/v1/order/:id', 'v1.order+get_by_id'],
  ['GET', '/v1/order/id', 'v1.order+get_id'],
  ['DELETE', '/v12/order/:id/lines/:line', 'v12.order+delete_by_id_lines_by_line'],
  ['GET', '/card/detail', 'card+get_detail'],
  ['GET', '/vip/x', 'vip+get_x'],
  ['GET', '/v1', 'v1.root+get'],
  ['GET', '/', 'root+get'],
  ['GET', '/v1/files/*', 'v1.files+get_any'],
  ['GET', '/v1/report.csv', 'v1.report_csv+get'],
  [String.raw`GET`, String.raw`/v1/day/:date(^\d{4}$)`, 'v1.day+get_by_date'],
  ['GET', '/v1/a/:x-:y', 'v1.a+get_by_x-_y'],
  ['GET', '/v1/a/:x?', 'v1.a+get_by_x']
])('%s %s is the endpoint %s', (method, url, id) => {
  expect(endpointId(method, url)).toBe(id)
  expect(isEndpointId(id)).toBe(true)
})

test('under a prefix every route needs a token, elsewhere none does, and a route may say otherwise', async () => {
  await using rig = await startRig()
  const outcomes = await Promise.all(
    ['/v1/order', '/v1/news', '/v1/offers', '/elsewhere'].map(url => rig.get(url))
  )
  expect(outcomes).toEqual(['401 auth.required', '200', '200', '200'])
})

test('a route elsewhere that asks for it is guarded, too', async () => {
  const routes = (app: FastifyInstance): void =>
    void app.get('/secret', { config: { auth: 'required', endpoint: 'secret+read' } }, answer)
  const scopes = { reader: { allow: ['secret+read'] }, none: {} }
  const config = { scopes, users: [], prefixes: [] }
  await using rig = await startRig({ routes, config })
  const [good, bad] = [await rig.service.issue('a', ['reader']), await rig.service.issue('a', ['none'])]
  expect([
    await rig.get('/secret'),
    await rig.get('/secret', good.token),
    await rig.get('/secret', bad.token)
  ]).toEqual(['401 auth.required', '200', '403 auth.forbidden'])
})

test('public looks at no token, optional refuses a wrong one, and says who it is', async () => {
  await using rig = await startRig()
  const { token } = await rig.login()
  const principal = async (url: string) =>
    (await rig.inject({ url, headers: { authorization: `Bearer ${token}` } })).json<{ principal: unknown }>()
      .principal
  expect([await principal('/v1/news'), await principal('/v1/offers'), await principal('/elsewhere')]).toEqual(
    [null, expect.objectContaining({ id: 'ann' }), null]
  )
  expect([
    await rig.get('/v1/news', 'x'),
    await rig.get('/v1/offers', 'x'),
    await rig.get('/elsewhere', 'x')
  ]).toEqual(['200', '401 auth.token_invalid', '200'])
})

test('optional does not ask for scopes', async () => {
  await using rig = await startRig()
  expect(await rig.get('/v1/offers', (await rig.login('nobody')).token)).toBe('200')
})

test('another scheme than Bearer is no token', async () => {
  await using rig = await startRig()
  const get = async (authorization: string) =>
    outcomeOf(await rig.inject({ url: '/v1/order', headers: { authorization } }))
  expect([await get('Basic YTpi'), await get('Bearerx y'), await get('Bearer')]).toEqual([
    '401 auth.required',
    '401 auth.required',
    '401 auth.token_invalid'
  ])
})

test('routes of one path for different hosts are guarded each as it says', async () => {
  const routes = (app: FastifyInstance): void => {
    app.get('/v1/x', { constraints: { host: 'a.example' }, config: { auth: 'required' } }, answer)
    app.get('/v1/x', { constraints: { host: 'b.example' }, config: { auth: 'public' } }, answer)
  }
  await using rig = await startRig({ routes, config: { scopes: {}, users: [] } })
  const get = async (host: string) => outcomeOf(await rig.inject({ url: '/v1/x', headers: { host } }))
  expect([await get('a.example'), await get('b.example')]).toEqual(['401 auth.required', '200'])
})

test('a prefix is a whole part of a path, and the root is everything', async () => {
  const routes = (app: FastifyInstance): void => {
    for (const url of ['/v1', '/v1/a', '/v10/a', '/other']) app.get(url, answer)
  }
  const guarded = async (prefixes: string[]) => {
    await using rig = await startRig({ routes, config: { prefixes, scopes: {}, users: [] } })
    const urls = ['/v1', '/v1/a', '/v10/a', '/other']
    const outcomes = await Promise.all(urls.map(url => rig.get(url)))
    return urls.filter((_, index) => outcomes[index] !== '200')
  }
  expect(await guarded(['/v1'])).toEqual(['/v1', '/v1/a'])
  expect(await guarded(['/v1/'])).toEqual(['/v1', '/v1/a'])
  expect(await guarded(['/'])).toEqual(['/v1', '/v1/a', '/v10/a', '/other'])
  expect(await guarded([])).toEqual([])
})

test('a path that is written differently is the same route, and guarded', async () => {
  await using rig = await startRig()
  for (const url of ['/v1/%6frder', '/v1/order?x=1', '/v1/order/%41'])
    expect(await rig.get(url)).toBe('401 auth.required')
  for (const url of ['//v1/order', '/v1//order', '/V1/order'])
    expect(await rig.get(url)).toBe('404 route.not_found')
})

test('HEAD is guarded like GET', async () => {
  await using rig = await startRig()
  const { token } = await rig.login()
  const head = (headers = {}) => rig.inject({ method: 'HEAD', url: '/v1/order', headers })
  expect((await head()).statusCode).toBe(401)
  expect((await head({ authorization: `Bearer ${token}` })).statusCode).toBe(200)
})

test('routes that other plugins had added before are guarded by their path as well', async () => {
  await using rig = await startRig({ config: { prefixes: ['/_errors', '/v1'] } })
  expect(await rig.get('/_errors')).toBe('401 auth.required')
  expect(await rig.get('/_errors', (await rig.login()).token)).toBe('403 auth.forbidden')
})

test('two routes of one id fail the start, naming both; with an id of its own one may stay', async () => {
  const routes = (app: FastifyInstance): void => {
    app.get('/v1/a/b_c', answer)
    app.get('/v1/a/b/c', answer)
  }
  const config = { scopes: {}, users: [] }
  await expect(startRig({ routes, config })).rejects.toThrow(
    "GET /v1/a/b_c and GET /v1/a/b/c are both 'v1.a+get_b_c': set config.endpoint of one"
  )
  const named = (app: FastifyInstance): void => {
    app.get('/v1/a/b_c', answer)
    app.get('/v1/a/b/c', { config: { endpoint: 'v1.a+deep' } }, answer)
  }
  await using rig = await startRig({ routes: named, config })
  expect(rig.service.endpoints().map(({ id }) => id)).toEqual(
    expect.arrayContaining(['v1.a+get_b_c', 'v1.a+deep'])
  )
})

test.each([
  ['an endpoint of no form', { endpoint: 'read' }],
  ['a way that there is not', { auth: 'maybe' as never }]
])('a route with %s fails the start', async (_, config) => {
  const routes = (app: FastifyInstance): void => void app.get('/v1/a', { config }, answer)
  await expect(startRig({ routes, config: { scopes: {}, users: [] } })).rejects.toThrow('GET /v1/a')
})

test('a pattern that fits no endpoint fails a strict start, and is a warning otherwise', async () => {
  const scopes = { user: { allow: ['v1.oder+get'] } }
  const config = { scopes, users: [] }
  await expect(startRig({ config })).rejects.toThrow("scopes.user.allow: 'v1.oder+get'")
  const logs: string[] = []
  await using rig = await startRig({ config: { ...config, strict: false }, logs })
  expect(logs.join('')).toContain('v1.oder+get')
  expect(await rig.get('/elsewhere')).toBe('200')
})

test('a route may refuse whom the scopes permit', async () => {
  const routes = (app: FastifyInstance): void => {
    const authorize = async ({ id }: { id: string }): Promise<boolean> => id === 'ann'
    app.get('/v1/ann', { config: { authorize } }, answer)
  }
  const scopes = { user: { allow: ['v1.ann+get'] }, none: {} }
  const config = { scopes, users: [] }
  await using rig = await startRig({ routes, config })
  const outcome = async (id: string, scope: string) =>
    rig.get('/v1/ann', (await rig.service.issue(id, [scope])).token)
  expect([await outcome('ann', 'user'), await outcome('bob', 'user'), await outcome('ann', 'none')]).toEqual([
    '200',
    '403 auth.forbidden',
    '403 auth.forbidden'
  ])
})

test('other plugins may ask what somebody may call', async () => {
  await using rig = await startRig()
  const { service } = rig
  const ann = await service.verify((await rig.login()).token)
  const may = (principal: typeof ann | undefined): boolean[] =>
    ['/v1/order', '/v1/user/super', '/v1/news', '/v1/offers', '/elsewhere', '/v1/made/up'].map(url =>
      service.mayCall(principal, 'GET', url)
    )
  expect(may(ann)).toEqual([true, false, true, true, true, false])
  expect(may(undefined)).toEqual([false, false, true, true, true, false])
  expect([service.permits(['user'], 'v1.order+get'), service.permits([], 'v1.order+get')]).toEqual([
    true,
    false
  ])
  expect(service.endpoints().some(({ url }) => url === '/v1/made/up')).toBe(false)
})

test('operators see the guarded routes, and end the tokens of somebody, on the admin listener', async () => {
  await using rig = await startRig({ config: {} })
  const admin = await adminOf(rig)
  const list = (await admin.inject('/token-auth/endpoints')).json<{ id: string }[]>()
  expect(list).toContainEqual({ id: 'v1.order+get', method: 'GET', url: '/v1/order', auth: 'required' })
  const { token } = await rig.login()
  const revoke = (payload: object) => admin.inject({ method: 'POST', url: '/token-auth/revoke', payload })
  expect((await revoke({ kind: 'user', id: 'ann' })).json()).toEqual({ status: 'revoked' })
  expect(await rig.get('/v1/order', token)).toBe('401 auth.token_invalid')
  expect((await revoke({ kind: 'god', id: 'ann' })).statusCode).toBe(400)
  await admin.close()
})

/** The admin routes, on an application of their own. */
async function adminOf(rig: Rig): Promise<FastifyInstance> {
  const { default: Fastify } = await import('fastify')
  const { addAdminRoutes } = await import('../../../src/plugins/token-auth/admin.ts')
  const admin = Fastify()
  await admin.register(async app => addAdminRoutes(app as never, rig.service), { prefix: '/token-auth' })
  return admin
}
