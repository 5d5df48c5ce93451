import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import { inputView } from '../../../core/index.ts'
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
  if (!check) compiled.set(schema, (check = ajv.compile(inputView(schema))))
  if (check(value)) return
  const [error] = check.errors ?? []
  if (error) throw new ImError('badArguments', faultText(error, where))
}

function faultText({ keyword, instancePath, message, params }: ErrorObject, where: string): string {
  const path = [...(where === '' ? [] : [where]), ...instancePath.split('/').slice(1)]
  if (keyword === 'required') return `${[...path, params['missingProperty'] as string].join('.')} is missing`
  return `${path.join('.')} ${message ?? 'is not valid'}`
}
