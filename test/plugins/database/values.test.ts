import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindable } from '../../../src/plugins/database/values.ts'

describe('a parameter', () => {
  it('is passed on when SQLite has its type', () => {
    const bytes = new Uint8Array([0, 255])
    for (const value of [null, '', '牌坊 😀', 1.5, -0, Infinity, 5n, bytes, Buffer.from(bytes)])
      expect(bindable(value)).toBe(value)
  })

  it('is an integer when it is a whole number', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), number => {
        expect(bindable(number)).toBe(BigInt(number))
      })
    )
    expect(bindable(2 ** 60)).toBe(2 ** 60)
  })

  it.each([
    ['NUL', 'a\0b'],
    ['a lone high surrogate', 'a\uD83D'],
    ['a lone low surrogate', '\uDE00b'],
    ['NaN', NaN],
    ['an integer of 54 bits', 2n ** 53n],
    ['a negative integer of 54 bits', -(2n ** 53n)],
    ['an integer of 65 bits', 2n ** 64n]
  ])('is refused when it would come back changed: %s', (_, value) => {
    expect(() => bindable(value)).toThrow(RangeError)
  })

  it.each([
    [true, 'The database has no type for Boolean: use 1 and 0'],
    [undefined, 'The database has no type for Undefined: use null'],
    [new Date(0), 'The database has no type for Date: use milliseconds or an ISO text'],
    [{ a: 1 }, 'The database has no type for Object: use text, such as JSON'],
    [Object.create(null), 'The database has no type for Object'],
    [new Uint16Array(1), 'for Uint16Array'],
    [() => 1, 'for Function'],
    [Symbol('s'), 'for Symbol']
  ])('is refused when the database has no type for it: %s', (value, text) => {
    expect(() => bindable(value)).toThrow(TypeError)
    expect(() => bindable(value)).toThrow(text)
  })

  it('does not show up in the error', () => {
    for (const secret of ['pin\u0000 88888888', { pin: '88888888' }, 88888888888888888888n])
      expect(() => bindable(secret)).not.toThrow('8888')
  })
})
