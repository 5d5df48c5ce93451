import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePlugin, service } from '../../src/core/index.ts'
import { resolveGateway, type ResolveOptions } from '../../src/resolve/resolve.ts'
import { problemsOf } from '../core/kernel.ts'
import { directoryWith } from '../settings/files.ts'
import { archive, builtins, cache, metrics, signBridge } from './plugins.ts'

const resolve = (config: unknown, options: ResolveOptions = {}) =>
  resolveGateway({ builtins, config, env: {}, ...options })

describe('shapes of a configuration', () => {
  test.for([
    ['nothing at all', {}],
    ['plugins without a value', { plugins: null }],
    ['no plugins', { plugins: {} }],
    ['a server without a value', { server: null }]
  ] as const)('%s is a gateway without plugins', async ([, config]) => {
    const { problems, entries, server } = await resolve(config)
    expect(problems).toEqual([])
    expect(entries).toEqual([])
    expect(server).toMatchObject({ host: '127.0.0.1', port: 3000, logLevel: 'info' })
  })

  test.for([
    [{ plugins: 5 }, 'CONFIG_BAD_VALUE plugins', 'must be object; got 5'],
    [{ plugins: [] }, 'CONFIG_BAD_VALUE plugins', 'must be object; got []'],
    [{ plugins: { cache: 5 } }, 'CONFIG_BAD_VALUE plugins.cache', 'must be object; got 5'],
    [{ plugins: { cache: 'on' } }, 'CONFIG_BAD_VALUE plugins.cache', "must be object; got 'on'"],
    [{ plugins: { cache: [] } }, 'CONFIG_BAD_VALUE plugins.cache', 'must be object; got []'],
    [{ server: 5 }, 'CONFIG_BAD_VALUE server', 'must be object; got 5'],
    [{ sever: {} }, 'CONFIG_UNKNOWN_KEY sever', 'no setting has this name'],
    [[], 'CONFIG_UNREADABLE config', 'is not an object'],
    [
      { plugins: { cache: { enable: false } } },
      'CONFIG_UNKNOWN_KEY plugins.cache.enable',
      'no setting has this name'
    ],
    [
      { plugins: { cache: { enabled: 'no' } } },
      'CONFIG_BAD_VALUE plugins.cache.enabled',
      "must be boolean; got 'no'"
    ],
    [
      { plugins: { cache: { pool: null } } },
      'CONFIG_BAD_VALUE plugins.cache.pool',
      'must be object; got null'
    ],
    [{ server: { port: 1n } }, 'CONFIG_BAD_VALUE server.port', 'must be integer; got 1n']
  ] as const)('%o is told', async ([config, problem, message]) => {
    const { problems } = await resolve(config)
    expect(problemsOf({ problems })).toEqual([problem])
    expect(problems[0]?.message).toBe(message)
  })

  test('a variable does not paper over a wrong section of the file', async () => {
    const env = { PAIFANG_CACHE_TTL_MS: '5', PAIFANG_CACHE_POOL_SIZE: '5' }
    expect(problemsOf(await resolve({ plugins: { cache: 5 } }, { env }))).toEqual([
      'CONFIG_BAD_VALUE plugins.cache'
    ])
    expect(problemsOf(await resolve({ plugins: { cache: { pool: 5 } } }, { env }))).toEqual([
      'CONFIG_BAD_VALUE plugins.cache.pool'
    ])
    expect(problemsOf(await resolve({ plugins: 5 }, { env: { PAIFANG_CACHE_ENABLED: 'true' } }))).toEqual([
      'CONFIG_BAD_VALUE plugins'
    ])
  })

  test('a misspelt `enabled` is met with the right word', async () => {
    const { problems } = await resolve({ plugins: { cache: { enable: false } } })
    expect(problems[0]?.hint).toBe("did you mean 'enabled'?")
  })

  test('keys that JavaScript knows as well are keys like any other', async () => {
    const text =
      'plugins: { __proto__: true, constructor: true, cache: { __proto__: { ttlMs: 1 }, toString: 1 } }'
    using directory = directoryWith({ 'paifang.config.yaml': text })
    const { problems } = await resolveGateway({ builtins, cwd: directory.path, env: {} })
    expect(problemsOf({ problems })).toEqual([
      'PLUGIN_UNKNOWN plugins.__proto__',
      'PLUGIN_UNKNOWN plugins.constructor',
      'CONFIG_UNKNOWN_KEY plugins.cache.__proto__',
      'CONFIG_UNKNOWN_KEY plugins.cache.toString'
    ])
    expect(({} as Record<string, unknown>)['ttlMs']).toBeUndefined()
  })

  test('the configuration that a program gives is not changed', async () => {
    const config = { server: {}, plugins: { cache: { enabled: true } } }
    const { entries } = await resolve(config)
    expect(entries[0]?.settings).toMatchObject({ ttlMs: 1000 })
    expect(config).toEqual({ server: {}, plugins: { cache: { enabled: true } } })
  })
})

