import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { ApiError, Errors, type ApiErrors } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

async function keysOf(urls: readonly string[], dialect: 'flask' | 'problem') {
  const keys: unknown[] = []
  const routes = (app: FastifyInstance, errors: ApiErrors): void => {
    app.addHook('onResponse', async request => {
      keys.push(errors.failureOf(request)?.key)
    })
    app.get('/good', () => ({ a: 1 }))
    app.get('/refused', () => {
      throw new ApiError(Errors['auth.forbidden'])
    })
    app.get('/broken', () => {
      throw new Error('boom')
    })
  }
  await using app = await build({ config: { dialect }, routes })
  for (const url of urls) await app.inject(url)
  return keys
}

test.each(['flask', 'problem'] as const)(
  'tells the kind of a failure, whatever its status: %s',
  async dialect => {
    expect(await keysOf(['/good', '/refused', '/broken', '/nowhere'], dialect)).toEqual([
      undefined,
      'auth.forbidden',
      'internal',
      'route.not_found'
    ])
  }
)
