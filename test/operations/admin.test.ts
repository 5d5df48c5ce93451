import { createServer } from 'node:http'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { connect, type AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createGateway, definePlugin, type GatewayOptions } from '../../src/core/index.ts'
import { failureOf, logLines, problemsOf } from '../core/kernel.ts'

const vault = definePlugin({
  name: 'vault',
  description: 'Knows secrets.',
  config: Type.Object({
    token: Type.String({ secret: true }),
    keys: Type.Record(Type.String(), Type.String({ secret: true }), { default: {} }),
    url: Type.String({ default: 'http://vault' })
  }),
  setup: app => void app.get('/vault', () => 'open'),
  health: () => Promise.reject(new Error('sealed'))
})

async function foreign(): Promise<void> {}

async function started(adminPort = 0): Promise<{
  app: Awaited<ReturnType<typeof createGateway>>
  url: string
  log: ReturnType<typeof logLines>
}> {
  const log = logLines()
  const plugins = {
    vault: { use: vault, token: 'a-s3cret', keys: { a: 'a-s3cret' } },
    foreign: { use: foreign, apiKey: 'a-s3cret' }
  }
  const options: GatewayOptions = {
    config: { server: { adminPort, port: 0 }, plugins },
    env: {},
    logDestination: log
  }
  const app = await createGateway(options)
  return { app, url: String(log.lines.find(({ msg }) => msg === 'admin listener')?.['url']), log }
}

const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

describe('the admin listener', () => {
  test('shows plugins, routes, health with reasons, and settings without secrets', async () => {
    const { app, url, log } = await started()
    expect(await json(`${url}/plugins`)).toMatchObject([
      { id: 'vault', state: 'started' },
      { id: 'foreign', state: 'started' }
    ])
    expect(await json(`${url}/routes`)).toContainEqual({ method: 'GET', url: '/vault', plugin: 'vault' })
    expect(await json(`${url}/health`)).toEqual({
      vault: { status: 'down', reason: 'sealed' },
      foreign: { status: 'ok' }
    })
    expect(await json(`${url}/config`)).toMatchObject({
      server: { host: '127.0.0.1', port: 0, closeMs: 10_000 },
      plugins: {
        vault: { token: '***', keys: { a: '***' }, url: 'http://vault' },
        foreign: { apiKey: '***' }
      }
    })
    const everything = await Promise.all(
      ['plugins', 'routes', 'health', 'config'].map(path => json(`${url}/${path}`))
    )
    expect(JSON.stringify([everything, log.lines])).not.toContain('s3cret')
    await app.close()
  })

  test('can change nothing, and knows nothing else', async () => {
    const { app, url } = await started()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      for (const path of ['plugins', 'routes', 'health', 'config'])
        expect((await fetch(`${url}/${path}`, { method })).status).toBe(404)
    expect((await fetch(`${url}/vault`)).status).toBe(404)
    expect((await app.inject('/config')).statusCode).toBe(404)
    await app.close()
  })

  test('listens on loopback alone', async () => {
    const { app, url } = await started()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const own = Object.values(networkInterfaces())
      .flat()
      .filter(each => each?.family === 'IPv4' && !each.internal)
    const others = [
      ...own.map(each => each?.address ?? ''),
      ...(process.platform === 'linux' ? ['127.0.0.2'] : [])
    ]
    for (const address of others) {
      const socket = connect(Number(new URL(url).port), address)
      const [refusal] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
      expect(refusal.code).toBe('ECONNREFUSED')
    }
    await app.close()
  })

  test('closes with the gateway', async () => {
    const { app, url } = await started()
    await app.close()
    await expect(fetch(`${url}/plugins`)).rejects.toThrow('fetch failed')
  })

  test('whose port is taken keeps the gateway from starting', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as AddressInfo
    const failure = await failureOf(started(port).then(({ app }) => app))
    expect(problemsOf(failure)).toEqual(['LISTEN_FAILED server.adminPort'])
    expect(failure.problems[0]?.message).toBe(`port ${port} of 127.0.0.1 is taken`)
    expect(failure.exitCode).toBe(1)
    blocker.close()
  })

  test('is not there where whoever makes the gateway wants none, whatever the settings say', async () => {
    const { app: other, url } = await started()
    const adminPort = Number(new URL(url).port)
    const app = await createGateway({ adminListener: false, config: { server: { adminPort } }, env: {} })
    expect(app.gateway.server.adminPort).toBe(adminPort)
    await Promise.all([app.close(), other.close()])
  })

  test('is not there unless its port is set', async () => {
    const log = logLines()
    const app = await createGateway({ config: {}, env: {}, logDestination: log })
    expect(log.lines).toEqual([])
    await app.close()
  })
})
