import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { definePlugin, type GatewayPlugin } from '../../../src/core/index.ts'
import { FileRoutes } from '../../../src/plugins/file-routes/service.ts'
import { directoryWith } from '../../settings/files.ts'
import { faultsOf, serve } from './rig.ts'

/** A plugin that adds a member, and counts how often it is made. */
function adds(name: string, make: () => unknown = () => 'made'): GatewayPlugin & { made: number } {
  const plugin = definePlugin({
    name: 'adds-a-member',
    description: '',
    needs: { files: FileRoutes },
    setup(_, { files }) {
      files.extend(name, request => {
        counting.made++
        return [make(), request.url]
      })
    }
  }) as GatewayPlugin
  const counting = Object.assign(plugin, { made: 0 })
  return counting
}

const off = [
  'user',
  'useAuthCookie',
  'http',
  'get',
  'post',
  'put',
  'delete',
  'guard',
  'publicCache',
  'userCache',
  'clearUserCache',
  'term',
  'clicks',
  'related'
]

describe('the context', () => {
  test('is both this and the second argument, and another for each request', async () => {
    await using rig = await serve({
      'a.js': `const seen = []
        export function get(_, context) {
          seen.push(context)
          return [context === this, seen.length, new Set(seen).size]
        }`
    })
    expect(await rig.get('/a')).toMatchObject({ result: [true, 1, 1] })
    expect(await rig.get('/a')).toMatchObject({ result: [true, 2, 2] })
  })

  test('has what Fastify has, and a log that names the file', async () => {
    const logs: string[] = []
    await using rig = await serve(
      {
        'a.js': `export function get(_, { request, reply, log }) {
          log.info('from the file')
          reply.header('x-url', request.url).code(201)
          return 'x'
        }`
      },
      { logs, settings: { dialect: 'problem' } }
    )
    const answer = await rig.inject('/a?b=c')
    expect([answer.statusCode, answer.headers['x-url']]).toEqual([201, '/a?b=c'])
    const line = logs
      .map(each => JSON.parse(each) as Record<string, unknown>)
      .find(({ msg }) => msg === 'from the file')
    expect(line).toMatchObject({ file: 'a.js', reqId: answer.headers['x-request-id'] })
  })

  test('has the values of the settings, which cannot be changed', async () => {
    await using rig = await serve(
      {
        'a.js': `export const get = (_, { config }) => config`,
        'b.js': `export const get = (_, { config }) => config.deep.list.push(3)`
      },
      { settings: { values: { site: 'x', deep: { list: [1, 2] } } } }
    )
    expect(await rig.get('/a')).toMatchObject({ result: { site: 'x', deep: { list: [1, 2] } } })
    expect(await rig.get('/b')).toMatchObject({ code: 500 })
    expect(rig.app.gateway.settings()).toMatchObject({
      plugins: { 'file-routes': { values: { site: '***', deep: { list: ['***', '***'] } } } }
    })
  })

  test('has values that come by a variable, or in a file that one names', async () => {
    const files = { 'a.js': `export const get = (_, { config }) => config.key` }
    await using rig = await serve(files, { env: { PAIFANG_FILE_ROUTES_VALUES: '{"key":"from a variable"}' } })
    expect(await rig.get('/a')).toMatchObject({ result: 'from a variable' })
    using directory = directoryWith({ 'values.json': '{"key":"from a file"}' })
    const file = join(directory.path, 'values.json')
    await using other = await serve(files, { env: { PAIFANG_FILE_ROUTES_VALUES_FILE: file } })
    expect(await other.get('/a')).toMatchObject({ result: 'from a file' })
  })

  test('shows nothing of itself in JSON', async () => {
    await using rig = await serve({
      'a.js': `export function get(_, context) { void context.log; return { context, spread: { ...context } } }`
    })
    expect(await rig.get('/a')).toMatchObject({ result: { context: {}, spread: {} } })
  })

  test.for(off)('says which plugin is off where %s is read', async name => {
    const logs: string[] = []
    await using rig = await serve(
      {
        'a.js': `export function get() { return this.${name} }`,
        'b.js': `export const get = (_, { ${name}: taken }) => taken`
      },
      { logs }
    )
    for (const url of ['/a', '/b']) expect(await rig.get(url)).toMatchObject({ success: false, code: 500 })
    expect(
      logs.join().match(new RegExp(`this.${name} belongs to the plugin [a-z-]+, which is off`, 'g'))
    ).toHaveLength(2)
  })
})

