import { expect, test } from 'vitest'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import type { Client } from './client.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { versions, type Version } from './packages.ts'

type Code = { readonly v2: number; readonly v3: number }
type Bad = (gateway: Gateway, clock: FakeClock) => Promise<string>

const ttlS = 60
/** What is wrong with a token, the codes for it (specification §7), and the event that 3.5.2 is told of. */
const bad = {
  'no token at all': { v2: 703, v3: 1503, event: 'OnUserTokenExpired', token: async () => 'nonsense' },
  'an empty one': { v2: 703, v3: 1503, event: 'OnUserTokenExpired', token: async () => '' },
  'one that somebody else has signed': {
    v2: 702,
    v3: 1502,
    event: 'OnUserTokenExpired',
    token: async ({ rest }) => {
      const [head, body] = (await rest.login('ann', 5)).split('.')
      return `${head}.${body}.${Buffer.alloc(32).toString('base64url')}`
    }
  },
  'one that has expired': {
    v2: 701,
    v3: 1501,
    event: 'OnUserTokenExpired',
    token: async ({ rest }, clock) => {
      const token = await rest.login('ann', 5)
      await clock.advance((ttlS + 1) * 1_000)
      return token
    }
  },
  'one that was taken back': {
    v2: 706,
    v3: 1506,
    event: 'OnKickedOffline',
    token: async ({ rest, im }) => {
      const token = await rest.login('ann', 5)
      await im.forceLogout('ann')
      return token
    }
  },
  'one of somebody else': {
    v2: 708,
    v3: 1002,
    event: 'OnUserTokenExpired',
    token: ({ rest }) => rest.login('bob', 5)
  }
} satisfies Readonly<Record<string, Code & { readonly event: string; readonly token: Bad }>>
const whats = Object.keys(bad) as (keyof typeof bad)[]
const cases = versions.flatMap(version => whats.map(what => ({ version, what })))

const codeFor = (version: Version, { v2, v3 }: Code): number => (version === '3.5.2' ? v3 : v2)

/** Lets time go by until the gateway has closed the client's sockets. */
async function closes(client: Client, clock: FakeClock): Promise<void> {
  for (let ms = 0; ms < 5_000 && client.sockets.open > 0; ms += 100) await clock.advance(100)
  await client.settled('is closed', () => client.sockets.open === 0)
}

test.each(cases)('$version with $what: the code reaches the program, and a good token works', async run => {
  const { version, what } = run
  const { token, event, ...code } = bad[what]
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock, config: { tokenTtlS: ttlS } })
  const wrong = await token(gateway, clock)
  // Not the gateway's clock: nothing comes back by itself here.
  const client = await gateway.client({ version, userID: 'ann', token: wrong })
  expect(await client.login()).toMatchObject({ errCode: codeFor(version, code) })
  const told = version === '3.5.2' ? ['Login', event] : ['Login']
  const isTold = (): boolean => told.every(name => client.frames.some(one => one.event === name))
  await client.settled('is told', isTold)
  const frames = client.frames.filter(({ direction }) => direction === 'in').map(one => one.event)
  expect(frames.slice(0, told.length)).toEqual(told)
  // 2.0.3 would come back at once when it is closed; it opens another socket for another login.
  if (version !== '2.0.3') await closes(client, clock)
  expect(await client.login(await gateway.rest.login('ann', 5))).toMatchObject({ errCode: 0 })
  expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
})

test.each(versions)(
  '%s with a platform that there is not: the code reaches the program, and a good login works',
  async version => {
    const clock = fakeClock(Date.now())
    await using gateway = await startGateway({ clock })
    await gateway.rest.login('ann', 5)
    const client = await gateway.client({ version, userID: 'ann', token: 'any', platformID: 99 })
    const code = codeFor(version, { v2: 1001, v3: 10002 })
    const login = (platformID: number, token: string) =>
      client.call('login', {
        userID: 'ann',
        token,
        platformID,
        ...(version === '3.5.2' ? { wsAddr: gateway.url, apiAddr: '' } : { url: gateway.url, isBatch: false })
      })
    expect(await login(99, 'any')).toMatchObject({ errCode: code })
    if (version !== '2.0.3') await closes(client, clock)
    expect(await login(5, await gateway.rest.token('ann', 5))).toMatchObject({ errCode: 0 })
    expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  }
)

test.each(versions)('%s is told when its token expires while it is connected', async version => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock, config: { tokenTtlS: ttlS } })
  const client = await gateway.online({ version, userID: 'ann' })
  for (let s = 0; s < ttlS; s++) {
    expect(await client.call('getLoginStatus')).toMatchObject({ errCode: 0 })
    await clock.advance(1_000)
  }
  await client.until('OnUserTokenExpired')
  await closes(client, clock)
  expect(client.frames.at(-1)?.event).toBe('OnUserTokenExpired')
})

test.each(versions)('%s is told when a back end ends its session', async version => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock })
  const client = await gateway.online({ version, userID: 'ann' })
  expect(await gateway.im.forceLogout('ann')).toBe(1)
  await client.until('OnKickedOffline')
  await closes(client, clock)
})
