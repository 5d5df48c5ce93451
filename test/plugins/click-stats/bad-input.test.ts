import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StartupError } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import clickStats from '../../../src/plugins/click-stats/index.ts'
import type { NewTarget } from '../../../src/plugins/click-stats/service.ts'
import { checkedTarget } from '../../../src/plugins/click-stats/target.ts'
import database from '../../../src/plugins/database/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { banner, noon, startRig, type Rig } from './rig.ts'

const directory = temporaryDirectory()
let rig: Rig
beforeAll(async () => {
  directory.make()
  rig = await startRig({ config: { clicksPerMinutePerUser: 1_000 } })
  await rig.put()
})
afterAll(async () => {
  await rig.app.close()
  directory.remove()
})

test.each([
  ['{}'],
  ['{"id":null}'],
  ['{"id":""}'],
  ['{"id":"a b"}'],
  ['{"id":"a/../b"}'],
  [`{"id":"${'x'.repeat(65)}"}`],
  ['{"id":-1}'],
  ['{"id":1.5}'],
  ['{"id":1e300}'],
  ['{"id":true}'],
  ['{"id":["spring"]}'],
  ['{"id":{"$like":"%"}}'],
  ['["spring"]'],
  ['"spring"'],
  ['null'],
  ['{"id":'],
  [''],
  [`{"id":"spring","more":"${'x'.repeat(1_024)}"}`, 413]
])('a click with the body %s is refused, and not counted', async (payload, code = 400) => {
  const { body } = await rig.click('', 'alice', { payload, headers: { 'content-type': 'application/json' } })
  expect(body).toMatchObject({ success: false, code })
  expect(rig.clicks.counters['queued']).toBe(0)
})

test.each([
  ['application/x-www-form-urlencoded', 'id=spring&id=autumn', 400],
  ['application/x-www-form-urlencoded', 'ID=spring', 400],
  ['text/plain', 'spring', 400],
  ['application/xml', '<id>spring</id>', 415]
])('a click of type %s with %s is refused', async (type, payload, code) => {
  const { body } = await rig.click('', 'alice', { payload, headers: { 'content-type': type } })
  expect(body).toMatchObject({ success: false, code })
})

test('a click without a body is refused', async () => {
  expect((await rig.app.inject({ method: 'PUT', url: '/api/banner' })).json()).toMatchObject({ code: 400 })
})

test('a path has no other methods', async () => {
  const answer = await rig.app.inject({ method: 'DELETE', url: '/api/banner' })
  expect([answer.json<{ code: number }>().code, answer.headers['allow']]).toEqual([
    405,
    expect.stringContaining('PUT')
  ])
})

const long = (length: number) => `https://example.com/${'x'.repeat(length)}`

test.each<[string, Partial<Record<keyof NewTarget, unknown>>]>([
  ['kind', { kind: 'poster' }],
  ['kind', { kind: undefined }],
  ['id', { id: '' }],
  ['id', { id: 'a b' }],
  ['id', { id: 7 }],
  ['id', { id: 'x'.repeat(65) }],
  ['title', { title: '' }],
  ['title', { title: '  ' }],
  ['title', { title: 'a\nb' }],
  ['title', { title: 'a\0b' }],
  ['title', { title: '\uD800' }],
  ['title', { title: 'x'.repeat(201) }],
  ['title', { title: null }],
  ['pic', { pic: 'spring.png' }],
  ['pic', { pic: '//example.com/spring.png' }],
  ['pic', { pic: '/\\example.com/spring.png' }],
  ['pic', { pic: 'javascript:alert(1)' }],
  ['pic', { pic: long(2_048) }],
  ['url', { url: 'javascript:alert(1)' }],
  ['url', { url: ' javascript:alert(1)' }],
  ['url', { url: 'java\tscript:alert(1)' }],
  ['url', { url: 'ftp://example.com/' }],
  ['url', { url: 'data:text/html,x' }],
  ['url', { url: '//example.com/' }],
  ['url', { url: '/path' }],
  ['url', { url: 'https://' }],
  ['url', { url: 'https://user:password@example.com/' }],
  ['url', { url: long(2_048) }],
  ['start', { start: -1 }],
  ['start', { start: 1.5 }],
  ['start', { start: '2026-03-10' }],
  ['end', { end: noon }],
  ['end', { end: noon - 1 }],
  ['end', { end: Number.MAX_SAFE_INTEGER }],
  ['end', { end: Number.NaN }],
  ['audience', { audience: '!042' }],
  ['audience', { audience: '042,061' }],
  ['audience', { audience: '%' }],
  ['audience', { audience: '0'.repeat(33) }],
  ['clickedAt', { clickedAt: 1 } as never],
  ['color', { color: 'red' } as never]
])('a target with a bad %s is refused: %j', (field, more) => {
  const fault = { path: `/${field}`, message: { en: expect.any(String), 'zh-CN': expect.any(String) } }
  expect(refusal({ ...banner(noon), ...more } as NewTarget)).toMatchObject({
    entry: { key: 'click.bad_target' },
    context: { fields: [fault] }
  })
})

