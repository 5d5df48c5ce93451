import { expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startRig, type Rig } from './rig.ts'

const isLoggedIn = async (rig: Rig, userID: string): Promise<boolean> => {
  const client = await rig.start({ userID })
  return (await client.request('GetLoginStatus')).data === '3'
}

test('all connections of a user share one core, opened once however many come together', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  let open = (): void => undefined
  rig.cores.opening = () => new Promise<void>(resolve => (open = resolve))
  const clients = [5, 1, 3].map(platformID => rig.open({ platformID }))
  const logins = clients.map(client => client.start())
  await rig.until(() => rig.count('requests_total') === 3)
  open()
  await Promise.all(logins)
  expect([rig.cores.opened.length, rig.gateway.status().users, rig.cores.of('u1').devices.size]).toEqual([
    1, 1, 3
  ])
})

test('a core stays for a while after the last connection has gone, and serves who comes back', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { graceMs: 10_000 } })
  const first = await rig.start()
  first.socket.close()
  await rig.until(() => rig.gateway.status().connections === 0)
  const core = rig.cores.of('u1')
  expect(core.devices.size).toBe(0)
  await clock.advance(9_900)
  const second = await rig.start()
  await clock.advance(15_000)
  expect([core.closed, rig.cores.opened.length]).toEqual([false, 1])
  second.socket.close()
  await rig.until(() => rig.gateway.status().connections === 0)
  await clock.advance(10_200)
  expect([core.closed, rig.gateway.status().users]).toEqual([true, 0])
})

test('without a time of grace it goes at once', async () => {
  await using rig = await startRig({ config: { graceMs: 0 } })
  const client = await rig.start()
  client.socket.close()
  await rig.until(() => rig.cores.of('u1').closed)
  expect(rig.gateway.status().users).toBe(0)
})

test('who comes while his core is being closed gets a new one, after that', async () => {
  await using rig = await startRig({ config: { graceMs: 0 } })
  const order: string[] = []
  let close = (): void => undefined
  rig.cores.prepare = core => {
    order.push('open')
    core.close = () =>
      new Promise<void>(resolve => {
        close = () => {
          order.push('closed')
          resolve()
        }
      })
  }
  const first = await rig.start()
  first.socket.close()
  await rig.until(() => rig.gateway.status().users === 0)
  const second = rig.open()
  const login = second.start()
  await rig.until(() => rig.count('requests_total') === 2)
  expect(rig.cores.opened).toHaveLength(1)
  close()
  await login
  expect(order).toEqual(['open', 'closed', 'open'])
  close = () => undefined
  rig.cores.of('u1').close = async () => undefined
})

test('all who wait for a core that cannot be opened are told so, and nothing of it stays', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  let fail: (error: Error) => void = () => undefined
  rig.cores.opening = () => new Promise<void>((_, reject) => (fail = reject))
  const clients = await Promise.all([5, 1].map(platformID => rig.open({ platformID }).opened()))
  const logins = clients.map(client => client.login())
  await rig.until(() => rig.count('requests_total') === 2)
  fail(new ImError('userNotFound'))
  expect((await Promise.all(logins)).map(({ errCode }) => errCode)).toEqual([1101, 1101])
  await rig.until(() => rig.gateway.status().users === 0)
  rig.cores.opening = undefined
  expect(await isLoggedIn(rig, 'u1')).toBe(true)
})

test('a core that cannot attach a connection refuses that one alone', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  await rig.start()
  rig.cores.of('u1').attaching = () => {
    throw new ImError('busy')
  }
  expect((await rig.open({ platformID: 1 }).login()).errCode).toBe(10003)
  rig.cores.of('u1').attaching = undefined
  await rig.start({ platformID: 2 })
  expect(rig.cores.of('u1').devices.size).toBe(2)
})

