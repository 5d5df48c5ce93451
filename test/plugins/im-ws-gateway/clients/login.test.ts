import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startGateway } from './gateway.ts'
import { loginSuite } from './login.suite.ts'
import { versions } from './packages.ts'

/** Where each client runs; 2.3.0 reads names that mini-programs do not have. */
const runs = [
  ...versions.map(version => ({ version, platform: 'web' as const })),
  { version: '2.0.3' as const, platform: 'mini-program' as const },
  { version: '3.5.2' as const, platform: 'mini-program' as const }
]

test.each(runs)('$version in a $platform: login, calls, logout, and the socket is closed', async run => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock })
  const client = await gateway.client({ ...run, userID: 'ann', clock })
  expect(await client.login()).toMatchObject({ errCode: 0, errMsg: '' })
  await client.until('OnSyncServerFinish')
  const started = client.events.map(({ name }) => name)
  expect(started.slice(0, 3)).toEqual(['OnConnecting', 'OnConnectSuccess', 'OnSyncServerStart'])
  expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann', nickname: 'N-ann' })
  expect(gateway.im.status()).toMatchObject({ connections: 1, users: 1, byPlatform: { 5: 1 } })

  expect(await client.logout()).toMatchObject({ errCode: 0 })
  for (let ms = 0; ms < 5_000 && gateway.im.status().connections > 0; ms += 250) await clock.advance(250)
  await client.settled('is closed', () => client.sockets.open === 0)
  expect(gateway.im.status().connections).toBe(0)
  expect(client.failures).toEqual([])
})

test.each(versions)('%s hears nothing of what it has not logged in for', async version => {
  await using gateway = await startGateway()
  const client = await gateway.client({ version, userID: 'ann' })
  const { errCode } = await client.call('getSelfUserInfo')
  // Of the client itself (specification §1.4).
  expect(errCode).toBe(version === '3.5.2' ? 10004 : 112)
  expect(client.sockets.opened).toBe(0)
})

loginSuite(startGateway)
