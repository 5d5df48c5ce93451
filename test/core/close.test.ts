import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { definePlugin, service, type App } from '../../src/core/index.ts'
import { failureOf, gatewayOf, logLines } from './kernel.ts'

const portOf = (app: FastifyInstance): number => (app.server.address() as AddressInfo).port

/** Requests a path of a listening gateway. */
async function request(app: FastifyInstance, path: string, agent = new Agent()): Promise<IncomingMessage> {
  const [response] = (await once(get({ port: portOf(app), path, agent }), 'response')) as [IncomingMessage]
  return response
}

function deferred<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>(done => (resolve = done))
  return { promise, resolve }
}

function plugin(name: string, setup: (app: App) => void) {
  return definePlugin({ name, description: '', setup })
}

/** A route that answers when it is told to, and tells when it was reached. */
function slowRoute() {
  const reached = deferred()
  const answer = deferred<string>()
  const slow = plugin('slow', app => {
    app.get('/slow', () => {
      reached.resolve()
      return answer.promise
    })
  })
  return { slow, reached: reached.promise, answer }
}

async function listening(...given: Parameters<typeof gatewayOf>): Promise<FastifyInstance> {
  const app = await gatewayOf(...given)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}

describe('plugins drain', () => {
  test('in the order in which they started, with their service and a signal, before anything is closed', async () => {
    const events: unknown[] = []
    const token = service<object>('first')
    const thing = { name: 'thing' }
    const first = definePlugin({
      name: 'first',
      description: '',
      provides: token,
      setup: app => {
        app.addHook('onClose', async () => void events.push('first closed'))
        return thing
      },
      drain: async (own, signal) => {
        events.push(['first', own === thing, signal.aborted])
        await Promise.resolve()
        events.push('first drained')
      }
    })
    const second = definePlugin({
      name: 'second',
      description: '',
      needs: { token },
      setup: app => void app.addHook('preClose', async () => void events.push('second preClose')),
      drain: own => void events.push(['second', own])
    })
    const app = await gatewayOf([second, first])
    await app.close()
    expect(events).toEqual([
      ['first', true, false],
      'first drained',
      ['second', undefined],
      'second preClose',
      'first closed'
    ])
  })

  test('while readiness is 503, liveness is not, and no connection is accepted', async () => {
    const draining = deferred()
    const end = deferred()
    const hub = definePlugin({
      name: 'hub',
      description: '',
      setup: () => {},
      drain: () => {
        draining.resolve()
        return end.promise
      }
    })
    const app = await listening([hub])
    const port = portOf(app)
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ok', plugins: { hub: 'ok' } })
    const closed = app.close()
    await draining.promise
    expect(app.gateway.closing).toBe(true)
    const readiness = await app.inject('/readyz')
    expect([readiness.statusCode, readiness.json()]).toEqual([
      503,
      { status: 'closing', plugins: { hub: 'ok' } }
    ])
    expect((await app.inject('/healthz')).statusCode).toBe(200)
    const [refusal] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
    expect(refusal.code).toBe('ECONNREFUSED')
    end.resolve()
    await closed
  })

  test('until closeMs and no longer, however many hang; then their signal aborts', async () => {
    const signals: AbortSignal[] = []
    const hanging = (name: string) =>
      definePlugin({
        name,
        description: '',
        setup: () => {},
        drain: (_, signal) => {
          signals.push(signal)
          return new Promise(() => {})
        }
      })
    const app = await gatewayOf([hanging('a'), hanging('b'), hanging('c')], { closeMs: 20 })
    await app.close()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
    expect(app.gateway.cut).toBe(false)
  })

  test('though others fail to, which is logged', async () => {
    const log = logLines()
    const drained: string[] = []
    const failing = (name: string, drain: () => unknown) =>
      definePlugin({ name, description: '', setup: () => {}, drain })
    const app = await gatewayOf(
      [
        failing('a', () => {
          throw new Error('a stuck')
        }),
        failing('b', () => Promise.reject(new Error('b stuck'))),
        failing('c', () => void drained.push('c'))
      ],
      { logLevel: 'error' },
      { logDestination: log }
    )
    await app.close()
    expect(drained).toEqual(['c'])
    expect(log.lines).toMatchObject([
      { plugin: 'a', msg: 'could not drain', err: { message: 'a stuck' } },
      { plugin: 'b', msg: 'could not drain', err: { message: 'b stuck' } }
    ])
  })

  test('for as long as they need, even if that is longer than a start may take', async () => {
    const events: string[] = []
    const patient = definePlugin({
      name: 'patient',
      description: '',
      setup: app => void app.addHook('onClose', async () => void events.push('closed')),
      drain: async () => {
        await wait(60)
        events.push('drained')
      }
    })
    const app = await gatewayOf([patient], { startTimeoutMs: 20 })
    await app.close()
    expect(events).toEqual(['drained', 'closed'])
  })

  test('only if they started', async () => {
    const drained: string[] = []
    const drains = (name: string, setup: () => void) =>
      definePlugin({ name, description: '', setup, drain: () => void drained.push(name) })
    const bad = drains('bad', () => {
      throw new Error('no')
    })
    await failureOf(gatewayOf([drains('good', () => {}), bad]))
    expect(drained).toEqual(['good'])
  })
})

