import Fastify, { type FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createGateway } from '../../src/core/index.ts'
import type { Entry } from '../../src/resolve/entry.ts'
import { resolveGateway } from '../../src/resolve/resolve.ts'
import { gatewayOf } from '../core/kernel.ts'
import { directoryWith } from '../settings/files.ts'
import { builtins, cache } from './plugins.ts'

const kernel = pathToFileURL(join(import.meta.dirname, '../../src/core/index.ts')).href
const hello = `export default async function (app) { app.get('/hello', () => 'hi') }`

/** The entry `one` of a configuration that uses this file of the directory. */
async function entryOf(use: string, files: Readonly<Record<string, string>>): Promise<Entry | string> {
  using directory = directoryWith({ 'config/a.yaml': `plugins: { one: { use: ${use} } }`, ...files })
  const { entries, problems } = await resolveGateway({
    cwd: directory.path,
    configFile: 'config/a.yaml',
    env: {}
  })
  const [problem] = problems
  return entries[0] ?? `${problem?.code} ${problem?.message.replaceAll(directory.path, '<dir>')}`
}

describe('use names', () => {
  test('a path relative to the configuration file', async () => {
    expect(await entryOf('./plugins/hello.mjs', { 'config/plugins/hello.mjs': hello })).toMatchObject({
      id: 'one',
      name: 'one',
      meta: undefined,
      global: false
    })
    expect(await entryOf('../hello.mjs', { 'hello.mjs': hello })).toMatchObject({ id: 'one' })
  })

  test('a package, found from the configuration file, with the name and version it gives itself', async () => {
    const files = {
      'config/node_modules/@scope/hello/package.json': '{ "name": "@scope/hello", "main": "main.cjs" }',
      'config/node_modules/@scope/hello/main.cjs': `
        const plugin = async () => {}
        plugin[Symbol.for('skip-override')] = true
        plugin[Symbol.for('plugin-meta')] = { name: '@scope/hello', version: '5.x', dependencies: ['other'] }
        module.exports = plugin
        module.exports.default = plugin`
    }
    using directory = directoryWith({
      'config/a.yaml': "plugins: { one: { use: '@scope/hello' } }",
      ...files
    })
    const { entries } = await resolveGateway({ cwd: directory.path, configFile: 'config/a.yaml', env: {} })
    expect(entries).toMatchObject([
      {
        id: 'one',
        name: '@scope/hello',
        version: '5.x',
        global: true,
        dependencies: ['other'],
        meta: undefined
      }
    ])
  })

  test('a CommonJS module whose plugin is its `default`', async () => {
    const text = 'exports.default = async function () {}'
    expect(await entryOf('./a.cjs', { 'config/a.cjs': text })).toMatchObject({ id: 'one' })
  })

  test('a plugin made by definePlugin, with everything it says of itself', async () => {
    const text = `
      import { definePlugin } from '${kernel}'
      export default definePlugin({ name: 'hello', description: 'x', scope: 'global', setup() {} })`
    expect(await entryOf('./a.mjs', { 'config/a.mjs': text })).toMatchObject({
      id: 'one',
      name: 'hello',
      global: true,
      meta: { name: 'hello', description: 'x' }
    })
  })

  test('a plugin itself, where the configuration is a value', async () => {
    const { entries, problems } = await resolveGateway({
      config: { plugins: { one: { use: cache } } },
      env: {}
    })
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ id: 'one', name: 'cache', provides: 'cache' }])
  })

  test('something else instead of a built-in plugin', async () => {
    const use: FastifyPluginAsync = async () => {}
    const { entries } = await resolveGateway({ builtins, config: { plugins: { cache: { use } } }, env: {} })
    expect(entries).toMatchObject([{ id: 'cache', plugin: use }])
  })
})

