import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Device } from '../../../src/plugins/sign-bridge/device.ts'
import { leased } from '../../../src/plugins/sign-bridge/lease.ts'
import { SignPool } from '../../../src/plugins/sign-bridge/pool.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { Lease, State } from '../../../src/plugins/state/service.ts'
import { SimulatedControl } from '../../../src/plugins/sign-simulator/control.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { MemoryLine, reconnectMs } from './memory-line.ts'
import { cardKey, failure, outcome, pin, settings } from './rig.ts'

const leaseMs = 30_000

type Fault = 'refuses' | 'hangs' | 'late' | 'lost' | 'deaf'

type Store = Pick<State, 'lock' | 'publish' | 'subscribe'>

/** A `state` that can be cut off from one gateway. */
class Remote implements Store {
  readonly #state: Store
  readonly #clock: FakeClock
  /** `refuses`: calls fail. `hangs`: they never end. `late`: after 29 s. `lost`: somebody else holds the lock.
   * `deaf`: it does not hear messages. */
  fault: Fault | undefined
  releases = 0

  constructor(state: Store, clock: FakeClock, fault?: Fault) {
    this.#state = state
    this.#clock = clock
    this.fault = fault
  }

  async lock(key: string, ms: number): Promise<Lease | undefined> {
    await this.#reach()
    const lease = this.fault === 'lost' ? undefined : await this.#state.lock(key, ms)
    if (!lease) return undefined
    return {
      token: lease.token,
      extend: async next => {
        await this.#reach()
        return this.fault !== 'lost' && lease.extend(next)
      },
      release: async () => {
        this.releases++
        await this.#reach()
        return lease.release()
      }
    }
  }

  async subscribe(...given: Parameters<State['subscribe']>): Promise<() => Promise<void>> {
    await this.#reach()
    if (this.fault === 'deaf') throw new Error('no connection')
    return this.#state.subscribe(...given)
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#reach()
    return this.#state.publish(channel, message)
  }

  #reach(): Promise<void> {
    if (this.fault === 'refuses') return Promise.reject(new Error('no connection'))
    if (this.fault === 'hangs') return new Promise(() => {})
    if (this.fault === 'late') return new Promise(resolve => void this.#clock.after(29_000, resolve))
    return Promise.resolve()
  }
}

interface Gateway {
  readonly pool: SignPool
  readonly device: Device
  readonly line: MemoryLine
  readonly remote: Remote
}

interface Site {
  readonly clock: FakeClock
  readonly control: SimulatedControl
  gateway(fault?: Fault): Promise<Gateway>
}

/** One card, and as many gateways as are asked for. */
async function makeSite(): Promise<Site> {
  const clock = fakeClock()
  const control = new SimulatedControl({ key: cardKey, clock })
  const state = new MemoryState({ maxKeys: 100, clock, log: pino({ level: 'silent' }) })
  return {
    clock,
    control,
    async gateway(fault) {
      const [line, remote] = [new MemoryLine(control, clock), new Remote(state, clock, fault)]
      const place = { name: 'device-1', address: 'card:61232', certNo: '' }
      const connect = leased(line.connect, { state: remote, key: 'card', leaseMs, clock })
      const pool = new SignPool({ places: [{ ...place, connect }], settings, clock, defer: queueMicrotask })
      await clock.advance(0)
      return { pool, device: pool.devices.at(0)!, line, remote }
    }
  }
}

const stateOf = ({ device }: Gateway): unknown => {
  const { state, reason } = device.status()
  return { state, reason }
}
const ready = { state: 'ready', reason: undefined }
const elsewhere = { state: 'standby', reason: 'Another gateway holds this device' }
const unknown = {
  state: 'connecting',
  reason: 'It cannot be known whether another gateway holds this device'
}

test('34: of two gateways with one card only the holder of its lock connects, for as long as it likes', async () => {
  const site = await makeSite()
  const [first, second] = [await site.gateway(), await site.gateway()]
  for (let minute = 0; minute < 10; minute++) {
    expect([stateOf(first), stateOf(second)]).toEqual([ready, elsewhere])
    expect(site.control.connected).toBe(1)
    await site.clock.advance(60_000)
  }
  expect(second.line.handed).toEqual([])
})

