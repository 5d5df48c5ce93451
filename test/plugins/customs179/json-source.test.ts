import { array, assert, constantFrom, dictionary, json, property, string, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasLoneSurrogate, memberTexts, whitespaceAt } from '../../../src/plugins/customs179/json-source.ts'

describe('the text of a member', () => {
  test.each<[string, Record<string, string>]>([
    ['{}', {}],
    [' { } ', {}],
    ['{"a":1}', { a: '1' }],
    ['{"a":5.0,"b":1e2,"c":-0}', { a: '5.0', b: '1e2', c: '-0' }],
    ['\n{ "a" :\t1 ,\r\n "b" : 2 }\n', { a: '1', b: '2' }],
    ['{"a": { "x" : [ 1 , 2 ] } }', { a: '{ "x" : [ 1 , 2 ] }' }],
    ['{"a":"}","b":"]","c":","}', { a: '"}"', b: '"]"', c: '","' }],
    [
      String.raw`{"a":"\"","b":"\\","c":"\\\""}`,
      { a: String.raw`"\""`, b: String.raw`"\\"`, c: String.raw`"\\\""` }
    ],
    [String.raw`{"\u0061":1}`, { a: '1' }],
    ['{":":":","{":"}"}', { ':': '":"', '{': '"}"' }],
    ['{"a":1,"a":2}', { a: '2' }],
    ['{"":null}', { '': 'null' }],
    ['{"a":[],"b":{},"c":true}', { a: '[]', b: '{}', c: 'true' }],
    ['{"a":{"a":{"b":1},"b":2},"b":3}', { a: '{"a":{"b":1},"b":2}', b: '3' }],
    ['\uFEFF{"a":1}', { a: '1' }]
  ])('%s', (text, members) => {
    expect(Object.fromEntries(memberTexts(text))).toEqual(members)
  })

  test('is what was written, whatever it is and whatever stands around it', () => {
    const space = array(constantFrom(' ', '\n', '\r', '\t'), { maxLength: 3 }).map(parts => parts.join(''))
    const member = tuple(string({ unit: 'grapheme' }), json(), space, space, space, space)
    assert(
      property(array(member), space, (members, around) => {
        const written = members.map(
          ([name, value, a, b, c, d]) => `${a}${JSON.stringify(name)}${b}:${c}${value}${d}`
        )
        const expected = new Map(members.map(([name, value]) => [name, value.trim()]))
        expect(memberTexts(`${around}{${written.join()}}${around}`)).toEqual(expected)
      })
    )
  })

  test('parses to what the whole parses to, names that occur twice included', () => {
    assert(
      property(array(tuple(constantFrom('a', 'b', 'toString'), json())), members => {
        const text = `{${members.map(([name, value]) => `"${name}":${value}`).join()}}`
        const each = [...memberTexts(text)].map(([name, value]) => [name, JSON.parse(value) as unknown])
        expect(Object.fromEntries(each)).toEqual(JSON.parse(text))
      })
    )
  })
})

describe('whitespace', () => {
  test.each([
    ['{}', -1],
    ['{"a b":" \\n\\t ","c":"\u00A0\u3000"}', -1],
    ['{"a": 1}', 5],
    ['{"a":1 }', 6],
    ['[1,\n2]', 3],
    [' []', 0],
    ['[]\t', 2],
    ['{"a":"\\\\" }', 9],
    ['{"a":"\\"" }', 9]
  ])('in %j begins at %i', (text, at) => {
    expect(whitespaceAt(text)).toBe(at)
  })

  test('is found where it was put between two tokens, and nowhere else', () => {
    assert(
      property(dictionary(string(), string()), constantFrom(' ', '\n', '\t', '\r'), (object, space) => {
        const text = JSON.stringify(object)
        expect(whitespaceAt(text)).toBe(-1)
        expect(whitespaceAt(`${text.slice(0, -1)}${space}}`)).toBe(text.length - 1)
      })
    )
  })
})

describe('half a surrogate pair', () => {
  test.each([
    [String.raw`{"a":"\ud83d\ude00"}`, false],
    ['{"a":"😀"}', false],
    [String.raw`{"a":"\ud83d"}`, true],
    [String.raw`{"a":"\ude00\ud83d"}`, true],
    [String.raw`{"\uDC00":1}`, true],
    [String.raw`[["\u4e2d\ud800"]]`, true],
    [String.raw`{"a":"\\ud800"}`, false],
    [String.raw`{"a":"\\\ud800"}`, true]
  ])('%s: %s', (text, found) => {
    expect(hasLoneSurrogate(text)).toBe(found)
  })
})

test('long and deep texts take no more stack than short ones', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(memberTexts(`{"a":${deep},"b":1}`).get('a')).toBe(deep)
  const long = JSON.stringify('\\"'.repeat(200_000))
  expect(memberTexts(`{"a":${long}}`).get('a')).toBe(long)
  expect([whitespaceAt(long), hasLoneSurrogate(long)]).toEqual([-1, false])
})
