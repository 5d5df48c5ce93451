import type { FastifySchema } from 'fastify'
import type { ParametersSchema } from '../related/service.ts'
import { pathParameters } from './operation-id.ts'
import type { Operation } from './operations.ts'

/** Requirements that a caller meets by one of them: names of schemes; an empty object is nothing. */
export type Security = readonly Readonly<Record<string, readonly string[]>>[]

/** By which the operations of a document are found again. */
export const idKey = 'x-operation'

/** What a route's schema says, as far as it is told in a document. */
type Told = FastifySchema & {
  readonly query?: unknown
  readonly tags?: readonly string[]
  readonly summary?: string
}

/**
 * The schema of an operation as it is documented: the route's own, and where that says nothing, what its `meta` says. Every
 * parameter of the path is in it.
 */
export function operationSchema(
  { options, text, method, plugin, id, url }: Operation,
  security: Security | undefined
) {
  const { query, ...own } = (options.schema ?? {}) as Told
  const hasBody = method !== 'GET' && method !== 'DELETE'
  const { body, ...rest } = own
  const querystring = own.querystring ?? query ?? (hasBody ? undefined : asRead(text?.parameters))
  const summary = own.summary ?? text?.summary ?? ''
  const payload = hasBody ? (body ?? asRead(text?.parameters)) : method === 'DELETE' ? body : undefined
  return {
    ...rest,
    ...(querystring !== undefined && { querystring }),
    ...(payload !== undefined && { body: payload }),
    ...(pathParameters(url).length > 0 && { params: withPathParameters(own.params, url) }),
    ...(summary !== '' && { summary }),
    tags: own.tags ?? [plugin],
    operationId: id,
    [idKey]: id,
    ...(security && { security: own.security ?? security })
  }
}

/** Further parameters are removed, not refused: a document does not forbid them. */
function asRead(parameters: ParametersSchema | undefined): object | undefined {
  if (!parameters || Object.keys(parameters.properties).length === 0) return undefined
  const { additionalProperties: _removed, ...schema } = parameters
  return schema
}

function withPathParameters(params: unknown, url: string): object {
  const { properties, ...schema } = Object(params) as {
    readonly properties?: Readonly<Record<string, unknown>>
  }
  const names = pathParameters(url)
  const all = Object.fromEntries(names.map(name => [name, properties?.[name] ?? { type: 'string' }]))
  return { ...schema, type: 'object', properties: all, required: names }
}
