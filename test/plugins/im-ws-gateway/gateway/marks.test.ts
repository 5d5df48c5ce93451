import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { CoreEvent, Snapshot } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import type { Client } from './client.ts'
import { startRig, type Rig, type RigOptions } from './rig.ts'

const unread = (count: number): CoreEvent => ({ kind: 'totalUnread', count })

/** A user who was told an event that he has, and then one that may be lost: the mark between them is 1. */
async function inDoubt(options: RigOptions = {}): Promise<{ rig: Rig; client: Client }> {
  const rig = await startRig({ ...options, config: { policy: 'share', ...options.config } })
  const client = rig.open()
  rig.cores.prepare = core => {
    core.attaching = () => core.deliver(unread(1))
  }
  const answered = new Promise(resolve => client.socket.once('ping', resolve))
  await client.start()
  await answered
  const [connection] = rig.gateway.connections
  await rig.until(() => connection?.mark === 1)
  rig.cores.of('u1').attaching = undefined
  rig.cores.of('u1').deliver(unread(2))
  return { rig, client }
}

test('of a connection that closes in order everything has arrived that there was to tell', async () => {
  const { rig, client } = await inDoubt()
  await using _ = rig
  await client.until(() => client.frames.some(({ data }) => data === '2'))
  client.socket.close()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 2])
})

test('what still waits when it closes has not arrived', async () => {
  let busyMs = 0
  const still = fakeClock()
  const clock = { ...still, monotonic: () => still.monotonic() + busyMs }
  const { rig, client } = await inDoubt({ clock })
  await using _ = rig
  const core = rig.cores.of('u1')
  const [connection] = rig.gateway.connections
  const others = Array.from({ length: 64 }).map((_each, place) => `other${place}`)
  await Promise.all(others.map(userID => rig.start({ userID })))
  // After a crowd was written to there is a pause, and this clock does not bring it to its end.
  const slow: Snapshot = {
    kind: 'snapshot',
    isTotal: true,
    take() {
      busyMs += 5
      return unread(3)
    }
  }
  for (const userID of ['u1', ...others]) rig.cores.of(userID).deliver(slow)
  await client.until(() => client.frames.some(({ data }) => data === '3'))
  core.deliver(unread(4))
  expect(connection?.outbox.queuedBytes).toBeGreaterThan(0)
  client.socket.close()
  await rig.until(() => rig.gateway.status().connections === others.length)
  expect(core.doubts).toEqual([undefined, 1])
  expect(client.frames.filter(({ data }) => data === '4')).toEqual([])
})

test('nor is it certain what came before a ping that is not answered', async () => {
  const clock = fakeClock()
  const { rig, client } = await inDoubt({ clock })
  await using _ = rig
  // Its answers get lost, its close does not.
  Object.assign(client.socket, { pong: () => undefined })
  const pinged = new Promise(resolve => client.socket.once('ping', resolve))
  await clock.advance(5_100)
  await pinged
  client.socket.close()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 1])
})

test('some seconds after it was told something, that is known to have arrived', async () => {
  const clock = fakeClock()
  const { rig, client } = await inDoubt({ clock })
  await using _ = rig
  const [connection] = rig.gateway.connections
  await clock.advance(5_100)
  await rig.until(() => connection?.mark === 2)
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 2])
})

test('of one that is cut off, what it was told before its last answer to a ping', async () => {
  const { rig, client } = await inDoubt()
  await using _ = rig
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 1])
})

test('of one that was told nothing since its last answer everything has arrived, whatever others were told', async () => {
  const { rig, client } = await inDoubt()
  await using _ = rig
  const other = await rig.start({ platformID: 1 })
  const core = rig.cores.of('u1')
  const [, second] = rig.gateway.connections
  await rig.until(() => second?.mark === 2)
  const [device] = core.devices
  core.deliver(unread(3), device && { only: device })
  expect(second?.mark).toBe(3)
  other.leave()
  await rig.until(() => rig.gateway.status().connections === 1)
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(core.doubts.slice(-2)).toEqual([3, 1])
})

test('who comes while another connection of the platform is there may be that one, come back', async () => {
  const { rig } = await inDoubt()
  await using _ = rig
  await rig.start()
  await rig.start({ platformID: 1 })
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 1, undefined])
})

test('a Logout says that everything has arrived', async () => {
  const { rig, client } = await inDoubt()
  await using _ = rig
  await client.request('Logout')
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 2])
})

test('so does the answer to the close of a gateway that ends', async () => {
  const { rig } = await inDoubt({ config: { drainMs: 0 } })
  await rig.app.close()
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 2])
})

test('what comes between the close and the answer to it has not arrived', async () => {
  const clock = fakeClock()
  const { rig, client } = await inDoubt({ clock, config: { drainMs: 0 } })
  await using _ = rig
  client.socket.pause()
  const drained = rig.gateway.drain()
  await rig.until(() => [...rig.gateway.connections].every(({ isOpen }) => !isOpen))
  rig.cores.of('u1').deliver(unread(3))
  client.socket.resume()
  await drained
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 2])
  const told = client.frames.filter(({ event }) => event === 'OnTotalUnreadMessageCountChanged')
  expect(told.map(({ data }) => data)).toEqual(['1', '2'])
})

test('before the first answer nothing is certain, what it missed before the login included', async () => {
  await using rig = await startRig()
  const client = rig.open()
  client.socket.once('open', () => client.socket.pause())
  await client.opened()
  rig.cores.prepare = core => Object.assign(core, { handedOut: 7 })
  client.askLogin()
  await rig.until(() => rig.count('logins_total') === 1)
  rig.cores.of('u1').deliver(unread(1))
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 0])
})

test('of one that goes in the middle of its login, what it missed before is not taken as arrived', async () => {
  await using rig = await startRig()
  let go = (): void => undefined
  rig.cores.prepare = core => {
    core.attaching = () => new Promise<void>(resolve => (go = resolve))
  }
  const client = rig.open()
  await client.opened()
  client.askLogin()
  await rig.until(() => rig.cores.opened[0]?.doubts.length === 1)
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  go()
  await rig.until(() => rig.cores.of('u1').doubts.length === 2)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, 0])
})

test('a core that keeps no marks is asked for none', async () => {
  await using rig = await startRig()
  rig.cores.prepare = core => Object.assign(core, { mark: undefined })
  const client = await rig.start()
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  expect(rig.cores.of('u1').doubts).toEqual([undefined, undefined])
})
