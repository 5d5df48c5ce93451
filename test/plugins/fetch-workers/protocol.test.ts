import { assert, boolean, integer, property, string, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chunkFrame,
  chunkFrames,
  maxChunkBytes,
  readChunk
} from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import { isSameMac, loginMac, workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import {
  FrameFault,
  maxControlBytes,
  readGatewayFrame,
  readWorkerFrame
} from '../../../src/plugins/fetch-workers/protocol/read-frame.ts'

const read = (frame: unknown): unknown => readWorkerFrame(Buffer.from(JSON.stringify(frame)))
const nonce = 'n'.repeat(32)
const mac = 'm'.repeat(43)
const hello = { type: 'hello', v: 1, name: 'w1', nonce, caps: { maxInFlight: 4, hosts: ['*.example.edu'] } }
const res = { type: 'res', id: 1, status: 200, headers: [['a', 'b']], setCookies: ['c=1'], body: 1 }

describe('frames of workers', () => {
  test.each<object>([
    hello,
    { ...hello, caps: { maxInFlight: 1 } },
    { type: 'auth', kid: 'w1', mac },
    { type: 'ack', id: 1 },
    res,
    { type: 'err', id: 4_294_967_295, kind: 'dns', message: '', sent: false },
    { type: 'drain' }
  ])('are read: %j', frame => {
    expect(read(frame)).toEqual(frame)
  })

  test.each<unknown>([
    null,
    [],
    'text',
    1,
    {},
    { type: 'nonsense' },
    { type: 'constructor' },
    { type: '__proto__' },
    { type: { toString: 'x' } },
    { ...hello, v: 2 },
    { ...hello, name: '-x' },
    { ...hello, name: 'a\nb' },
    { ...hello, more: 1 },
    { ...hello, nonce: 'short' },
    { ...hello, caps: { maxInFlight: 0 } },
    { ...hello, caps: { maxInFlight: 1, hosts: [''] } },
    { type: 'auth', kid: 'w1', mac: 'x' },
    { type: 'ack', id: 0 },
    { type: 'ack', id: '1' },
    { type: 'ack', id: 4_294_967_296 },
    { ...res, status: 99 },
    { ...res, status: 101 },
    { ...res, headers: [['a']] },
    { ...res, headers: [['a', 'b', 'c']] },
    { ...res, headers: { a: 'b' } },
    { ...res, setCookies: 'c=1' },
    { type: 'err', id: 1, kind: 'other', message: '', sent: true },
    { type: 'err', id: 1, kind: 'dns', message: 'x'.repeat(257), sent: true },
    { type: 'err', id: 1, kind: 'dns', message: '' },
    { type: 'ready', session: 's', heartbeatMs: 1, maxInFlight: 1, mac }
  ])('are refused: %j', frame => {
    expect(() => read(frame)).toThrow(FrameFault)
  })

  test('that are no JSON, or too large, are refused', () => {
    expect(() => readWorkerFrame(Buffer.from('{"type":'))).toThrow(new FrameFault('it is no JSON'))
    expect(() => readWorkerFrame(Buffer.alloc(0))).toThrow(FrameFault)
    expect(() => readWorkerFrame(Buffer.alloc(maxControlBytes + 1, ' '))).toThrow(
      new FrameFault('it is too large')
    )
  })

  test('of any other text are refused, and faults quote nothing', () => {
    assert(
      property(string(), text => {
        expect(() => readWorkerFrame(Buffer.from(text))).toThrow(FrameFault)
      })
    )
    expect(() => read({ type: 'ack', id: 'secret' })).toThrow(new FrameFault('/id is wrong (type)'))
  })
})

test('a worker reads the frames of a gateway, and not its own', () => {
  const request = {
    type: 'req',
    id: 1,
    method: 'GET',
    url: 'http://up.example.edu/',
    headers: [['accept', '*/*']],
    cookies: [],
    timeoutMs: 7_000,
    maxBytes: 5,
    redirect: 'manual'
  }
  const readIt = (frame: object): unknown => readGatewayFrame(Buffer.from(JSON.stringify(frame)))
  expect(readIt(request)).toEqual(request)
  expect(() => readIt({ ...request, redirect: 'follow' })).toThrow(FrameFault)
  expect(() => readIt({ ...request, method: 'get' })).toThrow(FrameFault)
  expect(() => readIt(hello)).toThrow(FrameFault)
})

describe('chunks', () => {
  test('are 4 bytes with the stream, one with flags, and the bytes', () => {
    expect(chunkFrame(0x01020304, Buffer.from('ab'), true)).toEqual(Buffer.from([1, 2, 3, 4, 1, 97, 98]))
    expect(chunkFrame(5, Buffer.alloc(0), false)).toEqual(Buffer.from([0, 0, 0, 5, 0]))
  })

  test('are read as they were written', () => {
    assert(
      property(integer({ min: 0, max: 0xffffffff }), uint8Array(), boolean(), (stream, bytes, last) => {
        const chunk = readChunk(chunkFrame(stream, bytes, last))
        expect(chunk).toEqual({ stream, last, payload: Buffer.from(bytes) })
      })
    )
  })

  test.each([0, 1, maxChunkBytes, maxChunkBytes + 1, maxChunkBytes * 2])(
    'of a body of %i bytes are all of it',
    length => {
      const body = Buffer.alloc(length, 'x')
      const chunks = [...chunkFrames(7, body)].map(readChunk)
      expect(Buffer.concat(chunks.map(({ payload }) => payload))).toEqual(body)
      expect(chunks.map(({ last }) => last)).toEqual(chunks.map((_, at) => at === chunks.length - 1))
      expect(chunks.length).toBe(Math.max(1, Math.ceil(length / maxChunkBytes)))
    }
  )

  test.each([
    Buffer.alloc(0),
    Buffer.alloc(4),
    Buffer.from([0, 0, 0, 1, 2]),
    Buffer.alloc(maxChunkBytes + 6)
  ])('that are none are refused', bytes => {
    expect(() => readChunk(bytes)).toThrow(FrameFault)
  })
})

describe('keys', () => {
  const facts = { name: 'w1', helloNonce: 'a', challengeNonce: 'b' }

  test('are different for each name and each secret, and always the same', () => {
    expect(workerKey('secret', 'w1')).toBe(workerKey('secret', 'w1'))
    expect(
      new Set([workerKey('secret', 'w1'), workerKey('secret', 'w2'), workerKey('other', 'w1')]).size
    ).toBe(3)
    expect(workerKey('secret', 'w1')).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('prove one side of one login', () => {
    const key = workerKey('secret', 'w1')
    const macs = [
      loginMac(key, 'worker', facts),
      loginMac(key, 'gateway', facts),
      loginMac(key, 'worker', { ...facts, name: 'w2' }),
      loginMac(key, 'worker', { ...facts, helloNonce: 'c' }),
      loginMac(key, 'worker', { ...facts, challengeNonce: 'c' }),
      loginMac(workerKey('other', 'w1'), 'worker', facts)
    ]
    expect(new Set(macs).size).toBe(macs.length)
    expect(isSameMac(macs[0] ?? '', loginMac(key, 'worker', facts))).toBe(true)
    expect(isSameMac(macs[0] ?? '', macs[1] ?? '')).toBe(false)
    expect(isSameMac('', macs[0] ?? '')).toBe(false)
  })
})
