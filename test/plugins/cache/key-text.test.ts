import * as fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { digestOf, keyText } from '../../../src/plugins/cache/key-text.ts'

const part = fc.letrec(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.array(tie('any')),
    fc.dictionary(
      fc.string(),
      tie('any').filter(value => value !== undefined),
      { noNullPrototype: true }
    )
  )
})).any

/** The same with the members of all objects in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)])
  )
}

describe('the text of a key', () => {
  test('does not depend on the order of members', () => {
    const isSame = (parts: readonly unknown[]): boolean => keyText(parts.map(reversed)) === keyText(parts)
    expect(() => fc.assert(fc.property(fc.array(part), isSame))).not.toThrow()
  })

  test('differs for all lists of parts that differ', () => {
    const seen = new Map<string, unknown[]>()
    const isOwn = (parts: unknown[]): boolean => {
      const other = seen.get(keyText(parts)) ?? parts
      seen.set(keyText(parts), parts)
      return isDeepStrictEqual(other, parts)
    }
    const property = fc.property(fc.array(part, { maxLength: 3 }), isOwn)
    expect(() => fc.assert(property, { numRuns: 2_000 })).not.toThrow()
  })

  const different: readonly (readonly [unknown[], unknown[]])[] = [
    [['a', 'b'], ['ab']],
    [['a b'], ['a', 'b']],
    [['s1:b'], ['', '1:b']],
    [[1], ['1']],
    [[null], ['null']],
    [[null], [undefined]],
    [[[]], [{}]],
    [[], [[]]],
    [[['a'], 'b'], [['a', 'b']]],
    [[{ a: 'b' }], [{ 'a1:b': '' }]],
    [[{ a: undefined, b: 1 }], [{ a: 1 }]],
    [[true], ['t']],
    [[1n], [1]]
  ]
  test.each(different)('parts that look alike: %o is not %o', (one, other) => {
    expect(keyText(one)).not.toBe(keyText(other))
  })

  test('takes members that are undefined for absent, and objects without a prototype for objects', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expect(keyText([{ a: 1, b: undefined }])).toBe(keyText([bare]))
  })

  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['NaN', NaN],
    ['an endless number', Infinity],
    ['a date', new Date()],
    ['a map', new Map()],
    ['bytes', Buffer.from('x')]
  ])('there is none with %s', (_name, value) => {
    expect(() => keyText([{ a: [value] }])).toThrow(/^A cache key cannot hold/)
  })

  test('there is none for what is nested too deep, which the caller is told', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 'x' : [nested(depth - 1)])
    expect(keyText([nested(32)])).toContain('x')
    expect(() => keyText([nested(33)])).toThrow(
      expect.objectContaining({ statusCode: 400, message: 'nested more than 32 deep' })
    )
  })
})

test('digests tell texts apart that are the same in UTF-8', () => {
  expect(digestOf('\u{D800}')).not.toBe(digestOf('\u{D801}'))
  expect(digestOf('x')).toMatch(/^[\w-]{43}$/)
})
