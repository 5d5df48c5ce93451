import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import type { Client } from '../gateway/client.ts'
import { startNodes, twoNodes } from './nodes.ts'
import { settle } from './shared-state.ts'

const dialects: readonly Dialect[] = ['2.0', '2.3', '3']
const pairs = dialects.flatMap(older => dialects.map(newer => ({ older, newer })))

/** Whether clients are logged in, once what is under way has come to an end. */
async function stay(...clients: readonly Client[]): Promise<boolean[]> {
  await settle()
  const answers = clients.map(async client => {
    const { data } = await client.request('GetLoginStatus')
    return data === (client.options.dialect === '3' ? '3' : '101')
  })
  return Promise.all(answers)
}

describe.each(pairs)(
  'a newer connection of $newer meets one of $older on another node',
  ({ older, newer }) => {
    test('with another token: that one goes as it would here, and its token is refused everywhere', async () => {
      await using nodes = await twoNodes()
      const { here, there } = nodes
      const old = await here.start({ dialect: older, token: 'u1/5/old' })
      const fresh = await there.start({ dialect: newer, token: 'u1/5/new' })
      expect(await old.event('OnKickedOffline')).toMatchObject({ errCode: 0, data: '', operationID: '' })
      await here.clock.advance(1_300)
      expect(here.gateway.status().connections).toBe(1)
      await here.clock.advance(300)
      await old.closed
      expect(old.closeCode).toBe(4500)
      for (const node of [here, there])
        expect((await node.open({ dialect: older, token: 'u1/5/old' }).login()).errCode).toBe(
          older === '3' ? 1506 : 706
        )
      expect(await stay(fresh)).toEqual([true])
      expect(fresh.events).not.toContain('OnKickedOffline')
      expect([...nodes.tokens.kicked]).toEqual(['u1/5/old'])
      expect([here.count('kicked_by_other_nodes_total'), there.count('kicked_by_other_nodes_total')]).toEqual(
        [1, 0]
      )
    })

    test('with the same token: only of two of 3.x the older one goes, and the token stays good', async () => {
      await using nodes = await twoNodes()
      const old = await nodes.here.start({ dialect: older })
      const fresh = await nodes.there.start({ dialect: newer })
      const goes = older === '3' && newer === '3'
      expect(await stay(old, fresh)).toEqual([!goes, true])
      expect(old.events.includes('OnKickedOffline')).toBe(goes)
      expect(nodes.tokens.kicked.size).toBe(0)
    })
  }
)

test('other terminals stay under kick-same-terminal, and go under kick-all-others', async () => {
  for (const policy of ['kick-same-terminal', 'kick-all-others'] as const) {
    await using nodes = await twoNodes({ policy })
    const others = [await nodes.here.start({ platformID: 5 }), await nodes.here.start({ platformID: 1 })]
    const windows = await nodes.here.start({ platformID: 3 })
    if (policy === 'kick-all-others') await others[1]?.event('OnKickedOffline')
    const mac = await nodes.there.start({ platformID: 4 })
    await windows.event('OnKickedOffline')
    expect((await stay(mac)).concat(await stay(...others))).toEqual(
      policy === 'kick-same-terminal' ? [true, true, true] : [true, false, false]
    )
  }
})

test('under share nobody is kicked, and nothing is said', async () => {
  await using nodes = await twoNodes({ policy: 'share' })
  const clients = [await nodes.here.start({ token: 'u1/5/a' }), await nodes.there.start({ token: 'u1/5/b' })]
  expect(await stay(...clients)).toEqual([true, true])
  expect(nodes.published).toEqual([])
})

test('other users stay', async () => {
  await using nodes = await twoNodes()
  const other = await nodes.here.start({ userID: 'u2' })
  await nodes.there.start({ userID: 'u1' })
  expect(await stay(other)).toEqual([true])
  expect(nodes.here.count('logins_heard_total')).toBe(1)
})

