import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Entry } from '../resolve/entry.ts'
import type { ServerSettings } from '../resolve/server-settings.ts'
import { Connections } from './connections.ts'
import { GenerationServer } from './generation-server.ts'

/** How a close is going. */
export interface CloseState {
  /** Another gateway has taken its place. */
  readonly replaced: boolean
  /** The gateway is closing; readiness is 503. Not so when another has taken its place. */
  started: boolean
  /** Connections were cut because `server.closeMs` was up. */
  cut: boolean
}

/**
 * Makes `app.close()` graceful. Readiness goes first; after `drainMs` of going on as before, but that each answer is the last
 * on its connection, the listener closes and
 * plugins drain in the order in which they started; then open requests end. Connections that fall idle meanwhile are
 * swept (Node keeps them until their keep-alive ends), and what is left after `closeMs`, sockets of WebSockets
 * included, is cut. A gateway that another has replaced goes without the first two steps: nothing new reaches it, and it
 * ends only what is its own. Not a `preClose` hook: those may take no longer than a plugin may take to start.
 * @param started the plugins that are running
 */
export function addCloseSequence(
  app: FastifyInstance,
  { drainMs, closeMs }: ServerSettings,
  started: readonly Entry[]
): CloseState {
  const { server } = app
  const handed = server instanceof GenerationServer ? server : undefined
  const state: CloseState = {
    started: false,
    cut: false,
    get replaced() {
      return handed?.replaced ?? false
    }
  }
  const connections = handed ?? new Connections(server)
  const isServing = (): boolean => (handed ? handed.serving : server.listening)
  const finish = app.close.bind(app)
  const close = async (): Promise<void> => {
    state.started = !handed?.replaced
    if (isServing()) {
      endConnections(server)
      await wait(drainMs)
    }
    const time = new AbortController()
    const end = setTimeout(() => {
      time.abort()
      state.cut = connections.cut()
    }, closeMs)
    const sweep = setInterval(() => connections.sweep(), 50)
    if (isServing()) server.close()
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

/**
 * Tells clients with each answer that it is the last on its connection. What a load balancer still has open when the
 * listener closes has thus been idle for all of `drainMs`, and no request of it meets the end of its connection.
 */
function endConnections(server: FastifyInstance['server']): void {
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader('connection', 'close')
  })
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
