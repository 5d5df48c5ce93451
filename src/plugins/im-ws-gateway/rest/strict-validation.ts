import { Ajv } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'

const options = { allErrors: true, removeAdditional: false, useDefaults: true, strictTypes: false }

/**
 * Validation that refuses members which a schema with `additionalProperties: false` does not have, and names them:
 * the gateway's own drops them, and a misspelt `nickName` would be taken for none. It names all that is wrong at once.
 */
export function strictValidation(): FastifySchemaCompiler<TSchema> {
  const bodies = new Ajv(options)
  const texts = new Ajv({ ...options, coerceTypes: true })
  return ({ schema, httpPart }) => (httpPart === 'body' ? bodies : texts).compile(schema)
}
