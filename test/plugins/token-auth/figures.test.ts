import { expect, test } from 'vitest'
import { figures } from '../metrics/figures.ts'
import { startRig } from './rig.ts'

test('requests to guarded routes, logins, refreshes and ends are counted by what came of them', async () => {
  await using rig = await startRig()
  const ann = await rig.login('ann')
  const nobody = await rig.login('nobody')
  const payload = { username: 'ann', password: 'wrong' }
  for (const _ of [1, 2, 3]) await rig.inject({ method: 'POST', url: '/v1/token', payload })
  for (const _ of [1, 2, 3, 4]) await rig.get('/v1/user', ann.token)
  for (const _ of [1, 2]) await rig.get('/v1/user', nobody.token)
  await rig.get('/v1/user')
  await rig.get('/v1/user', 'no token')
  // Nobody is asked who they are here.
  await rig.get('/v1/news')
  await rig.get('/elsewhere')
  const { refreshToken = '' } = ann
  const refresh = () => rig.inject({ method: 'POST', url: '/v1/token/refresh', payload: { refreshToken } })
  await refresh()
  await refresh()
  const headers = { authorization: `Bearer ${nobody.token}` }
  await rig.inject({ method: 'DELETE', url: '/v1/token', headers })
  expect(await figures(rig.app, 'paifang_tokens')).toEqual({
    'paifang_tokens_logins_total{outcome="ok"}': 2,
    'paifang_tokens_logins_total{outcome="auth.failed"}': 3,
    'paifang_tokens_requests_total{outcome="ok"}': 4,
    'paifang_tokens_requests_total{outcome="auth.forbidden"}': 2,
    'paifang_tokens_requests_total{outcome="auth.required"}': 1,
    'paifang_tokens_requests_total{outcome="auth.token_invalid"}': 1,
    'paifang_tokens_refreshes_total{outcome="ok"}': 1,
    'paifang_tokens_refreshes_total{outcome="auth.token_invalid"}': 1,
    'paifang_tokens_revocations_total{outcome="ok"}': 1
  })
})
