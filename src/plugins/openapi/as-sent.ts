interface Node {
  readonly type?: unknown
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly items?: unknown
  readonly anyOf?: readonly unknown[]
}

/** A schema of requests as callers have to meet it: what has a default may be left out, though TypeBox lists it as required. */
export function asSent(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema
  const { properties, required, items } = schema as Node
  const { required: _all, ...rest } = schema as Node
  const left = required?.filter(name => Object(properties?.[name]).default === undefined)
  return {
    ...rest,
    ...(properties && { properties: mapped(properties) }),
    ...(items !== undefined && { items: asSent(items) }),
    ...(left && left.length > 0 && { required: left })
  }
}

/** Whether a body may be missing, which Fastify takes for null. */
export function isOptional(schema: unknown): boolean {
  const { type, anyOf = [] } = Object(schema) as Node
  return [type].flat().includes('null') || anyOf.some(isOptional)
}

function mapped(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, asSent(schema)]))
}
