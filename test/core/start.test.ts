import type { FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createGateway, definePlugin, optional, service, type App } from '../../src/core/index.ts'
import { failureOf, gatewayOf, logLines, problemsOf } from './kernel.ts'

const Thing = service<object>('thing')
const Other = service<object>('other')

/** A plugin that does nothing but this. */
function plugin(name: string, setup: (app: App) => unknown = () => {}) {
  return definePlugin({ name, description: '', setup: setup as () => void })
}

function throwing(name: string, error: unknown) {
  return plugin(name, () => {
    throw error
  })
}

describe('a start', () => {
  test('tells what it started, in order, with needs and services', async () => {
    const user = definePlugin({
      name: 'user',
      description: '',
      needs: { t: Thing, o: optional(Other) },
      setup: () => {}
    })
    const provider = definePlugin({ name: 'provider', description: '', provides: Thing, setup: () => ({}) })
    const wide = definePlugin({ name: 'wide', description: '', scope: 'global', setup: () => {} })
    await using app = await gatewayOf([user, provider, wide])
    expect(app.gateway.plugins).toEqual([
      {
        id: 'wide',
        name: 'wide',
        version: undefined,
        state: 'started',
        ms: expect.any(Number) as number,
        needs: [],
        provides: undefined,
        global: true
      },
      {
        id: 'provider',
        name: 'provider',
        version: undefined,
        state: 'started',
        ms: expect.any(Number) as number,
        needs: [],
        provides: 'thing',
        global: false
      },
      {
        id: 'user',
        name: 'user',
        version: undefined,
        state: 'started',
        ms: expect.any(Number) as number,
        needs: ['thing', 'other'],
        provides: undefined,
        global: false
      }
    ])
    expect(app.gateway).toMatchObject({ production: false, closing: false, cut: false })
  })

  test('hands each plugin its settings, a logger of its name, and its services', async () => {
    const log = logLines()
    const thing = { is: 'the thing' }
    const provider = definePlugin({ name: 'provider', description: '', provides: Thing, setup: () => thing })
    const seen: unknown[] = []
    const user = definePlugin({
      name: 'user',
      description: '',
      config: Type.Object({ size: Type.Integer({ default: 3 }) }),
      needs: { mine: Thing, missing: optional(Other) },
      setup: (_, { config, log: own, mine, missing }) => {
        own.info('hello')
        seen.push(config, mine, missing)
      }
    })
    await using app = await gatewayOf([user, provider], { logLevel: 'info' }, { logDestination: log })
    expect(seen).toEqual([{ size: 3 }, thing, undefined])
    expect(seen[1]).toBe(thing)
    expect(log.lines).toMatchObject([{ plugin: 'user', msg: 'hello' }])
    expect(app.gateway.closing).toBe(false)
  })

  test('keeps a service as it is, whatever its methods are called', async () => {
    class Store {
      getter(): string {
        return 'mine'
      }

      setter(): void {}
    }
    const store = new Store()
    const provider = definePlugin({ name: 'provider', description: '', provides: Thing, setup: () => store })
    await using app = await gatewayOf([provider])
    expect(app.getDecorator('thing')).toBe(store)
  })
})