test('a preClose hook that fails is logged with its plugin, and the others run', async () => {
  const log = logLines()
  const ran: string[] = []
  const bad = plugin('bad', app => void app.addHook('preClose', () => Promise.reject(new Error('no'))))
  const good = plugin('good', app => {
    app.addHook('preClose', done => {
      ran.push('good')
      done()
    })
  })
  const app = await gatewayOf([bad, good], { logLevel: 'error' }, { logDestination: log })
  await app.close()
  expect(ran).toEqual(['good'])
  expect(log.lines).toMatchObject([{ plugin: 'bad', msg: 'its preClose hook failed: no' }])
})

describe('requests', () => {
  test('in flight are answered, and their connections end with them whatever their keep-alive', async () => {
    const { slow, reached, answer } = slowRoute()
    const app = await listening([slow], { keepAliveTimeoutMs: 3_600_000, closeMs: 60_000 })
    const agent = new Agent({ keepAlive: true })
    const response = request(app, '/slow', agent)
    await reached
    const closed = app.close()
    answer.resolve('done')
    expect(await text(await response)).toBe('done')
    await closed
    expect(app.gateway.cut).toBe(false)
    agent.destroy()
  })

  test('are served as before during drainMs, each as the last of its connection', async () => {
    const route = plugin('route', app => void app.get('/', () => 'served'))
    const app = await listening([route], { drainMs: 300 })
    const agent = new Agent({ keepAlive: true })
    const before = await request(app, '/', agent)
    expect([await text(before), before.headers.connection]).toEqual(['served', 'keep-alive'])
    const closed = app.close()
    const [readiness, response] = await Promise.all([
      request(app, '/readyz', agent),
      request(app, '/', agent)
    ])
    expect([readiness.statusCode, response.statusCode, await text(response)]).toEqual([503, 200, 'served'])
    expect([readiness.headers.connection, response.headers.connection]).toEqual(['close', 'close'])
    await closed
    agent.destroy()
  })

  test('never answered are cut at closeMs', async () => {
    const { slow, reached } = slowRoute()
    const app = await listening([slow], { closeMs: 20 })
    const failed = request(app, '/slow').catch((error: NodeJS.ErrnoException) => error.code)
    await reached
    await app.close()
    expect(await failed).toBe('ECONNRESET')
    expect(app.gateway.cut).toBe(true)
  })
})

describe('connections', () => {
  test('on which nothing was ever asked do not hold up the close', async () => {
    const app = await listening([], { closeMs: 60_000 })
    const socket = connect(portOf(app), '127.0.0.1')
    await once(app.server, 'connection')
    await Promise.all([app.close(), once(socket.resume(), 'close')])
    expect(app.gateway.cut).toBe(false)
  })

  test('of a stream end when its plugin drains', async () => {
    const streams = new Set<{ end(text: string): void }>()
    const hub = definePlugin({
      name: 'hub',
      description: '',
      setup: app => {
        app.get('/stream', (_, reply) => {
          reply.hijack()
          reply.raw.writeHead(200).write('hello ')
          streams.add(reply.raw)
        })
      },
      drain: () => {
        for (const stream of streams) stream.end('bye')
      }
    })
    const app = await listening([hub], { closeMs: 60_000 })
    const response = await request(app, '/stream', new Agent({ keepAlive: true }))
    const [body] = await Promise.all([text(response), app.close()])
    expect(body).toBe('hello bye')
    expect(app.gateway.cut).toBe(false)
  })

  test('of a stream that never ends are cut', async () => {
    const hub = plugin('hub', app => {
      app.get('/stream', (_, reply) => {
        reply.hijack()
        reply.raw.writeHead(200).write('hello')
      })
    })
    const app = await listening([hub], { closeMs: 20 })
    const response = await request(app, '/stream')
    const body = text(response).catch((error: NodeJS.ErrnoException) => error.code)
    await app.close()
    expect(await body).toBe('ECONNRESET')
    expect(app.gateway.cut).toBe(true)
  })

  test('that became something else than HTTP are cut as well', async () => {
    const sockets = plugin('sockets', app => {
      app.server.on('upgrade', (_, socket: Socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n')
      })
    })
    const app = await listening([sockets], { closeMs: 20 })
    const upgrading = get({ port: portOf(app), headers: { connection: 'Upgrade', upgrade: 'test' } })
    const [, socket] = (await once(upgrading, 'upgrade')) as [IncomingMessage, Socket]
    const ended = once(socket.on('error', () => {}).resume(), 'close')
    await Promise.all([app.close(), ended])
    expect(app.gateway.cut).toBe(true)
  })
})

describe('closing again', () => {
  test('is the same close, with a promise or with a callback', async () => {
    let drained = 0
    const hub = definePlugin({ name: 'hub', description: '', setup: () => {}, drain: () => void drained++ })
    const app = await listening([hub])
    const called = deferred()
    const first = app.close()
    app.close(() => called.resolve())
    await Promise.all([first, app.close(), called.promise, app[Symbol.asyncDispose]()])
    await app.close()
    expect(drained).toBe(1)
  })

  test('fails as often as the first time, when a hook fails', async () => {
    const bad = plugin('bad', app => void app.addHook('onClose', () => Promise.reject(new Error('no'))))
    const app = await gatewayOf([bad])
    await expect(app.close()).rejects.toThrow('no')
    await expect(app.close()).rejects.toThrow('no')
  })
})
