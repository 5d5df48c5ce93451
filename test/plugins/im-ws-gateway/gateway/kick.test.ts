import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startRig } from './rig.ts'

const dialects: readonly Dialect[] = ['2.0', '2.3', '3']

describe.each(dialects)('a client of %s that is kicked', dialect => {
  test('point 10: hears OnKickedOffline, and is closed only after a while', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    const older = await rig.start({ dialect, token: 'u1/5/old' })
    const newer = await rig.start({ dialect, token: 'u1/5/new' })
    expect(await older.event('OnKickedOffline')).toMatchObject({ errCode: 0, data: '', operationID: '' })
    await clock.advance(1_300)
    expect(rig.gateway.status().connections).toBe(2)
    await clock.advance(300)
    await older.closed
    expect(older.closeCode).toBe(4500)
    expect((await newer.request('GetLoginStatus')).data).toBe(dialect === '3' ? '3' : '101')
    await rig.until(() => rig.gateway.status().ended['kicked'] === 1)
  })

  test('comes back in vain: its token is refused, and nobody is kicked in turn', async () => {
    await using rig = await startRig()
    await rig.start({ dialect, token: 'u1/5/old' })
    const newer = await rig.start({ dialect, token: 'u1/5/new' })
    for (let time = 0; time < 3; time++) {
      const back = rig.open({ dialect, token: 'u1/5/old' })
      expect((await back.login()).errCode).toBe(dialect === '3' ? 1506 : 706)
    }
    expect(newer.events).not.toContain('OnKickedOffline')
    expect([...rig.tokens.kicked]).toEqual(['u1/5/old'])
  })

  test('gets no event any more, and answers that say why', async () => {
    await using rig = await startRig()
    rig.cores.behaviours.set('getSelf', () => ({}))
    const older = await rig.start({ dialect, token: 'u1/5/old' })
    await rig.start({ dialect, token: 'u1/5/new' })
    await older.event('OnKickedOffline')
    rig.cores.of('u1').deliver({ kind: 'totalUnread', count: 1 })
    expect((await older.request('GetSelfUserInfo')).errCode).toBe(dialect === '3' ? 1506 : 706)
    expect((await older.request('GetLoginStatus')).data).toBe(dialect === '3' ? '1' : '703')
    expect(older.events).not.toContain('OnTotalUnreadMessageCountChanged')
  })

  test('can log in anew with another token', async () => {
    await using rig = await startRig()
    const older = await rig.start({ dialect, token: 'u1/5/old' })
    const newer = await rig.start({ dialect, token: 'u1/5/new' })
    await older.event('OnKickedOffline')
    await rig.start({ dialect, token: 'u1/5/newest' })
    await newer.event('OnKickedOffline')
    expect(rig.gateway.platformsOf('u1')).toEqual([5])
  })
})

test('two tabs of 2.x with one token share the user', async () => {
  await using rig = await startRig()
  const tabs = [await rig.start({ dialect: '2.3' }), await rig.start({ dialect: '2.3' })]
  rig.cores.of('u1').deliver({ kind: 'totalUnread', count: 1 })
  for (const tab of tabs) {
    await tab.event('OnTotalUnreadMessageCountChanged')
    expect(tab.events).not.toContain('OnKickedOffline')
  }
  expect(rig.cores.opened).toHaveLength(1)
})

test('a second instance of 3.x with one token ends the first, whose token stays good', async () => {
  await using rig = await startRig()
  const first = await rig.start()
  const second = await rig.start()
  await first.event('OnKickedOffline')
  expect(rig.tokens.kicked.size).toBe(0)
  await rig.start()
  await second.event('OnKickedOffline')
})

test('other terminals stay under kick-same-terminal, and go under kick-all-others', async () => {
  for (const policy of ['kick-same-terminal', 'kick-all-others'] as const) {
    await using rig = await startRig({ config: { policy } })
    const [windows, web, phone] = [
      await rig.start({ platformID: 3 }),
      await rig.start({ platformID: 5 }),
      await rig.start({ platformID: 1 })
    ]
    await rig.start({ platformID: 4 })
    await windows.event('OnKickedOffline')
    const others = [web, phone].filter(client => client.events.includes('OnKickedOffline'))
    expect(others).toHaveLength(policy === 'kick-same-terminal' ? 0 : 2)
  }
})

test('under share nobody is kicked', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  const first = await rig.start({ token: 'u1/5/a' })
  await rig.start({ token: 'u1/5/b' })
  expect((await first.request('GetLoginStatus')).data).toBe('3')
  expect(first.events).not.toContain('OnKickedOffline')
})

