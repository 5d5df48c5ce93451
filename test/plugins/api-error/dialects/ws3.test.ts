import { expect, test } from 'vitest'
import type { Problem, Success } from '../../../../src/plugins/api-error/dialects/outcome.ts'
import { ws3, type Ws3Options } from '../../../../src/plugins/api-error/dialects/ws3.ts'
import { Errors } from '../../../../src/plugins/api-error/errors.ts'

const defaults: Ws3Options = { falsyAs404: false, errorsAs400: false, unknownAs400: false, texts: 'ws3' }
const dialect = ws3(defaults)
const success = (data: unknown, extras: Partial<Success> = {}): Success => ({
  ok: true,
  data,
  status: 200,
  url: '/ws3/x',
  ...extras
})
const problemOf = (entry: Problem['entry']): Problem => ({
  ok: false,
  entry,
  locale: 'zh-CN',
  fields: [],
  method: 'GET',
  path: '/ws3/x',
  requestId: 'r1'
})
const related = [{ url: '/api/card', get: '一卡通' }]

test('success is marked as such and has code 200', () => {
  expect(JSON.stringify(dialect.body(success('Hello')))).toBe('{"success":true,"code":200,"result":"Hello"}')
})

test('a stale result has code 203', () => {
  const stale = { ageMs: 60_000, reason: 'upstream down' }
  expect(dialect.body(success([], { stale }))).toEqual({ success: true, code: 203, result: [] })
})

test.each([
  [undefined, ''],
  [null, null],
  [0, 0],
  ['', ''],
  [false, false],
  [[], []]
])('%j is the result %j', (data, result) => {
  expect(dialect.body(success(data))).toEqual({ success: true, code: 200, result })
  expect(dialect.refuses?.(data)).toBe(false)
})

test('falsy values count as missing by choice, empty lists do not', () => {
  const { refuses } = ws3({ ...defaults, falsyAs404: true })
  expect([undefined, null, 0, '', false].map(value => refuses?.(value))).toEqual(Array(5).fill(true))
  expect([[], {}, 1, 'a'].map(value => refuses?.(value))).toEqual(Array(4).fill(false))
})

test('related resources are beside results and failures', () => {
  expect(dialect.body(success(1, { related }))).toEqual({ success: true, code: 200, result: 1, related })
  expect(dialect.body(success(1, { related: [] }))).toEqual({ success: true, code: 200, result: 1 })
  const failure = { ...problemOf(Errors['resource.not_found']), related }
  expect(dialect.body(failure)).toEqual({ success: false, code: 404, reason: '内容不存在', related })
})

test('a text for users is kept word for word', () => {
  const failure = { ...problemOf(Errors['param.invalid']), reason: '余额不足' }
  expect(dialect.body(failure)).toEqual({ success: false, code: 400, reason: '余额不足' })
})

test('unknown failures have code 500, or 400 by choice', () => {
  const failure = problemOf(Errors.internal)
  expect(dialect.body(failure)).toEqual({ success: false, code: 500, reason: '服务器出错' })
  const compatible = ws3({ ...defaults, errorsAs400: true })
  expect(compatible.body(failure)).toEqual({ success: false, code: 400, reason: '请求出错' })
})

test('codes without a text of the original are unknown by choice', () => {
  const failure = problemOf(Errors['rate.limited'])
  expect(dialect.body(failure)).toEqual({ success: false, code: 429, reason: '请求过于频繁' })
  const compatible = ws3({ ...defaults, unknownAs400: true })
  expect(compatible.body(failure)).toEqual({ success: false, code: 400, reason: '未知错误' })
})

test('a school may have its own words for upstream failures', () => {
  const school = ws3({ ...defaults, texts: 'ws3-campus' })
  expect(school.body(problemOf(Errors['upstream.timeout']))).toEqual({
    success: false,
    code: 408,
    reason: '与学校相关服务通信超时'
  })
  expect(school.body(problemOf(Errors['circuit.open']))).toMatchObject({ reason: '学校相关服务出现故障' })
})

test('the HTTP status is always 200', () => {
  expect(dialect.status(success(1, { status: 201 }))).toBe(200)
  expect(dialect.status(problemOf(Errors.internal))).toBe(200)
})
