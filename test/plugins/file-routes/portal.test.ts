import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { json, startPortal } from './portal-rig.ts'

const other = { cardnum: '213170002', password: 'battery staple' }
const minuteMs = 60_000

/** What the upstream says, in the caches of each kind. */
const caching = `
const ask = context => async () => (await context.get(context.config.upstream + context.request.url)).data.call
export const get = ({ lazy }, context) => context.SCOPE(lazy ? '1m+' : '1m', ask(context))
`
const files = {
  'public.js': caching.replace('SCOPE', 'publicCache'),
  'own.js': caching.replace('SCOPE', 'userCache'),
  'item/[id].js': caching.replace('SCOPE', 'publicCache'),
  'clear.js': 'export const post = (_, { clearUserCache }) => clearUserCache()',
  'who.js': `export const get = (_, { user }) => user.isLogin ? user.name : 'guest'`
}

describe('the user', () => {
  test('is who the token says, and guests are 401 where more is read than that they are guests', async () => {
    await using portal = await startPortal({
      ...files,
      'name.js': 'export function get() { return this.user.name }'
    })
    const token = await portal.login()
    expect(await portal.get('/who', token)).toMatchObject({ result: '王小明' })
    expect(await portal.get('/who')).toMatchObject({ result: 'guest' })
    expect(await portal.get('/name', token)).toMatchObject({ result: '王小明' })
    expect(await portal.get('/name')).toEqual({ success: false, code: 401, reason: '需要登录' })
    expect(await portal.get('/name', '0'.repeat(64))).toMatchObject({ code: 401, reason: '登录失败或已过期' })
  })

  test('has a password where the file says that it reads it', async () => {
    const text = 'export function get() { return this.user.password }'
    await using portal = await startPortal({
      'yes.js': `${text}; export const config = { user: { password: true } }`,
      'no.js': text
    })
    const token = await portal.login()
    expect(await portal.get('/yes', token)).toMatchObject({ result: 'correct horse' })
    expect(await portal.get('/no', token)).toMatchObject({ code: 500 })
  })
})

describe('publicCache', () => {
  test('is one for all, for each query and each path', async () => {
    await using portal = await startPortal(files)
    const token = await portal.login()
    expect(await portal.get('/public', token)).toMatchObject({ code: 200, result: 1 })
    expect(await portal.get('/public')).toMatchObject({ result: 1 })
    expect(await portal.get('/public?q=1')).toMatchObject({ result: 2 })
    expect(await portal.get('/item/1')).toMatchObject({ result: 3 })
    expect(await portal.get('/item/2')).toMatchObject({ result: 4 })
    expect(await portal.get('/item/1')).toMatchObject({ result: 3 })
    expect(portal.upstream.seen).toEqual(['GET /public', 'GET /public?q=1', 'GET /item/1', 'GET /item/2'])
  })

  test('tells how old its values are', async () => {
    await using portal = await startPortal(files)
    expect(await portal.headersOf('/public')).toMatchObject({
      'cache-status': expect.stringMatching(/^paifang; fwd=miss; stored; ttl=\d+$/) as string,
      age: '0'
    })
    await portal.clock.advance(10_000)
    expect(await portal.headersOf('/public')).toMatchObject({
      'cache-status': expect.stringMatching(/^paifang; hit; ttl=\d+$/) as string,
      age: '10'
    })
  })

  test('gives a new value to users who ask for one, and not to guests', async () => {
    await using portal = await startPortal(files)
    const token = await portal.login()
    const update = { cache: 'update' }
    await portal.get('/public')
    await portal.clock.advance(2_000)
    expect(await portal.get('/public', undefined, update)).toMatchObject({ result: 1 })
    expect(await portal.get('/public', token, update)).toMatchObject({ result: 2 })
    expect(await portal.get('/public')).toMatchObject({ result: 2 })
  })
})

describe('userCache', () => {
  test('is another for each user, the same on all their platforms, and one for all guests', async () => {
    await using portal = await startPortal(files)
    const [web, ios] = [await portal.login(), await portal.login({ platform: 'ios' })]
    const second = await portal.login(other)
    const results = []
    for (const token of [web, ios, second, undefined, undefined, web])
      results.push((await portal.get('/own', token)).result)
    expect(results).toEqual([1, 1, 2, 3, 3, 1])
  })

  test('of one user is cleared by them', async () => {
    await using portal = await startPortal(files)
    const [token, second] = [await portal.login(), await portal.login(other)]
    await portal.get('/own', token)
    await portal.get('/own', second)
    await portal.app.inject({ method: 'POST', url: '/clear', headers: { token } })
    expect(await portal.get('/own', token)).toMatchObject({ result: 3 })
    expect(await portal.get('/own', second)).toMatchObject({ result: 2 })
  })
})

