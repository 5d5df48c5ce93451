import { describe, expect, test } from 'vitest'
import { LineError } from '../../../src/cli/repl/line-error.ts'
import { readLine } from '../../../src/cli/repl/line.ts'

const request = (method: string, path: string, values?: object): object => ({
  kind: 'request',
  method,
  path,
  ...(values && { values })
})

describe('a line', () => {
  test.each([
    ['/sum', request('GET', '/sum')],
    ['get /sum?a=1', request('GET', '/sum?a=1')],
    ['GET sum', request('GET', '/sum')],
    ['post /sum a=1 b=2', request('POST', '/sum', { a: '1', b: '2' })],
    ['put /x name="two words" other=\'it is\'', request('PUT', '/x', { name: 'two words', other: 'it is' })],
    [
      'put /x name=王小明 empty= quote=a"b',
      request('PUT', '/x', { name: '王小明', empty: '', quote: 'a"b' })
    ],
    ['patch /x a=1 a=2', request('PATCH', '/x', { a: ['1', '2'] })],
    ['get /x time:=1e3 on:=true none:=null', request('GET', '/x', { time: 1000, on: true, none: null })],
    [
      'post /x list:=[1, "a b"] deep:={ a: { b: 1 } }',
      request('POST', '/x', { list: [1, 'a b'], deep: { a: { b: 1 } } })
    ],
    ['post /x a==b c:d=e', request('POST', '/x', { a: '=b', 'c:d': 'e' })],
    [
      'post /x { id: 1, name: \'it\\\'s "it"\', tags: ["a",], }',
      request('POST', '/x', { id: 1, name: 'it\'s "it"', tags: ['a'] })
    ],
    ['delete /x {"id":-1.5e2,"true":true}', request('DELETE', '/x', { id: -150, true: true })]
  ])('%s is a request', (line, expected) => {
    expect(readLine(line)).toEqual(expected)
  })

  test.each([
    ['', { kind: 'nothing' }],
    ['  # a note', { kind: 'nothing' }],
    ['help', { kind: 'help' }],
    ['logout', { kind: 'logout' }],
    ['auth', { kind: 'who' }],
    ['auth 213170001 "pass word"', { kind: 'login', cardnum: '213170001', password: 'pass word' }],
    ['auth 213170001 pa"ss gp', { kind: 'login', cardnum: '213170001', password: 'pa"ss', gpassword: 'gp' }],
    [`auth ${'ab'.repeat(32)}`, { kind: 'token', token: 'ab'.repeat(32) }],
    ['auth eyJh.eyJz.c2ln', { kind: 'token', token: 'eyJh.eyJz.c2ln' }],
    ['server local', { kind: 'server', address: 'local' }]
  ])('%s', (line, expected) => {
    expect(readLine(line)).toEqual(expected)
  })

  test.each([
    ['gte /x', "did you mean 'get'?"],
    ['nonsense', "'help' lists"],
    ['get', 'get what?'],
    ['get /x a', "'a' is no value"],
    ['post /x a:={b', 'neither JSON'],
    ['post /x {a: alert(1)}', 'neither JSON'],
    ['post /x { a: 1 } b=2', 'neither JSON'],
    ['auth 213170001', 'auth CARD PASSWORD'],
    ['auth a b c d', 'auth CARD PASSWORD'],
    ['server', 'server URL'],
    ['logout now', 'logout takes nothing more']
  ])('%s makes no sense', (line, message) => {
    expect(() => readLine(line)).toThrow(LineError)
    expect(() => readLine(line)).toThrow(message)
  })

  test('the name __proto__ is one like others', () => {
    const line = readLine('post /x { "__proto__": { "a": 1 } }')
    expect(JSON.stringify(line)).toContain('"__proto__":{"a":1}')
    expect(Object.prototype).not.toHaveProperty('a')
  })
})
