import { Clock, definePlugin, optional, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { checkSettings } from './check.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { Hub } from './hub.ts'
import { hubMetrics } from './metrics.ts'
import { SseHub } from './service.ts'

export default definePlugin({
  name: 'sse-hub',
  description: 'Event streams (SSE) over topics, which readers resume without loss.',
  config: Config,
  needs: { errors: optional(ApiErrors), clock: optional(Clock) },
  provides: SseHub,
  check: checkSettings,

  async setup(app, { config, errors, clock = systemClock }) {
    errors?.define('sse-hub', Errors)
    const closing = (): boolean => app.hasDecorator('gateway') && app.gateway.closing
    const hub = new Hub({ settings: config, clock, closing })
    if (config.endpoint) {
      const { addEventsRoute } = await import('./events-route.ts')
      addEventsRoute(app, { hub, settings: config, clock })
    }
    // For apps without the kernel; it has drained before.
    app.addHook('preClose', () => hub.drain())
    app.addHook('onClose', async () => hub.stop())
    return hub
  },

  metrics: hub => hubMetrics(hub.status()),
  drain: (hub, signal) => (hub as Hub).drain(signal)
})
