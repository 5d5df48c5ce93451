import type { FastifyInstance } from 'fastify'
import { StartupError } from '../settings/problems.ts'
import { ReloadRefused, told, type Reloaded } from './reloaded.ts'

/** Adds `POST /reload`: 200 with what has changed, 409 where there is no reload now, 422 with every problem. */
export function addReloadRoute(admin: FastifyInstance, reload: () => Promise<Reloaded>): void {
  admin.post('/reload', async (_, reply) => {
    try {
      const { added, removed, settings, ms, url } = await reload()
      const changed = added.length + removed.length + settings.length > 0
      return { status: 'reloaded', changed, added, removed, settings, ms, url }
    } catch (error) {
      if (error instanceof ReloadRefused)
        return reply.code(409).send({ status: 'busy', reason: error.message })
      if (error instanceof StartupError)
        return reply.code(422).send({ status: 'refused', problems: told(error) })
      throw error
    }
  })
}
