import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { ReplyFrame } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { user as person } from '../wire/samples.ts'
import { startRig } from './rig.ts'

test('when the gateway closes every connection is closed with 1001, and nothing else is said', async () => {
  await using rig = await startRig({ config: { drainMs: 0 } })
  const clients = await Promise.all(['u1', 'u2', 'u3'].map(userID => rig.start({ userID })))
  const silent = await rig.open({ userID: 'u4' }).opened()
  await rig.app.close()
  await Promise.all([...clients, silent].map(client => client.closed))
  expect([...clients, silent].map(({ closeCode }) => closeCode)).toEqual([1001, 1001, 1001, 1001])
  expect(clients.every(({ frames }) => frames.length === 5)).toBe(true)
  expect(rig.cores.opened.every(({ closed, devices }) => closed && devices.size === 0)).toBe(true)
  expect(rig.cores.isClosed).toBe(true)
  expect(rig.app.gateway.cut).toBe(false)
  expect(rig.gateway.status()).toMatchObject({ connections: 0, users: 0 })
})

test('requests that are under way are answered first', async () => {
  await using rig = await startRig({ config: { drainMs: 0 } })
  const ends: (() => void)[] = []
  rig.cores.behaviours.set('getTotalUnread', () => new Promise(resolve => ends.push(() => resolve(0))))
  const client = await rig.start()
  const asked = [client.ask('GetTotalUnreadMsgCount'), client.ask('GetTotalUnreadMsgCount')]
  await rig.until(() => ends.length === 1)
  const closed = rig.app.close()
  ends[0]?.()
  await rig.until(() => ends.length === 2)
  ends[1]?.()
  for (const operationID of asked) expect((await client.answerTo(operationID)).errCode).toBe(0)
  await client.closed
  expect(client.closeCode).toBe(1001)
  await closed
})

test('what has not ended when its time is up is answered with that, and what has not begun is not begun', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 0 } })
  let begun = 0
  rig.cores.behaviours.set('getSelf', () => new Promise(() => void begun++))
  const client = await rig.start()
  const asked = [1, 2, 3].map(() => client.ask('GetSelfUserInfo'))
  await rig.until(() => rig.count('frames_total') === 4)
  const drained = rig.gateway.drain()
  await clock.advance(1_900)
  expect(rig.gateway.status().connections).toBe(1)
  await clock.advance(200)
  await client.closed
  await drained
  const answers = client.frames.filter(({ operationID }) => asked.includes(operationID))
  expect(answers.map(({ operationID, errMsg }) => [operationID, errMsg])).toEqual([
    [asked[0], 'the request took too long'],
    ...asked.slice(1).map(id => [id, 'the gateway closes, ask again: it was not done'])
  ])
  expect([begun, client.closeCode, rig.gateway.status().ended['drained']]).toEqual([1, 1001, 1])
})

test('until it is told to go, and for as long as it is being answered, a connection is served as ever', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 2_000 } })
  let finish = (): void => undefined
  rig.cores.behaviours.set('getTotalUnread', () => 7)
  rig.cores.behaviours.set('getSelf', () => new Promise(resolve => (finish = () => resolve(person))))
  const others = await Promise.all(Array.from({ length: 60 }, () => rig.open().opened()))
  const late = await rig.start()
  const drained = rig.gateway.drain()
  expect((await late.request('GetTotalUnreadMsgCount')).data).toBe('7')
  const slow = late.ask('GetSelfUserInfo')
  await rig.until(() => rig.count('requests_total') === 3)
  await Promise.all(others.slice(0, 50).map(client => client.closed))
  await clock.advance(500)
  const next = late.ask('GetTotalUnreadMsgCount')
  await rig.until(() => rig.count('frames_total') === 4)
  finish()
  expect([await late.answerTo(slow), await late.answerTo(next)]).toMatchObject([
    { errCode: 0 },
    { data: '7' }
  ])
  await late.closed
  await drained
  expect(late.closeCode).toBe(1001)
})

test('a client that asks without a pause is told to ask again after a while, and closed then', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 0 } })
  let begun = 0
  let isOver = false
  rig.cores.behaviours.set('getTotalUnread', async () => {
    begun++
    const [connection] = rig.gateway.connections
    await rig.until(() => isOver || (connection?.queue.waiting ?? 0) > 0)
    return begun
  })
  const client = await rig.start()
  const answered = { ok: 0, busy: 0 }
  client.socket.on('message', (data: Buffer) => {
    const { errCode, event } = JSON.parse(data.toString()) as ReplyFrame
    if (event !== 'GetTotalUnreadMsgCount') return
    if (errCode === 0) answered.ok++
    else answered.busy++
    client.ask('GetTotalUnreadMsgCount')
  })
  client.ask('GetTotalUnreadMsgCount')
  client.ask('GetTotalUnreadMsgCount')
  await rig.until(() => answered.ok > 10)
  const drained = rig.gateway.drain()
  const before = answered.ok
  await rig.until(() => answered.ok > before + 10)
  await clock.advance(1_000)
  await rig.until(() => answered.busy > 10)
  isOver = true
  await client.closed
  await drained
  expect(answered.ok).toBe(begun)
  expect([client.closeCode, rig.gateway.status().ended['drained']]).toEqual([1001, 1])
})

