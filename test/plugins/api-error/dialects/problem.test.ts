import { expect, test } from 'vitest'
import { metaHeaders } from '../../../../src/plugins/api-error/dialects/dialect.ts'
import type { Problem, Success } from '../../../../src/plugins/api-error/dialects/outcome.ts'
import { problem } from '../../../../src/plugins/api-error/dialects/problem.ts'
import { Errors } from '../../../../src/plugins/api-error/errors.ts'

const success = (extras: Partial<Success>): Success => ({
  ok: true,
  data: [],
  status: 200,
  url: '/items?size=20&page=2',
  ...extras
})
const failure: Problem = {
  ok: false,
  entry: Errors['auth.token_expired'],
  locale: 'en',
  detail: 'expired 3 s ago',
  fields: [{ path: '/page', code: 'type', message: 'must be of type integer' }],
  retryAfter: 5,
  method: 'GET',
  path: '/items',
  requestId: 'r1'
}

test('a failure has every member of RFC 9457 and its extensions', () => {
  expect(JSON.parse(JSON.stringify(problem({}).body(failure)))).toEqual({
    type: '/_errors#auth.token_expired',
    title: 'Login invalid or expired',
    status: 401,
    detail: 'expired 3 s ago',
    instance: '/items',
    code: 'auth.token_expired',
    errorCode: 10_032,
    requestId: 'r1',
    errors: [{ pointer: '/page', code: 'type', message: 'must be of type integer' }],
    retryAfter: 5,
    docs: '/_errors#auth.token_expired'
  })
})

test('types point to the documentation where there is one', () => {
  const body = problem({ docsUrl: 'https://docs.example.com/api/' }).body(failure)
  expect(body['type']).toBe('https://docs.example.com/api/errors/auth.token_expired')
})

test('titles take parameters', () => {
  const entry = { ...Errors['rate.limited'], title: { 'zh-CN': '最多 {limit} 次', en: 'At most {limit}' } }
  expect(problem({}).body({ ...failure, entry, params: { limit: 3 } })['title']).toBe('At most 3')
})

test('the HTTP status is real', () => {
  expect(problem({}).status(failure)).toBe(401)
  expect(problem({}).status(success({ status: 202 }))).toBe(202)
})

test('a page has its total and its neighbours in headers', () => {
  expect(metaHeaders(success({ page: { total: 41, page: 2, size: 20 } }))).toEqual({
    'x-total-count': '41',
    link: '</items?size=20&page=1>; rel="prev", </items?size=20&page=3>; rel="next"'
  })
})

test('the first and only page has no neighbours', () => {
  expect(metaHeaders(success({ page: { total: 0, page: 1, size: 20 } }))).toEqual({ 'x-total-count': '0' })
})

test('a stale value has its age and the reason in headers', () => {
  const stale = { ageMs: 61_499, reason: 'upstream "down"\r\nSet-Cookie: 假' }
  expect(metaHeaders(success({ stale }))).toEqual({
    age: '61',
    'cache-status': 'paifang; hit; detail="upstream ?down???Set-Cookie: ?"'
  })
})

test('related resources are links, their addresses escaped', () => {
  const related = [{ url: '/卡?a=<b>' }, { url: 'https://example.com/x%20y' }]
  expect(metaHeaders(success({ related }))).toEqual({
    link: '</%E5%8D%A1?a=%3Cb%3E>; rel="related", <https://example.com/x%20y>; rel="related"'
  })
})
