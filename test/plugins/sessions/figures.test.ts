import { expect, test } from 'vitest'
import type { Http } from '../../../src/plugins/http-client/service.ts'
import { figures } from '../metrics/figures.ts'
import { credentials, startRig } from './rig.ts'

test('logins, lookups and ends of sessions are counted, each as what it was', async () => {
  await using rig = await startRig({ config: { loginsPerMinutePerUser: 4 } })
  const token = await rig.login()
  for (const password of ['wrong 1', 'wrong 2']) await rig.post({ ...credentials, password })
  const onPhone = await rig.login({ platform: 'ios' })
  await rig.post(credentials)
  // The login has put none of them into memory.
  for (const _ of [1, 2, 3]) await rig.me(token)
  for (const _ of [1, 2]) await rig.me('0'.repeat(64))
  await rig.me('no token')
  await rig.me(onPhone)
  const again = await rig.inject({ method: 'POST', url: '/auth/rotate', headers: { token } })
  await rig.inject({ method: 'DELETE', url: '/auth', headers: { token: again.body } })
  expect(await figures(rig.app, 'paifang_sessions')).toEqual({
    'paifang_sessions_logins_total{outcome="ok"}': 2,
    'paifang_sessions_logins_total{outcome="auth.failed"}': 2,
    'paifang_sessions_logins_total{outcome="rate.limited"}': 1,
    'paifang_sessions_rotations_total{outcome="ok"}': 1,
    'paifang_sessions_lookups_total{result="database"}': 3,
    'paifang_sessions_lookups_total{result="memory"}': 3,
    'paifang_sessions_lookups_total{result="unknown"}': 3,
    'paifang_sessions_ended_total{reason="logout"}': 1,
    paifang_sessions_in_memory: 1
  })
})

test('sessions that somebody has changed are counted apart', async () => {
  await using rig = await startRig()
  const token = await rig.login()
  await rig.db.updateTable('sessions_sessions').set({ lastSeen: 1 }).execute()
  expect(await rig.me(token)).toBeUndefined()
  expect(await figures(rig.app, 'paifang_sessions')).toEqual({
    'paifang_sessions_logins_total{outcome="ok"}': 1,
    'paifang_sessions_lookups_total{result="unknown"}': 1,
    paifang_sessions_damaged_rows_total: 1
  })
})

test('so are passwords that the provider takes back, and data keys that are lost with them', async () => {
  await using rig = await startRig({
    routes(app, service) {
      app.get('/cookie', async request => service.useAuthCookie(request, {} as Http))
    }
  })
  const token = await rig.login()
  rig.provider.change(credentials.cardnum, { password: 'changed' })
  await rig.inject({ url: '/cookie', headers: { token } })
  await rig.login({ password: 'changed' })
  expect(await figures(rig.app, 'paifang_sessions')).toEqual({
    'paifang_sessions_logins_total{outcome="ok"}': 2,
    'paifang_sessions_lookups_total{result="database"}': 1,
    'paifang_sessions_ended_total{reason="refused"}': 1,
    paifang_sessions_data_keys_lost_total: 1
  })
})
