import type { FastifyRequest } from 'fastify'
import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'

/**
 * What addresses of files begin with: the setting, or where the request was sent to, as far as `server.trustProxy`
 * lets a proxy say so. Without a slash at the end.
 * @throws {ApiError} `param.invalid` when the request does not say
 */
export function baseAddress(
  publicUrl: string,
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>
): string {
  if (publicUrl !== '') return publicUrl.replace(/\/+$/, '')
  const text = `${protocol}://${host}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw new ApiError(CommonErrors['param.invalid'], { detail: 'The header Host is no name of a host' })
  return url.origin
}
