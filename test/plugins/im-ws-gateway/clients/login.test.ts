import { expect, test } from 'vitest'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { say } from './chat.ts'
import type { Client } from './client.ts'
import { startGateway, type Gateway } from './gateway.ts'
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

/** A user of 2.0.3 in a mini-program, where the client does not notice that it has logged out. */
async function loggedOut(gateway: Gateway, clock: FakeClock): Promise<Client> {
  const client = await gateway.online({
    version: '2.0.3',
    platform: 'mini-program',
    userID: 'ann',
    clock
  })
  await client.until('OnSyncServerFinish')
  await client.logout()
  return client
}

/** Lets time go by. */
async function pass(seconds: number, clock: FakeClock, gateway: Gateway): Promise<void> {
  for (let at = 0; at < seconds * 4; at++) {
    await clock.advance(250)
    await gateway.rest.token('ann', 5)
  }
}

test('2.0.3 in a mini-program stays logged out, though it comes back, and can log in again', async () => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock })
  const client = await loggedOut(gateway, clock)
  await pass(8, clock, gateway)
  expect(client.sockets.opened).toBe(2)
  expect(gateway.im.status()).toMatchObject({ connections: 0 })
  expect(client.events.filter(({ name }) => name === 'OnConnectSuccess')).toHaveLength(1)
  expect(await client.login()).toMatchObject({ errCode: 0 })
  expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
})

test('2.0.3 in a mini-program changes its user, and hears of each message once', async () => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock })
  const bob = await gateway.online({ version: '3.5.2', userID: 'bob' })
  const client = await loggedOut(gateway, clock)
  const token = await gateway.rest.login('cleo', 5)
  expect(
    await client.call('login', { userID: 'cleo', token, platformID: 5, url: gateway.url })
  ).toMatchObject({
    errCode: 0
  })
  await pass(8, clock, gateway)
  expect(client.sockets.opened).toBe(3)
  await say(bob, { userID: 'cleo' }, 'once')
  await say(bob, { userID: 'cleo' }, 'and again')
  const heard = (): string[] =>
    client.events
      .filter(({ name }) => name === 'OnRecvNewMessage')
      .map(({ data }) => (data as { content: string }).content)
  await client.settled('hears both', () => heard().includes('and again'))
  expect(heard()).toEqual(['once', 'and again'])
  expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'cleo' })
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
