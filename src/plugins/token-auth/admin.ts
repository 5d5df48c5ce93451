import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import type { TokenAuth } from './service.ts'

const Somebody = Type.Object({
  kind: Type.Enum(['user', 'session', 'other']),
  id: Type.String({ minLength: 1, maxLength: 256 })
})

/** Adds what operators may do: look at the guarded routes, and end the tokens of somebody. */
export function addAdminRoutes(app: App, service: TokenAuth): void {
  app.get('/endpoints', () =>
    service.endpoints().map(({ id, method, url, auth }) => ({ id, method, url, auth }))
  )
  app.post('/revoke', { schema: { body: Somebody } }, async ({ body }) => {
    await service.revokeAll(body.kind, body.id)
    return { status: 'revoked' }
  })
}
