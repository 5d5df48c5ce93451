import type { Endpoint } from '../token-auth/service.ts'
import type { Operation } from './operations.ts'
import type { Security } from './operation-schema.ts'

/** Who can tell callers apart. */
export interface Identification {
  /** The routes that `token-auth` guards, where it is on. */
  readonly endpoints: readonly Endpoint[] | undefined
  readonly sessions: boolean
}

/** The ways in which callers show who they are. */
export function securitySchemes({ endpoints, sessions }: Identification): Record<string, object> {
  return {
    ...(endpoints && {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'A token of `POST /v1/token`.'
      }
    }),
    ...(sessions && {
      token: { type: 'apiKey', in: 'header', name: 'token', description: 'A token of `POST /auth`.' }
    })
  }
}

/**
 * What callers of an operation must show. Guarded routes say so; any other may ask for the user of a session while it runs.
 * `undefined`: nothing is ever looked at.
 */
export function securityOf(
  { method, url }: Operation,
  { endpoints, sessions }: Identification
): Security | undefined {
  const token = sessions ? [{ token: [] }] : []
  const guarded = endpoints?.find(each => each.method === method && each.url.replace(/(?<=.)\/$/, '') === url)
  if (guarded?.auth === 'required') return [{ bearer: [] }, ...token]
  if (guarded?.auth === 'optional') return [{}, { bearer: [] }, ...token]
  if (guarded?.auth === 'public' || !sessions) return undefined
  return [{}, ...token]
}