describe('plugins that fail', () => {
  test('are all told, while the good ones were started and are closed again', async () => {
    const events: string[] = []
    const good = (name: string) =>
      plugin(name, app => {
        events.push(`${name} started`)
        app.addHook('onClose', async () => void events.push(`${name} closed`))
      })
    const late = plugin('late', async app => {
      app.addHook('onClose', async () => void events.push('late closed'))
      await Promise.resolve()
      throw new Error('late failed')
    })
    const failure = await failureOf(
      gatewayOf([
        good('one'),
        throwing('two', new Error('no')),
        late,
        good('four'),
        throwing('five', new Error('no'))
      ])
    )
    expect(problemsOf(failure)).toEqual([
      'PLUGIN_FAILED plugins.two',
      'PLUGIN_FAILED plugins.late',
      'PLUGIN_FAILED plugins.five'
    ])
    expect(failure.exitCode).toBe(1)
    expect(failure.problems[1]).toMatchObject({ message: 'late failed', cause: new Error('late failed') })
    expect(events).toEqual(['one started', 'four started', 'four closed', 'late closed', 'one closed'])
  })

  test('take those with them that need their service, which are no problem of their own', async () => {
    const started: string[] = []
    const provider = definePlugin({
      name: 'provider',
      description: '',
      provides: Thing,
      setup: () => {
        throw new Error('no thing')
      }
    })
    const middle = definePlugin({
      name: 'middle',
      description: '',
      needs: { thing: Thing },
      provides: Other,
      setup: () => ({})
    })
    const user = definePlugin({
      name: 'user',
      description: '',
      needs: { other: Other },
      setup: () => void started.push('user')
    })
    const easy = definePlugin({
      name: 'easy',
      description: '',
      needs: { thing: optional(Thing) },
      setup: () => void started.push('easy')
    })
    const failure = await failureOf(gatewayOf([user, middle, provider, easy]))
    expect(problemsOf(failure)).toEqual(['PLUGIN_FAILED plugins.provider'])
    expect(started).toEqual(['easy'])
  })

  test('take foreign plugins with them that depend on them by name', async () => {
    const first = fp(() => Promise.reject(new Error('no')), { name: 'first' })
    const second = fp(() => Promise.reject(new Error('no first')), {
      name: 'second',
      dependencies: ['first']
    })
    expect(problemsOf(await failureOf(gatewayOf([second, first])))).toEqual(['PLUGIN_FAILED plugins.first'])
  })

  test.for([
    [undefined, 'setup threw undefined'],
    [null, 'setup threw null'],
    ['a word', 'setup threw a word'],
    [0, 'setup threw 0'],
    [{ reason: 'x' }, 'setup threw [object Object]']
  ] as const)('may throw %s', async ([thrown, message]) => {
    const rejecting = plugin('rejecting', () => Promise.reject(thrown))
    const failure = await failureOf(gatewayOf([throwing('throwing', thrown), rejecting]))
    expect(failure.problems).toMatchObject([{ message }, { message }])
  })

  test('may be foreign, or hide their mistake in a plugin of their own', async () => {
    const foreign: FastifyPluginAsync = async function foreign() {
      throw new Error('foreign')
    }
    const nested = plugin('nested', app => {
      app.register(async () => {
        throw new Error('nested')
      })
    })
    expect((await failureOf(gatewayOf([foreign, nested]))).problems).toMatchObject([
      { where: 'plugins.foreign', message: 'foreign' },
      { where: 'plugins.nested', message: 'nested' }
    ])
  })

  test('may be foreign and throw at once, with a callback or as a class', async () => {
    function withCallback(_app: unknown, _options: object, _done: () => void): void {
      throw new Error('at once')
    }
    class Odd {
      readonly size = 1
    }
    const plugins = { callback: { use: withCallback }, class: { use: Odd } }
    const config = { server: { logLevel: 'silent' }, plugins }
    expect((await failureOf(createGateway({ config, env: {} }))).problems).toMatchObject([
      { where: 'plugins.callback', message: 'at once' },
      { where: 'plugins.class', message: "Class constructor Odd cannot be invoked without 'new'" }
    ])
  })

  test('may add a route that another has, or one with an impossible schema', async () => {
    const a = plugin('a', app => void app.get('/same', () => ''))
    const b = plugin('b', app => void app.get('/same', () => ''))
    expect(problemsOf(await failureOf(gatewayOf([a, b])))).toEqual(['PLUGIN_FAILED plugins.b'])
    const odd = plugin('odd', app => {
      app.post(
        '/odd',
        { schema: { body: Type.Object({ x: Type.Unsafe({ type: 'no-such-type' }) }) } },
        () => ''
      )
    })
    const { problems } = await failureOf(gatewayOf([a, odd]))
    expect(problems).toMatchObject([{ code: 'PLUGIN_FAILED', where: 'plugins.odd' }])
    expect(problems[0]?.message).toContain('POST: /odd')
  })
})

