import { afterEach, expect, test, vi } from 'vitest'
import { build } from './build.ts'

afterEach(() => vi.unstubAllEnvs())

test('in production nobody sees causes or the name of the dialect', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  await using app = await build({
    config: { debug: true },
    routes: routes =>
      routes.get('/', () => {
        throw new Error('secret')
      })
  })
  const response = await app.inject('/')
  expect(response.json()).toEqual({
    type: '/_errors#internal',
    title: '服务器出错',
    status: 500,
    instance: '/',
    code: 'internal',
    errorCode: 999,
    requestId: 'req-1',
    docs: '/_errors#internal'
  })
  expect(response.headers).not.toHaveProperty('x-dialect')
})
