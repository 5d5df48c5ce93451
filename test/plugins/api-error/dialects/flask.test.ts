import { expect, test } from 'vitest'
import { flask } from '../../../../src/plugins/api-error/dialects/flask.ts'
import type { Problem, Success } from '../../../../src/plugins/api-error/dialects/outcome.ts'
import { Errors } from '../../../../src/plugins/api-error/errors.ts'

const both = flask({ shape: 'both', status: 'always200' })
const success = (data: unknown, extras: Partial<Success> = {}): Success => ({
  ok: true,
  data,
  status: 200,
  url: '/v1/x',
  ...extras
})
const problem: Problem = {
  ok: false,
  entry: Errors['auth.token_expired'],
  locale: 'zh-CN',
  fields: [],
  method: 'GET',
  path: '/v1/samples',
  requestId: 'r1'
}

test('success is code 200, the value and ok', () => {
  expect(JSON.stringify(both.body(success([1])))).toBe('{"code":200,"data":[1],"message":"ok"}')
})

test('a page of a list has its total beside it', () => {
  const page = { total: 41, page: 2, size: 20 }
  expect(both.body(success([], { page }))).toEqual({ code: 200, data: [], message: 'ok', total: 41 })
})

test.each([
  [{}, null],
  [Object.create(null), null],
  [undefined, null],
  [null, null],
  [[], []],
  [0, 0],
  ['', ''],
  [false, false],
  [new Date(0), new Date(0)]
])('%j is sent as %j', (data, sent) => {
  expect(both.body(success(data))).toEqual({ code: 200, data: sent, message: 'ok' })
})

test('a failure has both documented shapes at once', () => {
  expect(both.body(problem)).toEqual({
    code: 10_032,
    error_code: 10_032,
    msg: '登录失败或已过期',
    message: '登录失败或已过期',
    request: 'GET /v1/samples'
  })
})

test('a failure has one of the shapes by choice', () => {
  const codeMsg = flask({ shape: 'code-msg', status: 'always200' }).body(problem)
  expect(codeMsg).toEqual({ code: 10_032, msg: '登录失败或已过期', request: 'GET /v1/samples' })
  const prose = flask({ shape: 'error_code-message', status: 'always200' }).body(problem)
  expect(prose).toEqual({ error_code: 10_032, message: '登录失败或已过期', request: 'GET /v1/samples' })
})

test('refused permission has the wording of its front ends', () => {
  const forbidden = { ...problem, entry: Errors['auth.forbidden'] }
  expect(both.body(forbidden)).toMatchObject({ msg: '权限不足' })
  expect(both.body({ ...forbidden, locale: 'en' })).toMatchObject({ msg: 'Insufficient permission' })
})

test('the HTTP status is always 200, or real', () => {
  const mirror = flask({ shape: 'both', status: 'mirror' })
  expect([success(1, { status: 201 }), problem].map(both.status)).toEqual([200, 200])
  expect([success(1, { status: 201 }), problem].map(mirror.status)).toEqual([201, 401])
})
