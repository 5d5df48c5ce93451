import type { FastifyInstance, FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import type { SessionUser, Sessions } from '../../../src/plugins/sessions/service.ts'
import { LoggedIn } from '../../../src/plugins/sessions/user.ts'
import { startRig, type Rig } from './rig.ts'

/** Every property that a user has. */
const properties = [
  ...Object.getOwnPropertyNames(LoggedIn.prototype),
  ...Object.getOwnPropertyNames(new LoggedIn({} as never, {} as never))
].filter(name => name !== 'constructor') as (keyof SessionUser)[]
/** Those that guests have not. */
const guarded = properties.filter(name => name !== 'isLogin')

/** A route that keeps the request whose user the test looks at. */
function keeper(): { routes: (app: FastifyInstance) => void; last: () => FastifyRequest } {
  let last: FastifyRequest | undefined
  return {
    routes: app => {
      app.get('/keep', request => {
        last = request
        return 'kept'
      })
    },
    last() {
      if (!last) throw new Error('no request')
      return last
    }
  }
}

/** What each property of a user answers when it is read. */
function answersOf(user: SessionUser, names: readonly (keyof SessionUser)[]): [string, string][] {
  return names.map(name => [name, keyOf(() => user[name])])
}

function keyOf(read: () => unknown): string {
  try {
    return `read: ${String(read())}`
  } catch (error) {
    return error instanceof ApiError ? error.entry.key : String(error)
  }
}

test('a user has the properties that the interface names', () => {
  const named =
    'isLogin cardnum name schoolnum properties platform token identity password extra encrypt decrypt seal open'
  expect(properties.toSorted()).toEqual(named.split(' ').toSorted())
})

test('a guest is not logged in, and every other property is 401', async () => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  await rig.inject({ url: '/keep' })
  const { user } = last()
  expect(user.isLogin).toBe(false)
  expect(answersOf(user, guarded)).toEqual(guarded.map(name => [name, 'auth.required']))
  expect([JSON.stringify(user), String(Object.keys(user))]).toEqual(['{"isLogin":false}', 'isLogin'])
  expect(() => Object.assign(user, { isLogin: true })).toThrow(TypeError)
})

test.each([
  ['of nobody', 'f'.repeat(64)],
  ['too short by a digit', 'f'.repeat(63)],
  ['in capitals', 'F'.repeat(64)],
  ['with a letter that is no digit', `${'0'.repeat(63)}g`],
  ['that is one character', '-'],
  ['far too long', 'a'.repeat(10_000)]
])('whoever shows a token %s is a guest whose token is invalid', async (_, token) => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  await rig.inject({ url: '/keep', headers: { token } })
  const { user } = last()
  expect(user.isLogin).toBe(false)
  expect(answersOf(user, guarded)).toEqual(guarded.map(name => [name, 'auth.token_invalid']))
})

test('an empty token is none', async () => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  await rig.inject({ url: '/keep', headers: { token: '' } })
  expect(keyOf(() => last().user.cardnum)).toBe('auth.required')
})

test('guests get the texts of the original', async () => {
  await using rig = await startRig()
  const get = async (headers: Record<string, string>) =>
    (
      await rig.inject({ url: '/me', headers: { accept: 'application/vnd.paifang.ws3+json', ...headers } })
    ).json()
  expect(await get({})).toEqual({ success: false, code: 401, reason: '需要登录' })
  expect(await get({ token: 'f'.repeat(64) })).toEqual({
    success: false,
    code: 401,
    reason: '登录失败或已过期'
  })
})

test('a user is logged in, has what the provider said, and shows no secret as JSON', async () => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  rig.provider.change('213170001', { properties: { college: '计算机' } })
  const token = await rig.login()
  await rig.inject({ url: '/keep', headers: { token } })
  const { user } = last()
  expect([user.isLogin, user.properties]).toEqual([true, { college: '计算机' }])
  expect(JSON.stringify(user)).toBe('{}')
  expect(rig.service.userOf(last())).toBe(user)
})

test('identities and pseudonyms tell nothing: not the user name, not a plain digest of it', async () => {
  await using rig = await startRig()
  const me = await rig.me(await rig.login())
  expect([me?.identity, me?.token]).toEqual([
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{22}$/)
  ])
})

