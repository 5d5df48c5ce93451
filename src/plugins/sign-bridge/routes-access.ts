import type { FastifyRequest } from 'fastify'
import { isLocalPeer } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Caller, Callers } from './callers.ts'
import { idempotencyKeyIn } from './idempotency-key.ts'
import type { SignRequest } from './service.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token the request had, on routes of sign-bridge. */
    signCaller?: Caller | undefined
  }
}

export interface AccessRule {
  /** Requests without a token are let in, too. */
  readonly tokenOptional?: boolean
  /** The body holds a PIN that nothing hides. */
  readonly pinInClear?: boolean
}

/**
 * An `onRequest` hook: finds the caller before any of the body is read. Where nobody has a token, a PIN in clear is
 * taken from programs on this machine alone: whoever gives out tokens has thought of TLS, whoever does not may not.
 * It throws an ApiError with 401 or 403.
 */
export function callerOf(callers: Callers, { tokenOptional, pinInClear }: AccessRule = {}) {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization } = request.headers
    if (tokenOptional && authorization === undefined) return
    request.signCaller = callers.authenticate(authorization)
    if (pinInClear && !callers.required && !isLocalPeer(request))
      throw new ApiError(CommonErrors['auth.forbidden'], {
        detail:
          'From other machines this needs an envelope, or a caller with a token (settings of sign-bridge).'
      })
  }
}

/** An `onRequest` hook: sheds load before any of the body is read. A request with a key may have its answer already. */
export function shedding(assertRoom: () => void) {
  return async ({ headers }: FastifyRequest): Promise<void> => {
    if (headers['idempotency-key'] === undefined) assertRoom()
  }
}

/** Whose request it is, and what its owner calls it. */
export function namesOf({
  signCaller,
  headers
}: FastifyRequest): Pick<SignRequest, 'caller' | 'idempotencyKey'> {
  const idempotencyKey = idempotencyKeyIn(headers)
  return {
    ...(signCaller && { caller: signCaller.name }),
    ...(idempotencyKey !== undefined && { idempotencyKey })
  }
}
