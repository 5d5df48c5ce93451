import { assert, dictionary, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formOf } from '../../../src/plugins/http-client/form.ts'

describe('a form', () => {
  test.each<[object, string]>([
    [{ a: 1, b: 'x y', c: true }, 'a=1&b=x+y&c=true'],
    [{ user: { name: '张三', tags: ['a', 'b'] } }, 'user[name]=%E5%BC%A0%E4%B8%89&user[tags]=a&user[tags]=b'],
    [{ a: { b: { c: 1 } } }, 'a[b][c]=1'],
    [{ list: [1, 2] }, 'list=1&list=2'],
    [{ list: [{ a: 1 }, { a: 2 }] }, 'list[0][a]=1&list[1][a]=2'],
    [{ none: undefined, nothing: null, empty: '' }, 'nothing=&empty='],
    [{ at: new Date(0) }, 'at=1970-01-01T00%3A00%3A00.000Z'],
    [{ 'a&b': '=&+' }, 'a%26b=%3D%26%2B'],
    [['x', 'y'], '0=x&1=y'],
    [{}, '']
  ])('of %j', (value, form) => {
    expect(formOf(value)).toBe(form.replaceAll('[', '%5B').replaceAll(']', '%5D'))
  })

  test('holds large numbers', () => {
    expect(formOf({ n: 2n ** 64n })).toBe('n=18446744073709551616')
  })

  test('of plain values is read back as it was', () => {
    assert(
      property(dictionary(string({ unit: 'grapheme' }), string({ unit: 'grapheme' })), value => {
        expect([...new URLSearchParams(formOf(value))]).toEqual(Object.entries(value))
      })
    )
  })

  const circle: Record<string, unknown> = {}
  circle['circle'] = circle
  test.each<[string, object]>([
    ['a function', { f: () => 1 }],
    ['a symbol', { s: Symbol('s') }],
    ['bytes', { b: Buffer.from('x') }],
    ['a circle', circle]
  ])('cannot hold %s', (_, value) => {
    expect(() => formOf(value)).toThrow(TypeError)
  })
})
