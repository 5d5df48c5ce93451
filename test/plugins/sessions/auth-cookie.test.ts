import type { FastifyInstance, FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { ApiError, Errors as CommonErrors } from '../../../src/plugins/api-error/service.ts'
import type { Http } from '../../../src/plugins/http-client/service.ts'
import type { Sessions } from '../../../src/plugins/sessions/service.ts'
import { startRig } from './rig.ts'

const jar = (): Http => ({}) as Http

/** `GET /cookie` logs in at the provider, `times` times with one client. */
function cookieRoutes(http: Http, times = 1) {
  return (app: FastifyInstance, service: Sessions): void => {
    app.get('/cookie', async (request: FastifyRequest) => {
      await Promise.all(Array.from({ length: times }, () => service.useAuthCookie(request, http)))
      return { name: request.user.name }
    })
  }
}

test('the provider is asked with the client of the request, once however often it is asked for', async () => {
  const http = jar()
  await using rig = await startRig({ routes: cookieRoutes(http, 3) })
  const token = await rig.login({ gpassword: 'second' })
  expect((await rig.inject({ url: '/cookie', headers: { token } })).statusCode).toBe(200)
  expect(rig.provider.asked).toHaveLength(2)
  expect(rig.provider.asked[1]).toEqual(rig.provider.asked[0])
  expect(rig.provider.http).toEqual([undefined, http])
  await rig.inject({ url: '/cookie', headers: { token } })
  expect(rig.provider.asked).toHaveLength(3)
})

test('guests are 401, and the provider hears nothing of it', async () => {
  await using rig = await startRig({ routes: cookieRoutes(jar()) })
  expect((await rig.inject({ url: '/cookie' })).json<{ code: string }>().code).toBe('auth.required')
  expect(rig.provider.asked).toHaveLength(0)
})

test('what the provider says anew of the person is kept', async () => {
  await using rig = await startRig({ routes: cookieRoutes(jar()) })
  const [token, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  rig.provider.change('213170001', { schoolnum: '71117101' })
  await rig.inject({ url: '/cookie', headers: { token } })
  expect(await rig.me(ios)).toMatchObject({ schoolnum: '71117101' })
})

test('a provider that refuses the password ends the session, and the password is not taken again unasked', async () => {
  await using rig = await startRig({ routes: cookieRoutes(jar()) })
  const [token, ios] = [await rig.login(), await rig.login({ platform: 'ios' })]
  rig.provider.change('213170001', { password: 'changed' })
  const refused = await rig.inject({ url: '/cookie', headers: { token } })
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([401, 'auth.token_invalid'])
  expect([await rig.me(token), await rig.me(ios)]).toEqual([undefined, expect.anything()])
  const old = { cardnum: '213170001', password: 'correct horse' }
  for (const platform of ['ios', 'web']) expect((await rig.post({ ...old, platform })).statusCode).toBe(401)
})

test('so does one whose upstream answers 401', async () => {
  await using rig = await startRig({ routes: cookieRoutes(jar()) })
  const token = await rig.login()
  rig.provider.failure = new ApiError(CommonErrors['upstream.unauthorized'])
  expect((await rig.inject({ url: '/cookie', headers: { token } })).statusCode).toBe(401)
  expect(await rig.me(token)).toBeUndefined()
})

test('a provider that is down ends nothing', async () => {
  await using rig = await startRig({ routes: cookieRoutes(jar()) })
  const token = await rig.login()
  rig.provider.failure = new ApiError(CommonErrors['upstream.timeout'])
  expect((await rig.inject({ url: '/cookie', headers: { token } })).statusCode).toBe(504)
  expect(await rig.me(token)).toBeDefined()
})
