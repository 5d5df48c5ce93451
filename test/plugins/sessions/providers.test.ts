import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Http, HttpClient } from '../../../src/plugins/http-client/service.ts'
import { httpProvider } from '../../../src/plugins/sessions/http-provider.ts'
import { checkSettings } from '../../../src/plugins/sessions/check.ts'
import { hashPassword, publishedHashes } from '../../../src/plugins/sessions/service.ts'
import type { SessionSettings } from '../../../src/plugins/sessions/config.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { CountingProvider, startRig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

let hash: string
beforeAll(async () => {
  hash = await hashPassword('paifang', { logN: 4, r: 1, p: 1 })
})

const user = (more: object = {}): SessionSettings['users'][number] => ({
  username: 'ann',
  password: hash,
  name: '',
  schoolnum: '',
  properties: {},
  ...more
})

test('the provider `users` lets in whom the settings list; whoever has no name is called by the user name', async () => {
  const users = [user(), user({ username: 'bob', name: 'Bob', schoolnum: '7', properties: { team: 'red' } })]
  await using rig = await startRig({ config: { provider: 'users', users } })
  const ann = await rig.login({ cardnum: 'ann', password: 'paifang' })
  expect(await rig.me(ann)).toMatchObject({ cardnum: 'ann', name: 'ann', schoolnum: 'ann' })
  const bob = await rig.login({ cardnum: 'bob', password: 'paifang' })
  expect(await rig.me(bob)).toMatchObject({ name: 'Bob', schoolnum: '7' })
  for (const cardnum of ['ann', 'eve'])
    expect((await rig.post({ cardnum, password: 'wrong' })).json<{ code: string }>().code).toBe('auth.failed')
})

interface Posted {
  readonly url: string
  readonly body: unknown
  readonly options: unknown
}

/** An `http-client` that answers every post with `answer`, or fails with it. */
function fakeHttp(answer: () => unknown): { client: HttpClient; posts: Posted[]; opened: unknown[] } {
  const posts: Posted[] = []
  const opened: unknown[] = []
  const http = {
    get: () => Promise.reject(new Error('nobody gets')),
    async post(url: string, body?: unknown, options?: object) {
      posts.push({ url, body, options })
      return { status: 200, data: answer(), headers: {}, url }
    }
  }
  const open: HttpClient['open'] = options => {
    opened.push(options)
    return http as Partial<Http> as Http
  }
  return { client: { open } as HttpClient, posts, opened }
}

const http = {
  url: 'https://ids.example/login',
  json: false,
  usernameField: 'user',
  passwordField: 'pwd',
  nameField: 'data.name',
  schoolnumField: 'data.number'
}
const given = { username: 'ann', password: 'secret', extra: { gpassword: 'second' } }
const { signal } = new AbortController()

test('the provider `http` posts a form and reads who it is from the answer', async () => {
  const { client, posts } = fakeHttp(() => ({ data: { name: 'Ann', number: 42 } }))
  const person = await httpProvider(http).verify(given, { http: client.open(), signal })
  expect(person).toEqual({ name: 'Ann', schoolnum: '42' })
  const body = { user: 'ann', pwd: 'secret', gpassword: 'second' }
  expect(posts).toEqual([{ url: http.url, body, options: { signal } }])
})

test('or JSON', async () => {
  const { client, posts } = fakeHttp(() => ({ data: {} }))
  const person = await httpProvider({ ...http, json: true }).verify(given, { http: client.open(), signal })
  expect(person).toEqual({ name: '', schoolnum: '' })
  const json = { user: 'ann', pwd: 'secret', gpassword: 'second' }
  expect(posts).toEqual([{ url: http.url, body: undefined, options: { json, signal } }])
})

test('through the gateway, the provider `http` opens a client of its own for each login', async () => {
  const { client, posts, opened } = fakeHttp(() => ({ data: { name: 'Ann', number: 'A1' } }))
  await using rig = await startRig({ config: { provider: 'http', http }, httpClient: client })
  const token = await rig.login({ cardnum: 'ann', password: 'secret' })
  expect(await rig.me(token)).toMatchObject({ cardnum: 'ann', name: 'Ann', schoolnum: 'A1' })
  expect([posts.length, opened]).toEqual([1, [{ signal: expect.any(AbortSignal), plugin: 'sessions' }]])
})

