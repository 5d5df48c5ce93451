import type { FastifyBaseLogger } from 'fastify'
import type { Sessions } from '../sessions/service.ts'
import type { Cache } from './service.ts'

/**
 * The users of the cache are those of `sessions`. Whoever loses their data key loses what was kept under it: nobody could
 * open it any more.
 */
export function cacheForUsers(
  cache: Pick<Cache, 'identify' | 'clearUser'>,
  sessions: Pick<Sessions, 'userOf' | 'onDataKeyLost'>,
  log: FastifyBaseLogger
): void {
  cache.identify(request => {
    const user = sessions.userOf(request)
    return user.isLogin ? user : undefined
  })
  sessions.onDataKeyLost(identity => {
    cache.clearUser(identity).catch((error: unknown) => {
      log.error({ err: error }, 'values of a person who has another data key now could not be cleared')
    })
  })
}
