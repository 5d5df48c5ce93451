import { expect, test } from 'vitest'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { hears, history, say } from './chat.ts'
import type { Client } from './client.ts'
import { startGateway, type Gateway } from './gateway.ts'
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

test.each(versions)('%s logs in again after a logout', async version => {
  await using gateway = await startGateway()
  const client = await gateway.online({ version, userID: 'ann' })
  await client.logout()
  await client.settled('is closed', () => client.sockets.open === 0)
  expect(await client.login()).toMatchObject({ errCode: 0 })
  expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
})

test.each(versions)('%s gets all answers to 200 requests right after its login', async version => {
  await using gateway = await startGateway()
  const client = await gateway.online({ version, userID: 'ann' })
  await gateway.rest.register('bob')
  const asked = Array.from({ length: 200 }, async (_, index) => {
    if (index % 4 === 0) return (await say(client, { userID: 'bob' }, `m-${index}`)).text
    const answer = await client.call(index % 4 === 1 ? 'getAllConversationList' : 'getSelfUserInfo')
    return answer.errCode
  })
  const wanted = Array.from({ length: 200 }, (_, index) => (index % 4 === 0 ? `m-${index}` : 0))
  expect(await Promise.all(asked)).toEqual(wanted)
})

test.each(versions)('%s hears nothing of what it has not logged in for', async version => {
  await using gateway = await startGateway()
  const client = await gateway.client({ version, userID: 'ann' })
  const { errCode } = await client.call('getSelfUserInfo')
  // Of the client itself (specification §1.4).
  expect(errCode).toBe(version === '3.5.2' ? 10004 : 112)
  expect(client.sockets.opened).toBe(0)
})

test.each(versions)(
  '%s: ids of digits, and with all signs that an id may have, stay what they are',
  async version => {
    await using gateway = await startGateway()
    const [digits, signs] = ['10086', 'a_b.c@d:e-f']
    const one = await gateway.online({ version, userID: digits })
    const other = await gateway.online({ version, userID: signs })
    expect(await one.ask(version === '3.5.2' ? 'getLoginUserID' : 'getLoginUser')).toBe(digits)
    await say(one, { userID: signs }, 'to signs')
    expect(await hears(other, 'to signs')).toMatchObject({ sendID: digits })
    await say(other, { userID: digits }, 'to digits')
    expect(await hears(one, 'to digits')).toMatchObject({ sendID: signs })
    const talk = [{ text: 'to signs' }, { text: 'to digits' }]
    expect(await history(one, { userID: signs })).toMatchObject(talk)
    expect(await history(other, { userID: digits })).toMatchObject(talk)
  }
)

test('2.3.0 gets new messages one by one, or in batches when it asks for them', async () => {
  await using gateway = await startGateway()
  const ann = await gateway.online({ version: '2.3.0', userID: 'ann' })
  const singles = await gateway.online({ version: '2.3.0', userID: 'bob' })
  const batches = await gateway.online({ version: '2.3.0', userID: 'cat', isBatch: true })
  for (const client of [singles, batches]) {
    await say(ann, { userID: client.userID }, 'hello')
    await hears(client, 'hello')
  }
  const names = ({ events }: typeof ann): readonly string[] =>
    events.map(({ name }) => name).filter(name => name.startsWith('OnRecvNewMessage'))
  expect(names(singles)).toEqual(['OnRecvNewMessage'])
  expect(names(batches)).toEqual(['OnRecvNewMessages'])
})