/** What a target is refused with. */
function refusal(target: NewTarget): unknown {
  try {
    return checkedTarget(target, ['banner', 'activity'])
  } catch (error) {
    return error
  }
}

test.each([
  { url: 'http://example.com' },
  { url: 'https://例子.测试/春?a=b#c' },
  { pic: '/spring.png' },
  { pic: 'https://example.com/spring.png' },
  { title: '春 🌱' },
  { title: 'x'.repeat(200) },
  { start: 0, end: 8_640_000_000_000_000 },
  { audience: 'guest' },
  { audience: '!guest' },
  { audience: 'A'.repeat(32) }
])('a target with %j is taken as it is', more => {
  const target = { ...banner(noon), pic: '', audience: '', ...more }
  expect(checkedTarget(target, ['banner'])).toEqual(target)
})

test('all that is wrong with a target is told at once', async () => {
  await expect(rig.put({ url: 'x', end: noon, title: '' })).rejects.toMatchObject({
    context: {
      detail:
        'title must be 1–200 characters without control characters; ' +
        'url must be an http or https URL without user and password, of at most 2,048 characters; ' +
        'end must be milliseconds since the epoch, after start'
    }
  })
})

test.each([
  { kinds: [] },
  { kinds: ['Banner'] },
  { kinds: ['banner', 'banner'] },
  { kinds: ['a/b'] },
  { prefix: 'api' },
  { prefix: '/api/' },
  { prefix: '/a b' },
  { prefix: '/:id' },
  { secret: 'too short' },
  { timezone: 'Asia/Shanghia' },
  { clicksPerMinutePerUser: 0 },
  { maxQueued: 0 },
  { unknown: 1 }
])('the gateway does not start with %j', async config => {
  const options = { config: config as never, with: [[database, { file: ':memory:' }] as const] }
  await expect(testPlugin(clickStats, options)).rejects.toThrow(StartupError)
})

test('the secret is made in a file, once, and a file that holds none is refused with a remedy', async () => {
  const keyFile = directory.path('made', 'click-stats.secret')
  const others = [[database, { file: ':memory:' }] as const, [apiError] as const]
  const start = (file: string) => testPlugin(clickStats, { config: { keyFile: file }, with: others })
  await (await start(keyFile)).close()
  const made = readFileSync(keyFile, 'utf8')
  expect(made).toMatch(/^[0-9a-f]{64}\n$/)
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  await (await start(keyFile)).close()
  expect(readFileSync(keyFile, 'utf8')).toBe(made)
  writeFileSync(keyFile, 'nothing of use')
  await expect(start(keyFile)).rejects.toThrow('is no key of 32 bytes in hex')
  await expect(start(directory.path('made', 'click-stats.secret', 'x'))).rejects.toThrow(
    'set secret of click-stats'
  )
})
