import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { interruptible } from '../state/interruptible.ts'
import { CountingProvider, startRig, type Rig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

let files = 0

/** Two gateways over one database, with or without a state that they share. */
async function twoNodes(shared: boolean): Promise<[Rig, Rig]> {
  const file = directory.path(`nodes-${++files}.db`)
  const clock = fakeClock()
  const provider = new CountingProvider()
  const state: State | false =
    shared && new MemoryState({ maxKeys: 1_000, clock, log: { error: () => undefined } as never })
  const rig = () => startRig({ file, clock, provider, state })
  return [await rig(), await rig()]
}

test('a session that ends on one node ends on the other at once, where they share a state', async () => {
  const [here, there] = await twoNodes(true)
  await using _ = here
  await using __ = there
  const token = await here.login()
  expect(await there.me(token)).toBeDefined()
  await here.service.logout(token)
  await here.clock.advance(0)
  expect(await there.me(token)).toBeUndefined()
})

test('and a minute later at the latest where they do not', async () => {
  const [here, there] = await twoNodes(false)
  await using _ = here
  await using __ = there
  const token = await here.login()
  expect(await there.me(token)).toBeDefined()
  await here.service.logout(token)
  await here.clock.advance(60_001)
  expect(await there.me(token)).toBeUndefined()
})

test('a token that a node does not know yet is known five seconds later, or at once with a state', async () => {
  const [here, there] = await twoNodes(true)
  await using _ = here
  await using __ = there
  const token = here.service.adapterToken('wechat', 'openid')
  expect(await there.me(token)).toBeUndefined()
  const login = { username: '213170001', password: 'correct horse', platform: 'wechat', token }
  await here.service.login(login)
  await here.clock.advance(0)
  expect(await there.me(token)).toBeDefined()
})

test('a session whose end may have been missed is looked up again', async () => {
  const file = directory.path(`nodes-${++files}.db`)
  const clock = fakeClock()
  const provider = new CountingProvider()
  const shared = new MemoryState({ maxKeys: 1_000, clock, log: { error: () => undefined } as never })
  const { state, interrupt, restore } = interruptible(shared)
  await using here = await startRig({ file, clock, provider, state: shared })
  await using there = await startRig({ file, clock, provider, state })
  const token = await here.login()
  // What the login has to tell is told before anybody looks.
  await clock.advance(0)
  expect(await there.me(token)).toBeDefined()
  interrupt()
  await here.service.logout(token)
  await clock.advance(0)
  expect(await there.me(token)).toBeDefined()
  restore()
  expect(await there.me(token)).toBeUndefined()
})

test('logins on two nodes at the same time leave one token a platform, which is good on both', async () => {
  const [here, there] = await twoNodes(false)
  await using _ = here
  await using __ = there
  await Promise.all([
    here.login(),
    there.login(),
    here.login({ platform: 'ios' }),
    there.login({ platform: 'ios' })
  ])
  const rows = await here.db.selectFrom('sessions_sessions').selectAll().execute()
  expect(rows.map(({ platform }) => platform).toSorted()).toEqual(['ios', 'web'])
  const [web, again] = [await here.login(), await there.login()]
  expect(again).toBe(web)
  expect([await here.me(web), await there.me(web)]).toEqual([expect.anything(), expect.anything()])
})

test('a state that is away when the gateway starts, and later, ends nothing but the news', async () => {
  const away = (): Promise<never> => Promise.reject(new Error('away'))
  const logs: string[] = []
  const state = { subscribe: away, publish: away, increment: away } as unknown as State
  await using rig = await startRig({ state, logs })
  const token = await rig.login()
  expect(await rig.service.logout(token)).toBe(true)
  expect(await rig.me(token)).toBeUndefined()
  await rig.clock.advance(0)
  expect(logs.join('')).toContain('what other nodes forget of sessions is not heard')
  expect(logs.join('')).toContain('other nodes could not be told')
})
