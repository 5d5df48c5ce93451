import type { FieldFault, Locale } from './api-error.ts'
import { fill } from './locale.ts'

/** What Fastify says about one place of the input: an Ajv error, or what a custom validator made of its own. */
export interface SchemaError {
  readonly instancePath?: unknown
  readonly schemaPath?: unknown
  readonly keyword?: unknown
  readonly params?: unknown
  readonly message?: unknown
}

const maxFields = 20

type Text = Readonly<Record<Locale, string>>

const texts = new Map<string, Text>([
  ['required', { 'zh-CN': '不能缺少', en: 'is required' }],
  ['type', { 'zh-CN': '应为{typeName}', en: 'must be of type {type}' }],
  ['const', { 'zh-CN': '应为 {allowedValue}', en: 'must be {allowedValue}' }],
  ['enum', { 'zh-CN': '应为 {allowedValues} 之一', en: 'must be one of {allowedValues}' }],
  ['format', { 'zh-CN': '格式应为 {format}', en: 'must have the format {format}' }],
  ['pattern', { 'zh-CN': '格式不正确', en: 'has the wrong form' }],
  ['minLength', { 'zh-CN': '不能少于 {limit} 个字符', en: 'must have at least {limit} characters' }],
  ['maxLength', { 'zh-CN': '不能多于 {limit} 个字符', en: 'must have at most {limit} characters' }],
  ['minimum', { 'zh-CN': '不能小于 {limit}', en: 'must be at least {limit}' }],
  ['maximum', { 'zh-CN': '不能大于 {limit}', en: 'must be at most {limit}' }],
  ['exclusiveMinimum', { 'zh-CN': '应大于 {limit}', en: 'must be more than {limit}' }],
  ['exclusiveMaximum', { 'zh-CN': '应小于 {limit}', en: 'must be less than {limit}' }],
  ['multipleOf', { 'zh-CN': '应为 {multipleOf} 的倍数', en: 'must be a multiple of {multipleOf}' }],
  ['minItems', { 'zh-CN': '不能少于 {limit} 项', en: 'must have at least {limit} items' }],
  ['maxItems', { 'zh-CN': '不能多于 {limit} 项', en: 'must have at most {limit} items' }],
  ['uniqueItems', { 'zh-CN': '不能有重复的项', en: 'must not repeat an item' }],
  ['minProperties', { 'zh-CN': '不能少于 {limit} 个字段', en: 'must have at least {limit} fields' }],
  ['maxProperties', { 'zh-CN': '不能多于 {limit} 个字段', en: 'must have at most {limit} fields' }],
  ['additionalProperties', { 'zh-CN': '不是已知的字段', en: 'is not a known field' }]
])
const otherwise: Text = { 'zh-CN': '不符合要求', en: 'is not acceptable' }

const typeNames = new Map([
  ['integer', '整数'],
  ['number', '数字'],
  ['string', '字符串'],
  ['boolean', '布尔值'],
  ['array', '数组'],
  ['object', '对象'],
  ['null', '空值']
])

/** The fields that a schema refused, at most 20, with pointers (RFC 6901) and texts. No value of the input is in them. */
export function fieldFaults(errors: readonly SchemaError[], locale: Locale): FieldFault[] {
  return withoutBranches(errors)
    .slice(0, maxFields)
    .map(error => {
      const params = Object(error.params) as Readonly<Record<string, unknown>>
      const code = typeof error.keyword === 'string' ? error.keyword : 'invalid'
      const text = (texts.get(code) ?? otherwise)[locale]
      return { path: pointer(error.instancePath, params), code, message: fill(text, readable(params)) }
    })
}

/** A union that fits no branch reports every branch: keeps the union alone, as an enumeration where it is one. */
function withoutBranches(errors: readonly SchemaError[]): readonly SchemaError[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const branchesOf = (union: SchemaError) =>
    errors.filter(({ schemaPath }) => String(schemaPath).startsWith(`${String(union.schemaPath)}/`))
  const branches = new Set(unions.flatMap(branchesOf))
  return errors
    .filter(error => !branches.has(error))
    .map(error => {
      const own = unions.includes(error) ? branchesOf(error) : []
      if (own.length === 0 || own.some(({ keyword }) => keyword !== 'const')) return error
      const allowedValues = own.map(({ params }): unknown => Object(params).allowedValue)
      return { ...error, keyword: 'enum', params: { allowedValues } }
    })
}

function readable(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const lists = Object.entries(params).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value
  ])
  const types = [params['type']].flat().map(type => typeNames.get(type as string) ?? type)
  return { ...Object.fromEntries(lists), typeName: types.join('或') }
}

function pointer(instancePath: unknown, params: Readonly<Record<string, unknown>>): string {
  const base = typeof instancePath === 'string' ? instancePath : ''
  const key = params['missingProperty'] ?? params['additionalProperty']
  return typeof key === 'string' ? `${base}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` : base
}
