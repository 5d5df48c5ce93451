import { join } from 'node:path'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePlugin } from '../../src/core/index.ts'
import { resolveGateway, type ResolveOptions } from '../../src/resolve/resolve.ts'
import { directoryWith } from '../settings/files.ts'
import { builtins, cache } from './plugins.ts'

/** The settings that a plugin would be started with. */
async function settingsOf(id: string, options: ResolveOptions): Promise<unknown> {
  const { problems, entries } = await resolveGateway({ builtins, env: {}, ...options })
  expect(problems).toEqual([])
  return entries.find(entry => entry.id === id)?.settings
}

describe('from the weakest to the strongest', () => {
  const file = 'plugins: { cache: { ttlMs: 2 } }'

  test('default, file, .env, environment, file of the environment', async () => {
    using bare = directoryWith({ 'paifang.config.yaml': 'plugins: { cache: true }' })
    expect(await settingsOf('cache', { cwd: bare.path })).toMatchObject({ ttlMs: 1000 })

    using plain = directoryWith({ 'paifang.config.yaml': file })
    expect(await settingsOf('cache', { cwd: plain.path })).toMatchObject({ ttlMs: 2 })

    using full = directoryWith({
      'paifang.config.yaml': file,
      '.env': 'PAIFANG_CACHE_TTL_MS=3',
      secret: '5'
    })
    expect(await settingsOf('cache', { cwd: full.path })).toMatchObject({ ttlMs: 3 })
    const env = { PAIFANG_CACHE_TTL_MS: '4' }
    expect(await settingsOf('cache', { cwd: full.path, env })).toMatchObject({ ttlMs: 4 })

    using secret = directoryWith({ 'paifang.config.yaml': file, secret: '5' })
    const named = { PAIFANG_CACHE_TTL_MS_FILE: join(secret.path, 'secret') }
    expect(await settingsOf('cache', { cwd: secret.path, env: named })).toMatchObject({ ttlMs: 5 })
  })

  test('an empty variable is an unset one', async () => {
    using directory = directoryWith({ 'paifang.config.yaml': file, '.env': 'PAIFANG_CACHE_TTL_MS=3' })
    const env = { PAIFANG_CACHE_TTL_MS: '', PAIFANG_CONFIG: '', PORT: '' }
    expect(await settingsOf('cache', { cwd: directory.path, env })).toMatchObject({ ttlMs: 3 })
  })

  test('a variable changes one nested setting and leaves its neighbours', async () => {
    const config = { plugins: { cache: { pool: { size: 7 }, ttlMs: 2 } } }
    const env = { PAIFANG_CACHE_TTL_MS: '3' }
    expect(await settingsOf('cache', { config, env })).toMatchObject({ pool: { size: 7 }, ttlMs: 3 })
    const other = { PAIFANG_CACHE_POOL_SIZE: '9' }
    expect(await settingsOf('cache', { config, env: other })).toMatchObject({ pool: { size: 9 }, ttlMs: 2 })
  })

  test('.env is not read beside a configuration given as a value', async () => {
    using directory = directoryWith({ '.env': 'PAIFANG_CACHE_TTL_MS=3' })
    const config = { plugins: { cache: true } }
    expect(await settingsOf('cache', { cwd: directory.path, config })).toMatchObject({ ttlMs: 1000 })
  })

  test('PORT, HOST and LOG_LEVEL set the server over the file', async () => {
    const config = { server: { port: 1, host: 'a' } }
    const env = { PORT: '8080', HOST: '0.0.0.0', LOG_LEVEL: 'warn' }
    const { server, problems } = await resolveGateway({ config, env })
    expect(problems).toEqual([])
    expect(server).toMatchObject({ port: 8080, host: '0.0.0.0', logLevel: 'warn' })
  })
})

describe('types', () => {
  test('are strict in the file and read from text in the environment', async () => {
    const config = { server: { port: '3000' } }
    const { problems } = await resolveGateway({ config, env: {} })
    expect(problems).toMatchObject([{ where: 'server.port', message: "must be integer; got '3000'" }])
    const fixed = await resolveGateway({ config, env: { PORT: '3000' } })
    expect(fixed.problems).toEqual([])
  })

  test('a wrong value is told where it was made', async () => {
    using directory = directoryWith({ port: 'soon' })
    const places = async (env: NodeJS.ProcessEnv): Promise<string[]> =>
      (await resolveGateway({ config: {}, env })).problems.map(
        ({ where, position }) => `${where} ${position}`
      )
    expect(await places({ PORT: 'soon' })).toEqual(['PORT undefined'])
    expect(await places({ PAIFANG_SERVER_PORT: 'soon' })).toEqual(['PAIFANG_SERVER_PORT undefined'])
    const file = join(directory.path, 'port')
    expect(await places({ PAIFANG_SERVER_PORT_FILE: file })).toEqual(['PAIFANG_SERVER_PORT_FILE undefined'])
  })

  test('lists and objects can be set by one variable, whose parts are told by its name', async () => {
    const Config = Type.Object({
      urls: Type.Array(Type.String({ minLength: 3 }), { default: [] }),
      headers: Type.Record(Type.String(), Type.String(), { default: {} })
    })
    const upstream = definePlugin({ name: 'upstream', description: '', config: Config, setup: () => {} })
    const config = { plugins: { upstream: true } }
    const options = { builtins: [upstream], config }
    const env = { PAIFANG_UPSTREAM_URLS: 'abc, def', PAIFANG_UPSTREAM_HEADERS: '{"a":"b"}' }
    expect(await settingsOf('upstream', { ...options, env })).toEqual({
      urls: ['abc', 'def'],
      headers: { a: 'b' }
    })
    const wrong = { PAIFANG_UPSTREAM_URLS: 'abc,d', PAIFANG_UPSTREAM_HEADERS: '{"a":1}' }
    const { problems } = await resolveGateway({ ...options, env: wrong })
    expect(problems.map(({ where }) => where)).toEqual(['PAIFANG_UPSTREAM_URLS', 'PAIFANG_UPSTREAM_HEADERS'])
  })
})

