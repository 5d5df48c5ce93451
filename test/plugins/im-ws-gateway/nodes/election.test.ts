import { expect, test } from 'vitest'
import { Election } from '../../../../src/plugins/im-ws-gateway/nodes/election.ts'
import { MemoryFacts, MemoryState } from '../../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

const log = { info() {}, warn() {}, error() {} } as never
const lockName = 'lock:host'

function startElections() {
  const clock = fakeClock()
  const facts = new MemoryFacts({ maxKeys: 100, clock, log })
  const state = new MemoryState({ maxKeys: 100, clock, log }, facts)
  const open = (through: Pick<State, 'lock'> = state) => {
    const told: string[] = []
    const warnings: unknown[] = []
    const election = new Election({
      state: through,
      key: 'host',
      clock,
      log: { warn: (given: unknown) => void warnings.push(given) },
      leaseMs: 1_000,
      everyMs: 250,
      won: () => void told.push('won'),
      lost: () => void told.push('lost'),
      kept: () => void (told.at(-1) === 'kept' || told.push('kept'))
    })
    election.attempt()
    return { election, told, warnings }
  }
  return { clock, facts, state, open }
}

test('one of two is elected, keeps it while it lives, and gives it to the other when it renounces', async () => {
  const { clock, open } = startElections()
  const [one, other] = [open(), open()]
  await clock.advance(60_000)
  expect([one.told, other.told]).toEqual([['won', 'kept'], []])
  await one.election.withdraw()
  await one.election.renounce()
  await clock.advance(300)
  expect([one.told, other.told]).toEqual([['won', 'kept', 'lost'], ['won']])
  expect([one.election.isHeld, other.election.isHeld]).toEqual([false, true])
  await clock.advance(10_000)
  expect(one.told).toHaveLength(3)
})

test('whoever has lost his lease loses it when he asks, and may win it again', async () => {
  const { clock, facts, open } = startElections()
  const { election, told } = open()
  await clock.advance(100)
  facts.entries.delete(lockName)
  await clock.advance(250)
  expect(told).toEqual(['won', 'lost'])
  await clock.advance(250)
  expect(told).toEqual(['won', 'lost', 'won'])
  expect(election.isHeld).toBe(true)
})

test('a state that does not answer ends it before the lease ends for the others', async () => {
  const { clock, state, open } = startElections()
  const hanging: Pick<State, 'lock'> = {
    async lock(key, leaseMs) {
      const lease = await state.lock(key, leaseMs)
      return lease && { ...lease, token: lease.token, extend: () => new Promise(() => undefined) }
    }
  }
  const { told } = open(hanging)
  await clock.advance(799)
  expect(told).toEqual(['won'])
  await clock.advance(1)
  expect(told).toEqual(['won', 'lost'])
})

test('a state that refuses to answer is tried again, and complained of once', async () => {
  const { clock, state, open } = startElections()
  let isAway = true
  const failing: Pick<State, 'lock'> = {
    lock: (key, leaseMs) => (isAway ? Promise.reject(new Error('away')) : state.lock(key, leaseMs))
  }
  const { told, warnings } = open(failing)
  await clock.advance(5_000)
  expect([told, warnings.length]).toEqual([[], 1])
  isAway = false
  await clock.advance(250)
  expect(told).toEqual(['won'])
})

test('a lock that comes after the election was left is given back', async () => {
  const { clock, state, open } = startElections()
  let grant = (): void => undefined
  const slow: Pick<State, 'lock'> = {
    lock: async (key, leaseMs) => {
      await new Promise<void>(resolve => (grant = resolve))
      return state.lock(key, leaseMs)
    }
  }
  const { election, told } = open(slow)
  const leaving = election.withdraw()
  grant()
  await leaving
  expect(told).toEqual([])
  expect(await state.lock('host', 1_000)).toBeDefined()
  await clock.advance(1_000)
})
