import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createGateway, definePlugin, type App } from '../../src/core/index.ts'
import { ReloadableGateway } from '../../src/operations/reload.ts'
import metrics from '../../src/plugins/metrics/index.ts'
import state from '../../src/plugins/state/index.ts'
import { State } from '../../src/plugins/state/service.ts'
import { logLines, type LogLine } from '../core/kernel.ts'

const plugin = (name: string, setup: (app: App) => unknown, drain?: () => unknown) =>
  definePlugin({
    name,
    description: '',
    async setup(app) {
      await setup(app)
    },
    ...(drain && { drain })
  })
const route = (name: string) => plugin(name, app => app.get(`/${name}`, () => name))

let running: ReloadableGateway | undefined
afterEach(async () => {
  await running?.close()
  running = undefined
})

interface Config {
  server?: object
  plugins: Record<string, object>
}

/** A gateway whose configuration can be changed, and its log. */
async function started(config: Config): Promise<{
  readonly gateway: ReloadableGateway
  readonly url: string
  readonly config: Config
  readonly lines: LogLine[]
  /** Where the admin listener is. */
  readonly admin: string
  readonly post: () => Promise<{ status: number; body: Record<string, unknown> }>
}> {
  const log = logLines()
  const gateway = new ReloadableGateway(handed =>
    createGateway({
      config: { ...config, server: { port: 0, adminPort: 0, ...config.server } },
      env: {},
      logDestination: log,
      ...handed
    })
  )
  const url = await gateway.start()
  running = gateway
  const admin = String(log.lines.find(({ msg }) => msg === 'admin listener')?.['url'])
  const post = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${admin}/reload`, { method: 'POST' })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { gateway, url, config, lines: log.lines, admin, post }
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status

describe('POST /reload', () => {
  test('starts what the configuration names by now, on the same ports, and tells the difference', async () => {
    const { url, config, post, admin } = await started({
      plugins: { one: { use: route('one') }, two: { use: route('two') } }
    })
    config.plugins = { one: { use: route('one') }, three: { use: route('three') } }
    config.server = { closeMs: 5_000 }
    const { status, body } = await post()
    expect([status, body]).toEqual([
      200,
      {
        status: 'reloaded',
        changed: true,
        added: ['three'],
        removed: ['two'],
        settings: ['server.closeMs'],
        ms: expect.any(Number),
        url
      }
    ])
    const statuses = await Promise.all(['one', 'two', 'three'].map(path => statusOf(`${url}/${path}`)))
    expect(statuses).toEqual([200, 404, 200])
    const plugins = (await (await fetch(`${admin}/plugins`)).json()) as { id: string }[]
    expect(plugins.map(({ id }) => id)).toEqual(['one', 'three'])
  })

  test('says when nothing has changed', async () => {
    const { post } = await started({ plugins: { one: { use: route('one') } } })
    expect((await post()).body).toMatchObject({ changed: false, added: [], removed: [], settings: [] })
  })

  test.for([
    [{ one: { use: route('one'), wrong: 1 }, absent: true }, ['CONFIG_UNKNOWN_KEY', 'PLUGIN_UNKNOWN']],
    [{ bad: { use: plugin('bad', () => Promise.reject(new Error('no'))) } }, ['PLUGIN_FAILED']],
    [
      {
        bad: { use: plugin('bad', app => void app.addHook('onReady', () => Promise.reject(new Error('no')))) }
      },
      ['PLUGIN_FAILED']
    ]
  ] as const)('is refused with every problem, and what runs goes on: %#', async ([plugins, codes]) => {
    const { url, config, post, lines, admin } = await started({ plugins: { one: { use: route('one') } } })
    const good = config.plugins
    config.plugins = plugins as never
    const { status, body } = await post()
    const problems = body['problems'] as { code: string }[]
    expect([status, body['status'], problems.map(({ code }) => code).toSorted()]).toEqual([
      422,
      'refused',
      codes
    ])
    expect(lines.filter(({ msg }) => String(msg).startsWith('could not reload'))).toHaveLength(1)
    expect([await statusOf(`${url}/one`), await statusOf(`${admin}/plugins`)]).toEqual([200, 200])
    config.plugins = good
    expect((await post()).status).toBe(200)
  })

  test('is refused where a port is taken, and what runs goes on', async () => {
    const { url, config, post } = await started({ plugins: { one: { use: route('one') } } })
    const other = await createGateway({ config: { server: { logLevel: 'silent' } }, env: {} })
    const taken = new URL(await other.listen({ host: '127.0.0.1', port: 0 })).port
    config.server = { port: Number(taken) }
    const { status, body } = await post()
    expect([status, body['problems']]).toMatchObject([422, [{ code: 'LISTEN_FAILED', where: 'server.port' }]])
    expect(await statusOf(`${url}/one`)).toBe(200)
    await other.close()
  })

  test('happens once at a time', async () => {
    let resume = (): void => undefined
    const { config, post } = await started({ plugins: {} })
    const waiting = new Promise<void>(resolve => {
      const use = plugin('waits', () => {
        resolve()
        return new Promise<void>(done => (resume = done))
      })
      config.plugins = { waits: { use } }
    })
    const first = post()
    await waiting
    expect(await post()).toEqual({
      status: 409,
      body: { status: 'busy', reason: 'another reload is under way' }
    })
    resume()
    expect((await first).status).toBe(200)
  })

  test('is not there in a gateway that nobody can replace', async () => {
    const log = logLines()
    const app = await createGateway({
      config: { server: { adminPort: 0 } },
      env: {},
      logDestination: log
    })
    const url = String(log.lines.find(({ msg }) => msg === 'admin listener')?.['url'])
    expect((await fetch(`${url}/reload`, { method: 'POST' })).status).toBe(404)
    await app.close()
  })

  test('is refused to web pages', async () => {
    const { admin } = await started({ plugins: {} })
    const headers = { origin: 'http://evil.example' }
    expect((await fetch(`${admin}/reload`, { method: 'POST', headers })).status).toBe(403)
  })
})

describe('what has been replaced', () => {
  test('drains its plugins, closes them, and does not say that it is closing', async () => {
    const events: string[] = []
    let answer = (): void => undefined
    const old = plugin(
      'old',
      app => {
        app.get('/slow', async () => {
          events.push('asked')
          await new Promise<void>(resolve => (answer = resolve))
          return { closing: app.gateway.closing }
        })
        app.addHook('onClose', async () => void events.push('closed'))
      },
      () => void events.push('drained')
    )
    const { gateway, url, config } = await started({
      server: { drainMs: 60_000 },
      plugins: { old: { use: old } }
    })
    const slow = fetch(`${url}/slow`)
    while (events.length === 0) await new Promise(setImmediate)
    config.plugins = { fresh: { use: route('fresh') } }
    config.server = {}
    await gateway.reload()
    expect(await statusOf(`${url}/fresh`)).toBe(200)
    answer()
    const response = await slow
    expect([response.status, await response.json()]).toEqual([200, { closing: false }])
    while (events.at(-1) !== 'closed') await new Promise(setImmediate)
    expect(events).toEqual(['asked', 'drained', 'closed'])
    expect(await statusOf(`${url}/readyz`)).toBe(200)
  })

  test('is cut at its closeMs, and nothing of the new one', async () => {
    const hangs = plugin('hangs', app => app.get('/hangs', () => new Promise(() => {})))
    const { gateway, url, config, lines } = await started({
      server: { closeMs: 20 },
      plugins: { hangs: { use: hangs } }
    })
    const outcome = async (): Promise<string> => fetch(`${url}/hangs`).then(String, () => 'cut')
    const [reached, first] = [once(gateway.app.server, 'request'), outcome()]
    await reached
    config.server = { closeMs: 200 }
    await gateway.reload()
    const [again, second] = [once(gateway.app.server, 'request'), outcome()]
    await again
    expect(await first).toBe('cut')
    while (!lines.some(({ msg, cut }) => msg === 'what was replaced has ended' && cut === true))
      await new Promise(setImmediate)
    expect(await Promise.race([second, new Promise(resolve => setImmediate(() => resolve('open')))])).toBe(
      'open'
    )
    await gateway.reload()
    expect(await second).toBe('cut')
  })

  test('is waited for by a close', async () => {
    const events: string[] = []
    let end = (): void => undefined
    const slow = plugin(
      'slow',
      app => void app.addHook('onClose', async () => void events.push('closed')),
      () => new Promise<void>(resolve => (end = resolve))
    )
    const { gateway, config } = await started({ plugins: { slow: { use: slow } } })
    config.plugins = {}
    await gateway.reload()
    const closed = gateway.close().then(cut => events.push(`all closed, cut: ${cut}`))
    running = undefined
    end()
    await closed
    expect(events).toEqual(['closed', 'all closed, cut: false'])
  })
})

test('other listeners keep their ports, appear and go with what opens them', async () => {
  const { gateway, config, lines } = await started({ plugins: { metrics: { use: metrics, port: 0 } } })
  const urls = (): unknown[] => lines.filter(({ msg }) => msg === 'metrics listener').map(({ url }) => url)
  const [first] = urls()
  await gateway.reload()
  expect(urls()).toEqual([first, first])
  expect(await statusOf(`${String(first)}/metrics`)).toBe(200)
  config.plugins = {}
  await gateway.reload()
  const { port } = new URL(String(first))
  let code: string | undefined
  while (code !== 'ECONNREFUSED') {
    const socket = connect(Number(port), '127.0.0.1')
    code = await Promise.race([
      once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code),
      once(socket, 'connect').then(() => undefined)
    ])
    socket.destroy()
  }
  config.plugins = { metrics: { use: metrics, port: 0 } }
  await gateway.reload()
  expect(await statusOf(`${String(urls().at(-1))}/metrics`)).toBe(200)
})

test('what is in `state` stays, and what has been replaced hears nothing of it any more', async () => {
  const heard: string[] = []
  const found: unknown[] = []
  const use = definePlugin({
    name: 'facts',
    description: '',
    needs: { state: State },
    async setup(app, { state: facts }) {
      const name = String(await facts.increment('starts'))
      await facts.subscribe('news', message => void heard.push(`${name} ${message}`))
      const lease = await facts.lock('only one', 60_000)
      found.push([name, lease !== undefined])
      app.post('/tell/:message', async ({ params }) =>
        facts.publish('news', (params as { message: string }).message)
      )
    }
  })
  const { gateway, url, lines, config } = await started({
    plugins: { state: { use: state }, facts: { use } }
  })
  await gateway.reload()
  while (!lines.some(({ msg }) => msg === 'what was replaced has ended')) await new Promise(setImmediate)
  await fetch(`${url}/tell/hello`, { method: 'POST' })
  while (heard.length === 0) await new Promise(setImmediate)
  expect([found, heard]).toEqual([
    [
      ['1', true],
      ['2', false]
    ],
    ['2 hello']
  ])
  config.plugins = { state: { use: state, maxKeys: 5 }, facts: { use } }
  await gateway.reload()
  expect(found.at(-1)).toEqual(['1', true])
})

test('hooks that wait for the address run in each gateway, with its address', async () => {
  const addresses: unknown[] = []
  const use = plugin('listens', app => {
    app.addHook('onListen', async () => void addresses.push(app.addresses()[0]))
  })
  const { gateway, url } = await started({ plugins: { listens: { use } } })
  await gateway.reload()
  const address = { address: '127.0.0.1', family: 'IPv4', port: Number(new URL(url).port) }
  expect(addresses).toEqual([address, address])
})

test('asked for several times during a reload, another one follows, once', async () => {
  const { gateway, lines } = await started({ plugins: {} })
  const first = gateway.reload()
  await Promise.all([first, gateway.reloadWhenFree(), gateway.reloadWhenFree(), gateway.reloadWhenFree()])
  expect(lines.filter(({ msg }) => msg === 'reloaded')).toHaveLength(2)
})

test('a close during a reload closes both, and there is none afterwards', async () => {
  let resume = (): void => undefined
  const events: string[] = []
  const { gateway, config } = await started({ plugins: {} })
  const waiting = new Promise<void>(resolve => {
    const use = plugin('waits', app => {
      app.addHook('onClose', async () => void events.push('closed'))
      resolve()
      return new Promise<void>(done => (resume = done))
    })
    config.plugins = { waits: { use } }
  })
  const reload = gateway.reload().catch((error: Error) => error.message)
  await waiting
  const closed = gateway.close()
  running = undefined
  resume()
  await closed
  expect(await reload).toBe('the gateway is closing')
  expect(events).toEqual(['closed'])
  await expect(gateway.reload()).rejects.toThrow('the gateway is closing')
})
