import { Ajv, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'

const ajv = new Ajv({ strictTypes: false })
const compiled = new Map<TSchema, ValidateFunction>()

/**
 * Reads what another node has written.
 * @throws {TypeError} for JSON that does not fit. It is not quoted: it holds what people write.
 */
export function parse<Schema extends TSchema>(schema: Schema, json: string): Static<Schema> {
  let check = compiled.get(schema)
  if (!check) compiled.set(schema, (check = ajv.compile(schema)))
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    value = undefined
  }
  if (!check(value)) throw new TypeError('what another node has written cannot be understood')
  return value as Static<Schema>
}

/** As {@link parse}. @returns `undefined` for JSON that does not fit */
export function parseIf<Schema extends TSchema>(schema: Schema, json: string): Static<Schema> | undefined {
  try {
    return parse(schema, json)
  } catch {
    return undefined
  }
}
