import type { FastifyRequest } from 'fastify'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import { isForm, tooManyParameters } from './form-parser.ts'

/** How much a request may bring. */
export interface IntakeLimits {
  readonly maxParameters: number
  readonly maxDepth: number
}

/**
 * Refuses a request with more than routes are ready for, whatever the schema says.
 * @throws {ApiError} `param.invalid`
 */
export function checkIntake(request: FastifyRequest, { maxParameters, maxDepth }: IntakeLimits): void {
  const { query, body } = request
  checkNames(query, maxParameters, true)
  if (typeof body !== 'object' || body === null) return
  checkNames(body, maxParameters, isForm(request))
  if (isDeeper(body, maxDepth)) throw refusal(`a body is nested at most ${maxDepth} deep`)
}

/** @param isText where a name may come several times, each of which counts */
function checkNames(given: unknown, most: number, isText: boolean): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return
  if (Object.hasOwn(given, '__proto__')) throw refusal('no parameter is called __proto__')
  const values: readonly unknown[] = Object.values(given)
  if ((isText ? values.flat().length : values.length) > most) throw tooManyParameters(most)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some(inner => isDeeper(inner, levels - 1))
}

function refusal(detail: string): ApiError {
  return new ApiError(CommonErrors['param.invalid'], { detail })
}
