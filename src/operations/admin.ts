import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { schemaController } from '../core/request-validation.ts'
import { StartupError } from '../settings/problems.ts'
import { listenProblem } from '../core/listen.ts'
import { sideListener } from '../core/side-listener.ts'
import type { Entry } from '../resolve/entry.ts'
import type { Reloaded } from './reloaded.ts'
import { addReloadRoute } from './reload-route.ts'

const host = '127.0.0.1'

/**
 * Opens, when the gateway gets ready, a second listener on loopback that shows plugins, routes, health with reasons
 * and the settings in use (secrets hidden). It changes nothing by itself but what `reload` does; plugins add what
 * operators may do.
 */
export function addAdminListener(
  app: FastifyInstance,
  port: number,
  entries: readonly Entry[],
  reload?: () => Promise<Reloaded>
): void {
  const admin = sideListener(app, 'admin', { schemaController })
  admin.addHook('onRequest', (request, reply, done) => {
    if (isLocal(request)) done()
    else void reply.code(403).send({ status: 'refused' })
  })
  admin.get('/plugins', () => app.gateway.plugins)
  admin.get('/routes', () => app.gateway.routes)
  admin.get('/health', () => app.gateway.health.all())
  admin.get('/config', () => app.gateway.settings())
  if (reload) addReloadRoute(admin, reload)
  app.addHook('onReady', async () => {
    for (const { id, meta, provides } of entries) {
      const service: unknown = provides && app.getDecorator(provides)
      const add = async (child: FastifyInstance): Promise<void> =>
        meta?.admin?.(child.withTypeProvider<TypeBoxTypeProvider>(), service)
      if (meta?.admin) await admin.register(add, { prefix: `/${id}` })
    }
    try {
      const url = await admin.listen({ host, port })
      app.log.info({ url }, 'admin listener')
    } catch (error) {
      throw new StartupError([listenProblem('server.adminPort', host, port, error)])
    }
  })
}

/** Not from a web page: neither sent by one nor to a name that somebody else's DNS points here. */
function isLocal({ headers, hostname }: FastifyRequest): boolean {
  return headers.origin === undefined && ['127.0.0.1', 'localhost'].includes(hostname)
}