test('what comes while the last answers wait for a slow reader is not begun, and he is told so before the close', async () => {
  await using rig = await startRig({ config: { drainMs: 0, maxQueueBytes: 33_554_432 } })
  let begun = 0
  rig.cores.behaviours.set('getTotalUnread', () => begun++)
  const client = await rig.start()
  client.socket.pause()
  const big = 'x'.repeat(1_048_576)
  for (let at = 0; at < 8; at++)
    rig.cores.of('u1').deliver({ kind: 'customBusiness', key: `${at}`, data: big })
  await rig.until(() => rig.gateway.status().queuedBytes > 2_000_000)
  const closed = rig.app.close()
  await rig.until(() => [...rig.gateway.connections].every(({ isOpen }) => !isOpen))
  const asked = [client.ask('GetTotalUnreadMsgCount'), client.ask('GetLoginStatus')]
  await rig.until(() => rig.count('frames_total') === 3)
  client.socket.resume()
  const [refused, status] = await Promise.all(asked.map(id => client.answerTo(id)))
  expect([refused?.errCode, refused?.errMsg]).toEqual([
    10003,
    'the gateway closes, ask again: it was not done'
  ])
  expect(status?.errCode).toBe(0)
  await client.closed
  await closed
  expect([client.closeCode, begun, rig.app.gateway.cut]).toEqual([1001, 0, false])
})

test('many are closed over the window, not all together', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 2_000 } })
  const clients = await Promise.all(Array.from({ length: 300 }, () => rig.open().opened()))
  await rig.until(() => rig.gateway.status().connections === 300)
  const drained = rig.gateway.drain()
  const left: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    const due = 300 - (turn + 1) * 50
    await rig.until(() => rig.gateway.status().connections <= due)
    left.push(rig.gateway.status().connections)
    await clock.advance(100)
  }
  expect(left).toEqual([250, 200, 150, 100, 50])
  await drained
  await Promise.all(clients.map(client => client.closed))
  expect(rig.gateway.status().ended['drained']).toBe(300)
  expect(clients.every(({ closeCode }) => closeCode === 1001)).toBe(true)
})

test.each([
  ['3', ['Login', 'Logout']],
  ['2.0', ['Login']]
] as const)(
  'a login of %s that comes in the last moment is refused, and can be tried again elsewhere',
  async (dialect, heard) => {
    await using rig = await startRig({ config: { drainMs: 0 } })
    const client = await rig.open({ dialect }).opened()
    await rig.until(() => rig.gateway.connections.size === 1)
    const [connection] = rig.gateway.connections
    const drained = rig.gateway.drain()
    const data = dialect === '3' ? '["u1","u1/5/a"]' : '{"userID":"u1","token":"u1/5/a"}'
    const login = { reqFuncName: 'Login', operationID: 'op-login', userID: 'u1', data }
    connection?.received(Buffer.from(JSON.stringify(login)))
    await client.closed
    await drained
    expect(client.events).toEqual(heard)
    expect(client.frames[0]?.errMsg).toBe('the gateway closes, ask again: it was not done')
    expect([client.closeCode, rig.cores.opened.length]).toEqual([1001, 0])
  }
)

test('whoever comes meanwhile is told to come back', async () => {
  await using rig = await startRig()
  await rig.start()
  await rig.gateway.drain()
  const late = rig.open()
  await late.closed
  expect(late.closeCode).toBe(1006)
  expect(rig.count('refused_upgrades_total')).toBe(1)
})

test('one that is on its way out already goes at once', async () => {
  await using rig = await startRig({ config: { drainMs: 0 } })
  const refused = rig.open({ dialect: '2.0', token: 'nonsense' })
  await refused.login()
  await rig.app.close()
  await refused.closed
  expect([refused.closeCode, rig.gateway.status().ended['refused'], rig.app.gateway.cut]).toEqual([
    1001,
    1,
    false
  ])
})

test('a connection that does not answer the close is cut off', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 0 } })
  const client = await rig.start()
  client.socket.pause()
  const drained = rig.gateway.drain()
  await clock.advance(4_700)
  await drained
  expect(rig.gateway.status().ended['drained']).toBe(1)
})
