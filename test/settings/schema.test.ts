import * as fc from 'fast-check'
import { Type, type TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import { copyOf, inputView, isSecret, redact, validate } from '../../src/settings/schema.ts'

const secret = Type.String({ secret: true, minLength: 8 })

function faultsOf(schema: TSchema, value: unknown): string[] {
  return validate(inputView(schema), value).map(({ kind, path }) => `${kind} ${path.join('.')}`)
}

describe('what a user may write', () => {
  const Pool = Type.Object({ size: Type.Integer({ default: 4 }), name: Type.String() })
  const Limits = Type.Object({ bytes: Type.Integer({ default: 1024 }) })

  test('whatever has a default may be left out, at any depth, and is filled in', () => {
    const value = { pool: { name: 'a' } }
    expect(faultsOf(Type.Object({ pool: Pool, limits: Limits }), value)).toEqual([])
    expect(value).toEqual({ pool: { name: 'a', size: 4 }, limits: { bytes: 1024 } })
  })

  test('an object that holds something without a default may not be left out', () => {
    expect(faultsOf(Type.Object({ pool: Pool }), {})).toEqual(['missing pool'])
  })

  test('an optional object stays absent unless all of it has defaults', () => {
    const value = {}
    expect(faultsOf(Type.Object({ pool: Type.Optional(Pool) }), value)).toEqual([])
    expect(value).toEqual({})
  })

  test('objects are closed at every depth', () => {
    const schema = Type.Object({
      list: Type.Array(Limits),
      record: Type.Record(Type.String(), Limits),
      union: Type.Union([Type.Object({ a: Type.String() }), Type.Integer()])
    })
    const value = { list: [{ byte: 1 }], record: { x: { byte: 1 } }, union: { a: '', b: '' }, more: 1 }
    expect(faultsOf(schema, value).toSorted()).toEqual([
      'unknown list.0.byte',
      'unknown more',
      'unknown record.x.byte',
      'value union'
    ])
  })

  test('an object stays open where its author says so', () => {
    expect(faultsOf(Type.Object({}, { additionalProperties: true }), { any: 1 })).toEqual([])
  })

  test('defaults inside a union are not filled in, so its members must be complete', () => {
    const schema = Type.Object({ store: Type.Union([Limits, Type.Literal('none')]) })
    expect(faultsOf(schema, { store: 'none' })).toEqual([])
    expect(faultsOf(schema, { store: { bytes: 1 } })).toEqual([])
    expect(faultsOf(schema, { store: {} })).toEqual(['value store'])
  })
})

describe('faults', () => {
  test('all are found, and one value has one fault', () => {
    const Config = Type.Object({
      short: Type.String({ minLength: 3, pattern: '^a' }),
      number: Type.Integer({ minimum: 10, multipleOf: 7 }),
      level: Type.Union([Type.Literal('low'), Type.Literal('high')]),
      list: Type.Array(Type.Integer())
    })
    const value = { short: 'b', number: 5, level: 'hihg', list: [1, 'x', 'y'] }
    expect(faultsOf(Config, value)).toEqual([
      'value short',
      'value number',
      'value level',
      'value list.1',
      'value list.2'
    ])
  })

  test('an enumeration tells its values', () => {
    const level = Type.Union([Type.Literal('low'), Type.Literal(2)])
    const [fault] = validate(inputView(Type.Object({ level })), { level: 'lo' })
    expect(fault).toMatchObject({ text: 'must be one of low, 2', candidates: ['low', '2'] })
    const [other] = validate(inputView(Type.Object({ level: Type.Enum(['a', 'b']) })), { level: 'c' })
    expect(other).toMatchObject({ text: 'must be one of a, b', candidates: ['a', 'b'] })
  })

  test('keys with slashes, tildes and dots keep their names', () => {
    const schema = Type.Record(Type.String(), Type.Integer())
    expect(validate(inputView(schema), { 'a/b~c.d': 'x' })[0]?.path).toEqual(['a/b~c.d'])
  })

  test('a misspelt keyword of the schema is refused rather than ignored', () => {
    const schema = Type.Object({ key: Type.String({ secert: true }) })
    expect(() => validate(inputView(schema), { key: 'x' })).toThrow('unknown keyword: "secert"')
  })
})

describe('secrets', () => {
  const Config = Type.Object({
    url: Type.String(),
    token: secret,
    list: Type.Array(secret),
    record: Type.Record(Type.String(), secret),
    union: Type.Union([secret, Type.Integer()]),
    tuple: Type.Tuple([Type.String(), secret]),
    both: Type.Intersect([Type.Object({ id: Type.String() }), Type.Object({ pin: secret })]),
    deep: Type.Object({ host: Type.String(), auth: Type.Object({ password: secret }) }),
    devices: Type.Array(Type.Object({ name: Type.String(), pin: secret }))
  })
  const view = inputView(Config)

  test.for([
    'token',
    'list',
    'list.0',
    'record',
    'record.any',
    'union',
    'tuple.1',
    'both',
    'both.pin',
    'deep',
    'deep.auth',
    'deep.auth.password',
    'devices',
    'devices.0',
    'devices.0.pin'
  ])('%s is a secret or may hold one', path => {
    expect(isSecret(view, path.split('.'))).toBe(true)
  })

  test.for(['url', 'deep.host', 'devices.0.name', 'both.id', 'constructor', '__proto__'])(
    '%s is none',
    path => {
      expect(isSecret(view, path.split('.'))).toBe(false)
    }
  )

  test('what stands behind a reference counts as secret', () => {
    expect(isSecret({ properties: { a: { $ref: '#/$defs/a' } } }, ['a'])).toBe(true)
  })

  test('redaction keeps the shape and everything that is no secret', () => {
    const value = {
      url: 'http://host',
      token: 'hidden-value',
      list: ['hidden-value'],
      record: { a: 'hidden-value' },
      union: 'hidden-value',
      tuple: ['x', 'hidden-value'],
      both: { id: '1', pin: 'hidden-value' },
      deep: { host: 'h', auth: { password: 'hidden-value' } },
      devices: [{ name: 'a', pin: 'hidden-value' }]
    }
    expect(validate(view, structuredClone(value))).toEqual([])
    const shown = redact(view, value)
    expect(JSON.stringify(shown)).not.toContain('hidden')
    expect(shown).toMatchObject({
      url: 'http://host',
      both: { id: '1', pin: '***' },
      deep: { host: 'h', auth: { password: '***' } },
      devices: [{ name: 'a', pin: '***' }]
    })
  })

  test('redaction hides whatever is put at the place of a secret, be it of any shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const marked = JSON.parse(JSON.stringify(value), (_, item: unknown) =>
          typeof item === 'string' || typeof item === 'number' ? 'hidden-value' : item
        ) as unknown
        expect(JSON.stringify(redact(view, { token: marked, list: marked })) ?? '').not.toContain(
          'hidden-value'
        )
      })
    )
  })
})

test('a copy shares no object with the original, and keeps functions and instances as they are', () => {
  const keyGenerator = (): string => 'key'
  const original = { list: [{ a: 1 }], keyGenerator, pattern: /x/, when: new Date(0), nothing: null }
  const copy = copyOf(original)
  expect(copy).toEqual(original)
  expect(copy).not.toBe(original)
  expect(copy.list[0]).not.toBe(original.list[0])
  expect(copy.keyGenerator).toBe(keyGenerator)
  expect(copy.when).toBe(original.when)
})
