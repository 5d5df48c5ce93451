import { once } from 'node:events'
import { createServer, Socket, type AddressInfo } from 'node:net'
import reconnecting from 'reconnecting-websocket'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WebSocketServer } from 'ws'
import { end, nextClient, open, serve } from './listener.ts'

const unreachable = 'ws://127.0.0.1:9'
let server: WebSocketServer & { readonly url: string }
beforeEach(async () => {
  server = await serve()
})
afterEach(() => end(server))

test('trap 1: it speaks through ws, whatever WebSocket the runtime has: it can ping', async () => {
  const { transport, heard } = open(server.url)
  const pinged = nextClient(server).then(client => once(client, 'ping'))
  await heard.until('opened')
  transport.ping()
  await pinged
  await heard.until('ponged')
  expect(heard.events).toEqual(['opened', 'ponged'])
  await transport.close()
})

test('trap 2: a peer that accepts and says nothing costs an attempt, not the process', async () => {
  const sockets: Socket[] = []
  const mute = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const { transport, heard, clock } = open(`ws://127.0.0.1:${port}`, { openTimeoutMs: 20 })
  await heard.until('closed: Opening handshake has timed out')
  await heard.until('waits')
  await clock.advance(8_000)
  await heard.until('closed: Opening handshake has timed out', 2)
  expect(sockets).toHaveLength(2)
  await transport.close()
  mute.close()
  for (const socket of sockets) socket.destroy()
})

test('trap 2: closing while it connects raises nothing', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const { transport, heard } = open(`ws://127.0.0.1:${port}`)
  const [socket] = (await once(mute, 'connection')) as [Socket]
  await transport.close()
  expect(heard.events).toEqual([])
  socket.destroy()
  mute.close()
})

test('trap 3: a frame that cannot be sent now is neither kept nor sent after a reconnect', async () => {
  const { transport, heard, clock } = open(server.url)
  expect(transport.send('before')).toBe(false)
  const first = nextClient(server)
  await heard.until('opened')
  const second = nextClient(server)
  ;(await first).terminate()
  await heard.until('closed')
  expect(transport.send('between')).toBe(false)
  await heard.until('waits')
  await clock.advance(8_000)
  const frames: string[] = []
  const client = await second
  client.on('message', (data: Buffer) => frames.push(data.toString()))
  await heard.until('opened', 2)
  expect(transport.send('now')).toBe(true)
  await once(client, 'message')
  expect(frames).toEqual(['now'])
  await transport.close()
})

test('trap 4: a connection can be ended at once, and nothing more is heard of it', async () => {
  const { transport, heard, clock } = open(server.url)
  const client = await nextClient(server)
  await heard.until('opened')
  client.send('late')
  transport.replace()
  expect(transport.send('too late')).toBe(false)
  await heard.until('waits')
  await clock.advance(8_000)
  await heard.until('opened', 2)
  expect(heard.events.filter(event => !event.startsWith('waits'))).toEqual(['opened', 'opened'])
  await transport.close()
})

test('trap 6: what is no URL is refused at once; a peer that is never there is tried for ever, ever more rarely', async () => {
  for (const url of ['http://127.0.0.1:1', 'ws://127.0.0.1:1/#x', 'nonsense'])
    expect(() => open(url)).toThrow(/URL/)
  const { transport, heard, clock } = open(unreachable)
  for (let count = 1; count <= 6; count++) {
    await heard.until('waits', count)
    await clock.advance(8_000)
  }
  await heard.until('closed: ECONNREFUSED', 7)
  const waits = heard.events.filter(event => event.startsWith('waits')).slice(0, 6)
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000].map(ms => `waits: ${ms}`))
  await transport.close()
})

test('trap 6: after a peer has proven itself the wait is short again', async () => {
  const { transport, heard, clock } = open(unreachable)
  for (let count = 1; count <= 3; count++) {
    await heard.until('waits', count)
    if (count === 3) transport.settled()
    await clock.advance(8_000)
  }
  await heard.until('waits', 4)
  expect(heard.events.findLast(event => event.startsWith('waits'))).toBe('waits: 500')
  await transport.close()
})

test('trap 7: one that was closed while it connected is replaced by a new one, which connects', async () => {
  const first = open(server.url)
  await first.transport.close()
  const second = open(server.url)
  await second.heard.until('opened')
  expect(server.clients.size).toBe(1)
  expect(first.heard.events).toEqual([])
  await second.transport.close()
})

test('trap 8: a binary frame is heard as one, a text frame as its text', async () => {
  const { transport, heard } = open(server.url)
  const client = await nextClient(server)
  client.send(Buffer.from('{"_id":1}'))
  client.send('签名')
  await heard.until('received', 2)
  expect(heard.events.slice(1)).toEqual(['received: (binary)', 'received: 签名'])
  await transport.close()
})

test('trap 9: the default import of the library is its class', () => {
  expect(reconnecting).toBeTypeOf('function')
  expect((reconnecting as unknown as { CLOSING: number }).CLOSING).toBe(2)
})

test('trap 10: a hundred reconnects leave one connection, and after close() there is no further attempt', async () => {
  const { transport, heard, clock } = open(server.url)
  for (let count = 1; count <= 100; count++) {
    await heard.until('opened', count)
    for (const client of server.clients) client.terminate()
    await heard.until('waits', count)
    await clock.advance(8_000)
  }
  await heard.until('opened', 101)
  expect(server.clients.size).toBe(1)
  for (const client of server.clients) client.terminate()
  await heard.until('waits', 101)
  await transport.close()
  const events = heard.events.length
  await clock.advance(60_000)
  expect(heard.events).toHaveLength(events)
  expect(server.clients.size).toBe(0)
})

test('19: the system asks a silent peer too whether it is there, from the first idle seconds on', async () => {
  const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive')
  const { transport, heard } = open(server.url, { keepAliveMs: 3_000 })
  await heard.until('opened')
  expect(keepAlive.mock.calls).toEqual([[true, 3_000]])
  keepAlive.mockRestore()
  await transport.close()
})

test('26: it says goodbye with 1001, and waits for the answer', async () => {
  const { transport, heard } = open(server.url)
  const closed = nextClient(server).then(client => once(client, 'close') as Promise<[number]>)
  await heard.until('opened')
  await transport.close()
  expect((await closed)[0]).toBe(1001)
  expect(heard.events).toEqual(['opened'])
})

test('26: a peer that does not answer the goodbye is cut', async () => {
  const { transport, heard } = open(server.url, { closeTimeoutMs: 20 })
  const client = await nextClient(server)
  await heard.until('opened')
  client.pause()
  await transport.close()
  await transport.close()
  client.resume()
  expect(heard.events).toEqual(['opened'])
})

test('27: a frame that no control sends is not read to its end', async () => {
  const { transport, heard } = open(server.url)
  const client = await nextClient(server)
  client.send('x'.repeat(300_000))
  await heard.until('closed')
  expect(heard.events.slice(0, 2)).toEqual(['opened', 'closed: WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'])
  await transport.close()
})

test('a peer that refuses the upgrade is reported with its status', async () => {
  const refusing = await serve({ verifyClient: (_, answer) => answer(false, 403) })
  const { transport, heard } = open(refusing.url)
  await heard.until('closed')
  expect(heard.events[0]).toBe('closed: Unexpected server response: 403')
  await transport.close()
  await end(refusing)
})
