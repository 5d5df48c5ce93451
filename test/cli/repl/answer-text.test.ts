import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { shownAnswer } from '../../../src/cli/repl/answer-text.ts'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
})

describe('an answer', () => {
  test('shows its status, its time, and JSON over several lines', () => {
    const { text, ok } = shownAnswer(answer(200, { a: [1], b: 'x' }), 12.4, false)
    expect(ok).toBe(true)
    expect(text).toBe('200 OK  12 ms\n{\n  "a": [\n    1\n  ],\n  "b": "x"\n}')
  })

  test('has colours that change nothing of its text', () => {
    const value = { name: 'a "b": 1', n: -1.5e3, yes: true, no: null, list: [] }
    const plain = shownAnswer(answer(200, value), 1, false).text
    const coloured = shownAnswer(answer(200, value), 1, true).text
    expect(coloured).not.toBe(plain)
    expect(stripVTControlCharacters(coloured)).toBe(plain)
  })

  test.each([
    [
      'problem',
      answer(404, { status: 404, code: 'route.not_found' }, { 'content-type': 'application/problem+json' })
    ],
    ['ws3', answer(200, { success: false, code: 401, reason: '需要登录' })],
    ['openim', answer(200, { errCode: 1001, errMsg: '请求出错', errDlt: '' })],
    ['flask', answer(200, { code: 1002, error_code: 1002, message: 'no', request: 'GET /x' })],
    ['flask, in the shape code-msg', answer(200, { code: 1002, msg: 'no', request: 'GET /x' })],
    ['plain', answer(200, { code: 500, msg: 'no', data: false })]
  ])('tells of a failure in the dialect %s', (_, given) => {
    expect(shownAnswer(given, 1, false).ok).toBe(false)
  })

  test.each([
    ['ws3, with its code for an old value', answer(200, { success: true, code: 203, result: 0 })],
    ['openim', answer(200, { errCode: 0, errMsg: '', errDlt: '', data: { size: 1 } })],
    ['flask', answer(200, { code: 200, data: null, message: 'ok' })],
    ['plain', answer(200, { code: 200, msg: '成功', data: false })],
    ['problem, with a member of its own', answer(200, { code: 500 })],
    ['null', answer(200, 'null')]
  ])('tells of none in the dialect %s', (_, given) => {
    expect(shownAnswer(given, 1, false).ok).toBe(true)
  })

  test('shows what a cache says, where it redirects to, and a code of the dialect', () => {
    const headers = { 'cache-status': 'paifang; hit', location: '/there' }
    const { text } = shownAnswer(answer(302, { success: true, code: 203 }, headers), 1, false)
    expect(text.split('\n')[0]).toBe('302 Found  code 203  1 ms  paifang; hit  /there')
  })

  test('shows texts as they are, and of bytes how many there are', () => {
    expect(shownAnswer(answer(200, '你好', { 'content-type': 'text/html' }), 1, false).text).toBe(
      '200 OK  1 ms\n你好'
    )
    const image = answer(200, Buffer.from([1, 2, 3]), { 'content-type': 'image/png' })
    expect(shownAnswer(image, 1, false).text).toBe('200 OK  1 ms\n3 bytes of image/png')
    expect(shownAnswer(answer(204, ''), 1, false).text).toBe('204 No Content  1 ms')
    expect(shownAnswer(answer(200, '{broken'), 1, false).text).toBe('200 OK  1 ms\n{broken')
  })

  test('gives a terminal nothing to obey', () => {
    const escapes = '\u001b[2J\u009b2J\u0007'
    for (const given of [
      answer(200, { a: escapes }),
      answer(200, escapes, { 'content-type': 'text/plain', 'cache-status': escapes })
    ])
      expect(shownAnswer(given, 1, false).text).not.toMatch(/[^\P{Cc}\n]/u)
  })

  test('of a long one says how much is not shown', () => {
    const { text } = shownAnswer(answer(200, 'x'.repeat(70_000), { 'content-type': 'text/plain' }), 1, false)
    expect(text).toContain('… and 4464 characters more')
    expect(text.length).toBeLessThan(66_000)
  })
})