test('tokens are not in what nodes say to each other', async () => {
  await using nodes = await twoNodes()
  await nodes.here.start({ token: 'u1/5/of-the-first' })
  await nodes.there.start({ token: 'u1/5/of-the-second' })
  await settle()
  expect(nodes.published).toHaveLength(2)
  expect(nodes.published.join()).not.toContain('of-the')
})

test('who logs in after another one has takes his place, though the clock of that node is ahead', async () => {
  for (const aheadMs of [-30_000, 30_000]) {
    await using nodes = startNodes()
    const [here, there] = [await nodes.add({ aheadMs }), await nodes.add()]
    const old = await here.start({ token: 'u1/5/old' })
    await settle()
    const fresh = await there.start({ token: 'u1/5/new' })
    await old.event('OnKickedOffline')
    expect(await stay(fresh)).toEqual([true])
  }
})

test('of two logins at one moment on two nodes one stays, the same for both', async () => {
  for (const aheadMs of [0, 40, -40]) {
    await using nodes = startNodes()
    const [here, there] = [await nodes.add({ aheadMs }), await nodes.add()]
    const clients = await Promise.all([
      here.open({ token: 'u1/5/a' }).opened(),
      there.open({ token: 'u1/5/b' }).opened()
    ])
    // Neither hears of the other before both are there.
    for (const { shared } of [here, there]) shared.deafen()
    await Promise.all(clients.map(client => client.start()))
    for (const { shared } of [here, there]) shared.restore()
    const [first, second] = clients
    expect(await stay(...clients)).toEqual(aheadMs > 0 ? [true, false] : [false, true])
    expect([...nodes.tokens.kicked]).toEqual([aheadMs > 0 ? 'u1/5/b' : 'u1/5/a'])
    const kicks = [first, second].map(
      client => client?.events.filter(name => name === 'OnKickedOffline').length
    )
    expect(kicks.toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1])
  }
})

test('a login under way goes when a later one on another node is there first', async () => {
  await using nodes = await twoNodes()
  const { here, there } = nodes
  let open = (): void => undefined
  here.cores.opening = () => new Promise<void>(resolve => (open = resolve))
  const old = await here.open({ token: 'u1/5/old' }).opened()
  const login = old.askLogin()
  await here.until(() => here.gateway.status().users === 1)
  there.clock.jump(1)
  const fresh = await there.start({ token: 'u1/5/new' })
  await old.event('OnKickedOffline')
  open()
  expect((await old.answerTo(login)).errCode).not.toBe(0)
  expect(await stay(fresh)).toEqual([true])
})

test('a login that began first and ends last goes, though its node has missed the later one', async () => {
  await using nodes = await twoNodes()
  const { here, there } = nodes
  let open = (): void => undefined
  here.cores.opening = () => new Promise<void>(resolve => (open = resolve))
  const old = await here.open({ token: 'u1/5/old' }).opened()
  old.askLogin()
  await here.until(() => here.gateway.status().users === 1)
  there.clock.jump(1)
  here.shared.deafen()
  const fresh = await there.start({ token: 'u1/5/new' })
  await settle()
  here.shared.restore()
  expect(old.events).not.toContain('OnKickedOffline')
  open()
  await old.event('OnKickedOffline')
  expect(await stay(fresh)).toEqual([true])
})

test('a login that fails ends nobody on another node', async () => {
  await using nodes = await twoNodes()
  const old = await nodes.here.start({ token: 'u1/5/old' })
  nodes.there.cores.prepare = core => {
    core.attaching = () => {
      throw new Error('no disk')
    }
  }
  expect((await nodes.there.open({ token: 'u1/5/new' }).login()).errCode).toBe(10006)
  expect(await stay(old)).toEqual([true])
  expect(nodes.published).toHaveLength(1)
})

