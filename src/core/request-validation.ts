import buildValidator from '@fastify/ajv-compiler'
import type { FastifyServerOptions } from 'fastify'

/** A part of a request that has a schema. */
export type RequestPart = 'params' | 'querystring' | 'headers' | 'body'

/** Whether a value fits; if not, `errors` says why. It converts what is text, and fills in defaults. */
export interface RequestValidator {
  (value: unknown): boolean
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null
}

/** @throws {Error} for what is no JSON Schema */
export type RequestCompiler = (schema: object | boolean, part: RequestPart) => RequestValidator

type Compile = (route: { readonly schema: unknown; readonly httpPart?: string }) => unknown
type Build = (
  schemas: unknown,
  options: { readonly customOptions?: object; readonly plugins?: readonly unknown[] }
) => Compile

const build = buildValidator() as unknown as Build

const buildByPart: Build = (schemas, options) => {
  const converting = build(schemas, options)
  const strict = build(schemas, {
    ...options,
    customOptions: { ...options.customOptions, coerceTypes: false }
  })
  return route => (route.httpPart === 'body' ? strict : converting)(route)
}

/**
 * Fastify's validation, except that bodies are taken as they are: `"5"` is no number and `5` no string in JSON.
 * Queries, parameters and headers, which are text, are still converted.
 */
export const schemaController = {
  compilersFactory: { buildValidator: buildByPart }
} as unknown as NonNullable<FastifyServerOptions['schemaController']>

/**
 * Makes validators as the gateway itself does for its routes, for requests that are validated elsewhere.
 * @param schemas those that others refer to, by their `$id`
 */
export function requestCompiler(schemas: Readonly<Record<string, unknown>> = {}): RequestCompiler {
  const compile = buildByPart(schemas, { customOptions: {}, plugins: [] })
  return (schema, httpPart) => compile({ schema, httpPart }) as RequestValidator
}
