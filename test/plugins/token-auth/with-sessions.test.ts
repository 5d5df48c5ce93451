import { expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { outcomeOf, startRig, type Rig } from './rig.ts'

const options = { sessions: true, config: { sessionScopes: ['user'] } }

async function principalOf(rig: Rig, headers: Record<string, string>, url = '/v1/order'): Promise<unknown> {
  const answer = await rig.inject({ url, headers })
  return answer.statusCode === 200 ? answer.json<{ principal: unknown }>().principal : outcomeOf(answer)
}

test('the header `token` of a session opens what sessionScopes permit', async () => {
  await using rig = await startRig(options)
  const token = await rig.session()
  expect(await principalOf(rig, { token })).toEqual({
    id: expect.stringMatching(/^[\w-]{43}$/),
    kind: 'session',
    scopes: ['user'],
    sessionId: expect.stringMatching(/^[\w-]{22}$/)
  })
  expect(await principalOf(rig, { token }, '/v1/user/super')).toBe('403 auth.forbidden')
  expect(await principalOf(rig, { token }, '/v1/offers')).toMatchObject({ kind: 'session' })
})

test('guests, and tokens of sessions that are over, are told apart', async () => {
  await using rig = await startRig(options)
  const gone = { token: 'f'.repeat(64) }
  expect([await principalOf(rig, {}), await principalOf(rig, gone)]).toEqual([
    '401 auth.required',
    '401 auth.token_invalid'
  ])
  expect([await principalOf(rig, {}, '/v1/offers'), await principalOf(rig, gone, '/v1/offers')]).toEqual([
    null,
    null
  ])
})

test('of a bearer token and a session, the bearer token counts, also when it is wrong', async () => {
  await using rig = await startRig(options)
  const [token, { token: bearer }] = [await rig.session(), await rig.login('nobody')]
  const authorization = `Bearer ${bearer}`
  expect(await principalOf(rig, { token, authorization })).toBe('403 auth.forbidden')
  expect(await principalOf(rig, { token, authorization: 'Bearer x' })).toBe('401 auth.token_invalid')
  expect(await principalOf(rig, { token, authorization: 'Basic x' })).toMatchObject({ kind: 'session' })
})

test('a session is exchanged for a bearer token, which is not refreshed and does not name the person', async () => {
  await using rig = await startRig(options)
  const token = await rig.session()
  const exchange = (headers: Record<string, string>) =>
    rig.inject({ method: 'POST', url: '/v1/token', headers })
  const issued = (await exchange({ token })).json<{ token: string; refreshToken?: string }>()
  expect(issued.refreshToken).toBeUndefined()
  expect(await principalOf(rig, { authorization: `Bearer ${issued.token}` })).toMatchObject({
    kind: 'session',
    scopes: ['user'],
    id: ((await principalOf(rig, { token })) as { id: string }).id
  })
  expect(JSON.stringify(decodeJwt(issued.token))).not.toContain('213170001')
  expect(outcomeOf(await exchange({}))).toBe('401 auth.required')
  expect(outcomeOf(await exchange({ token: 'f'.repeat(64) }))).toBe('401 auth.token_invalid')
})

test('logging out of an exchanged token leaves the session, which gives another', async () => {
  await using rig = await startRig(options)
  const token = await rig.session()
  const exchange = async () =>
    (await rig.inject({ method: 'POST', url: '/v1/token', headers: { token } })).json<{ token: string }>()
      .token
  const authorization = `Bearer ${await exchange()}`
  await rig.inject({ method: 'DELETE', url: '/v1/token', headers: { authorization } })
  expect(await principalOf(rig, { authorization })).toBe('401 auth.token_invalid')
  expect(await principalOf(rig, { authorization: `Bearer ${await exchange()}` })).toMatchObject({
    kind: 'session'
  })
})

test('without sessions the header `token` is nothing', async () => {
  await using rig = await startRig({ config: {} })
  expect(await principalOf(rig, { token: 'f'.repeat(64) })).toBe('401 auth.required')
  expect(outcomeOf(await rig.inject({ method: 'POST', url: '/v1/token' }))).toBe('401 auth.required')
})