describe('switches', () => {
  const ids = async (options: ResolveOptions): Promise<string[]> => {
    const { entries, problems } = await resolveGateway({ builtins: [cache], env: {}, ...options })
    expect(problems).toEqual([])
    return entries.map(({ id }) => id)
  }

  test.for([
    ['true', { cache: true }, ['cache']],
    ['settings', { cache: { ttlMs: 1 } }, ['cache']],
    ['nothing after the colon', { cache: null }, ['cache']],
    ['enabled: true', { cache: { enabled: true } }, ['cache']],
    ['false', { cache: false }, []],
    ['enabled: false', { cache: { enabled: false, ttlMs: 1 } }, []],
    ['no mention', {}, []]
  ] as const)('%s in the file', async ([, plugins, expected]) => {
    expect(await ids({ config: { plugins } })).toEqual(expected)
  })

  test('a variable switches a plugin on or off whatever the file says', async () => {
    const on = { PAIFANG_CACHE_ENABLED: 'true' }
    const off = { PAIFANG_CACHE_ENABLED: 'off' }
    expect(await ids({ config: {}, env: on })).toEqual(['cache'])
    expect(await ids({ config: { plugins: { cache: false } }, env: on })).toEqual(['cache'])
    expect(await ids({ config: { plugins: { cache: { enabled: false } } }, env: on })).toEqual(['cache'])
    expect(await ids({ config: { plugins: { cache: { ttlMs: 1 } } }, env: off })).toEqual([])
  })

  test('variables of a plugin that is off do no harm, right or wrong', async () => {
    const env = { PAIFANG_CACHE_TTL_MS: 'soon', PAIFANG_CACHE_POOL_SIZE_FILE: '/nowhere' }
    expect(await ids({ config: {}, env })).toEqual([])
  })

  test('a plugin from elsewhere is not even loaded while it is off, and its variables do no harm', async () => {
    const config = { plugins: { audit: { use: './missing.js', enabled: false } } }
    expect(await ids({ config, env: { PAIFANG_AUDIT_URL: 'x' } })).toEqual([])
  })

  test('the switch is no setting of the plugin', async () => {
    const config = { plugins: { cache: { enabled: true, ttlMs: 5 } } }
    expect(await settingsOf('cache', { config })).not.toHaveProperty('enabled')
  })
})

describe('the configuration file', () => {
  test('is the one named by the caller, else by PAIFANG_CONFIG, else the one found', async () => {
    using directory = directoryWith({
      'paifang.config.yaml': 'server: { port: 1 }',
      'second.yaml': 'server: { port: 2 }',
      'third.json': '{ "server": { "port": 3 }, "$schema": "./paifang.schema.json" }',
      'fourth.mjs': 'export default { server: { port: 4 } }'
    })
    const port = async (options: ResolveOptions): Promise<number> => {
      const { server, problems } = await resolveGateway({ cwd: directory.path, env: {}, ...options })
      expect(problems).toEqual([])
      return server.port
    }
    const env = { PAIFANG_CONFIG: 'second.yaml' }
    expect(await port({})).toBe(1)
    expect(await port({ env })).toBe(2)
    expect(await port({ env: { PAIFANG_CONFIG: join(directory.path, 'second.yaml') } })).toBe(2)
    expect(await port({ env, configFile: 'third.json' })).toBe(3)
    expect(await port({ configFile: 'fourth.mjs' })).toBe(4)
  })

  test('PAIFANG_CONFIG may stand in .env', async () => {
    using directory = directoryWith({ '.env': 'PAIFANG_CONFIG=a.yaml', 'a.yaml': 'server: { port: 9 }' })
    expect((await resolveGateway({ cwd: directory.path, env: {} })).server.port).toBe(9)
  })

  test('when there is none, that is the one problem, whatever else would follow from it', async () => {
    using directory = directoryWith({})
    const env = { PAIFANG_AUDIT_URL: 'x', PAIFANG_SIGN_BRIDGE_ENABLED: 'true' }
    const { problems } = await resolveGateway({ cwd: directory.path, env, builtins })
    expect(problems).toMatchObject([
      { code: 'CONFIG_UNREADABLE', where: join(directory.path, 'paifang.config.yaml') }
    ])
  })

  test('a file that cannot be read does not hide what is wrong with the server’s variables', async () => {
    using directory = directoryWith({ 'paifang.config.yaml': 'a: [' })
    const { problems } = await resolveGateway({ cwd: directory.path, env: { PORT: 'x' }, builtins })
    expect(problems.map(({ where }) => where)).toEqual([join(directory.path, 'paifang.config.yaml'), 'PORT'])
  })
})
