import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoxError, openBox, openBytes, sealBox, sealBytes } from '../../../src/plugins/sessions/box.ts'

const key = Buffer.alloc(32, 1)
const place = { kind: 'credentials', row: 'row', identity: 'identity', platform: 'web' }

function reasonOf(open: () => unknown): string {
  try {
    open()
    return 'open'
  } catch (error) {
    return error instanceof BoxError ? error.reason : String(error)
  }
}

test('a box gives back what was put in, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(openBox(key, place, sealBox(key, place, bytes))).toEqual(Buffer.from(bytes))
    })
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), text => {
      expect(openBox(key, place, sealBox(key, place, text)).toString()).toBe(text)
    })
  )
})

test('contents of up to 63 bytes make boxes of one length', () => {
  const lengths = Array.from({ length: 64 }, (_, length) => sealBox(key, place, Buffer.alloc(length)).length)
  expect(new Set(lengths).size).toBe(1)
  expect(sealBox(key, place, Buffer.alloc(64)).length).toBeGreaterThan(lengths[0] ?? 0)
})

test('a box opens with its key alone, and says when it needs another', () => {
  const box = sealBox(key, place, 'x')
  expect(reasonOf(() => openBox(Buffer.alloc(32, 2), place, box))).toBe('key')
})

test('a box opens nowhere else', () => {
  const box = sealBox(key, place, 'x')
  const elsewhere = [{ kind: 'token' }, { row: 'other' }, { identity: 'other' }, { platform: 'ios' }]
  const opened = elsewhere.map(part => reasonOf(() => openBox(key, { ...place, ...part }, box)))
  expect(opened).toEqual(elsewhere.map(() => 'content'))
})

test('not one changed byte goes unnoticed', () => {
  const aad = Buffer.from('aad')
  const sealed = sealBytes(key, aad, Buffer.from('content'))
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(reasonOf(() => openBytes(key, aad, changed))).toBe('content')
  }
  for (let length = 0; length < sealed.length; length++)
    expect(reasonOf(() => openBytes(key, aad, sealed.subarray(0, length)))).toMatch(/^(form|content)$/)
  expect(reasonOf(() => openBytes(key, Buffer.from('other'), sealed))).toBe('content')
})

test.each(['', 'v1', 'v1.abcdef', 'v2.abcdef.AAAA', 'v1.abc.AAAA', 'v1.abcdef.AA+A', ' v1.abcdef.AAAA'])(
  '%j is no box',
  text => {
    expect(reasonOf(() => openBox(key, place, text))).toBe('form')
  }
)
