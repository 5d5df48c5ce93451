import { describe, expect, test } from 'vitest'
import {
  asObject,
  parseItem,
  parseList
} from '../../../../src/plugins/im-ws-gateway/wire/methods/notation.ts'
import { readData, readList } from '../../../../src/plugins/im-ws-gateway/wire/methods/read-arguments.ts'

describe('in the tables', () => {
  test.each([
    ['text', 'hi {', { text: 'hi {' }],
    ['ids*', '["u2"]', { ids: ['u2'] }],
    ['{a, b*}', '{"a":"1","b":"[2]","c":3}', { a: '1', b: [2] }],
    ['{from>to, more>other*}', '{"from":1,"more":"{}"}', { to: 1, other: {} }],
    ['{...}', '{"a":1,"b":null}', { a: 1 }],
    ['{...inner*, id}', '{"inner":"{\\"a\\":1,\\"id\\":\\"no\\"}","id":"yes"}', { a: 1, id: 'yes' }],
    ['{...inner, id}', '{"id":"yes"}', { id: 'yes' }],
    ['id|{to>id, ex}', 'u2', { id: 'u2' }],
    ['id|{to>id, ex}', '{"to":"u2","ex":""}', { id: 'u2', ex: '' }]
  ])('%s reads %s', (notation, data, expected) => {
    expect(readData(parseItem(notation), data)).toEqual(expected)
  })

  test.each([
    ['[]', '["more"]', {}],
    ['[a, b*, c]', '["1","[2]",true]', { a: '1', b: [2], c: true }],
    ['[a, b*, c]', '[null,""]', {}],
    ['[{a, b*}*, c]', '["{\\"a\\":1,\\"b\\":[2]}",3]', { a: 1, b: [2], c: 3 }],
    ['[id|{to>id, ex}, ex]', '["u2","x"]', { id: 'u2', ex: 'x' }],
    ['[id|{to>id, ex}, ex]', '["{\\"to\\":\\"u2\\"}"]', { id: 'u2' }],
    ['[a]', '"bare"', { a: 'bare' }],
    ['[a]', '', {}]
  ])('%s reads %s', (notation, data, expected) => {
    expect(readList(parseList(notation), data)).toEqual(expected)
  })

  test('a list has the same arguments as an object has by name', () => {
    const object = asObject(parseList('[a, b*, id|{to>id}]'))
    expect(readData(object, '{"a":1,"b":"[2]","id":"u2"}')).toEqual({ a: 1, b: [2], id: 'u2' })
  })
})
