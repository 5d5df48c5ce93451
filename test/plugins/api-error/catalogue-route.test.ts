import { describe, expect, test } from 'vitest'
import { defineErrors } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const Own = defineErrors({
  'sample.taken': { http: 409, flask: 4001, title: { 'zh-CN': '样品已提交', en: 'Sample taken' } }
})

function gateway(config = {}) {
  return build({ config, routes: (_app, errors) => errors.define('samples', Own) })
}

describe('GET /_errors', () => {
  test('lists every entry', async () => {
    await using app = await gateway()
    const { errors, reserved } = (await app.inject('/_errors')).json()
    expect(errors).toContainEqual({
      key: 'sample.taken',
      http: 409,
      flask: 4001,
      ws3: 409,
      transient: false,
      title: { 'zh-CN': '样品已提交', en: 'Sample taken' }
    })
    expect(errors.map(({ key }: { key: string }) => key)).toEqual(
      app
        .getDecorator<{ catalogue(): { key: string }[] }>('apiErrors')
        .catalogue()
        .map(({ key }) => key)
    )
    expect(reserved).toContain(10_033)
  })

  test.each([
    ['text/markdown', 'text/markdown; charset=utf-8'],
    ['text/html, text/markdown;q=0.9, application/json;q=0.8', 'text/markdown; charset=utf-8'],
    ['text/markdown;q=0.5, application/json', 'application/json; charset=utf-8'],
    ['text/markdown;q=0', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8']
  ])('for %s is %s', async (accept, type) => {
    await using app = await gateway()
    const { headers } = await app.inject({ url: '/_errors', headers: { accept } })
    expect([headers['content-type'], headers['vary']]).toEqual([type, 'Accept'])
  })

  test('is Markdown or TypeScript by query, whatever the dialect', async () => {
    await using app = await gateway({ dialect: 'ws3' })
    expect((await app.inject('/_errors?format=md')).body).toMatch(/^# Errors\n/)
    expect((await app.inject('/_errors?format=ts')).body).toContain('export enum ErrorKey {')
    const json = await app.inject({ url: '/_errors?format=json', headers: { accept: 'text/markdown' } })
    expect(json.json()).toMatchObject({ success: true, code: 200, result: { reserved: expect.any(Array) } })
  })

  test('refuses another format by name', async () => {
    await using app = await gateway()
    const response = await app.inject('/_errors?format=xml')
    expect(response.json()).toMatchObject({
      status: 400,
      errors: [{ pointer: '/format', code: 'enum', message: '应为 json, md, ts 之一' }]
    })
  })
})
