import { describe, expect, test } from 'vitest'
import { ApiError, Errors } from '../../../src/plugins/api-error/service.ts'
import { bodyOf, makeRig, type Rig } from './samples.ts'

const authenticate = (authorization: string | undefined): string => {
  if (authorization === 'Bearer good') return 'shop'
  throw new ApiError(Errors[authorization === undefined ? 'auth.required' : 'auth.token_invalid'])
}

async function answer(
  rig: Rig,
  {
    from = '127.0.0.1',
    headers = {},
    payload = bodyOf()
  }: { from?: string; headers?: object; payload?: string } = {}
): Promise<readonly [number, unknown]> {
  const response = await rig.gateway.inject({
    method: 'POST',
    url: '/v1/customs179/sign',
    remoteAddress: from,
    headers: { 'content-type': 'application/json', ...headers },
    payload
  })
  return [response.statusCode, response.json<{ code?: string }>().code]
}

test('where callers have tokens, one is needed, from anywhere, and says whose limits hold', async () => {
  await using rig = await makeRig({ authenticate })
  for (const from of ['127.0.0.1', '192.0.2.7']) {
    expect(await answer(rig, { from })).toEqual([401, 'auth.required'])
    expect(await answer(rig, { from, headers: { authorization: 'Bearer bad' } })).toEqual([
      401,
      'auth.token_invalid'
    ])
    expect(rig.requests).toEqual([])
    expect(await answer(rig, { from, headers: { authorization: 'Bearer good' } })).toEqual([200, undefined])
    expect(rig.requests.pop()).toMatchObject({ caller: 'shop' })
  }
})

test('nothing of the body is looked at before the token', async () => {
  await using rig = await makeRig({ authenticate })
  for (const payload of ['no JSON', '{}', bodyOf({ serviceTime: '"1"' }), 'x'.repeat(200_000)])
    expect(await answer(rig, { payload })).toEqual([401, 'auth.required'])
})

describe('where nobody has a token', () => {
  test('programs on this machine may sign', async () => {
    await using rig = await makeRig()
    for (const from of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
      expect(await answer(rig, { from })).toEqual([200, undefined])
    expect(rig.requests.at(-1)).not.toHaveProperty('caller')
  })

  test('other machines may not, also those behind a proxy on this one', async () => {
    await using rig = await makeRig()
    for (const from of ['192.0.2.7', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.7'])
      expect(await answer(rig, { from })).toEqual([403, 'auth.forbidden'])
    for (const header of ['x-forwarded-for', 'forwarded'])
      expect(await answer(rig, { headers: { [header]: '127.0.0.1' } })).toEqual([403, 'auth.forbidden'])
    expect(rig.requests).toEqual([])
  })
})

test('verifying takes no token: it touches no card', async () => {
  await using rig = await makeRig({ authenticate })
  const claim = { str: 'text', signValue: 'AAAA', certificate: 'AAAA' }
  expect(await rig.verify(claim)).toMatchObject({ status: 200, body: { valid: false } })
})
