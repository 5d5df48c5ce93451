import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { definePlugin } from '../../../../src/core/index.ts'
import cors from '../../../../src/plugins/cors/index.ts'
import { readQuery } from '../../../../src/plugins/im-ws-gateway/gateway/query.ts'
import { startRig, type Rig } from './rig.ts'

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ=='
}
const query = 'sendID=u1&token=u1/5/a&platformID=5'

/** What an upgrade is answered with when it is refused. */
async function refused(rig: Rig, path: string, headers: object = {}): Promise<Answer> {
  const client = request(`${rig.http}${path}`, { headers: { ...handshake, ...headers } })
  client.end()
  const [response] = (await Promise.race([once(client, 'response'), once(client, 'upgrade')])) as [
    IncomingMessage
  ]
  let body = ''
  if (response.statusCode === 101) response.destroy()
  else for await (const chunk of response.setEncoding('utf8')) body += chunk as string
  return { status: response.statusCode, headers: response.headers, body }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Sends bytes on a connection, and returns what comes back until `until` is in it or the other side ends. */
async function exchange(rig: Rig, text: string, until: RegExp): Promise<string> {
  const socket = connect(Number(new URL(rig.http).port), '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) {
    answer += chunk as string
    if (until.test(answer)) break
  }
  socket.destroy()
  return answer
}

test('the address in the settings opens sockets, with or without a slash at its end', async () => {
  await using rig = await startRig({ config: { path: '/chat' } })
  await rig.start()
  expect((await refused(rig, `/chat/?${query}`)).status).toBe(101)
  expect((await refused(rig, `/chat/x?${query}`)).status).toBe(404)
})

test('the root can be that address, and the other routes stay what they are', async () => {
  await using rig = await startRig({ config: { path: '/' } })
  await rig.start()
  expect((await fetch(`${rig.http}/healthz`)).status).toBe(200)
  expect((await fetch(`${rig.http}/none`)).status).toBe(404)
  expect((await fetch(`${rig.http}/`)).status).toBe(426)
})

test('a request that is no upgrade is told to be one', async () => {
  await using rig = await startRig()
  const answer = await fetch(`${rig.http}/im?${query}`)
  expect(answer.status).toBe(426)
  expect(answer.headers.get('upgrade')).toBe('websocket')
  expect(await answer.json()).toMatchObject({ code: 'im.upgrade_required' })
})

test.each([
  ['sendID', 'token=t&platformID=5'],
  ['token', 'sendID=u1&platformID=5'],
  ['platformID', 'sendID=u1&token=t'],
  ['anything', '']
])('an upgrade without %s is answered with 400, and the connection is closed', async (_, given) => {
  await using rig = await startRig()
  const { status, headers, body } = await refused(rig, `/im?${given}`)
  expect([status, headers.connection]).toEqual([400, 'close'])
  expect(JSON.parse(body)).toMatchObject({ code: 'im.bad_query' })
})

test.each([
  ['an empty sendID', 'sendID=&token=t&platformID=5', 'sendID'],
  ['a sendID of 161 characters', `sendID=${'x'.repeat(161)}&token=t&platformID=5`, 'sendID'],
  ['a platform that there is not', 'sendID=u1&token=t&platformID=12', 'platformID'],
  ['a platform that is no number', 'sendID=u1&token=t&platformID=undefined', 'platformID'],
  ['an empty platform', 'sendID=u1&token=t&platformID=', 'platformID'],
  ['no platform of the table', 'sendID=u1&token=t&platformID=0', 'platformID'],
  ['an empty token', 'sendID=u1&token=&platformID=5', undefined]
])('point 9: what clients send that is wrong is left to their login: %s', (_, given, fault) => {
  const read = readQuery(`/im?${given}`)
  expect(read).toBeDefined()
  expect(read?.userID.length).toBeLessThanOrEqual(160)
  expect(read?.fault?.split(' ')[0]).toBe(fault)
})

test('point 1: values arrive as they are, not encoded', () => {
  const of = (sendID: string) => readQuery(`/im?sendID=${sendID}&token=a+/=b&platformID=5`)?.userID
  expect([of('+8613800138000'), of('100%'), of('a%20b'), of('张三'), of('a=b')]).toEqual([
    '+8613800138000',
    '100%',
    'a b',
    '张三',
    'a=b'
  ])
})

test('point 1: a token with characters of queries gets in, since that of the Login counts', async () => {
  await using rig = await startRig()
  const client = rig.open({ dialect: '2.0', token: 'tok.en+/=&x' })
  expect((await client.login('u1/5/a')).errCode).toBe(0)
})

test('an upgrade is one line in the log, without its query', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  await rig.start({ token: 'u1/5/secret' })
  const lines = logs.map(line => JSON.parse(line) as Record<string, unknown>)
  expect(lines.filter(({ route }) => route === '/im')).toMatchObject([{ method: 'GET', status: 101 }])
  expect(logs.join('')).not.toMatch(/secret|sendID/)
})