describe('an old value', () => {
  test('that a failing upstream leaves has code 203, and says how old it is', async () => {
    await using portal = await startPortal(files)
    const token = await portal.login()
    await portal.get('/own', token)
    await portal.clock.advance(2 * minuteMs)
    portal.upstream.script = (_, response) => json(response, {}, 500)
    expect(await portal.get('/own', token)).toEqual({ success: true, code: 203, result: 1 })
    expect(await portal.headersOf('/own', token)).toMatchObject({
      'cache-status': 'paifang; hit; detail="stale-if-error"',
      age: '120'
    })
    expect(await portal.get('/own')).toMatchObject({ success: false, code: 503 })
  })

  test('of a lazy policy has code 203 while it is renewed behind', async () => {
    await using portal = await startPortal(files)
    await portal.get('/public?lazy=1')
    await portal.clock.advance(2 * minuteMs)
    expect(await portal.get('/public?lazy=1')).toEqual({ success: true, code: 203, result: 1 })
    await portal.upstream.until(2)
    let answer = await portal.get('/public?lazy=1')
    while (answer.code === 203) {
      await new Promise(resolve => setImmediate(resolve))
      answer = await portal.get('/public?lazy=1')
    }
    expect(answer).toEqual({ success: true, code: 200, result: 2 })
  })

  test('keeps what a function says of its answer', async () => {
    await using portal = await startPortal({
      'page.js': `import { result } from '${import.meta.dirname}/../../../src/plugins/api-error/service.ts'
        export const get = async (_, { publicCache, get, config }) =>
          result(await publicCache('1m', async () => (await get(config.upstream)).data.call), {
            page: { total: 9, page: 1, size: 1 }
          })`
    })
    await portal.get('/page')
    await portal.clock.advance(2 * minuteMs)
    portal.upstream.script = (_, response) => json(response, {}, 500)
    expect(await portal.get('/page')).toMatchObject({ code: 203, result: 1 })
    expect(await portal.headersOf('/page')).toMatchObject({ 'x-total-count': '9' })
  })
})

describe('what an upstream refuses', () => {
  test.for([
    [401, { success: false, code: 401, reason: '登录失败或已过期' }],
    [403, { success: false, code: 403, reason: '权限不允许' }],
    [500, { success: false, code: 503, reason: '上游服务出现故障' }]
  ] as const)('with %i is the answer of the route', async ([status, answer]) => {
    await using portal = await startPortal(files)
    portal.upstream.script = (_, response) => json(response, {}, status)
    const token = await portal.login()
    for (const url of ['/public', '/own']) expect(await portal.get(url, token)).toEqual(answer)
  })

  test('with 401 takes the old value with it', async () => {
    await using portal = await startPortal(files)
    const token = await portal.login()
    await portal.get('/own', token)
    await portal.clock.advance(2 * minuteMs)
    portal.upstream.script = (_, response) => json(response, {}, 401)
    expect(await portal.get('/own', token)).toMatchObject({ success: false, code: 401 })
  })
})

describe('useAuthCookie', () => {
  test('logs the user in once a request, and the upstream gets its cookie', async () => {
    await using portal = await startPortal({
      'a.js': `export async function get(_, { useAuthCookie, get, config }) {
        await Promise.all([useAuthCookie(), this.useAuthCookie()])
        await get(config.upstream + '/first')
        return (await this.http.request({ url: config.upstream + '/second', method: 'POST', json: { a: 1 } })).data.call
      }`
    })
    const token = await portal.login()
    expect(await portal.get('/a', token)).toMatchObject({ result: 2 })
    expect(portal.upstream.logins).toHaveLength(2)
    expect(portal.upstream.seen).toEqual(['GET /first who=213170001', 'POST /second who=213170001 {"a":1}'])
    expect(await portal.get('/a')).toMatchObject({ code: 401 })
  })
})

test('upstreams may be closed to route files by the name of the plugin', async () => {
  await using portal = await startPortal(files, {
    http: { hostsByPlugin: { 'file-routes': ['elsewhere.example'] } }
  })
  expect(await portal.get('/public')).toMatchObject({ success: false, code: 502 })
  expect(portal.upstream.seen).toEqual([])
})

test('the example of the README reads payments, takes money and clears what was cached', async () => {
  const readme = readFileSync(new URL('../../../src/plugins/file-routes/README.md', import.meta.url), 'utf8')
  const card = /```js\n(.*?)\n```/s.exec(readme)?.[1] ?? ''
  await using portal = await startPortal({ 'card.js': card.replaceAll('config.card', 'config.upstream') })
  portal.upstream.script = (_, response) => json(response, { rows: [['08:15', 3.5]] })
  const token = await portal.login()
  const wanted = { success: true, code: 200, result: [{ time: '08:15', amount: 3.5 }] }
  expect(await portal.get('/card', token)).toEqual(wanted)
  expect(await portal.get('/card?page=1', token)).toEqual(wanted)
  expect(await portal.get('/card?page=x', token)).toMatchObject({ code: 400 })
  expect(await portal.get('/card')).toMatchObject({ code: 401 })
  const put = async (amount: number): Promise<unknown> =>
    (await portal.app.inject({ method: 'PUT', url: '/card', headers: { token }, payload: { amount } })).json()
  expect(await put(-1)).toEqual({ success: false, code: 400, reason: '金额应大于零' })
  expect(await put(5)).toEqual({ success: true, code: 200, result: '' })
  await portal.get('/card', token)
  expect(portal.upstream.seen).toEqual([
    'GET /payments?card=213170001&page=1 who=213170001',
    'POST /charge who=213170001 card=213170001&amount=5',
    'GET /payments?card=213170001&page=1 who=213170001'
  ])
})
