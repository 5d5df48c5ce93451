import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Type, type TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import {
  leavesOf,
  mergeEnvironment,
  readVariables,
  unknownVariables,
  variableName
} from '../../src/settings/environment.ts'
import { inputView } from '../../src/settings/schema.ts'
import { directoryWith } from './files.ts'

/** The value that `text` gets as the setting `demo.value`. */
function read(schema: TSchema, text: string): unknown {
  const leaves = leavesOf(inputView(Type.Object({ value: schema })), ['demo'])
  return readVariables({ PAIFANG_DEMO_VALUE: text }, leaves).values[0]?.value
}

describe('names of variables', () => {
  test.for([
    [['sign-bridge', 'timeoutMs'], 'PAIFANG_SIGN_BRIDGE_TIMEOUT_MS'],
    [['server', 'port'], 'PAIFANG_SERVER_PORT'],
    [['cache', 'enabled'], 'PAIFANG_CACHE_ENABLED'],
    [['a', 'pool', 'maxSize'], 'PAIFANG_A_POOL_MAX_SIZE'],
    [['a', 'baseURL'], 'PAIFANG_A_BASE_URL'],
    [['a', 'sm2Key'], 'PAIFANG_A_SM2_KEY']
  ] as const)('%j is %s', ([path, name]) => {
    expect(variableName(path)).toBe(name)
  })

  test('every setting has one, down to objects with free keys, which are one value', () => {
    const schema = Type.Object({
      list: Type.Array(Type.Object({ a: Type.String() })),
      record: Type.Record(Type.String(), Type.String()),
      nested: Type.Object({ one: Type.String(), two: Type.Object({ three: Type.Integer() }) })
    })
    const names = leavesOf(inputView(schema), ['x']).map(({ path }) => variableName(path))
    expect(names).toEqual([
      'PAIFANG_X_LIST',
      'PAIFANG_X_RECORD',
      'PAIFANG_X_NESTED_ONE',
      'PAIFANG_X_NESTED_TWO_THREE'
    ])
  })

  test('two settings with the same name are a mistake of the author', () => {
    const leaves = leavesOf(
      inputView(Type.Object({ 'a-b': Type.String(), a: Type.Object({ b: Type.String() }) })),
      ['x']
    )
    expect(readVariables({}, leaves).problems).toMatchObject([
      { code: 'ENV_AMBIGUOUS', where: 'PAIFANG_X_A_B', message: 'stands for both x.a-b and x.a.b' }
    ])
  })
})

describe('text becomes what the schema wants', () => {
  test.for([
    ['an integer', Type.Integer(), '42', 42],
    ['a negative number', Type.Number(), '-1.5', -1.5],
    ['no integer', Type.Integer(), 'soon', 'soon'],
    ['hexadecimal is no integer', Type.Integer(), '0x10', '0x10'],
    ['digits of a string', Type.String(), '007', '007'],
    ['JSON in a string', Type.String(), '{"a":1}', '{"a":1}'],
    ['a comma in a string', Type.String(), 'a,b', 'a,b'],
    ['a list', Type.Array(Type.String()), 'a, b ,,c', ['a', 'b', 'c']],
    ['a list of one', Type.Array(Type.String()), 'a', ['a']],
    ['a list of numbers', Type.Array(Type.Integer()), '1,2', [1, 2]],
    ['a list as JSON', Type.Array(Type.String()), '["a,b"]', ['a,b']],
    ['a list of objects', Type.Array(Type.Object({ a: Type.Integer() })), '[{"a":1}]', [{ a: 1 }]],
    ['a record', Type.Record(Type.String(), Type.Integer()), '{"a":1}', { a: 1 }],
    ['broken JSON', Type.Record(Type.String(), Type.Integer()), '{"a":', '{"a":'],
    ['a literal', Type.Union([Type.Literal('on'), Type.Literal('off')]), 'on', 'on'],
    ['a numeric literal', Type.Union([Type.Literal(1), Type.Literal(2)]), '2', 2],
    ['an enumeration', Type.Enum(['1', '2']), '2', '2'],
    ['a number or a word', Type.Union([Type.Integer(), Type.Literal('auto')]), '5', 5],
    ['a word or a number', Type.Union([Type.Integer(), Type.Literal('auto')]), 'auto', 'auto'],
    ['anything, as JSON', Type.Unknown(), '[1]', [1]],
    ['anything, as text', Type.Unknown(), 'x', 'x']
  ] as const)('%s', ([, schema, text, value]) => {
    expect(read(schema, text)).toEqual(value)
  })

  test.for(['true', '1', 'yes', 'on', 'TRUE'])('%s is true', text => {
    expect(read(Type.Boolean(), text)).toBe(true)
  })

  test.for(['false', '0', 'no', 'off', 'Off'])('%s is false', text => {
    expect(read(Type.Boolean(), text)).toBe(false)
  })

  test('a word that is neither stays text, for validation to refuse', () => {
    expect(read(Type.Boolean(), 'maybe')).toBe('maybe')
  })

  test('any safe integer and any text survive', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ minLength: 1 }), (number, text) => {
        expect(read(Type.Integer(), String(number))).toBe(number)
        expect(read(Type.String(), text)).toBe(text)
      })
    )
  })
})

