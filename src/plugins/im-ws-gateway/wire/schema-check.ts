import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import { ImError } from '../codes.ts'

/**
 * Clients are of many makers: `"20"` is taken for the number, `"true"` for the truth value, and members that nobody
 * knows go away, except where a schema lets them stay.
 */
const ajv = new Ajv({ coerceTypes: true, removeAdditional: true, strictTypes: false })
const compiled = new WeakMap<TSchema, ValidateFunction>()

/**
 * Makes a value fit its schema, in place. A schema is compiled when it is first needed.
 * @param where the value's own name, for the fault; empty for arguments, which have names themselves
 * @throws {ImError} `badArguments`, saying which member is wrong, and not what it says
 */
export function assertFits(schema: TSchema, value: object, where = ''): void {
  let check = compiled.get(schema)
  if (!check) compiled.set(schema, (check = ajv.compile(closed(schema))))
  if (check(value)) return
  const [error] = check.errors ?? []
  if (error) throw new ImError('badArguments', faultText(error, where))
}

/** The schema, with objects closed where their author left it open. */
function closed(schema: object): object {
  if (Array.isArray(schema)) return schema.map((each: unknown) => (isSchema(each) ? closed(each) : each))
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => [
      key,
      isSchema(value) ? closed(value) : value
    ])
  )
  return 'properties' in copy ? { additionalProperties: false, ...copy } : copy
}

function isSchema(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function faultText({ keyword, instancePath, message, params }: ErrorObject, where: string): string {
  const path = [...(where === '' ? [] : [where]), ...instancePath.split('/').slice(1)]
  if (keyword === 'required') return `${[...path, params['missingProperty'] as string].join('.')} is missing`
  return `${path.join('.')} ${message ?? 'is not valid'}`
}
