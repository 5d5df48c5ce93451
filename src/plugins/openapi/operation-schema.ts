import type { FastifySchema } from 'fastify'
import { isDeepStrictEqual } from 'node:util'
import type { ParametersSchema } from '../related/service.ts'
import { pathParameters } from './operation-id.ts'
import { asSent } from './as-sent.ts'
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
  const { query, body, querystring = query, ...own } = (options.schema ?? {}) as Told
  const envelope: unknown = Reflect.get(Object(options.config), 'envelope')
  const inQuery = method === 'GET' || method === 'DELETE'
  const parameters = text?.parameters
  const asked = asRead(inQuery ? (querystring ?? parameters) : querystring, parameters)
  const sent = asRead(inQuery ? body : (body ?? parameters), parameters)
  const summary = own.summary ?? text?.summary ?? ''
  return {
    ...own,
    ...(asked !== undefined && { querystring: asSent(asked) }),
    ...(sent !== undefined && method !== 'GET' && { body: asSent(sent) }),
    ...(own.headers !== undefined && { headers: asSent(own.headers) }),
    ...(pathParameters(url).length > 0 && { params: withPathParameters(own.params, url) }),
    ...(summary !== '' && { summary }),
    tags: own.tags ?? [plugin],
    operationId: id,
    [idKey]: id,
    ...(options.config?.access !== undefined && { 'x-access': options.config.access }),
    ...(envelope !== undefined && { 'x-envelope': envelope }),
    ...(security && { security: own.security ?? security })
  }
}

/**
 * A schema as requests are read by it. With one that a text gave, also to whoever added the route, further parameters are
 * removed and not refused, so it does not forbid them here; without any parameters it is none.
 */
function asRead(schema: unknown, ofText: ParametersSchema | undefined): unknown {
  if (!ofText || !isDeepStrictEqual(schema, ofText)) return schema
  if (Object.keys(ofText.properties).length === 0) return undefined
  const { additionalProperties: _removed, ...rest } = ofText
  return rest
}

function withPathParameters(params: unknown, url: string): object {
  const { properties, ...schema } = Object(params) as {
    readonly properties?: Readonly<Record<string, unknown>>
  }
  const names = pathParameters(url)
  const all = Object.fromEntries(names.map(name => [name, properties?.[name] ?? { type: 'string' }]))
  return { ...schema, type: 'object', properties: all, required: names }
}
