import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'

/** A JSON Schema node as the kernel walks it. `secret` marks a value that is never printed. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
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

/** One value that its schema refuses. `path` leads to it; `key` is the offending or missing key, if that is the matter. */
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
 * required, and an object all of whose keys may be left out may be left out itself.
 */
export function inputView(schema: TSchema | SchemaNode): SchemaNode {
  const node = structuredClone(schema) as { -readonly [K in keyof SchemaNode]: SchemaNode[K] }
  if (node.anyOf) node.anyOf = node.anyOf.map(inputView)
  if (node.items) node.items = inputView(node.items)
  if (typeof node.additionalProperties === 'object')
    node.additionalProperties = inputView(node.additionalProperties)
  if (!node.properties) return node
  const properties = Object.entries(node.properties).map(([key, child]) => [key, inputView(child)] as const)
  const optional = new Set(properties.filter(([, child]) => child.default !== undefined).map(([key]) => key))
  node.properties = Object.fromEntries(properties)
  node.required = (node.required ?? []).filter(key => !optional.has(key))
  node.additionalProperties ??= false
  if (node.required.length === 0) node.default ??= {}
  return node
}

/** Validates `value` in place, filling in defaults. Every fault is returned; none means that it fits. */
export function validate(view: SchemaNode, value: unknown): SchemaFault[] {
  let check = compiled.get(view)
  if (!check) compiled.set(view, (check = ajv.compile({ ...view, default: undefined })))
  if (check(value)) return []
  const errors = check.errors ?? []
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => `${schemaPath}/`)
  return errors.filter(({ schemaPath }) => !unions.some(union => schemaPath.startsWith(union))).map(toFault)
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
  return choices ? { ...fault, text: `must be one of ${choices.join(', ')}`, candidates: choices } : fault
}

/** The values of an enumeration, as text; `undefined` where the schema allows others as well. */
export function allowedValues(node: SchemaNode): string[] | undefined {
  if (node.enum) return node.enum.map(String)
  if (node.anyOf?.length && node.anyOf.every(({ const: value }) => value !== undefined))
    return node.anyOf.map(({ const: value }) => String(value))
  return undefined
}

/** Whether the value at `path` is a secret, is part of one, or may hold one. */
export function isSecret(view: SchemaNode, path: readonly string[]): boolean {
  if (view.secret) return true
  const [key, ...rest] = path
  const children = key === undefined ? Object.values(view.properties ?? {}) : [view.properties?.[key]]
  const inside = [...children, view.items, view.additionalProperties].filter(node => typeof node === 'object')
  return inside.some(node => isSecret(node, rest)) || (view.anyOf ?? []).some(node => isSecret(node, path))
}

/** A copy of `value` in which secrets are replaced by asterisks. */
export function redact(view: SchemaNode, value: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => redact(view, item, [...path, String(index)]))
  if (typeof value !== 'object' || value === null) return isSecret(view, path) ? '***' : value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redact(view, item, [...path, key])])
  )
}