describe('while the state is away', () => {
  test('logins go on, and the policy is applied when it is back', async () => {
    await using nodes = await twoNodes()
    for (const { shared } of [nodes.here, nodes.there]) {
      shared.deafen()
      shared.mute()
    }
    const old = await nodes.here.start({ token: 'u1/5/old' })
    nodes.there.clock.jump(2_000)
    const fresh = await nodes.there.start({ token: 'u1/5/new' })
    expect(await stay(old, fresh)).toEqual([true, true])
    for (const { shared } of [nodes.here, nodes.there]) shared.restore()
    await old.event('OnKickedOffline')
    expect(await stay(fresh)).toEqual([true])
    expect(nodes.here.count('login_messages_failed_total')).toBe(1)
  })

  test('for one node alone, that one catches up by itself', async () => {
    for (const away of ['here', 'there'] as const) {
      await using nodes = await twoNodes()
      nodes[away].shared.deafen()
      nodes[away].shared.mute()
      const old = await nodes.here.start({ token: 'u1/5/old' })
      nodes.there.clock.jump(2_000)
      const fresh = await nodes.there.start({ token: 'u1/5/new' })
      expect(await stay(old, fresh)).toEqual([true, true])
      nodes[away].shared.restore()
      await old.event('OnKickedOffline')
      expect(await stay(fresh)).toEqual([true])
    }
  })

  test('who has left meanwhile is not named afterwards', async () => {
    await using nodes = await twoNodes()
    const { here, there } = nodes
    const old = await here.start({ token: 'u1/5/old' })
    there.shared.mute()
    there.clock.jump(2_000)
    const fresh = await there.start({ token: 'u1/5/new' })
    fresh.leave()
    await there.until(() => there.gateway.status().connections === 0)
    there.shared.restore()
    await there.clock.advance(31_000)
    expect(await stay(old)).toEqual([true])
    expect(nodes.published).toHaveLength(1)
  })

  test('what could not be said is said later, though nobody says that the state is back', async () => {
    await using nodes = await twoNodes()
    const { here, there } = nodes
    const old = await here.start({ token: 'u1/5/old' })
    there.shared.mute()
    await there.start({ token: 'u1/5/new' })
    expect(await stay(old)).toEqual([true])
    await there.clock.advance(900)
    expect(await stay(old)).toEqual([true])
    there.shared.restore()
    await there.clock.advance(200)
    await old.event('OnKickedOffline')
  })
})

test('a node that has more users than fit into one message names them all', async () => {
  await using nodes = await twoNodes()
  const { here, there } = nodes
  const users = Array.from({ length: 120 }, (_, n) => `user-${n}`)
  here.shared.deafen()
  const old = await Promise.all(users.map(userID => here.start({ userID, token: `${userID}/5/old` })))
  there.clock.jump(2_000)
  await Promise.all(users.map(userID => there.start({ userID, token: `${userID}/5/new` })))
  nodes.here.shared.restore()
  await Promise.all(old.map(client => client.event('OnKickedOffline')))
  expect(here.count('kicked_by_other_nodes_total')).toBe(120)
})

test('what no node would say is counted, and does nothing', async () => {
  await using nodes = await twoNodes()
  const old = await nodes.here.start({ token: 'u1/5/old' })
  for (const text of ['', 'null', '{"node":1}'])
    await nodes.there.shared.state.publish('im-ws-gateway:logins', text)
  expect(await stay(old)).toEqual([true])
  expect(nodes.here.count('login_messages_refused_total')).toBe(3)
})

test('the limit of connections of a user is one of each node', async () => {
  await using nodes = await twoNodes({ maxConnectionsPerUser: 1 })
  const clients = [await nodes.here.start({ dialect: '2.3' }), await nodes.there.start({ dialect: '2.3' })]
  expect(await stay(...clients)).toEqual([true, true])
  expect((await nodes.here.open({ dialect: '2.3' }).login()).errCode).toBe(806)
})