test('of two logins that are under way together the later one stays', async () => {
  await using rig = await startRig()
  let open = (): void => undefined
  rig.cores.opening = () => new Promise<void>(resolve => (open = resolve))
  const older = await rig.open({ token: 'u1/5/old' }).opened()
  older.askLogin()
  await rig.until(() => rig.gateway.status().users === 1)
  const newer = await rig.open({ token: 'u1/5/new' }).opened()
  const login = newer.askLogin()
  await rig.until(() => rig.count('requests_total') === 2)
  open()
  expect((await newer.answerTo(login)).errCode).toBe(0)
  await older.event('OnKickedOffline')
  expect(older.frames.map(({ event, errCode }) => [event, errCode])).toEqual([
    ['Login', 1506],
    ['OnKickedOffline', 0]
  ])
  await rig.until(() => rig.cores.of('u1').devices.size === 1)
  expect((await newer.request('GetLoginStatus')).data).toBe('3')
})

test('a kicked token that cannot be noted is said in the log', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  rig.tokens.kick = () => Promise.reject(new Error('state is away'))
  const older = await rig.start({ token: 'u1/5/old' })
  await rig.start({ token: 'u1/5/new' })
  await older.event('OnKickedOffline')
  await rig.until(() => logs.some(line => line.includes('a kicked token could not be noted')))
  expect(logs.join('')).not.toContain('u1/5/old')
})

test('a login that fails ends nobody', async () => {
  await using rig = await startRig()
  const older = await rig.start({ token: 'u1/5/old' })
  rig.cores.of('u1').attaching = () => {
    throw new Error('no disk')
  }
  expect((await rig.open({ token: 'u1/5/new' }).login()).errCode).toBe(10006)
  expect((await older.request('GetLoginStatus')).data).toBe('3')
  expect([older.events.includes('OnKickedOffline'), rig.tokens.kicked.size]).toEqual([false, 0])
})

test('the user is never away while one of his connections replaces another', async () => {
  await using rig = await startRig()
  await rig.start({ token: 'u1/5/old' })
  const core = rig.cores.of('u1')
  const left: number[] = []
  const detach = core.detach.bind(core)
  core.detach = device => {
    detach(device)
    left.push(core.devices.size)
  }
  await rig.start({ token: 'u1/5/new' })
  expect(left).toEqual([1])
})

test('more connections on a platform than a user may have are refused, and told so', async () => {
  await using rig = await startRig({ config: { policy: 'share', maxConnectionsPerUser: 2 } })
  const [first] = [await rig.start({ token: 'u1/5/a' }), await rig.start({ token: 'u1/5/b' })]
  expect((await rig.open({ token: 'u1/5/c' }).login()).errCode).toBe(1601)
  expect((await rig.open({ dialect: '2.0', token: 'u1/5/d' }).login()).errCode).toBe(806)
  await rig.start({ platformID: 1 })
  await rig.start({ userID: 'u2' })
  first.socket.close()
  await rig.until(() => rig.gateway.status().ended['client'] === 1)
  await rig.start({ token: 'u1/5/e' })
})

test('those that a login ends make room for it', async () => {
  await using rig = await startRig({ config: { maxConnectionsPerUser: 1 } })
  await rig.start({ token: 'u1/5/a' })
  await rig.start({ token: 'u1/5/b' })
  expect(rig.gateway.platformsOf('u1')).toEqual([5])
})

describe('a forced logout', () => {
  test('ends all connections of a user, and refuses the tokens that there are', async () => {
    await using rig = await startRig()
    const clients = [await rig.start(), await rig.start({ platformID: 1 }), await rig.start({ userID: 'u2' })]
    expect(await rig.gateway.forceLogout('u1')).toBe(2)
    for (const client of clients.slice(0, 2)) await client.event('OnKickedOffline')
    expect(rig.tokens.kickedAll).toEqual([['u1', undefined]])
    expect((await clients[2]?.request('GetLoginStatus'))?.data).toBe('3')
  })

  test('or those of one platform', async () => {
    await using rig = await startRig()
    const [web, phone] = [await rig.start(), await rig.start({ platformID: 1 })]
    expect(await rig.gateway.forceLogout('u1', 1)).toBe(1)
    await phone.event('OnKickedOffline')
    expect((await web.request('GetLoginStatus')).data).toBe('3')
  })

  test('catches a login whose token was good a moment ago, and answers it first', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    let check = (): void => undefined
    rig.tokens.checking = () => new Promise<void>(resolve => (check = resolve))
    const client = await rig.open().opened()
    const login = client.askLogin()
    await rig.until(() => rig.count('requests_total') === 1)
    expect(await rig.gateway.forceLogout('u1')).toBe(1)
    expect((await client.answerTo(login)).errCode).toBe(1506)
    await client.event('OnKickedOffline')
    expect(client.events).toEqual(['Login', 'OnKickedOffline'])
    check()
    await clock.advance(1_600)
    await client.closed
    expect([client.closeCode, rig.cores.opened.length]).toEqual([4500, 0])
  })

  test('of nobody is none', async () => {
    await using rig = await startRig()
    expect(await rig.gateway.forceLogout('nobody')).toBe(0)
  })
})
