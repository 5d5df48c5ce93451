import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Entry } from '../resolve/entry.ts'
import type { ServerSettings } from '../resolve/server-settings.ts'

/** How a close is going. */
export interface CloseState {
  /** The gateway is closing; readiness is 503. */
  started: boolean
  /** Connections were cut because `server.closeMs` was up. */
  cut: boolean
}

/**
 * Makes `app.close()` graceful. Readiness goes first; after `drainMs` of going on as before, the listener closes and
 * plugins drain in the order in which they started; then open requests end. Connections that fall idle meanwhile are
 * swept (Node keeps them until their keep-alive ends), and what is left after `closeMs`, sockets of WebSockets
 * included, is cut. Not a `preClose` hook: those may take no longer than a plugin may take to start.
 * @param started the plugins that are running
 */
export function addCloseSequence(
  app: FastifyInstance,
  { drainMs, closeMs }: ServerSettings,
  started: readonly Entry[]
): CloseState {
  const state: CloseState = { started: false, cut: false }
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const finish = app.close.bind(app)
  const close = async (): Promise<void> => {
    state.started = true
    if (app.server.listening) await wait(drainMs)
    const time = new AbortController()
    const end = setTimeout(() => {
      state.cut = sockets.size > 0
      time.abort()
      for (const socket of sockets) socket.destroy()
    }, closeMs)
    const sweep = setInterval(() => {
      app.server.closeIdleConnections()
      // Node takes a connection for idle only after its first request.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    }, 50)
    if (app.server.listening) app.server.close()
    await drain(app, started, time.signal)
    await finish().finally(() => {
      clearInterval(sweep)
      clearTimeout(end)
    })
  }
  let closed: Promise<void> | undefined
  app.close = ((listener?: () => void) => {
    closed ??= close()
    return listener ? void closed.then(listener, listener) : closed
  }) as typeof app.close
  return state
}

async function drain(app: FastifyInstance, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  const timeUp = once(signal, 'abort')
  for (const { id, meta, provides } of entries) {
    try {
      const service: unknown = provides && app.getDecorator(provides)
      await Promise.race([meta?.drain?.(service, signal), timeUp])
    } catch (error) {
      app.log.error({ plugin: id, err: error }, 'could not drain')
    }
  }
}
