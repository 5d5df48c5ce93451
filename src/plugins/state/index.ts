import { Clock, definePlugin, keepOverReloads, optional, systemClock } from '../../core/index.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { MemoryFacts, MemoryState } from './memory-state.ts'
import type { RedisState } from './redis/redis-state.ts'
import { State } from './service.ts'

export default definePlugin({
  name: 'state',
  description: 'Short-lived shared facts: keys with expiry, counters, locks, publish and subscribe.',
  config: Config,
  needs: { clock: optional(Clock) },
  provides: State,
  check: checkSettings,
  async setup(app, { config, log, clock = systemClock }) {
    const state = config.driver === 'redis' ? await openRemote() : openLocal()
    app.addHook('onClose', () => state.close())
    return state

    function openLocal(): MemoryState {
      const { maxKeys } = config
      const options = { maxKeys, clock, log }
      const facts = keepOverReloads(app, `state of ${maxKeys} keys`, () => new MemoryFacts(options))
      return new MemoryState(options, facts)
    }

    async function openRemote(): Promise<RedisState> {
      const { openRedis } = await import('./redis/open-redis.ts')
      return openRedis(config.redis, { clock, log })
    }
  },
  health: state => (state as MemoryState | RedisState).check(),
  metrics: state => (state as MemoryState | RedisState).metrics()
})
