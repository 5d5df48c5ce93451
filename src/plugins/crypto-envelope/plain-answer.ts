import { stringifyJson } from './json-object.ts'
import type { SealedAnswer } from './service.ts'

/**
 * An answer that leaves as it is, for profiles with `answers: plain`.
 * @throws {TypeError} for what is no JSON object
 */
export function plainAnswer(value: unknown): SealedAnswer {
  const body: unknown = JSON.parse(stringifyJson(value))
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new TypeError('a plain answer must be an object')
  return { body: body as Record<string, unknown> }
}
