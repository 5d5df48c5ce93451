import type { InjectOptions } from 'fastify'
import { describe, expect, test } from 'vitest'
import { serve, type Rig } from './rig.ts'

const files = { 'a.js': `export const get = p => p, post = get; const del = get; export { del as delete }` }
const settings = { dialect: 'problem', maxBodyBytes: 1_000, maxParameters: 5, maxDepth: 3 }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }

async function answerOf(rig: Rig, request: InjectOptions): Promise<unknown[]> {
  const { statusCode, body } = await rig.inject({ url: '/a', ...request })
  const { code, detail } = JSON.parse(body) as { code?: string; detail?: string }
  return [statusCode, code, detail]
}

/** Whether both say the same without api-error: the status, and nothing of the gateway's fault. */
async function statusWithout(request: InjectOptions): Promise<number> {
  await using rig = await serve(files, { settings, errors: false })
  return (await rig.inject({ url: '/a', ...request })).statusCode
}

const tooMany = 'there are at most 5 parameters'
const reserved = 'no parameter is called __proto__'

describe('a request is refused', () => {
  test.for<[string, InjectOptions, unknown[]]>([
    ['with too many parameters', { url: '/a?a=1&b=2&c=3&d=4&e=5&f=6' }, [400, 'param.invalid', tooMany]],
    ['with one too often', { url: '/a?a=1&a=2&a=3&a=4&a=5&a=6' }, [400, 'param.invalid', tooMany]],
    [
      'with too many fields',
      { method: 'POST', headers: form, payload: 'a=1&b=2&c=3&d=4&e=5&f=6' },
      [400, 'param.invalid', tooMany]
    ],
    [
      'with too many members',
      { method: 'POST', payload: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } },
      [400, 'param.invalid', tooMany]
    ],
    [
      'with a body nested too deep',
      { method: 'POST', payload: { a: { b: [{ c: 1 }] } } },
      [400, 'param.invalid', 'a body is nested at most 3 deep']
    ],
    ['with a prototype in its query', { url: '/a?__proto__=x' }, [400, 'param.invalid', reserved]],
    [
      'with a prototype in its form',
      { method: 'POST', headers: form, payload: '__proto__=x' },
      [400, 'param.invalid', reserved]
    ],
    [
      'with a prototype in its JSON',
      { method: 'POST', headers: json, payload: '{"a":{"__proto__":{"admin":true}}}' },
      [400, 'http.400', expect.anything()]
    ],
    [
      'with a constructor’s prototype in its JSON',
      { method: 'POST', headers: json, payload: '{"constructor":{"prototype":{"admin":true}}}' },
      [400, 'http.400', expect.anything()]
    ],
    [
      'with JSON that is none',
      { method: 'POST', headers: json, payload: '{"a":' },
      [400, 'http.400', expect.anything()]
    ],
    [
      'with no JSON where it says so',
      { method: 'POST', headers: json, payload: '' },
      [400, 'http.400', expect.anything()]
    ],
    [
      'with a body that is too large',
      { method: 'POST', headers: form, payload: `a=${'x'.repeat(1_000)}` },
      [413, 'http.413', expect.anything()]
    ],
    [
      'with a body of another type',
      { method: 'POST', headers: { 'content-type': 'application/xml' }, payload: '<a/>' },
      [415, 'http.415', expect.anything()]
    ]
  ])('%s', async ([, request, expected]) => {
    await using rig = await serve(files, { settings })
    expect(await answerOf(rig, request)).toEqual(expected)
    expect(await statusWithout(request)).toBe(expected[0])
  })

  test('is not when it has just as much as it may', async () => {
    await using rig = await serve(files, { settings })
    const requests: InjectOptions[] = [
      { url: '/a?a=1&b=2&c=3&d=4&e=5' },
      { method: 'POST', url: '/a', headers: form, payload: 'a=1&b=2&c=3&d=4&e=5' },
      { method: 'POST', url: '/a', payload: { a: { b: [1, 2, 3, 4, 5, 6] } } }
    ]
    for (const request of requests) expect((await rig.inject(request)).statusCode).toBe(200)
  })

  test('in the dialect of the files', async () => {
    await using rig = await serve(files, { settings: { ...settings, dialect: 'ws3' } })
    expect(await rig.get('/a?__proto__=x')).toEqual({ success: false, code: 400, reason: '请求出错' })
  })
})

test('fields in brackets are names like others', async () => {
  await using rig = await serve(files)
  const request: InjectOptions = {
    method: 'POST',
    url: '/a',
    headers: form,
    payload: 'a[__proto__]=1&constructor=2'
  }
  expect((await rig.inject(request)).json()).toMatchObject({
    result: { 'a[__proto__]': '1', constructor: '2' }
  })
})