test('what one plugin encrypts another does not open, nor does another user; a changed box is a failure', async () => {
  const add = (prefix: string) => (app: FastifyInstance) => {
    app.post(`${prefix}/seal`, ({ user, body }) => ({ box: user.encrypt(body as string) }))
    app.post(`${prefix}/open`, ({ user, body }) => ({ text: user.decrypt(body as string) }))
  }
  await using rig = await startRig({ routes: add('/portal'), otherRoutes: add('/other') })
  const [token, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  const stranger = await rig.login({ cardnum: '213170002', password: 'battery staple' })
  const send = async (url: string, shown: string, payload: string) => {
    const headers = { token: shown, 'content-type': 'text/plain' }
    const answer = await rig.inject({ method: 'POST', url, payload, headers })
    return answer.json<{ box?: string; text?: string; code?: string }>()
  }
  const { box = '' } = await send('/portal/seal', token, '余额 12.30')
  expect(box).toMatch(/^v1\.[\w-]{6}\.[\w-]+$/)
  expect((await send('/portal/seal', token, '余额 12.30')).box).not.toBe(box)
  expect(await send('/portal/open', token, box)).toEqual({ text: '余额 12.30' })
  expect(await send('/portal/open', ios, box)).toEqual({ text: '余额 12.30' })
  expect((await send('/other/open', token, box)).code).toBe('session.data_lost')
  expect((await send('/portal/open', stranger, box)).code).toBe('session.data_lost')
  const changed = box.replace(/(?<=^v1\.[^.]*\.)./, letter => (letter === 'A' ? 'B' : 'A'))
  expect((await send('/portal/open', token, changed)).code).toBe('internal')
  expect((await send('/portal/open', token, 'no box')).code).toBe('internal')
  const { box: empty = '' } = await send('/portal/seal', token, ' ')
  expect(await send('/portal/open', token, empty)).toEqual({ text: ' ' })
})

test('bytes are sealed for a cache: for all platforms of one person, and for one key of the cache', async () => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  const userOf = async (more: Parameters<Rig['login']>[0]) => {
    const token = await rig.login(more)
    await rig.inject({ url: '/keep', headers: { token } })
    return last().user
  }
  const [web, ios] = [await userOf({}), await userOf({ platform: 'ios' })]
  const stranger = await userOf({ cardnum: '213170002', password: 'battery staple' })
  const bytes = Buffer.from('{"balance":12.3}')
  const sealed = web.seal(bytes, 'c1:user:card')
  expect(sealed.length).toBe(bytes.length + 28)
  expect(Buffer.from(ios.open(sealed, 'c1:user:card'))).toEqual(bytes)
  expect(() => web.open(sealed, 'c1:user:gpa')).toThrow('does not open')
  expect(() => stranger.open(sealed, 'c1:user:card')).toThrow('does not open')
  expect(() => web.open(sealed.subarray(0, 20), 'c1:user:card')).toThrow('does not open')
  expect(Buffer.from(web.open(sealed, Buffer.from('c1:user:card')))).toEqual(bytes)
  const { seal, open } = web
  expect(Buffer.from(open(seal(Buffer.alloc(0), ''), ''))).toEqual(Buffer.alloc(0))
})

test('a route that declares it reads the password, which is logged without its value, once a request', async () => {
  const logs: string[] = []
  const routes = (app: FastifyInstance): void => {
    app.get('/password', { config: { user: { password: true } } }, ({ user }) => {
      return {
        same: [user.password, user.password].every(text => text === 'correct horse'),
        extra: user.extra
      }
    })
  }
  await using rig = await startRig({ routes, logs })
  const token = await rig.login({ gpassword: 'second' })
  const answer = await rig.inject({ url: '/password', headers: { token } })
  expect(answer.json()).toEqual({ same: true, extra: { gpassword: 'second' } })
  const lines = logs.filter(line => line.includes('the password of a user was read'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    route: '/password',
    plugin: 'portal',
    identity: (await rig.me(token))?.identity,
    reqId: expect.any(String)
  })
  expect(logs.join('')).not.toContain('correct horse')
})

test('a plugin that declares it may read passwords in its routes, and nobody else may', async () => {
  const add = (path: string, declare: boolean) => (app: FastifyInstance, service: Sessions) => {
    if (declare) service.allowPassword(app)
    void app.register(async child => void child.get(path, ({ user }) => ({ length: user.password.length })))
  }
  await using rig = await startRig({ routes: add('/declared', true), otherRoutes: add('/undeclared', false) })
  const token = await rig.login()
  const get = (url: string) => rig.inject({ url, headers: { token } })
  expect((await get('/declared')).json()).toEqual({ length: 13 })
  const refused = await get('/undeclared')
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([500, 'internal'])
})

test('when tokens cannot be looked up, who shows one is nobody for certain, and others go on', async () => {
  const { routes, last } = keeper()
  await using rig = await startRig({ routes })
  const token = await rig.login()
  await rig.db.schema.alterTable('sessions_sessions').renameTo('sessions_elsewhere').execute()
  expect((await rig.inject({ url: '/keep', headers: { token } })).statusCode).toBe(200)
  expect(answersOf(last().user, properties)).toEqual(properties.map(name => [name, 'session.unavailable']))
  const refused = await rig.inject({ url: '/me', headers: { token } })
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5'])
  expect((await rig.inject({ url: '/me' })).statusCode).toBe(401)
})
