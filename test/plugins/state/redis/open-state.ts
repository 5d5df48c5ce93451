import type { FastifyBaseLogger } from 'fastify'
import { systemClock, type Clock } from '../../../../src/core/index.ts'
import { openRedis } from '../../../../src/plugins/state/redis/open-redis.ts'
import type { RedisSettings } from '../../../../src/plugins/state/redis/redis-options.ts'
import type { RedisState } from '../../../../src/plugins/state/redis/redis-state.ts'

const quiet = { info() {}, warn() {}, error() {} } as unknown as FastifyBaseLogger

/** The driver over a Redis, as the plugin opens it. */
export function openState(
  settings: Partial<RedisSettings>,
  { clock = systemClock, log = quiet }: { readonly clock?: Clock; readonly log?: FastifyBaseLogger } = {}
): Promise<RedisState> {
  const defaults = {
    sentinels: [],
    sentinelName: 'mymaster',
    cluster: [],
    keyPrefix: 'test:',
    timeoutMs: 2_000
  }
  return openRedis({ url: 'redis://127.0.0.1:1', ...defaults, ...settings }, { clock, log })
}
