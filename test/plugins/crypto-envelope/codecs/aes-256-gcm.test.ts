import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Unopenable, type Opening, type OpeningKeys } from '../../../../src/plugins/crypto-envelope/codec.ts'
import { aeadEnvelope, associatedData } from '../../../../src/plugins/crypto-envelope/codecs/aead-envelope.ts'
import { aes256Gcm } from '../../../../src/plugins/crypto-envelope/codecs/aes-256-gcm.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { openAnswer, sealRequest, type GcmClient, type GcmEnvelope } from '../gcm-client.ts'

const now = Date.UTC(2026, 0, 1)
const codec = aeadEnvelope(aes256Gcm, fakeClock(now))
const context = { method: 'POST', path: '/v1/echo' }
const client: GcmClient = { key: Buffer.alloc(32, 7), kid: 'key-a', ...context }
const keyB = Buffer.alloc(32, 8)
const ring: OpeningKeys = {
  candidates: () => [],
  find(kid) {
    const bytes = new Map([
      ['key-a', client.key],
      ['key-b', keyB]
    ]).get(kid)
    return bytes && { kid, key: codec.importKey(bytes, 'both') }
  }
}

function open(message: unknown, at = context): Opening {
  const bytes = Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message))
  return codec.open(bytes, ring, at) as Opening
}

function failureOf(message: unknown, at = context): string | undefined {
  try {
    open(message, at)
    return undefined
  } catch (error) {
    if (error instanceof Unopenable) return error.failure
    throw error
  }
}

function answer(value: unknown, request: Opening): GcmEnvelope {
  const answered = { context, binding: request.binding }
  const { body } = codec.seal(value, ring.find(request.kid)!, answered) as SealedAnswer
  return body as unknown as GcmEnvelope
}

const request = sealRequest(client, '{"str":"hello"}', now, Buffer.alloc(12, 1))

test('a request is opened, with what its answer and the replay guard need', () => {
  expect(open(request)).toEqual({
    kid: 'key-a',
    value: { str: 'hello' },
    binding: { nonce: request.nonce },
    freshness: { ts: now, nonce: request.nonce }
  })
})

test('any JSON value goes there and back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.uint8Array({ minLength: 12, maxLength: 12 }), (value, nonce) => {
      const text = JSON.stringify({ value })
      fc.pre(!/__proto__|constructor/.test(text))
      const sent = sealRequest(client, text, now, Buffer.from(nonce))
      const opened = open(sent)
      expect(opened.value).toEqual(JSON.parse(text))
      expect(JSON.parse(openAnswer(client, answer(opened.value, opened), sent.nonce))).toEqual(
        JSON.parse(text)
      )
    }),
    { numRuns: 100 }
  )
})

test('an answer has the key of its request, the time of now and a nonce of its own', () => {
  const opened = open(request)
  const answers = [answer({ ok: true }, opened), answer({ ok: true }, opened)]
  expect(answers[0]).toMatchObject({ v: 1, alg: 'A256GCM', kid: 'key-a', ts: now })
  const nonces = new Set([request.nonce, ...answers.map(({ nonce }) => nonce)])
  expect(nonces.size).toBe(3)
})

test('an answer does not open as a request, nor under another request', () => {
  const reply = answer({ str: 'reflected' }, open(request))
  expect(failureOf(reply)).toBe('cipher')
  const later = sealRequest(client, '{}', now)
  expect(() => openAnswer(client, reply, later.nonce)).toThrow('unable to authenticate')
})

test.each([
  ['method', { ...context, method: 'PUT' }],
  ['path', { ...context, path: '/v1/echo/' }]
])('a message does not open under another %s', (_part, at) => {
  expect(failureOf(request, at)).toBe('cipher')
})

test('a value opened by another codec is not sealed', () => {
  const key = ring.find('key-a')!
  expect(() => codec.seal({}, key, { context, binding: {} })).toThrow('not opened by this codec')
})

describe('tampering', () => {
  const bytes = Buffer.from(JSON.stringify(request))

  test('no flipped bit opens', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(failureOf(flipped), `bit ${bit}`).toBeDefined()
    }
  })

  test('no beginning and no end of a message opens', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(failureOf(bytes.subarray(0, length)), `${length} bytes`).toBeDefined()
      expect(failureOf(bytes.subarray(bytes.length - length)), `last ${length} bytes`).toBeDefined()
    }
  })

  test('no field of another message fits', () => {
    const others = [
      sealRequest({ ...client, kid: 'key-b', key: keyB }, '{"str":"hello"}', now + 1, Buffer.alloc(12, 2)),
      sealRequest(client, '{"str":"later"}', now + 2, Buffer.alloc(12, 3))
    ]
    const fields = ['kid', 'ts', 'nonce', 'ct'] as const
    for (const donor of others)
      for (const field of fields.filter(name => donor[name] !== request[name]))
        expect(failureOf({ ...request, [field]: donor[field] }), `its ${field}`).toBe('cipher')
  })

  test('random edits do not open', () => {
    const edits = fc.record({
      at: fc.nat(bytes.length - 1),
      remove: fc.integer({ min: 0, max: 8 }),
      insert: fc.uint8Array({ maxLength: 8 })
    })
    fc.assert(
      fc.property(edits, ({ at, remove, insert }) => {
        const edited = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
        fc.pre(!isSameEnvelope(edited))
        expect(failureOf(edited)).toBeDefined()
      }),
      { numRuns: 1000 }
    )
  })

  // White space between tokens, for one, changes the bytes but not the message.
  const isSameEnvelope = (edited: Buffer): boolean => {
    try {
      const parsed = JSON.parse(edited.toString('utf8')) as GcmEnvelope
      return Object.keys(request).every(name => parsed[name as 'v'] === request[name as 'v'])
    } catch {
      return false
    }
  }
})