describe('use cannot name', () => {
  test.for([
    [
      'a file that is not there',
      './missing.js',
      'cannot load ./missing.js: <dir>/config/missing.js does not exist'
    ],
    [
      'a package that is not there',
      'paifang-no-such-package',
      "cannot load paifang-no-such-package: Cannot find module 'paifang-no-such-package'"
    ],
    [
      'a module without a plugin',
      './empty.mjs',
      './empty.mjs has no default export that is a Fastify plugin'
    ],
    ['a module that throws', './throws.mjs', 'cannot load ./throws.mjs: not today'],
    ['a number', '5', 'must be a path, a package name or a plugin'],
    ['nothing', '""', 'must be a path, a package name or a plugin']
  ] as const)('%s', async ([, use, message]) => {
    const files = {
      'config/empty.mjs': 'export const a = 1',
      'config/throws.mjs': 'throw new Error("not today")'
    }
    expect(await entryOf(use, files)).toBe(`PLUGIN_INVALID ${message}`)
  })

  test('a definition that contradicts itself', async () => {
    const text = `
      import { definePlugin } from '${kernel}'
      export default definePlugin({ name: 'a', description: '', needs: { log: { name: 'x' } }, setup() {} })`
    expect(await entryOf('./a.mjs', { 'config/a.mjs': text })).toBe(
      "PLUGIN_INVALID cannot load ./a.mjs: Plugin 'a': 'log' in needs belongs to the kernel; rename it"
    )
  })

  test.for(['__proto__', 'server', 'with.dot', 'with space', '9lives', 'under_score'])(
    'a plugin %s: it would be no name',
    async id => {
      const plugins: unknown = JSON.parse(`{ ${JSON.stringify(id)}: { "use": "./a.js" } }`)
      const { problems, entries } = await resolveGateway({ config: { plugins }, env: {} })
      expect(problems).toMatchObject([
        { code: 'PLUGIN_INVALID', where: `plugins.${id}`, message: 'a plugin cannot have this name' }
      ])
      expect(entries).toEqual([])
    }
  )

  test('a plugin constructor is one like any other', async () => {
    const config = { plugins: { constructor: { use: cache, ttlMs: 7 } } }
    const { entries, problems } = await resolveGateway({
      config,
      env: { PAIFANG_CONSTRUCTOR_POOL_SIZE: '3' }
    })
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ id: 'constructor', settings: { ttlMs: 7, pool: { size: 3 } } }])
  })
})

describe('plugins that definePlugin did not make', () => {
  const seen: unknown[] = []
  const plain: FastifyPluginAsync = async (app, options) => {
    seen.push(options)
    app.addHook('onRequest', async (_, reply) => void reply.header('x-plain', '1'))
    app.get('/plain', () => 'plain')
  }

  test('get their settings unchecked, without the kernel’s own, functions included', async () => {
    const keyGenerator = (): string => 'key'
    const settings = { use: plain, enabled: true, max: 5, keyGenerator }
    const app = await createGateway({
      config: { server: { logLevel: 'silent' }, plugins: { plain: settings } },
      env: {}
    })
    expect(seen.pop()).toEqual({ max: 5, keyGenerator })
    await app.close()
  })

  test('must be switched with a boolean like all others', async () => {
    const config = { plugins: { plain: { use: plain, enabled: 'no' } } }
    const { problems } = await resolveGateway({ config, env: {} })
    expect(problems).toMatchObject([{ code: 'CONFIG_BAD_VALUE', where: 'plugins.plain.enabled' }])
  })

  test('stay encapsulated when they are plain, and reach all routes when they are fastify-plugin ones', async () => {
    const wide = fp(
      async app => {
        app.addHook('onRequest', async (_, reply) => void reply.header('x-wide', '1'))
      },
      { name: 'wide' }
    )
    const other: FastifyPluginAsync = async app => void app.get('/other', () => 'other')
    await using app = await gatewayOf([plain, other, wide])
    expect(app.gateway.plugins.map(({ id, global }) => [id, global])).toEqual([
      ['wide', true],
      ['plain', false],
      ['other', false]
    ])
    const { headers } = await app.inject('/other')
    expect(headers).toMatchObject({ 'x-wide': '1' })
    expect(headers).not.toHaveProperty('x-plain')
    expect((await app.inject('/plain')).headers).toMatchObject({ 'x-wide': '1', 'x-plain': '1' })
  })

  test('start after the plugins that they depend on', async () => {
    const first = fp(async () => {}, { name: 'first' })
    const second = fp(async () => {}, { name: 'second', dependencies: ['first'] })
    await using app = await gatewayOf([second, first])
    expect(app.gateway.plugins.map(({ id }) => id)).toEqual(['first', 'second'])
  })

  test('are never changed: the same plugin still works in plain Fastify', async () => {
    const before = Object.getOwnPropertySymbols(plain)
    await (await gatewayOf([plain])).close()
    expect(Object.getOwnPropertySymbols(plain)).toEqual(before)
    await using app = Fastify()
    await app.register(plain)
    expect((await app.inject('/plain')).body).toBe('plain')
  })
})
