import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createGateway, definePlugin, type App } from '../../src/core/index.ts'
import { listen, listenProblem } from '../../src/core/listen.ts'
import { failureOf, logLines } from './kernel.ts'

async function taken(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

const failing = (code: string): Error => Object.assign(new Error(`the system says ${code}`), { code })

describe('listening', () => {
  test('happens where the settings say, and returns the address', async () => {
    const log = logLines()
    const app = await createGateway({ config: { server: { port: 0 } }, env: {}, logDestination: log })
    const url = await listen(app)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(log.lines).toMatchObject([{ msg: `listening at ${url}` }])
    await app.close()
  })

  test('a request that takes longer than requestTimeoutMs to arrive is ended', async () => {
    const server = { port: 0, logLevel: 'silent', requestTimeoutMs: 50 }
    const setup = (app: App): void => void app.post('/slow', () => 'there')
    const use = definePlugin({ name: 'slow', description: '', setup })
    const app = await createGateway({ config: { server, plugins: { slow: { use } } }, env: {} })
    const socket = connect(Number(new URL(await listen(app)).port), '127.0.0.1')
    socket.write(
      'POST /slow HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nhalf'
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /)
    socket.destroy()
    await app.close()
  })

  test('on a taken port fails with the report, and the gateway is closed', async () => {
    const { server, port } = await taken()
    const closed: string[] = []
    const plugin = definePlugin({
      name: 'plugin',
      description: '',
      setup: app => void app.addHook('onClose', async () => void closed.push('plugin'))
    })
    const config = { server: { port, logLevel: 'silent' }, plugins: { plugin: { use: plugin } } }
    const app = await createGateway({ config, env: {} })
    const failure = await failureOf(listen(app).then(() => app))
    expect(failure.exitCode).toBe(1)
    expect(failure.problems).toMatchObject([
      { code: 'LISTEN_FAILED', where: 'server.port', message: `port ${port} of 127.0.0.1 is taken` }
    ])
    expect(failure.message).toContain('choose another port')
    expect(closed).toEqual(['plugin'])
    server.close()
  })
})

describe('why an address cannot be listened on', () => {
  test.for([
    ['EADDRINUSE', 'port 80 of host is taken'],
    ['EACCES', 'port 80 of host needs privileges'],
    ['EADDRNOTAVAIL', 'host is not an address of this machine'],
    ['ENOTFOUND', 'host is not a known host name'],
    ['EOTHER', 'the system says EOTHER']
  ] as const)('%s: %s', ([code, message]) => {
    const error = failing(code)
    expect(listenProblem('server.port', 'host', 80, error)).toMatchObject({
      code: 'LISTEN_FAILED',
      message,
      cause: error
    })
  })
})