test.each([
  [401, 401, 'auth.failed'],
  [403, 401, 'auth.failed'],
  [500, 503, 'upstream.unavailable'],
  [undefined, 503, 'upstream.unavailable']
])('an upstream that answers with %s makes a login %s', async (status, http_, code) => {
  const { client } = fakeHttp(() => {
    throw Object.assign(new Error('refused'), { status })
  })
  await using rig = await startRig({ config: { provider: 'http', http }, httpClient: client })
  const answer = await rig.post({ cardnum: 'ann', password: 'secret' })
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([http_, code])
})

test('an answer without a name, or that is no JSON, says nobody', async () => {
  for (const data of [
    '<html>',
    null,
    { data: { name: 'Ann' } },
    { data: { name: {}, number: [] } },
    { data: null }
  ]) {
    const { client } = fakeHttp(() => data)
    await using rig = await startRig({ config: { provider: 'http', http }, httpClient: client })
    expect((await rig.post({ cardnum: 'ann', password: 'secret' })).statusCode).toBe(503)
  }
})

test('without http-client the provider `http` is an upstream that is unavailable', async () => {
  await using rig = await startRig({ config: { provider: 'http', http } })
  const answer = await rig.post({ cardnum: 'ann', password: 'secret' })
  expect(answer.json<{ code: string }>().code).toBe('upstream.unavailable')
})

test('a provider that nobody provides fails the start, naming those that there are', async () => {
  await expect(startRig({ config: { provider: 'ids' } })).rejects.toThrow(
    "there is no identity provider 'ids'; there are: users, campus"
  )
})

test('people of another provider are other people: tokens from before are none', async () => {
  const file = directory.path('provider.db')
  const before = await startRig({ file })
  const token = await before.login()
  await before.app.close()
  const users = [user({ username: '213170001' })]
  await using after = await startRig({ file, config: { provider: 'users', users } })
  expect(await after.me(token)).toBeUndefined()
  expect(await after.me(await after.login({ password: 'paifang' }))).toMatchObject({ cardnum: '213170001' })
})

test('two providers of one name fail the start', async () => {
  const routes = (_: unknown, service: { provide: (provider: CountingProvider) => void }): void =>
    service.provide(new CountingProvider())
  await expect(startRig({ routes })).rejects.toThrow("two identity providers 'campus'")
})

const settings = (more: object = {}): SessionSettings =>
  ({ provider: 'users', users: [], http: { ...http, url: '' }, scryptCost: 15, ...more }) as never
const paths = (given_: SessionSettings, production = false): string[] =>
  checkSettings(given_, { production }).map(({ path }) => path.join('.'))

test('settings that cannot work are found before the start', () => {
  expect(paths(settings())).toEqual([])
  expect(paths(settings({ users: [user(), user()] }))).toEqual(['users.1.username'])
  expect(paths(settings({ users: [user({ username: ' ann' })] }))).toEqual(['users.0.username'])
  expect(paths(settings({ users: [user({ password: 'paifang' })] }))).toEqual(['users.0.password'])
  for (const url of ['', 'ids.example', 'ftp://ids.example', 'https://user:password@ids.example'])
    expect(paths(settings({ provider: 'http', http: { ...http, url } }))).toEqual(['http.url'])
  expect(paths(settings({ provider: 'http', http }))).toEqual([])
})

test('production refuses the password that everybody knows, and one that is cheap to guess', () => {
  const demo = settings({ users: [user({ password: publishedHashes[0] })] })
  expect([paths(demo), paths(demo, true)]).toEqual([[], ['users.0.password']])
  const cheap = settings({ scryptCost: 14 })
  expect([paths(cheap), paths(cheap, true)]).toEqual([[], ['scryptCost']])
})
