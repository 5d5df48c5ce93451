import { describe, expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import type { CoreEvent } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startRig } from './rig.ts'

const dialects: readonly Dialect[] = ['2.0', '2.3', '3']
const unread = (count: number): CoreEvent => ({ kind: 'totalUnread', count })
const synced = ['OnConnecting', 'OnConnectSuccess', 'OnSyncServerStart', 'OnSyncServerFinish']

describe.each(dialects)('a client of %s', dialect => {
  const v3 = dialect === '3'

  test('hears the answer first, then what its UI waits for, in the native order', async () => {
    await using rig = await startRig()
    const client = await rig.start({ dialect })
    const operationID = client.frames[0]?.operationID
    expect(client.frames).toEqual([
      { event: 'Login', errCode: 0, errMsg: '', data: '', operationID },
      ...synced.map(event => ({ event, errCode: 0, errMsg: '', data: '', operationID: '' }))
    ])
    expect(rig.gateway.status()).toMatchObject({
      connections: 1,
      users: 1,
      byPlatform: { 5: 1 },
      byDialect: { [dialect]: 1 }
    })
  })

  test('what it missed stands between the start and the end of the sync, what is new behind them', async () => {
    await using rig = await startRig()
    rig.cores.prepare = core => {
      core.missed = [unread(1), unread(2)]
      core.attaching = () => core.deliver(unread(3))
    }
    const client = rig.open({ dialect })
    await client.login()
    await client.until(() => client.frames.length === 8)
    const told = client.frames.slice(3).map(({ event, data }) => data || event)
    expect(told).toEqual(['OnSyncServerStart', '1', '2', 'OnSyncServerFinish', '3'])
  })

  test.each([
    ['of another user', 'u2/5/a', 708, 1002],
    ['of another platform', 'u1/1/a', 707, 1502],
    ['that is none', 'nonsense', 703, 1503],
    ['that was kicked', 'u1/5/kicked', 706, 1506]
  ])('a token %s is refused with the code of its generation', async (_, token, v2Code, v3Code) => {
    await using rig = await startRig()
    rig.tokens.kicked.add('u1/5/kicked')
    const client = rig.open({ dialect, token })
    const answer = await client.login()
    expect(answer).toMatchObject({ event: 'Login', errCode: v3 ? v3Code : v2Code, data: '' })
    expect(rig.gateway.status().users).toBe(0)
    expect((await client.request('GetSelfUserInfo')).errCode).not.toBe(0)
    expect([rig.count('logins_total'), rig.count('logins_refused_total')]).toEqual([0, 1])
  })

  test('a token of any platform is good on each', async () => {
    await using rig = await startRig()
    const client = rig.open({ dialect, platformID: 1, token: 'u1/0/a' })
    expect((await client.login()).errCode).toBe(0)
  })

  test('the user of the Login must be that of the address', async () => {
    await using rig = await startRig()
    const client = await rig.open({ dialect }).opened()
    const data = v3 ? ['u2', 'u2/5/a'] : { userID: 'u2', token: 'u2/5/a' }
    expect((await client.request('Login', data)).errCode).toBe(v3 ? 1002 : 708)
    expect(rig.cores.opened).toEqual([])
  })

  test('the status follows the login', async () => {
    await using rig = await startRig()
    let open = (): void => undefined
    rig.cores.opening = () => new Promise<void>(resolve => (open = resolve))
    const client = await rig.open({ dialect }).opened()
    const status = async () => (await client.request('GetLoginStatus')).data
    expect(await status()).toBe(v3 ? '1' : '0')
    const login = client.askLogin()
    expect(await status()).toBe(v3 ? '2' : '102')
    open()
    await client.answerTo(login)
    expect(await status()).toBe(v3 ? '3' : '101')
    await client.request('Logout')
    expect(await status()).toBe(v3 ? '1' : '201')
  })

  test.each([
    ['u1/5/kicked', '703'],
    ['u1/5/late', '701'],
    ['nonsense', '702'],
    ['u1/5/broken', '103']
  ])('after the refusal of %s it is %s in 2.x', async (token, status) => {
    await using rig = await startRig()
    rig.tokens.kicked.add('u1/5/kicked')
    rig.tokens.expiries.set('u1/5/late', 1)
    rig.cores.opening = () => {
      throw new Error('no disk')
    }
    const client = rig.open({ dialect, token })
    await client.login()
    expect((await client.request('GetLoginStatus')).data).toBe(v3 ? '1' : status)
  })

  test('a second Login is refused while one is under way, and after it', async () => {
    await using rig = await startRig()
    let open = (): void => undefined
    rig.cores.opening = () => new Promise<void>(resolve => (open = resolve))
    const client = await rig.open({ dialect }).opened()
    const login = client.askLogin()
    const data = v3 ? ['u1', 'u1/5/a'] : { userID: 'u1', token: 'u1/5/a' }
    expect((await client.request('Login', data)).errCode).toBe(v3 ? 10004 : 1002)
    open()
    expect((await client.answerTo(login)).errCode).toBe(0)
    expect((await client.request('Login', data)).errCode).toBe(10102)
    expect(rig.cores.opened).toHaveLength(1)
  })

  test('a core that cannot be opened is an error of the login, and is tried again by the next one', async () => {
    await using rig = await startRig()
    rig.cores.opening = () => {
      throw new Error('no disk')
    }
    expect((await rig.open({ dialect }).login()).errCode).toBe(v3 ? 10006 : 812)
    rig.cores.opening = undefined
    await rig.start({ dialect })
  })

  test('a login that takes too long is answered, and nothing of it stays', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock, config: { requestTimeoutMs: 5_000 } })
    let open = (): void => undefined
    rig.cores.opening = () => new Promise<void>(resolve => (open = resolve))
    const client = rig.open({ dialect })
    const answer = client.login()
    await rig.until(() => rig.count('requests_total') === 1)
    await clock.advance(5_100)
    expect((await answer).errCode).toBe(10003)
    open()
    await rig.until(() => rig.cores.opened.length === 1)
    await clock.advance(31_000)
    expect([rig.gateway.status().users, rig.cores.of('u1').closed, rig.cores.of('u1').devices.size]).toEqual([
      0,
      true,
      0
    ])
  })

  test('point 14: after the answer to a Logout the gateway closes, if the client does not', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    const client = await rig.start({ dialect })
    expect((await client.request('Logout')).errCode).toBe(0)
    expect(rig.cores.of('u1').devices.size).toBe(0)
    await clock.advance(900)
    expect(rig.gateway.status().connections).toBe(1)
    await clock.advance(200)
    await client.closed
    expect(client.closeCode).toBe(1000)
    await rig.until(() => rig.gateway.status().ended['logged_out'] === 1)
  })

  test('no event comes after the answer to a Logout', async () => {
    await using rig = await startRig()
    const client = await rig.start({ dialect })
    const core = rig.cores.of('u1')
    await client.request('Logout')
    core.deliver(unread(1))
    await client.request('GetLoginStatus')
    expect(client.events).not.toContain('OnTotalUnreadMessageCountChanged')
  })

  test('who does not log in is closed', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock, config: { loginTimeoutMs: 3_000 } })
    const client = await rig.open({ dialect }).opened()
    await rig.until(() => rig.gateway.status().connections === 1)
    await clock.advance(3_100)
    await client.closed
    expect(client.closeCode).toBe(1008)
    await rig.until(() => rig.gateway.status().ended['silent'] === 1)
  })
})

