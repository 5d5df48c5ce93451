import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'

/** The headers of routes that know `Idempotency-Key`. */
export const KeyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: String.raw`^(?:[!#-~][ -~]{0,254}|"(?:[ !#-\[\]-~]|\\["\\]){1,255}")$`,
      description: 'Names the request: when it comes again, it is answered with the outcome of the first.',
      examples: ['order-7']
    })
  )
})

/**
 * The key in such a header: a string of RFC 9651, as draft-ietf-httpapi-idempotency-key-header wants it, or the same
 * without quotes, as most clients send it.
 */
export function idempotencyKeyIn(headers: IncomingHttpHeaders): string | undefined {
  const text = headers['idempotency-key']?.toString()
  return text?.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text
}
