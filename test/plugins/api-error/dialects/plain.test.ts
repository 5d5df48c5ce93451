import { expect, test } from 'vitest'
import type { Problem, Success } from '../../../../src/plugins/api-error/dialects/outcome.ts'
import { plain } from '../../../../src/plugins/api-error/dialects/plain.ts'
import { Errors } from '../../../../src/plugins/api-error/errors.ts'

const success = (data: unknown): Success => ({ ok: true, data, status: 201, url: '/p' })
const problem: Problem = {
  ok: false,
  entry: Errors['param.invalid'],
  locale: 'zh-CN',
  fields: [
    { path: '/str', code: 'required', message: '不能缺少' },
    { path: '', code: 'type', message: '应为对象' }
  ],
  method: 'POST',
  path: '/getCode',
  requestId: 'r1'
}

test('success is code 200, the text and the value, byte for byte', () => {
  const body = plain({ status: 'mirror' }).body(success({ sign: 'x' }))
  expect(JSON.stringify(body)).toBe('{"code":200,"msg":"成功","data":{"sign":"x"}}')
})

test('a failure has the HTTP status as its code, and data false', () => {
  const body = plain({ status: 'mirror' }).body({ ...problem, fields: [] })
  expect(JSON.stringify(body)).toBe('{"code":400,"msg":"请求出错","data":false}')
})

test('the text of a failure names the fields', () => {
  expect(plain({ status: 'mirror' }).body(problem)).toMatchObject({ msg: '请求出错：str 不能缺少；应为对象' })
  expect(plain({ status: 'mirror' }).body({ ...problem, locale: 'en' })).toMatchObject({
    msg: 'Invalid request: str 不能缺少; 应为对象'
  })
})

test.each([0, false, '', null, []])('%j is a value like any other', data => {
  expect(plain({ status: 'mirror' }).body(success(data))).toEqual({ code: 200, msg: '成功', data })
})

test('nothing becomes null', () => {
  expect(plain({ status: 'mirror' }).body(success(undefined))).toEqual({ code: 200, msg: '成功', data: null })
})

test('the HTTP status is real, or always 200', () => {
  expect([success(1), problem].map(plain({ status: 'mirror' }).status)).toEqual([201, 400])
  expect([success(1), problem].map(plain({ status: 'always200' }).status)).toEqual([200, 200])
})
