import type { FastifyRequest, FastifySchema } from 'fastify'
import type { RequestCompiler, RequestPart, RequestValidator } from '../../core/index.ts'
import { routeText } from '../related/service.ts'
import { isForm } from './form-parser.ts'
import type { MethodSource } from './route-source.ts'
import type { RouteMethod } from './service.ts'

/** What the requests of a method have to be like. */
export interface RequestSchema {
  /** For whoever describes routes, and for the answers. */
  readonly schema: FastifySchema | undefined
  /**
   * Validates a request, converts what is text on the wire, and fills in defaults.
   * @throws {Error} like that of Fastify, with status 400
   */
  readonly check: (request: FastifyRequest) => void
}

type Schema = object | boolean
/** The members of a request, by the names that schemas have for them, in the order in which Fastify validates. */
const members = { params: 'params', body: 'body', querystring: 'query', headers: 'headers' } as const
const parts = Object.keys(members) as RequestPart[]

/**
 * The schema of a method: its own, or that of its text, which is about the query of GET and DELETE and the body of others.
 * @throws {TypeError} for a text that is none
 * @throws {Error} for what is no JSON Schema
 */
export function requestSchema(
  method: RouteMethod,
  { meta, schema: own }: Pick<MethodSource, 'meta' | 'schema'>,
  compile: RequestCompiler
): RequestSchema {
  const schema = own ?? schemaOfText(method, meta)
  const checks = parts.flatMap(part => {
    const of = partOf(schema, part)
    return of === undefined ? [] : [checkOf(part, of, compile)]
  })
  // Read in any case, so that what is wrong with a text is said.
  if (own && meta !== undefined) routeText(meta)
  return {
    schema,
    check(request) {
      for (const check of checks) check(request)
    }
  }
}

function schemaOfText(method: RouteMethod, meta: string | undefined): FastifySchema | undefined {
  if (meta === undefined) return undefined
  const { summary, parameters } = routeText(meta)
  const part = method === 'get' || method === 'delete' ? 'querystring' : 'body'
  return { ...(summary !== '' && { summary }), ...(parameters && { [part]: parameters }) } as FastifySchema
}

/** Fastify takes two names for the schema of a query. */
function partOf(given: FastifySchema = {}, part: RequestPart): Schema | undefined {
  const schema = given as Partial<Record<RequestPart | 'query', Schema>>
  const of = part === 'querystring' ? (schema.querystring ?? schema.query) : schema[part]
  if (part === 'headers' && of !== undefined) return inLowerCase(of)
  if (part === 'body' && typeof of === 'object' && 'content' in of)
    throw new TypeError('the schema of a body is one for all types of content')
  return of
}

function checkOf(part: RequestPart, schema: Schema, compile: RequestCompiler): RequestSchema['check'] {
  const asGiven = compile(schema, part)
  // A form is text, as a query is.
  const asText = part === 'body' ? compile(schema, 'querystring') : asGiven
  return request => {
    // Who sends no body has sent no parameters.
    if (part === 'body' && request.body === undefined) request.body = {}
    const fits = part === 'body' && isForm(request) ? asText : asGiven
    if (!fits(request[members[part]])) throw refusal(part, fits.errors)
  }
}

function refusal(part: RequestPart, errors: RequestValidator['errors']): Error {
  const text = errors?.map(({ instancePath, message = '' }) => `${part}${instancePath} ${message}`).join(', ')
  const facts = { statusCode: 400, code: 'FST_ERR_VALIDATION', validation: errors, validationContext: part }
  return Object.assign(new Error(text), facts)
}

/** Headers are in lower case by the time they are validated. */
function inLowerCase(schema: Schema): Schema {
  if (typeof schema !== 'object') return schema
  const { properties, required } = schema as { properties?: object; required?: readonly string[] }
  const lower = Object.entries(properties ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    value as unknown
  ])
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(lower) }),
    ...(required && { required: required.map(name => name.toLowerCase()) })
  }
}
