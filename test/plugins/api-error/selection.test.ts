import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import type { ApiErrors, DialectName } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const prefixes = { '/ws3': 'ws3', '/ws3/v1/': 'flask' } as const

function routes(app: FastifyInstance, errors: ApiErrors): void {
  app.get('/', () => 1)
  app.get('/fixed', { config: { dialect: 'plain' } }, () => 1)
  app.get('/ws3/a', () => 1)
  app.get('/ws3/fixed', { config: { dialect: 'plain' } }, () => 1)
  app.get('/ws3/v1/a', () => 1)
  app.get('/ws3x', () => 1)
  app.register(async portal => {
    errors.dialectFor(portal, 'ws3')
    portal.get('/portal', () => 1)
    portal.get('/portal/fixed', { config: { dialect: 'plain' } }, () => 1)
    portal.register(async child => child.get('/portal/child', () => 1))
  })
}

const problem = 'application/problem+json'
const vendor = (name: string) => `application/vnd.paifang.${name}+json`

/** The path, what the caller accepts, and the dialect of the answer; an answer varies where `Accept` counts. */
const cases: readonly (readonly [
  url: string,
  accept: string | undefined,
  dialect: DialectName,
  varies: boolean
])[] = [
  ['/', undefined, 'flask', true],
  ['/', '*/*', 'flask', true],
  ['/', 'application/json', 'flask', true],
  ['/', problem, 'problem', true],
  ['/', vendor('ws3'), 'ws3', true],
  ['/', vendor('ws3').toUpperCase(), 'ws3', true],
  ['/', `text/html, application/json, ${problem};q=0.1`, 'problem', true],
  ['/', `${problem};q=0.5, ${vendor('plain')};q=0.6`, 'plain', true],
  ['/', `${vendor('plain')}, ${problem}`, 'plain', true],
  ['/', `${problem};q=0`, 'flask', true],
  ['/', `${problem};q=nonsense`, 'flask', true],
  ['/', vendor('constructor'), 'flask', true],
  ['/', vendor('__proto__'), 'flask', true],
  ['/fixed', vendor('ws3'), 'plain', false],
  ['/ws3/a', vendor('plain'), 'ws3', false],
  ['/ws3/fixed', undefined, 'plain', false],
  ['/ws3/v1/a', undefined, 'flask', false],
  ['/ws3x', undefined, 'flask', true],
  ['/portal', undefined, 'ws3', true],
  ['/portal', problem, 'problem', true],
  ['/portal/fixed', undefined, 'plain', false],
  ['/portal/child', undefined, 'ws3', true],
  ['/nowhere', undefined, 'flask', true],
  ['/nowhere', vendor('plain'), 'plain', true],
  ['/ws3/nowhere?x', vendor('plain'), 'ws3', false]
]

describe('the dialect of an answer', () => {
  test.each(cases)('of %s for %s is %s', async (url, accept, dialect, varies) => {
    await using app = await build({ config: { dialect: 'flask', prefixes }, routes })
    const { headers } = await app.inject({ url, headers: accept === undefined ? {} : { accept } })
    expect(headers['x-dialect']).toBe(dialect)
    expect(headers['vary']).toBe(varies ? 'Accept' : undefined)
  })

  test('is not for the caller to choose where the settings say so', async () => {
    await using app = await build({ config: { dialect: 'flask', negotiate: false }, routes })
    const { headers } = await app.inject({ url: '/', headers: { accept: vendor('ws3') } })
    expect([headers['x-dialect'], headers['vary']]).toEqual(['flask', undefined])
  })

  test('is that of the URL where only other methods have a route', async () => {
    await using app = await build({ config: { dialect: 'flask' }, routes })
    const response = await app.inject({ method: 'DELETE', url: '/fixed?x', headers: { accept: problem } })
    expect([response.headers['x-dialect'], response.statusCode]).toEqual(['plain', 405])
  })

  test('is problem details unless something else is said', async () => {
    await using app = await build({ routes })
    expect((await app.inject('/')).body).toBe('1')
    expect((await app.inject('/nowhere')).headers['content-type']).toMatch('application/problem+json')
  })

  test('covers everything under the prefix /', async () => {
    await using app = await build({ config: { prefixes: { '/': 'ws3' } }, routes })
    expect((await app.inject('/portal')).headers['x-dialect']).toBe('ws3')
  })

  test('is not told outside development', async () => {
    await using app = await build({ config: { debug: false }, routes })
    expect((await app.inject('/')).headers).not.toHaveProperty('x-dialect')
    expect((await app.inject('/nowhere')).headers).not.toHaveProperty('x-dialect')
  })
})

test('what an answer varies by besides is kept', async () => {
  await using app = await build({
    routes: instance =>
      instance.get('/:vary', (request, reply) => {
        reply.header('vary', (request.params as { vary: string }).vary)
        return 1
      })
  })
  const varies = async (name: string) => (await app.inject(`/${name}`)).headers['vary']
  expect(await varies('Origin')).toBe('Origin, Accept')
  expect(await varies('Origin,%20accept')).toBe('Origin, accept')
  expect(await varies('*')).toBe('*')
})

test('a route with a dialect that does not exist ends the start', async () => {
  const started = build({
    routes: instance => void instance.get('/x', { config: { dialect: 'toString' as DialectName } }, () => 1)
  })
  await expect(started).rejects.toThrow("Route GET /x: there is no dialect 'toString'")
})
