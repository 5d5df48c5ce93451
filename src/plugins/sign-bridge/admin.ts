import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import type { Operations } from './operations.ts'
import type { SignBridgeStatus } from './service.ts'

const DeviceName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 128 }) })
const Reset = Type.Object({ device: Type.String({ minLength: 1, maxLength: 128 }) })
const Page = Type.Object({ limit: Type.Integer({ default: 100, minimum: 1, maximum: 10_000 }) })

/** What the routes are about. */
export interface AdminBridge {
  readonly operations: Operations
  status(): Pick<SignBridgeStatus, 'metrics'>
}

/** Adds what operators may do with devices, blocked PINs, the audit trail and the webhook. */
export function addAdminRoutes(app: App, bridge: AdminBridge): void {
  const { operations } = bridge
  app.get('/guard', async () => ({ blocks: await operations.blocks() }))
  app.post('/guard/reset', { schema: { body: Reset } }, async ({ body }, reply) =>
    orNotFound(reply, await operations.resetGuard(body.device), { status: 'reset' })
  )
  for (const action of ['drain', 'enable', 'release'] as const)
    app.post(`/devices/:name/${action}`, { schema: { params: DeviceName } }, async ({ params }, reply) =>
      orNotFound(reply, await operations[action](params.name))
    )
  app.get('/audit', { schema: { querystring: Page } }, async ({ query }) => ({
    rows: await operations.newestRows(query.limit)
  }))
  app.post('/webhook/test', async (_, reply) => orNotFound(reply, await operations.testWebhook()))
  app.get('/metrics', () => ({ metrics: bridge.status().metrics }))
}

function orNotFound(reply: FastifyReply, found: unknown, answer: unknown = found): unknown {
  if (found !== undefined) return answer
  reply.code(404)
  return { status: 'not found' }
}
