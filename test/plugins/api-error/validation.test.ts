import { Ajv, type ErrorObject } from 'ajv'
import { describe, expect, test } from 'vitest'
import { fieldFaults } from '../../../src/plugins/api-error/validation.ts'

const ajv = new Ajv({ allErrors: true, strict: false })

function errorsOf(schema: object, value: unknown): ErrorObject[] {
  const validate = ajv.compile(schema)
  validate(value)
  return validate.errors ?? []
}

/** A schema, a value that it refuses, and what is said of it. */
const cases: readonly (readonly [schema: object, value: unknown, code: string, zh: string, en: string])[] = [
  [{ type: 'integer' }, 'x', 'type', '应为整数', 'must be of type integer'],
  [{ type: ['string', 'null'] }, 1, 'type', '应为字符串或空值', 'must be of type string, null'],
  [{ const: 'a' }, 1, 'const', '应为 a', 'must be a'],
  [{ enum: ['a', 'b'] }, 1, 'enum', '应为 a, b 之一', 'must be one of a, b'],
  [{ pattern: '^a' }, 'b', 'pattern', '格式不正确', 'has the wrong form'],
  [{ minLength: 2 }, 'b', 'minLength', '不能少于 2 个字符', 'must have at least 2 characters'],
  [{ maxLength: 2 }, 'bbb', 'maxLength', '不能多于 2 个字符', 'must have at most 2 characters'],
  [{ minimum: 2 }, 1, 'minimum', '不能小于 2', 'must be at least 2'],
  [{ maximum: 2 }, 3, 'maximum', '不能大于 2', 'must be at most 2'],
  [{ exclusiveMinimum: 2 }, 2, 'exclusiveMinimum', '应大于 2', 'must be more than 2'],
  [{ exclusiveMaximum: 2 }, 2, 'exclusiveMaximum', '应小于 2', 'must be less than 2'],
  [{ multipleOf: 2 }, 3, 'multipleOf', '应为 2 的倍数', 'must be a multiple of 2'],
  [{ minItems: 1 }, [], 'minItems', '不能少于 1 项', 'must have at least 1 items'],
  [{ maxItems: 0 }, [1], 'maxItems', '不能多于 0 项', 'must have at most 0 items'],
  [{ uniqueItems: true }, [1, 1], 'uniqueItems', '不能有重复的项', 'must not repeat an item'],
  [{ minProperties: 1 }, {}, 'minProperties', '不能少于 1 个字段', 'must have at least 1 fields'],
  [{ maxProperties: 0 }, { a: 1 }, 'maxProperties', '不能多于 0 个字段', 'must have at most 0 fields'],
  [{ not: {} }, 1, 'not', '不符合要求', 'is not acceptable'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'anyOf', '不符合要求', 'is not acceptable'],
  [{ oneOf: [{ const: 'a' }, { const: 'b' }] }, 1, 'enum', '应为 a, b 之一', 'must be one of a, b']
]

describe('what a schema refuses', () => {
  test.each(cases)('%j', (schema, value, code, zh, en) => {
    const errors = errorsOf(schema, value)
    expect(fieldFaults(errors, 'zh-CN')).toEqual([{ path: '', code, message: zh }])
    expect(fieldFaults(errors, 'en')).toEqual([{ path: '', code, message: en }])
  })

  test('is told by pointer, also where a field is missing or unknown', () => {
    const schema = {
      required: ['a/b'],
      additionalProperties: false,
      properties: { list: { items: { type: 'integer' } }, 'a/b': {} }
    }
    const faults = fieldFaults(errorsOf(schema, { list: [1, 'x'], 'c~d': 1, constructor: 1 }), 'en')
    expect(faults.map(({ path, message }) => `${path} ${message}`).toSorted()).toEqual([
      '/a~1b is required',
      '/constructor is not a known field',
      '/c~0d is not a known field',
      '/list/1 must be of type integer'
    ])
  })

  test('has a format in its text', () => {
    const error = { instancePath: '/mail', keyword: 'format', params: { format: 'email' } }
    expect(fieldFaults([error], 'zh-CN')).toEqual([
      { path: '/mail', code: 'format', message: '格式应为 email' }
    ])
  })

  test('is told of twenty fields at most', () => {
    const errors = errorsOf({ items: { type: 'integer' } }, Array(30).fill('x'))
    expect(errors).toHaveLength(30)
    expect(fieldFaults(errors, 'en')).toHaveLength(20)
  })

  test('may come from a validator that knows nothing of Ajv', () => {
    expect(fieldFaults([{ message: 'no' }, { instancePath: 7, params: null }], 'en')).toEqual([
      { path: '', code: 'invalid', message: 'is not acceptable' },
      { path: '', code: 'invalid', message: 'is not acceptable' }
    ])
  })
})
