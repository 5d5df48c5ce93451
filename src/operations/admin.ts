import Fastify, { type FastifyInstance } from 'fastify'
import { StartupError } from '../settings/problems.ts'
import { listenProblem } from '../core/listen.ts'

const host = '127.0.0.1'

/**
 * Opens, when the gateway gets ready, a second listener on loopback that shows plugins, routes, health with reasons
 * and the settings in use (secrets hidden). It changes nothing.
 */
export function addAdminListener(app: FastifyInstance, port: number): void {
  const admin = Fastify({ forceCloseConnections: true })
  admin.get('/plugins', () => app.gateway.plugins)
  admin.get('/routes', () => app.gateway.routes)
  admin.get('/health', () => app.gateway.health.all())
  admin.get('/config', () => app.gateway.settings())
  app.addHook('onReady', async () => {
    try {
      const url = await admin.listen({ host, port })
      app.log.info({ url }, 'admin listener')
    } catch (error) {
      throw new StartupError([listenProblem('server.adminPort', host, port, error)])
    }
  })
  app.addHook('onClose', () => admin.close())
}
