import type { FastifyInstance } from 'fastify'
import type { ServerSettings } from '../resolve/server-settings.ts'

/** What says which headers all answers have. */
export type HeaderSettings = Pick<ServerSettings, 'nosniff' | 'hstsMaxAgeS' | 'trustProxy'>

/**
 * Has every answer say that browsers shall take its `content-type` as it is, and, where the request came by TLS to a proxy
 * that is trusted, that they shall come by TLS from now on. Handlers may set either otherwise.
 */
export function addDefaultHeaders(app: FastifyInstance, settings: HeaderSettings): void {
  const { nosniff, hstsMaxAgeS, trustProxy } = settings
  if (nosniff)
    app.addHook('onRequest', (_, reply, done) => {
      reply.header('x-content-type-options', 'nosniff')
      done()
    })
  // The gateway itself speaks no TLS: without a proxy there is nothing to ask each request.
  if (!trustProxy || hstsMaxAgeS === 0) return
  const hsts = `max-age=${hstsMaxAgeS}`
  app.addHook('onRequest', (request, reply, done) => {
    if (request.protocol === 'https') reply.header('strict-transport-security', hsts)
    done()
  })
}
