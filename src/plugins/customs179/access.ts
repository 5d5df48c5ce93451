import type { FastifyRequest } from 'fastify'
import { ApiError, Errors } from '../api-error/service.ts'
import type { SignBridge } from '../sign-bridge/service.ts'

const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * The name of the caller that a request's token belongs to. Where nobody has a token, a PIN is taken from programs on
 * this machine alone, as on the routes of sign-bridge: whoever gives out tokens has thought of TLS.
 * @returns `undefined` when nobody has a token
 * @throws {ApiError} `auth.required` or `auth.token_invalid` (401), `auth.forbidden` (403)
 */
export function callerOf(request: FastifyRequest, bridge: SignBridge): string | undefined {
  const caller = bridge.authenticate(request.headers.authorization)
  if (caller === undefined && !isLocal(request))
    throw new ApiError(Errors['auth.forbidden'], {
      detail: 'From other machines this needs a caller with a token (settings of sign-bridge).'
    })
  return caller
}

/** A peer on this machine that does not speak for another. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const forwarded = headers['x-forwarded-for'] ?? headers['forwarded']
  return forwarded === undefined && loopback.test(raw.socket.remoteAddress ?? '')
}
