import Fastify from 'fastify'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePlugin, service } from '../../src/core/index.ts'
import { failureOf, gatewayOf } from './kernel.ts'

const Words = service<string[]>('words')
const Greeter = service<{ greet(name: string): string }>('greeter')

const greeter = definePlugin({
  name: 'greeter',
  description: 'Greets.',
  config: Type.Object({ word: Type.String({ default: 'Hello', minLength: 2 }) }),
  provides: Greeter,
  setup(app, { config }) {
    app.addHook('onRequest', async (_, reply) => void reply.header('x-greeter', '1'))
    app.decorate('private', true)
    app.decorateRequest('secret', 'mine')
    app.addContentTypeParser('text/greeting', { parseAs: 'string' }, (_, body, done) => done(null, body))
    app.setErrorHandler((_, __, reply) => void reply.code(418).send('teapot'))
    app.get('/greet', () => `${config.word}!`)
    app.post('/greet', request => request.body)
    app.get('/greet/fail', () => {
      throw new Error('no')
    })
    return { greet: name => `${config.word}, ${name}` }
  }
})

const other = definePlugin({
  name: 'other',
  description: 'Has a route.',
  needs: { greeter: Greeter },
  setup(app, context) {
    app.get('/other', () => context.greeter.greet('you'))
    app.post('/other', request => request.body)
    app.get('/other/fail', () => {
      throw new Error('no')
    })
    app.get('/other/sees', request => ({
      private: app.hasDecorator('private'),
      secret: 'secret' in request,
      greeter: app.hasDecorator('greeter')
    }))
  }
})

describe('a private plugin', () => {
  test('keeps its hooks, decorators, parsers and error handler to itself', async () => {
    await using app = await gatewayOf([greeter, other])
    const headers = { 'content-type': 'text/greeting' }
    expect((await app.inject('/greet')).headers).toHaveProperty('x-greeter', '1')
    expect((await app.inject({ method: 'POST', url: '/greet', headers, payload: 'hi' })).body).toBe('hi')
    expect((await app.inject('/greet/fail')).statusCode).toBe(418)

    expect((await app.inject('/other')).headers).not.toHaveProperty('x-greeter')
    expect((await app.inject({ method: 'POST', url: '/other', headers, payload: 'hi' })).statusCode).toBe(415)
    expect((await app.inject('/other/fail')).statusCode).toBe(500)
    expect((await app.inject('/other/sees')).json()).toEqual({ private: false, secret: false, greeter: true })
  })

  test('shares its service', async () => {
    await using app = await gatewayOf([other, greeter])
    expect((await app.inject('/other')).body).toBe('Hello, you')
  })

  test('may be called again under a prefix by nobody: Fastify knows it by name', async () => {
    await using app = await gatewayOf([greeter])
    expect(app.hasPlugin('greeter')).toBe(true)
  })
})

describe('a global plugin', () => {
  const wide = definePlugin({
    name: 'wide',
    description: 'Reaches all.',
    scope: 'global',
    setup(app) {
      app.addHook('onRequest', async (_, reply) => void reply.header('x-wide', '1'))
      app.addHook('onRoute', route => void seen.push(route.url))
      app.setErrorHandler((_, __, reply) => void reply.code(599).send('wide'))
      app.get('/wide', () => 'wide')
    }
  })
  let seen: string[] = []

  test.for([
    ['first', [wide, greeter, other]],
    ['last', [other, greeter, wide]]
  ] as const)('named %s reaches the routes of all others, and those of nobody', async ([, plugins]) => {
    seen = []
    await using app = await gatewayOf([...plugins])
    for (const url of ['/wide', '/greet', '/other', '/missing'])
      expect((await app.inject(url)).headers).toHaveProperty('x-wide', '1')
    expect((await app.inject('/other/fail')).statusCode).toBe(599)
    expect((await app.inject('/greet/fail')).statusCode).toBe(418)
    expect(seen).toContain('/greet')
    expect(seen).toContain('/other')
  })
})