describe('a refusal', () => {
  test('point 9: a 3.x client with a bad token gets the code, then what makes it log in anew, and closes by itself', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    const client = rig.open({ token: 'nonsense' })
    expect((await client.login()).errCode).toBe(1503)
    await client.event('OnUserTokenExpired')
    expect(client.events).toEqual(['Login', 'OnUserTokenExpired'])
    await clock.advance(1_300)
    expect(rig.gateway.status().connections).toBe(1)
    await clock.advance(300)
    await client.closed
    expect(client.closeCode).toBe(4502)
  })

  test('a kicked token is told with OnKickedOffline', async () => {
    await using rig = await startRig()
    rig.tokens.kicked.add('u1/5/a')
    const client = rig.open()
    expect((await client.login()).errCode).toBe(1506)
    await client.event('OnKickedOffline')
  })

  test('an expired one with OnUserTokenExpired', async () => {
    await using rig = await startRig()
    rig.tokens.expiries.set('u1/5/a', 1)
    const client = rig.open()
    expect((await client.login()).errCode).toBe(1501)
    await client.event('OnUserTokenExpired')
  })

  test('a 3.x client that logs in for the first time while the core is ill can try again at once', async () => {
    await using rig = await startRig()
    rig.cores.opening = () => {
      throw new Error('no disk')
    }
    const client = rig.open()
    expect((await client.login()).errCode).toBe(10006)
    await client.event('Logout')
    expect(client.frames.at(-1)).toEqual({
      event: 'Logout',
      errCode: 0,
      errMsg: '',
      data: '',
      operationID: ''
    })
  })

  test('one that has come back by itself is only closed, so that it comes again', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    rig.cores.opening = () => {
      throw new ImError('busy')
    }
    const client = await rig.open().opened()
    client.send({ reqFuncName: 'Login', operationID: 'fresh', userID: 'u1', data: '["u1","u1/5/a"]' })
    expect((await client.answerTo('fresh')).errCode).toBe(10003)
    await clock.advance(1_600)
    await client.closed
    expect([client.events, client.closeCode]).toEqual([['Login'], 1013])
  })

  test('a 2.x client keeps its code: nothing is closed for more than 100 ms', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    const client = rig.open({ dialect: '2.3', token: 'nonsense' })
    await client.login()
    await clock.advance(1_300)
    expect(rig.gateway.status().connections).toBe(1)
    await clock.advance(300)
    await client.closed
    expect(client.events).toEqual(['Login'])
  })

  test('one of 2.0, which would come back 2 s later for ever, is let lie open for as long as may be', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    const client = rig.open({ dialect: '2.0', token: 'nonsense' })
    await client.login()
    await clock.advance(29_000)
    expect(rig.gateway.status().connections).toBe(1)
    await clock.advance(2_000)
    await client.closed
  })

  test('a Login that cannot be read is refused like one with a bad token', async () => {
    await using rig = await startRig()
    const client = await rig.open().opened()
    client.send({ reqFuncName: 'Login', operationID: 'op-login', userID: 'u1', data: '["u1"]' })
    expect((await client.answerTo('op-login')).errCode).toBe(10002)
    await client.event('Logout')
  })

  test('a Login of another user than that of the address is refused like one', async () => {
    await using rig = await startRig()
    const client = await rig.open().opened()
    client.send({ reqFuncName: 'Login', operationID: 'op-login', userID: 'u2', data: '["u2","u2/5/a"]' })
    expect((await client.answerTo('op-login')).errCode).toBe(1002)
    await client.event('OnUserTokenExpired')
  })

  test('a further Login on the connection is answered without a look at its token', async () => {
    await using rig = await startRig()
    const client = rig.open({ token: 'nonsense' })
    await client.login()
    let checks = 0
    rig.tokens.checking = () => void checks++
    expect((await client.request('Login', ['u1', 'u1/5/a'])).errCode).toBe(1502)
    expect(checks).toBe(0)
  })
})

