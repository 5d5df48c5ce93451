import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import type { Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { addDefaultHeaders } from './default-headers.ts'
import { GenerationServer } from './generation-server.ts'

/** So long may answers of a side listener take to end, in milliseconds, when its gateway closes. */
const lastAnswersMs = 1_000

/**
 * Makes an instance that is to listen on an address of its own, beside the gateway, and is closed with it. Where the
 * gateway can be reloaded, the port passes to the next one.
 * @param name unique among those of a gateway
 */
export function sideListener(
  app: Pick<FastifyInstance, 'addHook' | 'hasDecorator' | 'gateway'>,
  name: string,
  options: FastifyHttpOptions<Server> = {}
): FastifyInstance {
  const generation = app.hasDecorator('gateway') ? app.gateway.generation : undefined
  const handed = generation && { serverFactory: generation.serverFactory(name) }
  const side = Fastify({ ...options, ...handed, forceCloseConnections: true })
  if (app.hasDecorator('gateway')) addDefaultHeaders(side, { ...app.gateway.server, trustProxy: false })
  app.addHook('onClose', async () => {
    // What has been replaced may still be telling how the reload went.
    if (side.server instanceof GenerationServer)
      await Promise.race([side.server.quiet(), wait(lastAnswersMs, undefined, { ref: false })])
    await side.close()
  })
  return side
}
