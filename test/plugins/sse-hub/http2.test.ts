import Fastify from 'fastify'
import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { SseHub, type EventStream } from '../../../src/plugins/sse-hub/service.ts'

/** An HTTP/2 stream and what came of it. */
function get(session: ClientHttp2Session, path: string, headers: object = {}) {
  const stream = session.request({ ':path': path, accept: 'text/event-stream', ...headers })
  let text = ''
  stream.setEncoding('utf8')
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text)) await once(stream, 'progress')
    return text
  }
  stream.on('data', (part: string) => {
    text += part
    stream.emit('progress')
  })
  const head = once(stream, 'response') as Promise<[Record<string, string>]>
  return { stream, until, head, ended: once(stream, 'close'), text: () => text }
}

describe('over HTTP/2', () => {
  const app = Fastify({ http2: true })
  let hub: SseHub
  let streams: EventStream[] = []
  let session: ClientHttp2Session
  beforeAll(async () => {
    await app.register(sseHub, { maxStreamsPerTopic: 30, stalledMs: 500 })
    hub = app.getDecorator<SseHub>(SseHub.name)
    app.get('/:topic', async (request, reply) => {
      const { topic } = request.params as { topic: string }
      reply.header('x-own', 'yes')
      // The types of Fastify take a request of HTTP/2 for something else.
      streams.push(await hub.subscribe(request as never, reply as never, { topics: [topic] }))
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
    await once(session, 'connect')
  })
  beforeEach(() => {
    streams = []
  })
  afterAll(async () => {
    session.close()
    await app.close()
  })

  test('a stream begins, brings events and ends, like any other', async () => {
    const reader = get(session, '/a')
    const [head] = await reader.head
    expect(head).toMatchObject({
      ':status': 200,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-own': 'yes'
    })
    expect(head).not.toHaveProperty('connection')
    await reader.until(/hub\.open/)
    const id = await hub.publish('a', { data: 'x\ny', event: 'go' })
    await reader.until(/event: go/)
    streams[0]?.end({ last: { data: 'bye' }, retryMs: 7 })
    await reader.ended
    expect(reader.text()).toMatch(/hub\.open[^]*\n\n/)
    expect(reader.text().split('\n\n').slice(1)).toEqual([
      `id: ${id}\nevent: go\ndata: x\ndata: y`,
      'data: bye',
      'retry: 7',
      ''
    ])
    expect(await streams[0]?.closed).toBe('ended')
  })

  test('many streams of one connection get the same', async () => {
    const readers = Array.from({ length: 30 }, () => get(session, '/many'))
    await Promise.all(readers.map(reader => reader.until(/hub\.open/)))
    for (const data of ['1', '2', '3']) await hub.publish('many', { data })
    const texts = await Promise.all(readers.map(reader => reader.until(/data: 3\n\n/)))
    expect(new Set(texts.map(text => text.replace(/^[^]*?\n\n/, ''))).size).toBe(1)
    const refused = get(session, '/many')
    await refused.ended
    expect(refused.text()).toMatch(/^retry: \d+\n\n$/)
    for (const reader of readers) reader.stream.close()
    await Promise.all(streams.map(stream => stream.closed))
    expect(hub.status()).toMatchObject({ streams: 0 })
  })

  test('a reader that comes back has lost nothing', async () => {
    const first = get(session, '/back')
    await first.until(/hub\.open/)
    const id = await hub.publish('back', { data: '1' })
    await first.until(/data: 1\n/)
    first.stream.close()
    expect(await streams[0]?.closed).toBe('client')
    await hub.publish('back', { data: '2' })
    const second = get(session, '/back', { 'last-event-id': id })
    const text = await second.until(/data: 2\n\n/)
    expect(text).toContain('"recovered":true')
    expect(text).not.toContain('data: 1\n')
    second.stream.close()
    await streams[1]?.closed
  })

  test('a reader that takes nothing is cut off', async () => {
    const reader = get(session, '/stalled')
    await reader.head
    reader.stream.pause()
    reader.stream.on('error', () => undefined)
    while (streams.length === 0) await new Promise(resolve => setImmediate(resolve))
    for (let n = 0; n < 40; n++) await hub.publish('stalled', { data: 'x'.repeat(50_000) })
    expect(await streams[0]?.closed).toBe('slow')
    reader.stream.destroy()
    expect(hub.status().streams).toBe(0)
  })

  test('a lost connection ends all its streams', async () => {
    const other = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
    other.on('error', () => undefined)
    const readers = Array.from({ length: 5 }, () => get(other, '/lost'))
    for (const reader of readers) reader.stream.on('error', () => undefined)
    await Promise.all(readers.map(reader => reader.until(/hub\.open/)))
    other.destroy()
    expect(await Promise.all(streams.map(stream => stream.closed))).toEqual(Array(5).fill('client'))
  })

  test('HEAD opens nothing', async () => {
    const reader = get(session, '/a', { ':method': 'HEAD' })
    const [head] = await reader.head
    expect(head[':status']).toBe(200)
    await reader.ended
    expect(hub.status().streams).toBe(0)
  })
})