describe('members of other plugins', () => {
  const files = {
    'a.js': `export function get(_, { weather }) { return [weather, this.weather === weather] }`,
    'b.js': `export const get = () => 'b'`
  }

  test('are made when they are read, once a request', async () => {
    const plugin = adds('weather')
    await using rig = await serve(files, { plugins: { adds: { use: plugin } } })
    await rig.get('/b')
    expect(plugin.made).toBe(0)
    expect(await rig.get('/a')).toMatchObject({ result: [['made', '/a'], true] })
    expect(plugin.made).toBe(1)
  })

  test('take the place of those that are off', async () => {
    await using rig = await serve(
      { 'a.js': `export function get() { return this.term }` },
      { plugins: { adds: { use: adds('term') } } }
    )
    expect(await rig.get('/a')).toMatchObject({ result: ['made', '/a'] })
  })

  test('whose making fails are a failure of the request that reads them', async () => {
    const failing = adds('weather', () => {
      throw new RangeError('no weather')
    })
    await using rig = await serve(files, { plugins: { adds: { use: failing } } })
    expect(await rig.get('/a')).toMatchObject({ success: false, code: 500 })
    expect(await rig.get('/b')).toMatchObject({ success: true })
  })

  test.for(['params', 'user', 'toString', 'then', 'no name'])('cannot be called %s', async name => {
    await expect(serve(files, { plugins: { adds: { use: adds(name) } } })).rejects.toThrow(
      `Route files cannot have a further this.${name}`
    )
  })

  test('cannot be added twice, nor when the gateway is ready', async () => {
    await using rig = await serve(files, { plugins: { adds: { use: adds('weather') } } })
    expect(() => rig.files.extend('other', () => 1)).toThrow('cannot be added any more')
    const twice = definePlugin({
      name: 'twice',
      description: '',
      needs: { files: FileRoutes },
      setup(_, { files: service }) {
        service.extend('term', () => 1)
        service.extend('term', () => 2)
      }
    })
    await expect(serve(files, { plugins: { twice: { use: twice } } })).rejects.toThrow(
      'a plugin has added one'
    )
  })

  test('cannot have the name of a member of a file', async () => {
    const own = { 'a.js': `export default { get() {}, weather: 'fine' }` }
    expect(await faultsOf(own, { plugins: { adds: { use: adds('weather') } } })).toEqual([
      'a.js: its weather cannot be this.weather: a plugin has added one'
    ])
  })
})

describe('members of a file’s own object', () => {
  test('are members of its contexts alone, with the context as this', async () => {
    await using rig = await serve({
      'a.js': `export default {
        get({ n }, { double, limit }) { return [double(n), this.double(n), limit, this.method] },
        double(n) { return 2 * n + this.limit },
        limit: 1,
        get method() { return this.request.method }
      }`,
      'b.js': `export const get = (_, context) => typeof context.double`
    })
    expect(await rig.get('/a?n=2')).toMatchObject({ result: [5, 5, 1, 'GET'] })
    expect(await rig.get('/b')).toMatchObject({ result: 'undefined' })
  })
})

describe('what a function does', () => {
  const thrown = {
    number: 'throw 418',
    code: 'throw 10032',
    text: `throw '余额不足'`,
    nothing: 'throw undefined',
    error: `throw new Error('a secret of the file')`,
    object: `throw { secret: 'of the file' }`,
    rejection: `return Promise.reject(404)`
  }

  test('is a failure of its own request, whatever it throws', async () => {
    const files = Object.entries(thrown).map(([name, text]) => [
      `${name}.js`,
      `export function get() { ${text} }`
    ])
    await using rig = await serve(Object.fromEntries(files))
    const answers = await Promise.all(
      Object.keys(thrown).map(async name => [name, await rig.get(`/${name}`)])
    )
    expect(Object.fromEntries(answers)).toEqual({
      number: { success: false, code: 418, reason: '我是一只茶壶' },
      code: { success: false, code: 401, reason: '登录失败或已过期' },
      text: { success: false, code: 400, reason: '余额不足' },
      nothing: { success: false, code: 400, reason: '请求出错' },
      error: { success: false, code: 500, reason: '服务器出错' },
      object: { success: false, code: 500, reason: '服务器出错' },
      rejection: { success: false, code: 404, reason: '内容不存在' }
    })
  })

  test('may be nothing, or nothing much', async () => {
    await using rig = await serve({
      'nothing.js': 'export function get() {}',
      'zero.js': 'export const get = () => 0',
      'null.js': 'export const get = async () => null'
    })
    expect(await rig.get('/nothing')).toEqual({ success: true, code: 200, result: '' })
    expect(await rig.get('/zero')).toEqual({ success: true, code: 200, result: 0 })
    expect(await rig.get('/null')).toEqual({ success: true, code: 200, result: null })
  })

  test('may be an answer of its own', async () => {
    await using rig = await serve({
      'sent.js': `export function get() { return this.reply.type('text/csv').send('a,b') }`,
      'sends.js': `export async function get() { this.reply.type('text/csv').send('a,b') }`,
      'bytes.js': `export function get() { return Buffer.from('bytes') }`,
      'elsewhere.js': `export function get() { return this.reply.redirect('/card') }`
    })
    expect((await rig.inject('/sent')).body).toBe('a,b')
    expect((await rig.inject('/sends')).body).toBe('a,b')
    expect((await rig.inject('/bytes')).body).toBe('bytes')
    const redirect = await rig.inject('/elsewhere')
    expect([redirect.statusCode, redirect.headers['location']]).toEqual([302, '/card'])
  })
})