describe('routes that are added when all plugins are set up', () => {
  const late = definePlugin({
    name: 'late',
    description: 'Lets others add words, and adds routes for them.',
    provides: Words,
    setup: () => [] as string[],
    routes(app, words) {
      app.decorate('of-late-routes', true)
      for (const word of words) app.get(`/${word}`, () => word)
    }
  })
  /** Global, and yet set up after the plugin that it needs. */
  const watcher = definePlugin({
    name: 'watcher',
    description: 'Adds a word, and looks at routes.',
    scope: 'global',
    needs: { words: Words },
    setup(app, { words }) {
      words.push('hello')
      app.addHook('onRoute', ({ url, config }) => void told.push([url, config?.plugin]))
      app.addHook('onRequest', async (_, reply) => void reply.header('x-watcher', '1'))
    }
  })
  let told: unknown[] = []

  test('are seen by the hooks of plugins that need this one, and are private to it', async () => {
    told = []
    await using app = await gatewayOf([watcher, late])
    expect(told).toContainEqual(['/hello', 'late'])
    const answer = await app.inject('/hello')
    expect(answer.body).toBe('hello')
    expect(answer.headers).toHaveProperty('x-watcher', '1')
    expect(app.hasDecorator('of-late-routes')).toBe(false)
  })

  test('are added at once in plain Fastify', async () => {
    await using app = Fastify()
    await app.register(
      definePlugin({
        name: 'alone',
        description: '',
        provides: Words,
        setup: () => ['alone'],
        routes: (child, words) => void child.get(`/${words[0]}`, () => words[0])
      })
    )
    expect((await app.inject('/alone')).body).toBe('alone')
  })

  test('end the start under the name of their plugin when they fail, and those of others are tried', async () => {
    const broken = (name: string) =>
      definePlugin({
        name,
        description: '',
        setup: () => undefined,
        routes() {
          throw new Error(`the routes of ${name} are broken`)
        }
      })
    const { problems } = await failureOf(gatewayOf([broken('one'), broken('two')]))
    expect(problems.map(({ code, where, message }) => `${code} ${where}: ${message}`)).toEqual([
      'PLUGIN_FAILED plugins.one: the routes of one are broken',
      'PLUGIN_FAILED plugins.two: the routes of two are broken'
    ])
  })
})

describe('the routes of a gateway', () => {
  test('say which plugin added them, also to the hooks of global plugins', async () => {
    const told: unknown[] = []
    const watcher = definePlugin({
      name: 'watcher',
      description: '',
      scope: 'global',
      setup: app => void app.addHook('onRoute', ({ url, config }) => void told.push([url, config?.plugin]))
    })
    async function foreign(app: { get(url: string, handler: () => string): unknown }): Promise<void> {
      app.get('/foreign', () => '')
    }
    await using app = await gatewayOf([watcher, greeter, foreign])
    const get = app.gateway.routes
      .filter(({ method }) => method === 'GET')
      .map(({ url, plugin }) => [url, plugin])
    expect(get).toEqual([
      ['/greet', 'greeter'],
      ['/greet/fail', 'greeter'],
      ['/foreign', 'foreign'],
      ['/healthz', undefined],
      ['/readyz', undefined],
      ['/readyz/:plugin', undefined]
    ])
    expect(told).toContainEqual(['/greet', 'greeter'])
    expect(told).toContainEqual(['/foreign', 'foreign'])
  })
})

describe('without the kernel, in plain Fastify', () => {
  test('what Fastify’s own register takes goes to Fastify', async () => {
    const app = Fastify()
    await app.register(greeter, { prefix: '/v1', word: 'Hey' } as object)
    expect((await app.inject('/v1/greet')).body).toBe('Hey!')
    expect((await app.inject('/greet')).statusCode).toBe(404)
    await app.close()
  })

  test('a plugin validates its settings, fills in defaults, stays private and shares its service', async () => {
    await using app = Fastify()
    await app.register(greeter, {})
    await app.register(other)
    expect((await app.inject('/greet')).body).toBe('Hello!')
    expect((await app.inject('/other')).body).toBe('Hello, you')
    expect((await app.inject('/other')).headers).not.toHaveProperty('x-greeter')
    expect(app.getDecorator<{ greet(name: string): string }>('greeter').greet('me')).toBe('Hello, me')
  })

  test('a plugin takes settings, and leaves the given object alone', async () => {
    await using app = Fastify()
    const settings = Object.freeze({ word: 'Hi' })
    await app.register(greeter, settings)
    expect((await app.inject('/greet')).body).toBe('Hi!')
  })

  test('wrong settings are all told', async () => {
    await using app = Fastify()
    const settings = { word: '', wrod: 'x' } as object
    await expect(app.register(greeter, settings).ready()).rejects.toThrow(
      "The settings of plugin 'greeter' are not valid: wrod: unknown; word: must NOT have fewer than 2 characters"
    )
  })

  test('a missing service is told by Fastify', async () => {
    await using app = Fastify()
    await expect(app.register(other).ready()).rejects.toThrow(
      "The decorator 'greeter' required by 'other' is not present"
    )
  })
})

describe('definitions that contradict themselves', () => {
  test.for(['enabled', 'use'])('a setting cannot be called %s', key => {
    const config = Type.Object({ [key]: Type.Boolean() })
    expect(() => definePlugin({ name: 'a', description: '', config, setup: () => {} })).toThrow(
      `Plugin 'a': '${key}' in config belongs to the kernel; rename it`
    )
  })

  test.for(['config', 'log'])('a need cannot be called %s', key => {
    expect(() =>
      definePlugin({ name: 'a', description: '', needs: { [key]: Greeter }, setup: () => {} })
    ).toThrow(`Plugin 'a': '${key}' in needs belongs to the kernel; rename it`)
  })
})

test.each(['', 'X', 'two words', 'a--b', '-a', 'a_b'])('%j is no name for a plugin', name => {
  expect(() => definePlugin({ name, description: '', setup: () => undefined })).toThrow(
    'no name for a plugin'
  )
})
