import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { createGateway } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import { build } from './build.ts'

async function debugOf(request: InjectOptions, config = {}): Promise<unknown> {
  await using app = await build({
    config,
    routes: routes =>
      routes.get('/', () => {
        throw new Error('broken', { cause: 'why' })
      })
  })
  return (await app.inject({ url: '/', ...request })).json().debug
}

test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
  'callers on this machine (%s) see causes and place',
  async remoteAddress => {
    expect(await debugOf({ remoteAddress })).toEqual({
      causes: [
        { name: 'Error', message: 'broken' },
        { name: 'string', message: 'why' }
      ],
      at: expect.arrayContaining([expect.stringContaining('debug.test.ts')])
    })
  }
)

test.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '::11'])(
  'other callers (%s) do not',
  async remoteAddress => {
    expect(await debugOf({ remoteAddress })).toBeUndefined()
  }
)

test.each(['x-forwarded-for', 'forwarded'])(
  'callers behind a proxy on this machine (%s) do not',
  async header => {
    expect(await debugOf({ headers: { [header]: 'for=192.0.2.7' } })).toBeUndefined()
  }
)

test('nobody does when it is turned off', async () => {
  expect(await debugOf({}, { debug: false })).toBeUndefined()
})

test('what the caller did wrong is answered without a stack', async () => {
  expect(await debugOf({ url: '/nowhere' })).toBeUndefined()
})

test.each(['production', 'development'])(
  'a gateway whose environment says %s goes by that, not by the environment of the process',
  async NODE_ENV => {
    const config = { server: { logLevel: 'silent' }, plugins: { 'api-error': true } }
    const app = await createGateway({ builtins: [apiError], config, env: { NODE_ENV } })
    const { headers } = await app.inject('/nowhere')
    await app.close()
    expect(headers['x-dialect']).toBe(NODE_ENV === 'production' ? undefined : 'problem')
  }
)
