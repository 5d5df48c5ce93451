import type { FastifyInstance } from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import type { Resolution } from '../resolve/resolve.ts'

/** How a close is going. */
export interface CloseState {
  /** The gateway is closing; readiness is 503. */
  started: boolean
  /** Connections were cut because `server.closeMs` was up. */
  cut: boolean
}

/**
 * Makes `app.close()` graceful: readiness goes first, then after `drainMs` plugins drain in the order in which they
 * started, then the listener closes and open requests end. Connections that fall idle meanwhile are swept (Node
 * keeps them until their keep-alive ends), and what is left after `closeMs` is cut.
 */
export function addCloseSequence(app: FastifyInstance, { server, entries }: Resolution): CloseState {
  const state: CloseState = { started: false, cut: false }
  let sweep: NodeJS.Timeout | undefined
  let end: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    state.started = true
    if (app.server.listening && server.drainMs > 0) await wait(server.drainMs)
    const time = new AbortController()
    end = setTimeout(() => {
      state.cut = app.server.listening
      time.abort()
      app.server.closeAllConnections()
    }, server.closeMs).unref()
    for (const { id, meta, provides } of entries) {
      if (!meta?.drain || (provides && !app.hasDecorator(provides))) continue
      const service: unknown = provides ? app.getDecorator(provides) : undefined
      const aborted = new Promise(resolve => time.signal.addEventListener('abort', resolve, { once: true }))
      try {
        await Promise.race([meta.drain(service, time.signal), aborted])
      } catch (error) {
        app.log.error({ plugin: id, err: error }, 'could not drain')
      }
    }
    sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  })
  app.addHook('onClose', async () => {
    clearInterval(sweep)
    clearTimeout(end)
  })
  return state
}