describe('strictness', () => {
  const { ct, nonce } = request
  test.each([
    ['no JSON', Buffer.from('hello'), 'format'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'format'],
    ['nothing', Buffer.alloc(0), 'format'],
    ['an array', [request], 'format'],
    ['a further field', { ...request, tag: '' }, 'format'],
    ['a missing field', { ...request, ct: undefined }, 'format'],
    ['another version', { ...request, v: 2 }, 'format'],
    ['the version as text', { ...request, v: '1' }, 'format'],
    ['another algorithm', { ...request, alg: 'A128GCM' }, 'algorithm'],
    ['no algorithm', { ...request, alg: 'none' }, 'algorithm'],
    ['an unknown key', { ...request, kid: 'key-z' }, 'key'],
    ['a key that is no text', { ...request, kid: 1 }, 'format'],
    ['a time as text', { ...request, ts: String(now) }, 'format'],
    ['a time with a fraction', { ...request, ts: now + 0.5 }, 'format'],
    ['a time before 1970', { ...request, ts: -1 }, 'format'],
    ['a time beyond all integers', { ...request, ts: 1e300 }, 'format'],
    ['an empty nonce', { ...request, nonce: '' }, 'encoding'],
    ['a nonce of eleven bytes', { ...request, nonce: Buffer.alloc(11).toString('base64url') }, 'format'],
    ['a nonce of thirteen bytes', { ...request, nonce: Buffer.alloc(13).toString('base64url') }, 'format'],
    ['padding', { ...request, ct: `${ct}==` }, 'encoding'],
    ['a line feed after the nonce', { ...request, nonce: `${nonce}\n` }, 'encoding'],
    ['the other alphabet', { ...request, ct: `+/${ct.slice(2)}` }, 'encoding'],
    ['spare bits', { ...request, ct: spareBits() }, 'encoding'],
    ['less than a tag', { ...request, ct: Buffer.alloc(15).toString('base64url') }, 'format'],
    ['only a tag', { ...request, ct: Buffer.alloc(16).toString('base64url') }, 'cipher'],
    [
      'a tag of twelve bytes',
      { ...request, ct: Buffer.from(ct, 'base64url').subarray(0, -4).toString('base64url') },
      'cipher'
    ],
    ['the name __proto__', Buffer.from('{"__proto__":{}}'), 'format'],
    ['sealed text that is not an object', sealRequest(client, '[]', now), 'content'],
    ['sealed text that is not JSON', sealRequest(client, 'hello', now), 'content'],
    ['sealed __proto__', sealRequest(client, '{"__proto__":{}}', now), 'content']
  ])('%s is refused', (_kind, message, failure) => {
    expect(failureOf(message)).toBe(failure)
  })

  test('white space around and between is JSON, and passes', () => {
    expect(open(Buffer.from(` ${JSON.stringify(request, undefined, 2)}\n`)).value).toEqual({ str: 'hello' })
  })

  // Sixteen bytes take 22 digits, the last of which has four bits to spare.
  function spareBits(): string {
    return `${'A'.repeat(21)}B`
  }
})

describe('keys', () => {
  test.each([
    ['16 bytes', Buffer.alloc(16, 1), 'has 16 bytes instead of 32'],
    ['33 bytes', Buffer.alloc(33, 1), 'has 33 bytes instead of 32'],
    ['zeros', Buffer.alloc(32), 'is all zero bytes']
  ])('%s are no key', (_kind, bytes, message) => {
    expect(() => codec.importKey(bytes, 'both')).toThrow(message)
  })
})

describe('the additional data', () => {
  test('is one field a line', () => {
    const header = { alg: 'A256GCM', kid: 'k', ts: 5, nonce: 'AAAAAAAAAAAAAAAA' }
    expect(associatedData(header, context, ['req']).toString()).toBe(
      '1\nA256GCM\nk\n5\nAAAAAAAAAAAAAAAA\nPOST\n/v1/echo\nreq'
    )
    expect(associatedData(header, context, ['res', 'BBBB']).toString()).toMatch(/\nres\nBBBB$/)
  })

  test.each([
    ['key id', { kid: 'a\nb' }, {}],
    ['nonce', { nonce: 'a\nb' }, {}],
    ['path', {}, { path: '/a\nreq' }]
  ])('takes no line feed in the %s, because it would be two fields', (_field, header, at) => {
    const fields = { alg: 'A256GCM', kid: 'k', ts: 5, nonce: 'n', ...header }
    expect(() => associatedData(fields, { ...context, ...at }, ['req'])).toThrow('a field holds a line feed')
  })

  test('is never the same for two different messages', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '1', '\n', 'r', 'e', 'q', ''), maxLength: 4 })
    const messages = fc.tuple(text, fc.nat(2), text, text, text, fc.option(text))
    const serialise = ([kid, ts, nonce, method, path, answered]: readonly [
      string,
      number,
      string,
      string,
      string,
      string | null
    ]): string | undefined => {
      try {
        const direction = answered === null ? (['req'] as const) : (['res', answered] as const)
        return associatedData({ alg: 'A256GCM', kid, ts, nonce }, { method, path }, direction).toString()
      } catch {
        return undefined
      }
    }
    fc.assert(
      fc.property(messages, messages, (one, two) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(two))
        const serialised = serialise(one)
        expect(serialised === undefined || serialised !== serialise(two)).toBe(true)
      }),
      { numRuns: 1000 }
    )
  })
})