describe('where a value comes from', () => {
  const leaves = leavesOf(inputView(Type.Object({ key: Type.String() })), ['demo'])
  const serverLeaves = leavesOf(
    inputView(Type.Object({ port: Type.Integer(), host: Type.String(), logLevel: Type.String() })),
    ['server']
  )

  test('X_FILE is read without its last newline', () => {
    using directory = directoryWith({ unix: 'one\ntwo\n', windows: 'one\r\n' })
    for (const [name, value] of [['unix', 'one\ntwo'] as const, ['windows', 'one'] as const]) {
      const { values, problems } = readVariables(
        { PAIFANG_DEMO_KEY_FILE: join(directory.path, name) },
        leaves
      )
      expect(values).toEqual([{ path: ['demo', 'key'], value, from: 'PAIFANG_DEMO_KEY_FILE' }])
      expect(problems).toEqual([])
    }
  })

  test('a byte order mark in an X_FILE is no part of the value', () => {
    using directory = directoryWith({ key: '\ufeffhidden\r\n' })
    const { values } = readVariables({ PAIFANG_DEMO_KEY_FILE: join(directory.path, 'key') }, leaves)
    expect(values).toMatchObject([{ value: 'hidden' }])
  })

  test('X together with X_FILE is a conflict, and neither is used', () => {
    const env = { PAIFANG_DEMO_KEY: 'a', PAIFANG_DEMO_KEY_FILE: '/nowhere' }
    const { values, problems } = readVariables(env, leaves)
    expect(values).toEqual([{ path: ['demo', 'key'], value: undefined, from: 'PAIFANG_DEMO_KEY' }])
    expect(problems).toMatchObject([{ code: 'ENV_CONFLICT', where: 'PAIFANG_DEMO_KEY' }])
  })

  test.for([
    ['does not exist', 'missing', 'ENOENT'],
    ['is a directory', '.', 'EISDIR']
  ] as const)('an X_FILE that %s cannot be read', ([, name, reason]) => {
    using directory = directoryWith({})
    const { problems } = readVariables({ PAIFANG_DEMO_KEY_FILE: join(directory.path, name) }, leaves)
    expect(problems).toMatchObject([{ code: 'SECRET_UNREADABLE', where: 'PAIFANG_DEMO_KEY_FILE' }])
    expect(problems[0]?.message).toContain(reason)
  })

  test('a setting whose own name ends in _FILE is read as it is', () => {
    const both = leavesOf(inputView(Type.Object({ key: Type.String(), keyFile: Type.String() })), ['demo'])
    const { values } = readVariables({ PAIFANG_DEMO_KEY_FILE: '/a/path' }, both)
    expect(values).toMatchObject([{ path: ['demo', 'keyFile'], value: '/a/path' }])
  })

  test('short names set the server, and lose to the long ones', () => {
    const short = { PORT: '1', HOST: 'a', LOG_LEVEL: 'warn' }
    expect(readVariables(short, serverLeaves).values.map(({ value, from }) => [from, value])).toEqual([
      ['PORT', 1],
      ['HOST', 'a'],
      ['LOG_LEVEL', 'warn']
    ])
    const { values } = readVariables({ ...short, PAIFANG_SERVER_PORT: '2' }, serverLeaves)
    expect(values[0]).toEqual({ path: ['server', 'port'], value: 2, from: 'PAIFANG_SERVER_PORT' })
  })

  test('a long name as a file beats a short name', () => {
    using directory = directoryWith({ port: '8080\n' })
    const env = { PORT: '1', PAIFANG_SERVER_PORT_FILE: join(directory.path, 'port') }
    expect(readVariables(env, serverLeaves).values[0]).toMatchObject({ value: 8080 })
  })
})