test('a page of another site gets no socket', async () => {
  await using rig = await startRig({ with: [[cors]] })
  const { status, body } = await refused(rig, `/im?${query}`, { origin: 'https://evil.example' })
  expect(status).toBe(403)
  expect(JSON.parse(body)).toMatchObject({ code: 'cors.origin_refused' })
  expect((await refused(rig, `/im?${query}`, { origin: rig.http })).status).toBe(101)
})

test('a handshake that is none is refused, and the next one works', async () => {
  await using rig = await startRig()
  expect((await refused(rig, `/im?${query}`, { 'sec-websocket-key': 'short' })).status).toBe(400)
  expect((await refused(rig, `/im?${query}`, { 'sec-websocket-version': '7' })).status).toBe(400)
  await rig.start()
  expect(rig.gateway.status().connections).toBe(1)
})

describe('whoever wants to become something else', () => {
  const echo = definePlugin({
    name: 'test-echo',
    description: 'Answers with what it got.',
    setup(app) {
      app.post('/echo', { config: { raw: true } }, ({ body }) => ({ body }))
    }
  })
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'

  test('is answered as if nothing could be upgraded, body and keep-alive included', async () => {
    await using rig = await startRig({ with: [[echo]] })
    const body = JSON.stringify({ n: 1 })
    const post = `POST /echo HTTP/1.1\r\nHost: x\r\n${h2c}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const get = `GET /healthz HTTP/1.1\r\nHost: x\r\n${h2c}\r\n`
    const answer = await exchange(rig, `${post}${get}GET /none HTTP/1.1\r\nHost: x\r\n\r\n`, /404/)
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    expect(statuses).toEqual(['200', '200', '404'])
    expect(answer).toContain('{"body":{"n":1}}')
  })

  test('a WebSocket may be asked for before the answer to another request is there', async () => {
    await using rig = await startRig()
    const lines = Object.entries(handshake).map(([name, value]) => `${name}: ${value}\r\n`)
    const upgrade = `GET /im?${query} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`
    const answer = await exchange(rig, `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n${upgrade}`, /101/)
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    expect(statuses).toEqual(['200', '101'])
  })

  test('also where it wants a WebSocket, at an address that has none', async () => {
    await using rig = await startRig()
    const { status, headers } = await refused(rig, '/none')
    expect([status, headers.connection]).toEqual([404, 'keep-alive'])
  })

  test('is left alone when another plugin looks after upgrades', async () => {
    await using rig = await startRig()
    rig.app.server.on('upgrade', (raw, socket) => {
      if (raw.url === '/other') socket.end('HTTP/1.1 418 teapot\r\nconnection: close\r\n\r\n')
    })
    expect((await refused(rig, '/other')).status).toBe(418)
  })
})

describe('limits', () => {
  test('of one address: 2.x clients survive 429, so they get it', async () => {
    await using rig = await startRig({ config: { maxConnectionsPerIp: 2 } })
    await rig.start({ userID: 'a' })
    const second = await rig.start({ userID: 'b' })
    const { status, headers, body } = await refused(rig, `/im?${query}`)
    expect([status, headers['retry-after']]).toEqual([429, '5'])
    expect(JSON.parse(body)).toMatchObject({ code: 'im.too_many' })
    second.socket.close()
    await rig.until(() => rig.gateway.status().connections === 1)
    await rig.start({ userID: 'c', dialect: '2.0' })
  })

  test('in all: 503', async () => {
    await using rig = await startRig({ config: { maxConnections: 1 } })
    await rig.start()
    const { status, headers, body } = await refused(rig, `/im?${query}`)
    expect([status, headers['retry-after']]).toEqual([503, '5'])
    expect(JSON.parse(body)).toMatchObject({ code: 'im.busy' })
    expect(rig.count('refused_upgrades_total')).toBe(1)
  })

  test('a 3.x client is refused at its login, told nothing that its app would take for more, and can come back', async () => {
    await using rig = await startRig({ config: { maxConnections: 1 } })
    const first = await rig.start()
    const late = rig.open({ userID: 'u2', token: 'u2/5/a' })
    expect((await late.login()).errCode).toBe(1601)
    await late.event('Logout')
    expect(late.events).toEqual(['Login', 'Logout'])
    late.socket.close()
    first.socket.close()
    await rig.until(() => rig.gateway.status().connections === 0)
    await rig.start({ userID: 'u2', token: 'u2/5/a' })
  })

  test('there is room for only so many of those', async () => {
    await using rig = await startRig({ config: { maxConnections: 1 } })
    await rig.start()
    const spare = Array.from({ length: 16 }, () => rig.open())
    await Promise.all(spare.map(client => client.opened()))
    expect((await refused(rig, `/im?${query}&operationID=o`)).status).toBe(503)
  })
})
