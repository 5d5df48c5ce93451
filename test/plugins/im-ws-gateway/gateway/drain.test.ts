import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
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

test('a request that does not end does not hold up the close for longer than the time of grace', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 0 } })
  rig.cores.behaviours.set('getSelf', () => new Promise(() => undefined))
  const client = await rig.start()
  client.ask('GetSelfUserInfo')
  await rig.until(() => rig.count('requests_total') === 2)
  const drained = rig.gateway.drain()
  await clock.advance(2_400)
  expect(rig.gateway.status().connections).toBe(1)
  await clock.advance(300)
  await drained
  await client.closed
  expect(rig.count('ended_drained_total')).toBe(1)
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
  expect(rig.count('ended_drained_total')).toBe(300)
  expect(clients.every(({ closeCode }) => closeCode === 1001)).toBe(true)
})

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
  expect([refused.closeCode, rig.count('ended_refused_total'), rig.app.gateway.cut]).toEqual([1001, 1, false])
})

test('a connection that does not answer the close is cut off', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { drainMs: 0 } })
  const client = await rig.start()
  client.socket.pause()
  const drained = rig.gateway.drain()
  await clock.advance(2_700)
  await drained
  expect(rig.count('ended_drained_total')).toBe(1)
})
