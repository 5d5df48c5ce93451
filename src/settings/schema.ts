import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'

/** A JSON Schema node as the kernel walks it. `secret` marks a value that is never printed. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  readonly secret?: boolean
  readonly [keyword: string]: unknown
}

/** One value that its schema refuses; `path` leads to it, or to the key that is unknown or missing. */
export interface SchemaFault {
  readonly path: readonly string[]
  readonly kind: 'value' | 'unknown' | 'missing'
  readonly text: string
  readonly node: SchemaNode | undefined
  readonly candidates: readonly string[]
}

const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strictTypes: false })
ajv.addKeyword('secret')
const compiled = new WeakMap<object, ValidateFunction>()

/**
 * The input view of a schema: objects are closed where the author left it open, keys with a default are not
 * required, and an object all of whose keys may be left out may be left out itself. Inside a union, where nothing
 * tells which member's defaults to fill in, there are none.
 */
export function inputView(schema: TSchema | SchemaNode): SchemaNode {
  return viewOf(schema as SchemaNode, true)
}

function viewOf(schema: SchemaNode, defaults: boolean): SchemaNode {
  const node = structuredClone(schema) as { -readonly [K in keyof SchemaNode]: SchemaNode[K] }
  const each = (nodes: Readonly<Record<string, SchemaNode>>): [string, SchemaNode][] =>
    Object.entries(nodes).map(([key, child]) => [key, viewOf(child, defaults)])
  if (!defaults) delete node.default
  if (node.anyOf) node.anyOf = node.anyOf.map(member => viewOf(member, false))
  if (node.items) node.items = viewOf(node.items, defaults)
  if (node.patternProperties) node.patternProperties = Object.fromEntries(each(node.patternProperties))
  if (typeof node.additionalProperties === 'object')
    node.additionalProperties = viewOf(node.additionalProperties, defaults)
  if (!node.properties) return node
  const properties = each(node.properties)
  const filled = new Set(properties.filter(([, child]) => child.default !== undefined).map(([key]) => key))
  node.properties = Object.fromEntries(properties)
  node.required = (node.required ?? []).filter(key => !filled.has(key))
  node.additionalProperties ??= false
  if (defaults && node.required.length === 0) node.default ??= {}
  return node
}

/**
 * Validates `value` in place, filling in defaults. The first fault of every value is returned; none means that it fits.
 * @throws {Error} when the schema itself is not valid
 */
export function validate(view: SchemaNode, value: unknown): SchemaFault[] {
  let check = compiled.get(view)
  if (!check) compiled.set(view, (check = ajv.compile({ ...view, default: undefined })))
  if (check(value)) return []
  const errors = check.errors ?? []
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => `${schemaPath}/`)
  const faults = errors
    .filter(({ schemaPath }) => !unions.some(union => schemaPath.startsWith(union)))
    .map(toFault)
  return [...new Map(faults.toReversed().map(fault => [fault.path.join('\0'), fault])).values()].toReversed()
}

function toFault(error: ErrorObject): SchemaFault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const node: SchemaNode | undefined = error.parentSchema
  const fault = { path, kind: 'value', text: error.message ?? 'is not valid', node, candidates: [] } as const
  const properties = node?.properties ?? {}
  if (error.keyword === 'additionalProperties') {
    const key = error.params['additionalProperty'] as string
    return {
      ...fault,
      path: [...path, key],
      kind: 'unknown',
      node: undefined,
      candidates: Object.keys(properties)
    }
  }
  if (error.keyword === 'required') {
    const key = error.params['missingProperty'] as string
    return { ...fault, path: [...path, key], kind: 'missing', node: properties[key] }
  }
  const choices = node && allowedValues(node)
  if (choices) return { ...fault, text: `must be one of ${choices.join(', ')}`, candidates: choices }
  const forms = node?.anyOf?.map(({ const: value, type }) => JSON.stringify(value ?? type)).join(', ')
  return error.keyword === 'anyOf' ? { ...fault, text: `fits none of its forms (${forms})` } : fault
}

/** The values of an enumeration, as text; `undefined` where the schema allows others as well. */
export function allowedValues(node: SchemaNode): string[] | undefined {
  if (node.enum) return node.enum.map(String)
  if (node.anyOf?.length && node.anyOf.every(({ const: value }) => value !== undefined))
    return node.anyOf.map(({ const: value }) => String(value))
  return undefined
}

/** Whether the value at `path` is a secret, is part of one, or may hold one. What a `$ref` names counts as secret. */
export function isSecret(view: SchemaNode, path: readonly string[]): boolean {
  if (view.secret || '$ref' in view) return true
  const [key, ...rest] = path
  const { properties = {}, patternProperties = {}, items, additionalProperties } = view
  const unnamed = [...Object.values(patternProperties), items, additionalProperties].flat()
  const isNamed = key !== undefined && Object.hasOwn(properties, key)
  const below = isNamed
    ? [properties[key]]
    : key === undefined
      ? [...Object.values(properties), ...unnamed]
      : unnamed
  const beside = [view.anyOf, view['oneOf'], view['allOf']].flat()
  const holds = (nodes: readonly unknown[], inside: readonly string[]): boolean =>
    nodes.some(node => typeof node === 'object' && node !== null && isSecret(node as SchemaNode, inside))
  return holds(below, rest) || holds(beside, path)
}

/** A copy of `value` in which secrets are replaced by asterisks. */
export function redact(view: SchemaNode, value: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => redact(view, item, [...path, String(index)]))
  if (!isSection(value)) return isSecret(view, path) ? '***' : value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redact(view, item, [...path, key])])
  )
}

/** Settings by name. */
export type Section = Record<string, unknown>

/** Whether a value is an object as JSON has it: no array, no instance of a class. */
export function isSection(value: unknown): value is Section {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A copy of objects and arrays; what JSON cannot hold (functions, instances) is kept as it is. */
export function copyOf<T>(value: T): T
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isSection(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]))
}
