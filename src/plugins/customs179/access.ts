import type { FastifyRequest } from 'fastify'
import { isLocalPeer } from '../../core/index.ts'
import { ApiError, Errors } from '../api-error/service.ts'
import type { SignBridge } from '../sign-bridge/service.ts'

/**
 * The name of the caller that a request's token belongs to. Where nobody has a token, a PIN is taken from programs on
 * this machine alone, as on the routes of sign-bridge: whoever gives out tokens has thought of TLS.
 * @returns `undefined` when nobody has a token
 * @throws {ApiError} `auth.required` or `auth.token_invalid` (401), `auth.forbidden` (403)
 */
export function callerOf(request: FastifyRequest, bridge: SignBridge): string | undefined {
  const caller = bridge.authenticate(request.headers.authorization)
  if (caller === undefined && !isLocalPeer(request))
    throw new ApiError(Errors['auth.forbidden'], {
      detail: 'From other machines this needs a caller with a token (settings of sign-bridge).'
    })
  return caller
}