describe('a token that expires in mid-session', () => {
  test.each(dialects)('is told to a client of %s, which is closed soon after', async dialect => {
    const clock = fakeClock()
    await using rig = await startRig({ clock })
    rig.tokens.expiries.set('u1/5/a', clock.now() + 60_000)
    const client = await rig.start({ dialect })
    // With the second answer the gateway has also read the pong that went out behind the first request.
    const answered = async (): Promise<void> => {
      await client.request('GetLoginStatus')
      await client.request('GetLoginStatus')
    }
    await answered()
    for (let part = 0; part < 4; part++) {
      await clock.advance(14_750)
      await answered()
    }
    expect(client.events).not.toContain('OnUserTokenExpired')
    await clock.advance(1_100)
    await client.event('OnUserTokenExpired')
    expect(rig.cores.of('u1').devices.size).toBe(0)
    expect((await client.request('GetSelfUserInfo')).errCode).toBe(dialect === '3' ? 1501 : 701)
    expect((await client.request('GetLoginStatus')).data).toBe(dialect === '3' ? '1' : '701')
    await clock.advance(1_700)
    await client.closed
    expect(client.closeCode).toBe(4501)
  })
})

test('point 4: the dialect is known by the query, or by the Login', async () => {
  await using rig = await startRig()
  const bare = { userID: 'u1', operationID: 'o', reqFuncName: 'Login' }
  const log = async (data: string, extra: object = {}) => {
    const client = await rig.open({ dialect: '2.0', userID: 'u1', token: 'u1/5/a' }).opened()
    client.send({ ...bare, data, ...extra })
    await client.answerTo('o')
    return Object.keys(rig.gateway.status().byDialect)
  }
  expect(await log('["u1","u1/5/a"]')).toEqual(['3'])
  expect(await log('{"userID":"u1","token":"u1/5/b"}')).toContain('2.0')
  expect(await log('{"userID":"u1","token":"u1/5/c"}', { batchMsg: 0 })).toContain('2.3')
})

test('nothing in the log tells a token, a query or a message', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  rig.cores.behaviours.set('createText', () => {
    throw new Error('core')
  })
  const client = await rig.start({ token: 'u1/5/top-secret' })
  await client.request('CreateTextMessage', ['my-words'])
  await rig.open({ token: 'bad-secret' }).login()
  expect(logs.join('')).not.toMatch(/secret|my-words|sendID=/)
})