describe('a mistake is told once, without what follows from it', () => {
  test('a misspelt provider is not also a missing service, nor a stray variable', async () => {
    const config = { plugins: { cach: true, 'sign-bridge': { url: 'x', token: 'long-enough' } } }
    const env = { PAIFANG_CACH_TTL_MS: '5' }
    expect(problemsOf(await resolve(config, { env }))).toEqual(['PLUGIN_UNKNOWN plugins.cach'])
  })

  test('a provider that cannot be loaded is not also a missing service', async () => {
    const config = {
      plugins: {
        cache: { use: './missing.js' },
        metrics: { use: './missing.js' },
        archive: true,
        'sign-bridge': false
      }
    }
    expect(problemsOf(await resolve(config))).toEqual([
      'PLUGIN_INVALID plugins.cache.use',
      'PLUGIN_INVALID plugins.metrics.use'
    ])
  })

  test('a plugin that cannot be loaded may be what provides the service of the same name', async () => {
    const AuditLog = service<object>('auditLog')
    const user = definePlugin({ name: 'user', description: '', needs: { audit: AuditLog }, setup: () => {} })
    const config = { plugins: { 'audit-log': { use: './missing.js' }, user: true } }
    expect(problemsOf(await resolve(config, { builtins: [user] }))).toEqual([
      'PLUGIN_INVALID plugins.audit-log.use'
    ])
  })

  test('a provider with wrong settings is not also a missing service', async () => {
    const config = { plugins: { cache: { ttlMs: 0 }, 'sign-bridge': { url: 'x', token: 'long-enough' } } }
    expect(problemsOf(await resolve(config))).toEqual(['CONFIG_BAD_VALUE plugins.cache.ttlMs'])
  })

  test('an unreadable file of a secret is not also a missing setting', async () => {
    const env = { PAIFANG_SIGN_BRIDGE_TOKEN_FILE: '/nowhere' }
    const config = { plugins: { cache: true, 'sign-bridge': { url: 'x' } } }
    expect(problemsOf(await resolve(config, { env }))).toEqual([
      'SECRET_UNREADABLE PAIFANG_SIGN_BRIDGE_TOKEN_FILE'
    ])
  })

  test('a variable in conflict with its file is not also a missing setting', async () => {
    const env = { PAIFANG_SIGN_BRIDGE_TOKEN_FILE: '/nowhere', PAIFANG_SIGN_BRIDGE_TOKEN: 'x' }
    const config = { plugins: { cache: true, 'sign-bridge': { url: 'x' } } }
    expect(problemsOf(await resolve(config, { env }))).toEqual(['ENV_CONFLICT PAIFANG_SIGN_BRIDGE_TOKEN'])
  })

  test('a missing file and a missing service that have nothing to do with each other are both told', async () => {
    const config = { plugins: { archive: true, audit: { use: './missing.js' } } }
    expect(problemsOf(await resolve(config))).toEqual([
      'PLUGIN_INVALID plugins.audit.use',
      'SERVICE_MISSING plugins.archive'
    ])
  })
})

