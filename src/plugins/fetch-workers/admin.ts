import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import type { WorkerPool } from './gateway/worker-pool.ts'
import { namePattern } from './protocol/frames.ts'

const name = Type.String({ pattern: namePattern })
const Named = Type.Object({ name })
const Key = Type.Object({ kid: name })

/** Adds what operators may look at and do: workers, keys, who may stay. */
export function addAdminRoutes(app: App, pool: WorkerPool): void {
  app.get('/status', () => pool.status())
  app.post('/keys', { schema: { body: Key } }, ({ body }, reply) => {
    const secret = pool.keyOf(body.kid)
    return secret === undefined ? notFound(reply) : { kid: body.kid, secret }
  })
  const verbs = {
    accept: (worker: string) => pool.accept(worker),
    reject: (worker: string) => pool.reject(worker),
    drain: (worker: string) => pool.drainWorker(worker)
  }
  for (const [verb, act] of Object.entries(verbs))
    app.post(`/workers/:name/${verb}`, { schema: { params: Named } }, ({ params }, reply) =>
      act(params.name) ? { name: params.name, done: verb } : notFound(reply)
    )
}

function notFound(reply: FastifyReply): unknown {
  reply.code(404)
  return { status: 'not found' }
}
