import { expect, test } from 'vitest'
import { defineErrors, Errors, type CatalogueEntry } from '../../../../src/plugins/api-error/service.ts'
import { openim } from '../../../../src/plugins/api-error/dialects/openim.ts'
import type { Problem } from '../../../../src/plugins/api-error/dialects/outcome.ts'

const dialect = openim()
const Own = defineErrors({
  'im.kicked': { http: 401, flask: 9001, openim: 1506, title: { 'zh-CN': '已被踢下线', en: 'Kicked' } },
  'im.slow': { http: 429, flask: 9002, title: { 'zh-CN': '太快', en: 'Too fast' } }
})
const problem = (entry: CatalogueEntry, more: Partial<Problem> = {}): Problem => ({
  ok: false,
  entry,
  locale: 'en',
  fields: [],
  method: 'POST',
  path: '/object/part_size',
  requestId: 'r',
  ...more
})

test('a value is the data of code 0, and nothing is null', () => {
  const success = { ok: true, status: 201, url: '/' } as const
  const envelope = { errCode: 0, errMsg: '', errDlt: '' }
  expect(dialect.body({ ...success, data: { size: 1 } })).toEqual({ ...envelope, data: { size: 1 } })
  expect(dialect.body({ ...success, data: undefined })).toEqual({ ...envelope, data: null })
  expect(dialect.status({ ...success, data: 1 })).toBe(200)
})

test.each([
  [Errors['param.invalid'], 1001],
  [Errors['auth.required'], 1001],
  [Errors['auth.token_expired'], 1501],
  [Errors['auth.token_invalid'], 1502],
  [Errors['auth.forbidden'], 1002],
  [Errors['resource.not_found'], 1004],
  [Errors.internal, 500],
  [Own['im.kicked'], 1506],
  [Own['im.slow'], 429]
])('$key has its number', (entry, errCode) => {
  expect(dialect.body(problem(entry))).toEqual({ errCode, errMsg: entry.title.en, errDlt: '' })
  expect(dialect.status(problem(entry))).toBe(200)
})

test('what is wrong with fields is told to users, and the detail to developers', () => {
  const fields = [{ path: '/size', code: 'type', message: 'must be a number' }]
  expect(dialect.body(problem(Errors['param.invalid'], { fields, detail: 'why' }))).toEqual({
    errCode: 1001,
    errMsg: 'Invalid request: size must be a number',
    errDlt: 'why'
  })
})
