import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SignEvent, Tell } from '../../../src/plugins/sign-bridge/events.ts'
import { restartHook } from '../../../src/plugins/sign-bridge/restart-hook.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const clock = fakeClock()
const token = 'a-token-in-the-path'
let server: Server
let status: number
let calls: { readonly method: string | undefined; readonly url: string | undefined; readonly body: unknown }[]
let events: SignEvent[]
let heard: (() => void) | undefined

beforeEach(async () => {
  status = 204
  calls = []
  events = []
  server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  calls.push({ method: request.method, url: request.url, body: JSON.parse(text) })
  response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
}

function start(url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}`): Tell {
  return restartHook({
    url,
    minIntervalMs: 600_000,
    addressOf: device => `${device}.example:61232`,
    clock,
    tell: event => {
      events.push(event)
      heard?.()
    }
  })
}
const fault = (code: string, device = 'device-1'): SignEvent => ({
  kind: 'reader-fault',
  device,
  message: 'Its reader failed',
  code
})
const told = (): Promise<void> => new Promise(resolve => void (heard = resolve))

test('32: a reader that a restart mends is reported with device, address and code, and the request is told', async () => {
  const hook = start()
  const done = told()
  hook(fault('Err:Custom50070'))
  await done
  const body = { device: 'device-1', address: 'device-1.example:61232', code: 'Err:Custom50070' }
  expect(calls).toEqual([{ method: 'POST', url: `/${token}`, body }])
  expect(events).toMatchObject([{ kind: 'restart-requested', device: 'device-1', code: 'Err:Custom50070' }])
})

test('32: restarts of one device are rare; another device has its own', async () => {
  const hook = start()
  let done = told()
  hook(fault('Err:Custom50070'))
  hook(fault('Err:Custom50200'))
  await done
  await clock.advance(599_999)
  hook(fault('Err:Custom50200'))
  done = told()
  hook(fault('Err:Custom50200', 'device-2'))
  await done
  await clock.advance(1)
  done = told()
  hook(fault('Err:Custom50200'))
  await done
  expect(calls.map(({ body }) => (body as { device: string }).device)).toEqual([
    'device-1',
    'device-2',
    'device-1'
  ])
})

test('32: what a restart does not mend is left alone', () => {
  const hook = start()
  hook(fault('Err:Custom51590'))
  hook({ ...fault('Err:Custom50070'), kind: 'device-down' })
  hook({ kind: 'reader-fault', device: 'device-1', message: 'no code' })
  expect(calls).toEqual([])
  expect(events).toEqual([])
})

test.each([500, 302])(
  '32, 38: a hook that answers %i is told as failed, and nothing of its URL',
  async code => {
    status = code
    const hook = start()
    const done = told()
    hook(fault('Err:Custom50070'))
    await done
    expect(events).toMatchObject([{ kind: 'restart-failed', message: expect.stringContaining(`${code}`) }])
    expect(JSON.stringify(events)).not.toContain(token)
    expect(calls).toHaveLength(1)
  }
)

test('32, 38: a hook that is not there is told as failed, and throws nothing', async () => {
  const hook = start(`http://127.0.0.1:9/${token}`)
  const done = told()
  hook(fault('Err:Custom50070'))
  await done
  expect(events).toMatchObject([{ kind: 'restart-failed' }])
  expect(JSON.stringify(events)).not.toContain(token)
})