test('34: who stands by refuses at once what only the held card can sign, and says to ask again', async () => {
  const site = await makeSite()
  const [, second] = [await site.gateway(), await site.gateway()]
  const refusal = await failure(second.pool.sign({ data: 'text', pin }))
  expect(refusal).toMatchObject({
    entry: { key: 'sign.device_elsewhere', http: 503 },
    context: { retryAfter: 1 }
  })
  expect(() => second.pool.assertRoom()).toThrow('Another gateway has the signing device')
  expect(second.line.handed).toEqual([])
})

test('34: when the holder leaves, the other is told and takes over at once', async () => {
  const site = await makeSite()
  const [first, second] = [await site.gateway(), await site.gateway()]
  await first.pool.close()
  expect(first.remote.releases).toBe(1)
  await site.clock.advance(0)
  expect(stateOf(second)).toEqual(ready)
  const signed = await second.pool.sign({ data: 'next', pin })
  expect(cardKey.verify('next', signed.sign)).toBe(true)
})

test('34: one that could not be told takes over at its next try', async () => {
  const site = await makeSite()
  const first = await site.gateway()
  const second = await site.gateway('deaf')
  await first.pool.close()
  await site.clock.advance(0)
  expect(stateOf(second)).toEqual(elsewhere)
  await site.clock.advance(leaseMs / 3)
  expect(stateOf(second)).toEqual(ready)
  await second.pool.close()
})

test.each(['refuses', 'hangs'] as const)(
  '34: a holder whose lock store %s lets go before its lease ends; there is never a moment with two connections',
  async fault => {
    const site = await makeSite()
    const [first, second] = [await site.gateway(), await site.gateway()]
    first.remote.fault = fault
    let most = 0
    let goneAt: number | undefined
    let tookOverAt: number | undefined
    for (let seconds = 0; seconds < 90; seconds++) {
      await site.clock.advance(1_000)
      most = Math.max(most, site.control.connected)
      if (first.device.state === 'connecting') goneAt ??= site.clock.monotonic()
      if (second.device.state === 'ready') tookOverAt ??= site.clock.monotonic()
    }
    expect(most).toBe(1)
    expect(goneAt).toBeLessThan(tookOverAt!)
    expect(stateOf(first)).toEqual(unknown)
    first.remote.fault = undefined
    await second.pool.close()
    await site.clock.advance(2 * leaseMs)
    expect(stateOf(first)).toEqual(ready)
  }
)

test('34: a lock store that is away for a moment costs nothing', async () => {
  const site = await makeSite()
  const first = await site.gateway()
  first.remote.fault = 'refuses'
  await site.clock.advance(leaseMs / 3 + 5_000)
  first.remote.fault = undefined
  await site.clock.advance(60_000)
  expect(stateOf(first)).toEqual(ready)
  expect(first.device.status().counters['connections']).toBe(1)
})

test('34: a request that is out when the lease is lost fails with an unknown outcome', async () => {
  const site = await makeSite()
  const first = await site.gateway()
  first.remote.fault = 'refuses'
  await site.clock.advance(20_000)
  site.control.play([{ do: 'ignore' }])
  const lost = outcome(first.pool.sign({ data: 'lost', pin }))
  await site.clock.advance(6_000)
  expect(await lost).toBe('sign.device_lost_after_send')
  expect(site.control.connected).toBe(0)
})

test('34: after a sleep of the host the lease is checked at once, and given up when it was lost meanwhile', async () => {
  const site = await makeSite()
  const first = await site.gateway()
  first.remote.fault = 'lost'
  first.device.reconnect('The host stood still')
  await site.clock.advance(0)
  expect(stateOf(first)).toEqual(elsewhere)
  await site.clock.advance(reconnectMs)
  expect(site.control.connected).toBe(0)
  first.remote.fault = undefined
  await site.clock.advance(leaseMs / 3)
  expect(stateOf(first)).toEqual(ready)
})

test('34: a gateway that closes while it waits for the lock, or for its store, leaves nothing behind', async () => {
  const site = await makeSite()
  const [first, second] = [await site.gateway(), await site.gateway()]
  await second.pool.close()
  await first.pool.close()
  const third = await site.gateway()
  expect(stateOf(third)).toEqual(ready)
  await third.pool.close()
  await site.clock.advance(600_000)
  expect(site.control.connected).toBe(0)
})

test('34: a lock that is granted too late to be of use is given back', async () => {
  const site = await makeSite()
  const fourth = await site.gateway('late')
  await site.clock.advance(leaseMs)
  expect(stateOf(fourth)).toEqual(unknown)
  expect(site.control.counters.connections).toBe(0)
  expect(fourth.remote.releases).toBe(1)
})
