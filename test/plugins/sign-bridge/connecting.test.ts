import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { Semaphore } from 'async-mutex'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WebSocketServer } from 'ws'
import { connectFailure } from '../../../src/plugins/sign-bridge/connect-failure.ts'
import { end, open, serve } from './listener.ts'

let server: WebSocketServer & { readonly url: string }
beforeEach(async () => {
  server = await serve()
})
afterEach(() => end(server))

test('31: the name of a device is looked up for each attempt, so that a change in DNS is followed', async () => {
  const { port } = new URL(server.url)
  const answers = [new Error('ENOTFOUND'), '127.0.0.1', '127.0.0.1']
  let asked = 0
  const { transport, heard, clock } = open(`ws://card.example:${port}`, {
    lookup(_, options, callback) {
      const answer = answers.at(asked++)
      if (answer instanceof Error) return callback(Object.assign(answer, { code: 'ENOTFOUND' }), [])
      callback(null, options.all ? [{ address: answer!, family: 4 }] : answer!, 4)
    }
  })
  await heard.until('closed: ENOTFOUND')
  for (const count of [1, 2]) {
    await heard.until('waits', count)
    await clock.advance(8_000)
    await heard.until('opened', count)
    for (const client of server.clients) client.terminate()
  }
  expect(asked).toBe(3)
  await transport.close()
})

test('39: no more connections are tried at a time than there are slots, and each gives its slot back', async () => {
  const sockets: Socket[] = []
  let arrived = (): void => {}
  const mute = createServer(socket => {
    sockets.push(socket)
    arrived()
  }).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const slots = new Semaphore(2)
  const opened = Array.from({ length: 6 }, () => open(`ws://127.0.0.1:${port}`, { slots }))
  while (sockets.length < 6) {
    if (sockets.length % 2 === 1 || sockets.length === 0) {
      await new Promise<void>(resolve => void (arrived = resolve))
      continue
    }
    // Both slots are taken by attempts that get no answer: nobody else tries.
    expect(slots.getValue()).toBe(0)
    const next = new Promise<void>(resolve => void (arrived = resolve))
    for (const socket of sockets.slice(-2)) socket.destroy()
    await next
  }
  for (const { transport } of opened) await transport.close()
  for (const socket of sockets) socket.destroy()
  mute.close()
})

test('39: an open connection holds no slot, and one that is closed while it waits for a slot takes none', async () => {
  const slots = new Semaphore(1)
  const first = open(server.url, { slots })
  await first.heard.until('opened')
  expect(slots.getValue()).toBe(1)
  const [, giveBack] = await slots.acquire()
  const waiting = open(server.url, { slots })
  await waiting.transport.close()
  giveBack()
  const third = open(server.url, { slots })
  await third.heard.until('opened')
  expect(slots.getValue()).toBe(1)
  expect(waiting.heard.events).toEqual([])
  await first.transport.close()
  await third.transport.close()
})

test('39: devices that lost their connections together come back apart from each other', async () => {
  const waits = await Promise.all(
    [0.1, 0.5, 0.9].map(async random => {
      const { transport, heard } = open(server.url, { random: () => random })
      await heard.until('opened')
      for (const client of server.clients) client.terminate()
      await heard.until('waits')
      await transport.close()
      return heard.events.find(event => event.startsWith('waits'))
    })
  )
  expect(new Set(waits).size).toBe(3)
})

test('31: what TLS says is told in a sentence with its code; anything else by its code, or its text', () => {
  const because = (code: string): string => connectFailure(Object.assign(new Error('secret'), { code }))
  expect(because('CERT_HAS_EXPIRED')).toBe('Its certificate has expired (CERT_HAS_EXPIRED)')
  expect(because('ECONNREFUSED')).toBe('ECONNREFUSED')
  expect(because('toString')).toBe('toString')
  expect(connectFailure(new Error('Unexpected server response: 403'))).toContain('403')
})
