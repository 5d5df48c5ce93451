import buildValidator from '@fastify/ajv-compiler'
import type { FastifyServerOptions } from 'fastify'

type Compile = (route: { readonly httpPart?: string }) => unknown
type Build = (schemas: unknown, options: { readonly customOptions?: object }) => Compile

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