describe('.env', () => {
  test('the environment wins, and empty counts as unset on both sides', () => {
    using directory = directoryWith({ '.env': 'A=file\nB=file\nC=\nD="two words"\n' })
    const env = mergeEnvironment({ A: 'real', B: '', E: undefined, F: '' }, join(directory.path, '.env'))
    expect(env).toEqual({ A: 'real', B: 'file', D: 'two words' })
  })

  test('a byte order mark is no part of its first name', () => {
    using directory = directoryWith({ '.env': '\ufeffA=1\n' })
    expect(mergeEnvironment({}, join(directory.path, '.env'))).toEqual({ A: '1' })
  })

  test('a setting in it without an = is told with its line, and without what stands there', () => {
    const lines = [
      '# PAIFANG_A is not set',
      'PAIFANG_A_KEY hidden',
      'OTHER',
      'export PAIFANG_B',
      'PAIFANG_C = 1 = 2',
      ''
    ]
    using directory = directoryWith({ '.env': lines.join('\n') })
    const file = join(directory.path, '.env')
    const read = (): unknown => mergeEnvironment({}, file)
    expect(read).toThrow(`PAIFANG_A_KEY  (${file}:2)`)
    expect(read).toThrow(`PAIFANG_B  (${file}:4)`)
    expect(read).toThrow('cannot start: 2 problems')
    expect(read).not.toThrow('hidden')
  })

  // Files that the kernel gives to nobody: root may read all others.
  test.runIf(existsSync('/proc/self/mem'))('one that cannot be read is told as a problem', () => {
    expect(() => mergeEnvironment({}, '/proc/self/mem')).toThrow(/\/proc\/self\/mem\n.*cannot be read: EIO/)
  })

  test('its absence, or a directory of that name, is no problem', () => {
    using directory = directoryWith({})
    mkdirSync(join(directory.path, '.env'))
    expect(mergeEnvironment({ A: '1' }, join(directory.path, '.env'))).toEqual({ A: '1' })
    expect(mergeEnvironment({ A: '1' }, join(directory.path, 'missing'))).toEqual({ A: '1' })
    expect(mergeEnvironment({ A: '1' }, undefined)).toEqual({ A: '1' })
  })
})

describe('variables that no setting has', () => {
  const names = new Set(['PAIFANG_SERVER_PORT', 'PAIFANG_CACHE_TTL_MS'])

  test('are told with a suggestion, or with where to look', () => {
    const env = { PAIFANG_SERVER_PROT: '1', PAIFANG_SOMETHING_ELSE: '1' }
    expect(unknownVariables(env, names, [])).toMatchObject([
      { code: 'ENV_UNKNOWN', where: 'PAIFANG_SERVER_PROT', hint: 'did you mean PAIFANG_SERVER_PORT?' },
      {
        code: 'ENV_UNKNOWN',
        where: 'PAIFANG_SOMETHING_ELSE',
        hint: '`paifang env` lists the variables that exist'
      }
    ])
  })

  test('leave alone what exists, its file form, PAIFANG_CONFIG, and other programs’ variables', () => {
    const env = { PAIFANG_SERVER_PORT: '1', PAIFANG_CACHE_TTL_MS_FILE: 'x', PAIFANG_CONFIG: 'y', PATH: 'z' }
    expect(unknownVariables(env, names, [])).toEqual([])
  })

  test('leave alone what Kubernetes sets for a service that is called paifang', () => {
    const port = 'tcp://10.0.0.1:3000'
    const env = {
      PAIFANG_SERVICE_HOST: '10.0.0.1',
      PAIFANG_SERVICE_PORT: '3000',
      PAIFANG_SERVICE_PORT_HTTP: '3000',
      PAIFANG_PORT: port,
      PAIFANG_PORT_3000_TCP: port,
      PAIFANG_PORT_3000_TCP_PROTO: 'tcp',
      PAIFANG_PORT_3000_TCP_ADDR: '10.0.0.1',
      PAIFANG_PORTS: '1',
      PAIFANG_PORT_HTTP: '1'
    }
    expect(unknownVariables(env, names, []).map(({ where }) => where)).toEqual([
      'PAIFANG_PORTS',
      'PAIFANG_PORT_HTTP'
    ])
  })

  test('leave alone what begins like a plugin whose settings nobody knows', () => {
    const env = { PAIFANG_AUDIT_URL: '1', PAIFANG_AUDITOR_URL: '1' }
    expect(unknownVariables(env, names, ['PAIFANG_AUDIT_']).map(({ where }) => where)).toEqual([
      'PAIFANG_AUDITOR_URL'
    ])
  })
})
