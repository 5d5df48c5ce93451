import { expect, test } from 'vitest'
import { requestOf } from '../../../src/cli/repl/request.ts'

test('values go into the query of GET and DELETE, after what is there', () => {
  const values = { a: '1&2', list: ['x', 'y'], deep: { b: 1 }, count: 3 }
  expect(requestOf('GET', '/x?z=0', { values })).toEqual({
    method: 'GET',
    path: '/x?z=0&a=1%262&list=x&list=y&deep=%7B%22b%22%3A1%7D&count=3',
    headers: {}
  })
  expect(requestOf('DELETE', '/x', { values: { a: '课' } }).path).toBe('/x?a=%E8%AF%BE')
})

test('values are the body of the others, as JSON', () => {
  expect(requestOf('POST', '/课', { values: { a: 1 } })).toEqual({
    method: 'POST',
    path: '/%E8%AF%BE',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}'
  })
  expect(requestOf('POST', '/x', {})).toEqual({ method: 'POST', path: '/x', headers: {} })
})

test('a token of sessions and one of token-auth each go where they belong', () => {
  expect(requestOf('GET', '/x', { token: 'ab'.repeat(32) }).headers).toEqual({ token: 'ab'.repeat(32) })
  expect(requestOf('GET', '/x', { token: 'a.b.c' }).headers).toEqual({ authorization: 'Bearer a.b.c' })
})

test('a path that looks like a host stays a path', () => {
  expect(requestOf('GET', '//evil.example/x', {}).path).toBe('//evil.example/x')
  expect(requestOf('GET', '/@evil.example/x', {}).path).toBe('/@evil.example/x')
})
