import type { FastifyRequest } from 'fastify'
import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'

/**
 * An `onRequest` hook that lets those in who show the secret as `Authorization: Bearer` (RFC 6750), before any of the
 * body is read. Digests are compared in constant time, so that the time taken tells nothing of the secret. It throws
 * an ApiError, `auth.required` or `auth.token_invalid`, both 401 with a challenge.
 */
export function onlyWith(adminSecret: string) {
  const expected = digestOf(adminSecret)
  return async ({ headers }: FastifyRequest): Promise<void> => {
    const [, given] = /^Bearer +(.+)$/i.exec(headers.authorization ?? '') ?? []
    if (given === undefined) throw unauthorized('auth.required', 'Bearer')
    if (!timingSafeEqual(digestOf(given), expected))
      throw unauthorized('auth.token_invalid', 'Bearer error="invalid_token"')
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function unauthorized(key: 'auth.required' | 'auth.token_invalid', challenge: string): ApiError {
  return new ApiError(CommonErrors[key], { headers: { 'www-authenticate': challenge } })
}