describe('plugins that take too long', () => {
  const forever = () => new Promise<void>(() => {})

  test('are named, and do not keep the others from being tried', async () => {
    const failure = await failureOf(
      gatewayOf([plugin('slow', forever), throwing('bad', new Error('no'))], { startTimeoutMs: 30 })
    )
    expect(problemsOf(failure)).toEqual(['PLUGIN_TIMEOUT plugins.slow', 'PLUGIN_FAILED plugins.bad'])
    expect(failure.problems[0]?.hint).toContain('server.startTimeoutMs')
    expect(failure.exitCode).toBe(1)
  })

  test('are named when it is an onReady hook that never ends', async () => {
    const slow = plugin('slow', app => void app.addHook('onReady', forever))
    const failure = await failureOf(gatewayOf([plugin('a'), slow, plugin('b')], { startTimeoutMs: 30 }))
    expect(problemsOf(failure)).toEqual(['PLUGIN_TIMEOUT plugins.slow'])
  })
})

describe('hooks at the end of the start', () => {
  test('may fail: all failures are told, with the plugin', async () => {
    const a = plugin(
      'a',
      app => void app.addHook('onReady', () => Promise.reject(new Error('a is not ready')))
    )
    const b = plugin('b', app => {
      app.addHook('onReady', done => done(new Error('b is not ready')))
    })
    const c = plugin('c', app => {
      app.register(async child => {
        child.addHook('onReady', () => {
          throw new Error('c is not ready')
        })
      })
    })
    const foreign = fp(
      async app =>
        void app.addHook('onReady', async () => {
          throw undefined
        }),
      { name: 'foreign' }
    )
    const failure = await failureOf(gatewayOf([a, b, c, foreign]))
    expect(failure.problems.map(({ where, message }) => `${where}: ${message}`).toSorted()).toEqual([
      'plugins.a: its onReady hook failed: a is not ready',
      'plugins.b: its onReady hook failed: b is not ready',
      'plugins.c: its onReady hook failed: c is not ready',
      'plugins.foreign: its onReady hook failed: undefined'
    ])
  })

  test('may return values, which do no harm', async () => {
    const called: string[] = []
    const value = async (): Promise<never> => 'a value' as never
    const chatty = plugin('chatty', app => {
      app.addHook('onReady', value)
      app.addHook('onListen', value)
      app.addHook('preClose', value)
      app.addHook('onClose', value)
      app.addHook('onReady', function (this: unknown, done) {
        called.push('callback')
        done()
      })
    })
    const app = await gatewayOf([chatty])
    await app.close()
    expect(called).toEqual(['callback'])
  })

  test('are still refused by Fastify when they mix a promise with a callback', async () => {
    // oxlint-disable-next-line no-unused-vars -- the parameter is the mistake
    const mixed = plugin('mixed', app => void app.addHook('onReady', (async (done: unknown) => {}) as never))
    const failure = await failureOf(gatewayOf([mixed]))
    expect(problemsOf(failure)).toEqual(['PLUGIN_FAILED plugins.mixed'])
    expect(failure.problems[0]?.message).toContain('Async function')
  })
})

test('a start that fails throws nothing but the report when closing fails as well', async () => {
  const log = logLines()
  const sticky = plugin('sticky', app => {
    app.addHook('onClose', () => Promise.reject(new Error('cannot close')))
  })
  const failure = await failureOf(
    gatewayOf([sticky, throwing('bad', new Error('no'))], { logLevel: 'error' }, { logDestination: log })
  )
  expect(problemsOf(failure)).toEqual(['PLUGIN_FAILED plugins.bad'])
  expect(log.lines).toMatchObject([{ msg: 'could not close cleanly' }])
})

test('a configuration with problems starts nothing', async () => {
  const started: string[] = []
  const eager = plugin('eager', () => void started.push('eager'))
  const config = { server: { port: -1 }, plugins: { eager: { use: eager } } }
  const failure = await failureOf(createGateway({ config, env: {} }))
  expect(failure).toMatchObject({ exitCode: 78, code: 'GATEWAY_CANNOT_START', name: 'StartupError' })
  expect(started).toEqual([])
})
