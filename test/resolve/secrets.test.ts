import { join } from 'node:path'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePlugin, StartupError } from '../../src/core/index.ts'
import { resolveGateway } from '../../src/resolve/resolve.ts'
import { directoryWith } from '../settings/files.ts'

const secret = Type.String({ secret: true, minLength: 20 })

const vault = definePlugin({
  name: 'vault',
  description: 'Knows everything.',
  config: Type.Object({
    url: Type.String({ default: '', maxLength: 3 }),
    token: Type.Optional(secret),
    list: Type.Array(secret, { default: [] }),
    record: Type.Record(Type.String(), secret, { default: {} }),
    union: Type.Optional(Type.Union([secret, Type.Integer()])),
    level: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')], { secret: true })),
    devices: Type.Array(Type.Object({ name: Type.String(), pin: secret }), { default: [] }),
    deep: Type.Object({ auth: Type.Object({ password: Type.Optional(secret) }) })
  }),
  setup: () => {}
})

async function reportOf(settings: unknown, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { problems } = await resolveGateway({
    builtins: [vault],
    config: { plugins: { vault: settings } },
    env
  })
  expect(problems).not.toEqual([])
  return JSON.stringify([
    new StartupError(problems).message,
    problems.map(problem => ({ ...problem, cause: '' }))
  ])
}

describe('a report hides', () => {
  test.for([
    ['a secret that is too short', { token: 's3cret' }],
    ['one of a list', { list: ['s3cret'] }],
    ['one of a record', { record: { any: 's3cret' } }],
    ['one in a union', { union: 's3cret' }],
    ['one that is an enumeration', { level: 's3cret' }],
    ['one in an object of a list', { devices: [{ name: 'a', pin: 's3cret' }] }],
    ['one in an object that lacks something else', { devices: [{ pin: 's3cret-but-long-enough-for-it' }] }],
    ['one in place of a list', { list: 's3cret' }],
    ['a list in place of one', { token: ['s3cret'] }],
    ['an object in place of one', { token: { value: 's3cret' } }],
    ['one in place of a section', { deep: 's3cret' }],
    ['one two sections up', { deep: { auth: 's3cret' } }],
    ['one in place of all settings', 's3cret'],
    ['one in a list in place of all settings', ['s3cret']],
    ['one under a misspelt key', { tokne: 's3cret' }],
    ['one under a misspelt section', { depe: { auth: { password: 's3cret' } } }],
    ['one below itself', { token: { token: 's3cret' } }]
  ] as const)('%s', async ([, settings]) => {
    expect(await reportOf(settings)).not.toContain('s3cret')
  })

  test.for([
    ['PAIFANG_VAULT_TOKEN', 's3cret'],
    ['PAIFANG_VAULT_LIST', 's3cret,s3cret'],
    ['PAIFANG_VAULT_RECORD', '{"a":"s3cret"}'],
    ['PAIFANG_VAULT_RECORD', '{"a":"s3cret'],
    ['PAIFANG_VAULT_DEVICES', '[{"pin":"s3cret"}]'],
    ['PAIFANG_VAULT_TOKNE', 's3cret']
  ] as const)('what %s holds: %s', async ([name, text]) => {
    expect(await reportOf({}, { [name]: text })).not.toContain('s3cret')
  })

  test('what the file of a variable holds', async () => {
    using directory = directoryWith({ token: 's3cret\n' })
    expect(await reportOf({}, { PAIFANG_VAULT_TOKEN_FILE: join(directory.path, 'token') })).not.toContain(
      's3cret'
    )
  })

  test('but not what is no secret, cut to a readable length', async () => {
    expect(await reportOf({ url: 'plain' })).toContain("got 'plain'")
    expect((await reportOf({ url: 'x'.repeat(10_000) })).length).toBeLessThan(1000)
  })

  test('secrets under any mistaken value', async () => {
    const key = fc.constantFrom('token', 'list', 'record', 'union', 'level', 'devices', 'deep')
    const marked = fc
      .jsonValue()
      .map(
        value =>
          JSON.parse(JSON.stringify(value), (_, item: unknown) =>
            typeof item === 'string' ? 's3cret' : item
          ) as unknown
      )
    await fc.assert(
      fc.asyncProperty(key, marked, async (name, value) => {
        const config = { plugins: { vault: { [name]: value, unknown: value } } }
        const { problems } = await resolveGateway({ builtins: [vault], config, env: {} })
        expect(new StartupError(problems).message).not.toContain('s3cret')
      }),
      { numRuns: 50 }
    )
  })
})
