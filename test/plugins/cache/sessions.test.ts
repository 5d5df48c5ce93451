import { expect, test } from 'vitest'
import cache from '../../../src/plugins/cache/index.ts'
import { Cache } from '../../../src/plugins/cache/service.ts'
import { startRig, type Rig } from '../sessions/rig.ts'

interface Portal extends Rig {
  /** What `GET path` answers to a token. */
  get(path: string, token?: string): Promise<unknown>
}

/** A route that is cached for each user, and one that caches part of its work for them; both count. */
async function portal(): Promise<Portal> {
  let calls = 0
  const rig = await startRig({
    plugins: { cache: { use: cache } },
    routes(app) {
      const service = app.getDecorator<Cache>(Cache.name)
      const options = { config: { cache: { policy: '1h', scope: 'user' as const } } }
      app.get('/own', options, ({ user }) => `${user.isLogin ? user.name : 'guest'} ${++calls}`)
      app.get('/part', request =>
        service
          .of({ method: 'GET', routeId: '/part', params: {}, user: service.userOf(request) })
          .userCache('1h', () => `part ${++calls}`)
      )
    }
  })
  return Object.assign(rig, {
    async get(url: string, token?: string) {
      const headers = { accept: 'application/problem+json', ...(token !== undefined && { token }) }
      return (await rig.app.inject({ url, headers })).body
    }
  })
}

test('a person has the same values on all platforms, and others have their own', async () => {
  await using app = await portal()
  const [web, ios] = [await app.login(), await app.login({ platform: 'ios' })]
  const other = await app.login({ cardnum: '213170002', password: 'battery staple' })
  expect(await app.get('/own', web)).toBe('王小明 1')
  expect(await app.get('/own', ios)).toBe('王小明 1')
  expect(await app.get('/own', other)).toBe('李小红 2')
  expect(await app.get('/own')).toBe('guest 3')
  expect(await app.get('/part', web)).toBe('part 4')
  expect(await app.get('/part', ios)).toBe('part 4')
  expect(await app.get('/part')).toBe('part 5')
})

test('whoever shows no good token is a guest', async () => {
  await using app = await portal()
  expect(await app.get('/own')).toBe('guest 1')
  expect(await app.get('/own', '0'.repeat(64))).toBe('guest 1')
})

test('with the data key of a person goes what was kept for them, and nothing else', async () => {
  await using app = await portal()
  await app.get('/own', await app.login())
  const other = await app.login({ cardnum: '213170002', password: 'battery staple' })
  expect(await app.get('/own', other)).toBe('李小红 2')
  app.provider.change('213170001', { password: 'another' })
  const token = await app.login({ password: 'another' })
  const { entries } = app.app.getDecorator<Cache>(Cache.name).stats()
  expect(entries).toBe(1)
  expect(await app.get('/own', token)).toBe('王小明 3')
  expect(await app.get('/own', other)).toBe('李小红 2')
})

test('a new password that comes with a token of theirs leaves the values as they are', async () => {
  await using app = await portal()
  const web = await app.login()
  await app.get('/own', web)
  app.provider.change('213170001', { password: 'another' })
  expect(await app.get('/own', await app.login({ password: 'another' }, { token: web }))).toBe('王小明 1')
})
