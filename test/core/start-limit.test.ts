import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { describe, expect, test } from 'vitest'
import { definePlugin, type App } from '../../src/core/index.ts'
import { failureOf, gatewayOf, logLines, problemsOf } from './kernel.ts'

/** A plugin that does nothing but this. */
function plugin(name: string, setup: (app: App) => unknown = () => {}) {
  return definePlugin({ name, description: '', setup: setup as () => void })
}

const forever = (): Promise<void> => new Promise(() => {})
const bad = plugin('bad', () => {
  throw new Error('no')
})
const short = { startTimeoutMs: 30 }
/** What a start with a plugin that hangs, and then `bad`, is to say: the first did not keep the other from being tried. */
const both = ['PLUGIN_TIMEOUT plugins.slow', 'PLUGIN_FAILED plugins.bad']

/** Listeners of `after` that Fastify takes and its types do not. */
const withCallback = (listener: (error: unknown, done: () => void) => void) => listener as () => void
const withContext = (listener: (error: unknown, context: unknown, done: () => void) => void) =>
  listener as () => void

/** Keeps the thread, as a machine does that has other things to do. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe('what takes too long is named, and the next plugins are tried, where it is', () => {
  const slow: Record<string, (app: App) => unknown> = {
    'the setup': forever,
    'the second of two children': app => {
      app.register(() => new Promise(resolve => setTimeout(resolve, 10)))
      app.register(forever)
    },
    'a child of a child': app =>
      app.register(async child => {
        await child.register(async grandchild => {
          grandchild.register(forever)
        })
      }),
    'a setup whose child has failed before': async app => {
      app.register(forever)
      await expect(app.after()).rejects.toThrow('did not end in time')
      await forever()
    },
    'a child that never calls back': app => app.register((_app, _options, _done) => {}),
    'a child that never comes': app => app.register(forever() as never),
    'a listener of after that promises': app => app.after(forever as () => void),
    'a listener of after with a callback': app => app.after(withCallback((_error, _done) => {})),
    'one with a context and a callback': app => app.after(withContext((_error, _context, _done) => {}))
  }

  test.each(Object.entries(slow))('%s', async (_, setup) => {
    // Not awaited, unless it is a promise of its own.
    const quiet = (app: App): unknown => {
      const result = setup(app)
      return result instanceof Promise ? result : undefined
    }
    expect(problemsOf(await failureOf(gatewayOf([plugin('slow', quiet), bad], short)))).toEqual(both)
    expect(problemsOf(await failureOf(gatewayOf([plugin('slow', setup), bad], short)))).toEqual(both)
  })

  test('any of them, on a machine that is busy meanwhile', async () => {
    const busy = definePlugin({
      name: 'busy',
      description: '',
      scope: 'global',
      setup: app => void app.addHook('onRegister', () => block(10))
    })
    expect(problemsOf(await failureOf(gatewayOf([busy, plugin('slow', forever), bad], short)))).toEqual(both)
  })
})

describe('a plugin within its time', () => {
  test('may have children of every kind', async () => {
    const loaded: string[] = []
    const child = (name: string) => fp(async () => void loaded.push(name), { name })
    await using gateway = await gatewayOf([
      plugin('parent', async app => {
        await app.register(child('function'))
        await app.register({ default: child('module') } as never)
        await app.register(Promise.resolve({ default: child('promise') }) as never)
        await app.register(Promise.resolve(child('promised function')) as never)
        await app.register((_app: FastifyInstance, _options: object, done: (error?: Error) => void) => {
          loaded.push('callback')
          done()
        })
        const either = (_app: FastifyInstance, _options: object, _done: unknown): Promise<void> => {
          loaded.push('promise beside a callback')
          return Promise.resolve()
        }
        await app.register(either as unknown as FastifyPluginAsync)
        app.after(() => void loaded.push('after'))
        app.after(
          withCallback((_error, done) => {
            loaded.push('after with a callback')
            done()
          })
        )
        await app.register(async last => last.get('/last', () => 'last'))
      })
    ])
    expect(loaded).toEqual([
      'function',
      'module',
      'promise',
      'promised function',
      'callback',
      'promise beside a callback',
      'after',
      'after with a callback'
    ])
    expect((await gateway.inject('/last')).body).toBe('last')
  })

  test.each([
    ['a function', (app: App) => app.register(() => fail('at once'))],
    ['a callback', (app: App) => app.register((_app, _options, _done) => fail('at once'))],
    [
      'an error called back',
      (app: App) => app.register((_app, _options, done) => done(new Error('at once')))
    ],
    ['a promise of none', (app: App) => app.register(Promise.reject(new Error('at once')) as never)],
    ['a listener of after', (app: App) => app.after(() => fail('at once'))],
    ['one with a callback', (app: App) => app.after(withCallback((_error, _done) => fail('at once')))]
  ])('is named when a child of it fails: %s', async (_, setup) => {
    const failure = await failureOf(gatewayOf([plugin('parent', app => void setup(app)), bad]))
    expect(failure.problems).toMatchObject([
      { code: 'PLUGIN_FAILED', where: 'plugins.parent', message: 'at once' },
      { where: 'plugins.bad' }
    ])
  })

  test('is refused what is no plugin', async () => {
    const odd = plugin('odd', app => void app.register([] as never))
    const { problems } = await failureOf(gatewayOf([odd]))
    expect(problems).toMatchObject([{ code: 'PLUGIN_FAILED', where: 'plugins.odd' }])
    expect(problems[0]?.message).toContain("'array'")
  })
})

describe('hooks that take too long', () => {
  test('at the end of the start are named, each of them, beside those that fail', async () => {
    const hooked = (name: string, hook: () => Promise<void>) =>
      plugin(name, app => void app.addHook('onReady', hook))
    const fails = hooked('fails', () => Promise.reject(new Error('no')))
    const failure = await failureOf(gatewayOf([hooked('a', forever), fails, hooked('b', forever)], short))
    expect(problemsOf(failure)).toEqual([
      'PLUGIN_TIMEOUT plugins.a',
      'PLUGIN_FAILED plugins.fails',
      'PLUGIN_TIMEOUT plugins.b'
    ])
  })

  test('at the close are logged, and do not hold it up', async () => {
    const log = logLines()
    const slow = plugin('slow', app => void app.addHook('preClose', forever))
    const app = await gatewayOf([slow], { ...short, logLevel: 'error' }, { logDestination: log })
    await app.close()
    expect(log.lines).toMatchObject([
      { plugin: 'slow', msg: 'its preClose hook failed: did not end in time' }
    ])
  })
})

function fail(message: string): never {
  throw new Error(message)
}
