import { parse } from 'secure-json-parse'
import { ImError, type CodeName } from '../codes.ts'

/** How deep objects and lists may stand in each other: far more than messages quoted in messages need. */
const maxDepth = 100

/** A JSON object, with names that are nobody's prototype. */
export type JsonObject = Record<string, unknown>

/** Whether a value is an object as JSON has it: no list, no `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads JSON from a client. What the parser says of a fault quotes the text, so it is dropped.
 * @param what the name that the fault is reported under
 * @throws {ImError} `code` for what is no JSON, holds the names `__proto__` or `constructor.prototype`, or is nested
 * more than 100 deep
 */
export function parseJson(text: string, what: string, code: CodeName = 'badArguments'): unknown {
  let value: unknown
  try {
    value = parse(text)
  } catch {
    throw new ImError(code, `${what} is no JSON, or JSON with forbidden names`)
  }
  assertFlat(value, what, code)
  return value
}

/** @throws {ImError} `code` for what is nested more than 100 deep: to go through it could overflow the stack */
export function assertFlat(value: unknown, what: string, code: CodeName): void {
  if (isDeeper(value, maxDepth)) throw new ImError(code, `${what} is nested too deep`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return members.some(member => isDeeper(member, levels - 1))
}