test('a connection that goes while its core is told of it is taken back', async () => {
  await using rig = await startRig()
  let attach = (): void => undefined
  rig.cores.prepare = core => {
    core.attaching = () => new Promise<void>(resolve => (attach = resolve))
  }
  const client = await rig.open().opened()
  client.askLogin()
  await rig.until(() => rig.cores.opened.length === 1)
  await new Promise(resolve => setImmediate(resolve))
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  const detached: unknown[] = []
  const core = rig.cores.of('u1')
  core.detach = device => void detached.push(device)
  attach()
  await rig.until(() => core.devices.size === 1)
  await new Promise(resolve => setImmediate(resolve))
  expect(detached).toEqual([...core.devices])
})

test('whatever a core throws harms nobody else', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs, config: { graceMs: 0 } })
  rig.cores.prepare = core => {
    if (core.userID !== 'mad') return
    core.missed = [{ kind: 'newMessages', messages: [null] } as never, { kind: 'totalUnread', count: 1 }]
    core.detach = () => {
      throw new Error('detach')
    }
    core.close = () => {
      throw new Error('close')
    }
  }
  rig.cores.behaviours.set('getSelf', (_, __, { userID }) => {
    if (userID === 'mad') throw new Error('operation')
    return { userID }
  })
  const sane = await rig.start({ userID: 'sane' })
  const mad = await rig.start({ userID: 'mad' })
  expect(mad.events).toContain('OnTotalUnreadMessageCountChanged')
  expect((await mad.request('GetSelfUserInfo')).errCode).toBe(10006)
  rig.cores.of('mad').deliver({ kind: 'newMessages', messages: [null] as never })
  rig.cores.of('mad').deliver({ kind: 'nonsense' } as never)
  mad.socket.close()
  await rig.until(() => rig.gateway.status().users === 1)
  expect(JSON.parse((await sane.request('GetSelfUserInfo')).data)).toMatchObject({ userID: 'sane' })
  expect(await isLoggedIn(rig, 'third')).toBe(true)
  expect(rig.count('cores_failed_total')).toBe(2)
  const failures = logs.map(line => (JSON.parse(line) as { msg: string }).msg)
  for (const failure of ['a request failed', 'an event could not be told', 'could not detach a connection'])
    expect(failures).toContain(failure)
})

test('an operation that hangs for ever does not hold up the end of its core', async () => {
  await using rig = await startRig({ config: { graceMs: 0 } })
  rig.cores.behaviours.set('getSelf', () => new Promise(() => undefined))
  const client = await rig.start()
  client.ask('GetSelfUserInfo')
  await rig.until(() => rig.count('requests_total') === 2)
  client.leave()
  await rig.until(() => rig.cores.of('u1').closed)
  expect(rig.gateway.status()).toMatchObject({ connections: 0, users: 0 })
})

test('after 300 logins that end in every way nothing is left', async () => {
  await using rig = await startRig({ config: { graceMs: 0, policy: 'kick-all-others' } })
  const ways = [
    async (userID: string) => (await rig.start({ userID })).socket.close(),
    async (userID: string) => (await rig.start({ userID })).leave(),
    async (userID: string) => void (await (await rig.start({ userID, dialect: '2.0' })).request('Logout')),
    async (userID: string) => void (await rig.open({ userID, token: 'nonsense' }).login()),
    async (userID: string) => rig.open({ userID }).leave(),
    async (userID: string) => {
      await rig.start({ userID, token: `${userID}/5/a` })
      const newer = await rig.start({ userID, token: `${userID}/5/b` })
      newer.leave()
    }
  ]
  for (let round = 0; round < 50; round++) await Promise.all(ways.map((way, at) => way(`u${at}-${round}`)))
  for (const connection of rig.gateway.connections) connection.cut('failed')
  await rig.until(() => rig.gateway.status().connections === 0 && rig.gateway.status().users === 0)
  expect(rig.cores.opened.every(({ closed, devices }) => closed && devices.size === 0)).toBe(true)
  expect([rig.count('networks'), rig.app.server.listenerCount('upgrade')]).toEqual([0, 1])
})
