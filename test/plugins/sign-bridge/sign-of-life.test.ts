import { expect, test } from 'vitest'
import { SignOfLife } from '../../../src/plugins/sign-bridge/sign-of-life.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { makeRig } from './rig.ts'

interface Peer {
  readonly clock: FakeClock
  readonly life: SignOfLife
  pings: number
  ask(): Promise<boolean>
}

function peer(): Peer {
  const clock = fakeClock()
  const life = new SignOfLife(clock)
  const made: Peer = {
    clock,
    life,
    pings: 0,
    ask: () => life.within(400, { ping: () => void made.pings++, patienceMs: 400 })
  }
  return made
}

test('a peer that was heard a moment ago is not asked', async () => {
  const one = peer()
  one.life.heard()
  await one.clock.advance(399)
  expect([await one.ask(), one.pings]).toEqual([true, 0])
})

test('a silent peer is pinged once, however many ask, and has its time to answer', async () => {
  const one = peer()
  one.life.heard()
  await one.clock.advance(400)
  const asked = [one.ask(), one.ask()]
  await one.clock.advance(399)
  one.life.heard()
  expect(await Promise.all(asked)).toEqual([true, true])
  expect(one.pings).toBe(1)
  await one.clock.advance(400)
  const unanswered = one.ask()
  await one.clock.advance(400)
  expect([await unanswered, one.pings]).toEqual([false, 2])
  const again = one.ask()
  one.life.heard()
  expect([await again, one.pings]).toEqual([true, 3])
})

test('a peer that has never answered a ping is given the benefit of the doubt, at once', async () => {
  const one = peer()
  const asked = one.life.within(400, { ping: () => void one.pings++, patienceMs: 0 })
  await one.clock.advance(0)
  expect([await asked, one.pings]).toEqual([false, 1])
  const rig = await makeRig()
  rig.line.ignoresPings = true
  await rig.clock.advance(500)
  const confirmed = rig.device.confirm(400)
  await rig.clock.advance(0)
  await confirmed
  expect(rig.device.status()).toMatchObject({ state: 'ready', counters: { replaced: 0 } })
})

test('19: whoever asks about a line that has gone silent is told so within half a second', async () => {
  const rig = await makeRig()
  await rig.sign('text')
  await rig.device.confirm(400)
  await rig.clock.advance(500)
  await rig.device.confirm(400)
  expect(rig.device.state).toBe('ready')
  rig.control.freezeAll()
  await rig.clock.advance(500)
  const confirmed = rig.device.confirm(400)
  expect(rig.device.state).toBe('ready')
  await rig.clock.advance(400)
  await confirmed
  expect(rig.device.status()).toMatchObject({ state: 'connecting', reason: 'It did not answer a ping' })
})

test('a request that is out on a silent line is not given up for that', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 1_000 }] })
  await rig.clock.advance(500)
  await rig.device.confirm(400)
  await rig.clock.advance(500)
  rig.lines.at(0)!.ignoresPings = true
  const confirmed = rig.device.confirm(400)
  const signed = rig.sign('text')
  await rig.clock.advance(400)
  await confirmed
  await rig.clock.advance(1_000)
  expect((await signed).sign).not.toBe('')
  expect(rig.device.status().counters).toMatchObject({ replaced: 0 })
})
