import type { FastifyRequest } from 'fastify'
import type { Sessions } from '../sessions/service.ts'

/** Whoever makes a request, as far as targets are concerned. */
export interface Reader {
  /** The user; `undefined`: a guest. */
  readonly identity: string | undefined
  /** The audiences that they are part of. */
  readonly audiences: readonly string[]
}

const everybody = ''
const guests = 'guest'
const users = '!guest'
/** No audience is longer. */
const maxPrefix = 32

/**
 * Who makes a request. Without sessions all are guests.
 * @throws {ApiError} `session.unavailable`
 */
export function readerOf(request: FastifyRequest, sessions: Sessions | undefined): Reader {
  const user = sessions?.userOf(request)
  if (!user?.isLogin) return { identity: undefined, audiences: [everybody, guests] }
  return { identity: user.identity, audiences: [everybody, users, ...beginningsOf(user.schoolnum)] }
}

/** A number that begins with `guest` is still no guest's. */
function beginningsOf(schoolnum: string): string[] {
  const lengths = Array.from({ length: Math.min(schoolnum.length, maxPrefix) }, (_, index) => index + 1)
  return lengths.map(length => schoolnum.slice(0, length)).filter(beginning => beginning !== guests)
}
