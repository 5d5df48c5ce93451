import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { Config } from './config.ts'
import { MemoryState } from './memory-state.ts'
import { State } from './service.ts'

export default definePlugin({
  name: 'state',
  description: 'Short-lived shared facts: keys with expiry, counters, locks, publish and subscribe.',
  config: Config,
  needs: { clock: optional(Clock) },
  provides: State,
  setup(app, { config, log, clock = systemClock }) {
    const state = new MemoryState({ maxKeys: config.maxKeys, clock, log })
    app.addHook('onClose', () => state.close())
    return state
  },
  health: state => state.get('health')
})
