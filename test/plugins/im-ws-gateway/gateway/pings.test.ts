import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { Client } from './client.ts'
import { startRig, type Rig } from './rig.ts'

test('point 13: every connection is pinged in time, logged in or not, and stays when it answers', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { loginTimeoutMs: 600_000 } })
  const clients = [await rig.start(), await rig.open({ userID: 'u2' }).opened()]
  const pings = clients.map(() => 0)
  for (const [at, client] of clients.entries())
    client.socket.on('ping', () => (pings[at] = (pings[at] ?? 0) + 1))
  await rig.until(() => rig.gateway.status().connections === 2)
  for (let round = 1; round <= 4; round++) {
    await clock.advance(25_100)
    await rig.until(() => pings.every(count => count >= round))
    await Promise.all(clients.map(client => client.request('GetLoginStatus')))
  }
  expect(rig.gateway.status().connections).toBe(2)
})

test('a connection that does not answer by the next ping is ended', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock })
  const client = await rig.start()
  await client.request('GetLoginStatus')
  client.socket.pause()
  await clock.advance(25_100)
  expect(rig.count('pings_total')).toBe(2)
  await clock.advance(25_100)
  await rig.until(() => rig.gateway.status().ended['dead'] === 1)
  expect(rig.cores.of('u1').devices.size).toBe(0)
})

test('the first ping is part of the login', async () => {
  await using rig = await startRig()
  const client = rig.open()
  const ping = new Promise(resolve => client.socket.once('ping', resolve))
  await client.start()
  await ping
  expect(rig.count('pings_total')).toBe(1)
})

test('a login just before the first ping is due leaves time to answer its own', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, random: () => 0, config: { loginTimeoutMs: 60_000 } })
  const client = await rig.open().opened()
  await rig.until(() => rig.gateway.status().connections === 1)
  await clock.advance(12_450)
  client.askLogin()
  await rig.until(() => rig.count('logins_total') === 1)
  // The pong to the ping of the login is not there yet.
  await clock.advance(1_000)
  expect(rig.gateway.status().ended['dead']).toBe(0)
  await client.request('GetLoginStatus')
  await clock.advance(12_000)
  expect([rig.gateway.status().ended['dead'], rig.gateway.status().connections]).toEqual([0, 1])
})

test('the next pings of connections that came together are spread', async () => {
  const clock = fakeClock()
  let place = 0
  await using rig = await startRig({ clock, random: () => (place++ % 10) / 10, config: { policy: 'share' } })
  await Promise.all(Array.from({ length: 10 }, () => rig.start()))
  const atLogin = rig.count('pings_total')
  const seen: number[] = []
  await clock.advance(12_000)
  for (let turn = 0; turn < 13; turn++) {
    await clock.advance(1_000)
    seen.push(rig.count('pings_total') - atLogin)
  }
  expect(seen.at(-1)).toBe(10)
  expect(new Set(seen).size).toBeGreaterThan(8)
})

/** A client that has answered the ping of its login, and what its core has handed out. */
async function answered(rig: Rig): Promise<{ client: Client; told: () => number }> {
  rig.cores.prepare = core => void (core.attaching = () => core.deliver({ kind: 'totalUnread', count: 0 }))
  const client = await rig.start()
  const core = rig.cores.of('u1')
  const [connection] = rig.gateway.connections
  await rig.until(() => connection?.mark === core.handedOut)
  return {
    client,
    told: () => {
      core.deliver({ kind: 'totalUnread', count: core.handedOut })
      return core.handedOut
    }
  }
}

test('who was told something is pinged within 5 s, once for all of it, and not again before 5 s', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, random: () => 0 })
  const { told } = await answered(rig)
  const [connection] = rig.gateway.connections
  const pings = (): number => rig.count('pings_total')
  expect(pings()).toBe(1)
  told()
  await clock.advance(4_000)
  const second = told()
  expect(pings()).toBe(1)
  await clock.advance(1_100)
  expect(pings()).toBe(2)
  await rig.until(() => connection?.mark === second)
  const third = told()
  await clock.advance(4_800)
  expect(pings()).toBe(2)
  await clock.advance(300)
  expect(pings()).toBe(3)
  await rig.until(() => connection?.mark === third)
  await clock.advance(24_500)
  expect(pings()).toBe(3)
  await clock.advance(700)
  expect(pings()).toBe(4)
})

test('after a while without anything, the ping that follows comes at a time of its own within 5 s', async () => {
  const clock = fakeClock()
  let spread = 0.1
  await using rig = await startRig({ clock, random: () => spread })
  const { told } = await answered(rig)
  await clock.advance(10_000)
  spread = 0.4
  told()
  await clock.advance(1_900)
  expect(rig.count('pings_total')).toBe(1)
  await clock.advance(300)
  expect(rig.count('pings_total')).toBe(2)
})

test('who has not answered a ping is asked nothing more, and has as long as ever', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, random: () => 0 })
  const { client, told } = await answered(rig)
  client.socket.pause()
  told()
  await clock.advance(5_100)
  expect(rig.count('pings_total')).toBe(2)
  for (let second = 0; second < 24; second++) {
    told()
    await clock.advance(1_000)
  }
  expect([rig.count('pings_total'), rig.gateway.status().ended['dead']]).toEqual([2, 0])
  await clock.advance(1_200)
  await rig.until(() => rig.gateway.status().ended['dead'] === 1)
})

test('a late answer is followed by the ping that was due meanwhile', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, random: () => 0 })
  const { client, told } = await answered(rig)
  const [connection] = rig.gateway.connections
  client.socket.pause()
  const first = told()
  await clock.advance(5_100)
  const second = told()
  await clock.advance(10_000)
  client.socket.resume()
  await rig.until(() => connection?.mark === first)
  await clock.advance(200)
  expect(rig.count('pings_total')).toBe(3)
  await rig.until(() => connection?.mark === second)
})

test('a client that pings is answered', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  const pong = new Promise(resolve => client.socket.once('pong', resolve))
  client.socket.ping('are you there')
  expect(String(await pong)).toBe('are you there')
})

test('one timer drives thousands of deadlines', async () => {
  const clock = fakeClock()
  let timers = 0
  const counting = {
    ...clock,
    after(ms: number, task: () => void) {
      timers++
      let isPending = true
      const end = (): void => {
        if (isPending) timers--
        isPending = false
      }
      const timer = clock.after(ms, () => {
        end()
        task()
      })
      return {
        cancel() {
          timer.cancel()
          end()
        }
      }
    }
  }
  await using rig = await startRig({
    clock: counting,
    config: { policy: 'share', maxConnectionsPerUser: 100 }
  })
  await Promise.all(Array.from({ length: 50 }, () => rig.start()))
  expect(timers).toBe(1)
})
