import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { heapSnapshot, longestQueues, usersOf } from './gateway/diagnostics.ts'
import type { Gateway } from './gateway/gateway.ts'
import { idPattern } from './uploads/part-address.ts'

const limit = Type.Integer({ default: 100, minimum: 1, maximum: 1_000 })
const Most = Type.Object({ limit })
const Page = Type.Object({ offset: Type.Integer({ default: 0, minimum: 0, maximum: 1e9 }), limit })
const User = Type.Object({ userID: Type.String({ minLength: 1, maxLength: 160 }) })
const File = Type.Object({ id: Type.String({ pattern: idPattern }) })
const Platform = Type.Object({ platformID: Type.Optional(Type.Integer({ minimum: 1, maximum: 11 })) })

/** Adds what operators may look at, and do. */
export function addAdminRoutes(app: App, gateway: Gateway): void {
  app.get('/status', () => gateway.status())
  app.get('/users', { schema: { querystring: Page } }, ({ query }) => ({
    total: gateway.status().users,
    users: usersOf(gateway.sessions, query.offset, query.limit)
  }))
  app.get('/queues', { schema: { querystring: Most } }, ({ query }) => ({
    queues: longestQueues(gateway.connections, query.limit)
  }))
  app.get('/methods', { schema: { querystring: Most } }, ({ query }) => ({
    methods: gateway.methods.slowest(query.limit)
  }))
  app.post('/heap-snapshot', async () => ({ path: await heapSnapshot() }))
  app.delete('/files/:id', { schema: { params: File } }, async ({ params }) => ({
    removed: (await gateway.uploads?.removeFile(params.id)) ?? false
  }))
  app.post(
    '/users/:userID/logout',
    { schema: { params: User, querystring: Platform } },
    async ({ params, query }) => ({
      ended: await gateway.forceLogout(params.userID, query.platformID)
    })
  )
}
