import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../src/plugins/http-client/response-body.ts'
import { startRig } from './rig.ts'

const MiB = 1_048_576

describe('a request', () => {
  test('is over after its time when no answer begins', async () => {
    await using rig = await startRig(() => undefined, { settings: { headersTimeoutMs: 600_000 } })
    const failure = rig.failed(rig.http.get(rig.at('/')))
    await rig.until(1)
    await rig.clock.advance(6_900)
    expect(rig.client.status().inFlight).toBe(1)
    await rig.clock.advance(200)
    expect(await failure).toMatchObject({ kind: 'timeout', sent: true, entry: { key: 'upstream.timeout' } })
    expect([rig.client.status().inFlight, rig.client.status().errors['timeout']]).toEqual([0, 1])
  })

  test('is over when its answer does not begin in time, though it had more', async () => {
    await using rig = await startRig(() => undefined, { settings: { headersTimeoutMs: 1_000 } })
    const failure = rig.failed(rig.http.get(rig.at('/'), { timeoutMs: 60_000 }))
    await rig.until(1)
    await rig.clock.advance(1_200)
    expect((await failure).message).toContain('no answer began within 1000 ms')
  })

  test('is over after its time when the answer does not end', async () => {
    await using rig = await startRig((_, response) => response.write('begin'))
    const failure = rig.failed(rig.http.get(rig.at('/')))
    await rig.until(1)
    while (rig.client.status().answers['2xx'] === 0) await new Promise(setImmediate)
    await rig.clock.advance(7_200)
    expect(await failure).toMatchObject({ kind: 'timeout' })
  })

  test('has one time for all its redirects', async () => {
    let redirect = (): void => undefined
    await using rig = await startRig((seen, response) => {
      if (seen.url === '/1') redirect = () => void response.writeHead(302, { location: '/2' }).end()
    })
    const failure = rig.failed(rig.http.get(rig.at('/1')))
    await rig.until(1)
    await rig.clock.advance(4_000)
    redirect()
    await rig.until(2)
    await rig.clock.advance(3_200)
    expect(await failure).toMatchObject({ kind: 'timeout' })
  })

  test('is over when its caller gives up, and its connection with it', async () => {
    const gone = new EventEmitter()
    await using rig = await startRig((_, response) => response.on('close', () => gone.emit('gone')))
    const caller = new AbortController()
    const failure = rig.failed(rig.open({ signal: caller.signal }).get(rig.at('/')))
    await rig.until(1)
    const cut = once(gone, 'gone')
    caller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    await cut
    const one = new AbortController()
    one.abort()
    expect(await rig.failed(rig.http.get(rig.at('/'), { signal: one.signal }))).toMatchObject({
      kind: 'aborted'
    })
    expect(rig.seen).toHaveLength(1)
  })

  test('that its caller gives up while the body comes is over', async () => {
    await using rig = await startRig((_, response) => response.write('begin'))
    const caller = new AbortController()
    const failure = rig.failed(rig.http.get(rig.at('/'), { signal: caller.signal }))
    while (rig.client.status().answers['2xx'] === 0) await new Promise(setImmediate)
    caller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted' })
  })

  test('is over when there is no connection in time, tried twice', async () => {
    const names: string[] = []
    await using rig = await startRig(() => undefined, { lookup: hostname => void names.push(hostname) })
    const failure = rig.failed(rig.http.get(rig.at('/')))
    while (names.length === 0) await new Promise(setImmediate)
    await rig.clock.advance(3_100)
    while (names.length === 1) await new Promise(setImmediate)
    await rig.clock.advance(3_100)
    expect(await failure).toMatchObject({ kind: 'timeout', sent: false })
    expect(rig.count('retries_total')).toBe(1)
  })
})

describe('an answer', () => {
  test('of more bytes than may be is refused while it comes', async () => {
    let sent = 0
    await using rig = await startRig((_, response) => {
      const more = (): void => {
        sent++
        if (response.destroyed) return
        response.write(Buffer.alloc(65_536), () => setImmediate(more))
      }
      more()
    })
    expect(await rig.failed(rig.http.get(rig.at('/'), { maxBytes: 100_000 }))).toMatchObject({
      kind: 'body',
      message: expect.stringContaining('more than 100000 bytes') as string
    })
    expect(sent).toBeLessThan(1_000)
  })

  test('of as many as may be is not', async () => {
    await using rig = await startRig((_, response) => response.end(Buffer.alloc(100_000, 'a')))
    expect((await rig.http.get(rig.at('/'), { maxBytes: 100_000 })).data).toHaveLength(100_000)
  })

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
    ['identity', (bytes: Buffer) => bytes]
  ])('in %s is read', async (encoding, compress) => {
    await using rig = await startRig((_, response) =>
      response.setHeader('content-encoding', encoding).end(compress(Buffer.from('余额不足'.repeat(1_000))))
    )
    expect((await rig.http.get(rig.at('/'))).data).toBe('余额不足'.repeat(1_000))
  })

  test('in two encodings is read', async () => {
    await using rig = await startRig((_, response) =>
      response.setHeader('content-encoding', 'deflate, gzip').end(gzipSync(deflateSync(Buffer.from('x'))))
    )
    expect((await rig.http.get(rig.at('/'))).data).toBe('x')
  })

  test.each([
    ['gzip', gzipSync(Buffer.alloc(50 * MiB))],
    ['br', brotliCompressSync(Buffer.alloc(50 * MiB))],
    ['deflate, gzip', gzipSync(deflateSync(Buffer.alloc(50 * MiB)))]
  ])('that becomes far more when it is decompressed from %s is refused', async (encoding, bytes) => {
    expect(bytes.length).toBeLessThan(MiB)
    await using rig = await startRig((_, response) =>
      response.setHeader('content-encoding', encoding).end(bytes)
    )
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'body' })
  })

  test.each([
    ['gzip', Buffer.from('no gzip at all')],
    ['gzip', gzipSync(Buffer.alloc(1_000, 'a')).subarray(0, 20)],
    ['br', Buffer.from('no brotli')],
    ['zstd', Buffer.from('x')],
    ['gzip, gzip, gzip', Buffer.from('x')]
  ])('that is no %s is refused', async (encoding, bytes) => {
    await using rig = await startRig((_, response) =>
      response.setHeader('content-encoding', encoding).end(bytes)
    )
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'body' })
  })

  test('without a body may say how it would be encoded', async () => {
    await using rig = await startRig((_, response) => response.setHeader('content-encoding', 'gzip').end())
    expect((await rig.http.get(rig.at('/'))).data).toBe('')
    expect((await rig.http.request({ method: 'HEAD', url: rig.at('/') })).status).toBe(200)
  })

  test('that breaks off is refused, and what is read of it is not taken for all', async () => {
    await using rig = await startRig((_, response) => {
      response.setHeader('content-length', '100')
      response.write('half', () => response.destroy())
    })
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'body', sent: true })
  })

  test.each([
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`
  ])('that is no HTTP is refused', async text => {
    const server = createServer(
      socket => void socket.on('error', () => undefined).once('data', () => socket.end(text))
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    await using rig = await startRig(() => undefined)
    const { port } = server.address() as AddressInfo
    const error = await rig.failed(rig.http.get(`http://up.example.edu:${port}/`))
    expect(['body', 'connect']).toContain(error.kind)
    expect(error.message).not.toContain('nonsense')
    server.close()
  })

  test('lets go of its source when it is refused', async () => {
    let ended = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(10)
      } finally {
        ended = true
      }
    }
    await expect(readBody(endless(), undefined, 25)).rejects.toThrow('more than 25 bytes')
    expect(ended).toBe(true)
  })
})