describe('what plugins say of their settings', () => {
  const checked = definePlugin({
    name: 'checked',
    description: '',
    config: Type.Object({
      origins: Type.Array(Type.String(), { default: [] }),
      strict: Type.Boolean({ default: false })
    }),
    check: ({ origins, strict }, { production }) => [
      ...(origins.includes('*') ? [{ path: ['origins'], message: 'cannot be *', hint: 'name them' }] : []),
      ...(production && !strict ? [{ path: ['strict'], message: 'must be on in production' }] : [])
    ],
    setup: () => {}
  })

  test('stands in the report with its place', async () => {
    using directory = directoryWith({ 'paifang.config.yaml': "plugins:\n  checked:\n    origins: ['*']\n" })
    const env = { NODE_ENV: 'production' }
    const { problems, production } = await resolveGateway({ builtins: [checked], cwd: directory.path, env })
    expect(production).toBe(true)
    expect(
      problems.map(({ position, ...rest }) => ({ ...rest, at: position?.replace(/.*\.yaml/, '') }))
    ).toEqual([
      {
        code: 'CONFIG_BAD_VALUE',
        where: 'plugins.checked.origins',
        at: ':3:5',
        message: 'cannot be *',
        hint: 'name them'
      },
      {
        code: 'CONFIG_BAD_VALUE',
        where: 'plugins.checked.strict',
        at: ':2:3',
        message: 'must be on in production'
      }
    ])
  })

  test('names the variable that made the setting', async () => {
    const config = { plugins: { checked: true } }
    const { problems } = await resolve(config, { builtins: [checked], env: { PAIFANG_CHECKED_ORIGINS: '*' } })
    expect(problemsOf({ problems })).toEqual(['CONFIG_BAD_VALUE PAIFANG_CHECKED_ORIGINS'])
  })

  test('is not asked about settings that do not fit their schema', async () => {
    const config = { plugins: { checked: { origins: '*' } } }
    expect(problemsOf(await resolve(config, { builtins: [checked] }))).toEqual([
      'CONFIG_BAD_VALUE plugins.checked.origins'
    ])
  })

  test('is a problem of the plugin when asking fails', async () => {
    const broken = definePlugin({
      name: 'broken',
      description: '',
      check: () => {
        throw new Error('oops')
      },
      setup: () => {}
    })
    const odd = definePlugin({
      name: 'odd',
      description: '',
      config: Type.Object({ a: Type.String({ format: 'no-such' }) }),
      setup: () => {}
    })
    const { problems } = await resolve(
      { plugins: { broken: true, odd: { a: '' } } },
      { builtins: [broken, odd] }
    )
    expect(problemsOf({ problems })).toEqual(['PLUGIN_INVALID plugins.broken', 'PLUGIN_INVALID plugins.odd'])
    expect(problems[0]?.message).toBe('its settings cannot be checked: oops')
  })
})

test('two plugins whose settings share a variable are told', async () => {
  const config = (key: string) => Type.Object({ [key]: Type.Optional(Type.String()) })
  const one = definePlugin({ name: 'a', description: '', config: config('bC'), setup: () => {} })
  const two = definePlugin({ name: 'a-b', description: '', config: config('c'), setup: () => {} })
  const { problems } = await resolve({ plugins: { a: true, 'a-b': true } }, { builtins: [one, two] })
  expect(problems).toMatchObject([
    { code: 'ENV_AMBIGUOUS', where: 'PAIFANG_A_B_C', message: 'stands for both a.bC and a-b.c' }
  ])
})

test('entries that clash are told with their positions', async () => {
  const Same = service<object>('cache')
  const second = definePlugin({ name: 'second', description: '', provides: Same, setup: () => ({}) })
  using directory = directoryWith({ 'paifang.config.yaml': 'plugins:\n  cache: true\n  second: true\n' })
  const { problems } = await resolveGateway({ builtins: [cache, second], cwd: directory.path, env: {} })
  expect(problems).toMatchObject([{ code: 'SERVICE_CONFLICT', where: 'plugins.second' }])
  expect(problems[0]?.position).toMatch(/paifang\.config\.yaml:3:3$/)
})

test('a good configuration is in order, and nothing has been started', async () => {
  const plugins = {
    'sign-bridge': { url: 'x', token: 'long-enough' },
    archive: true,
    metrics: true,
    cache: true
  }
  const { problems, entries } = await resolve(
    { plugins },
    { builtins: [archive, cache, metrics, signBridge] }
  )
  expect(problems).toEqual([])
  expect(entries.map(({ id }) => id)).toEqual(['cache', 'sign-bridge', 'metrics', 'archive'])
})
