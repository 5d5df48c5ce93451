import { expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { Unopenable } from '../../../src/plugins/crypto-envelope/codec.ts'
import { createReplayGuard } from '../../../src/plugins/crypto-envelope/replay-guard.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { fakeState } from './fake-state.ts'

const windowMs = 300_000

function setUp(maxKeys?: number) {
  const clock = fakeClock()
  const state = fakeState(clock, maxKeys)
  const guard = createReplayGuard(state, clock)
  const admit = async (nonce: string, ts = clock.now(), kid = 'k'): Promise<string> => {
    try {
      await guard.admit(kid, { ts, nonce }, windowMs)
      return 'admitted'
    } catch (error) {
      if (error instanceof ApiError) return error.entry.key
      if (error instanceof Unopenable) return error.failure
      throw error
    }
  }
  return { clock, state, admit }
}

test.each([
  [-windowMs - 1, 'expired'],
  [-windowMs, 'admitted'],
  [0, 'admitted'],
  [windowMs, 'admitted'],
  [windowMs + 1, 'expired']
])('a message made %i ms from now is %s', async (offset, outcome) => {
  const { clock, admit } = setUp()
  expect(await admit('n', clock.now() + offset)).toBe(outcome)
})

test('what is expired leaves no record', async () => {
  const { state, admit } = setUp()
  expect(await admit('n', 0)).toBe('expired')
  expect(state.keys.size).toBe(0)
})

test('a message is admitted once, and stays refused for as long as its time is valid', async () => {
  const { clock, admit } = setUp()
  const ts = clock.now() + windowMs
  expect(await admit('n', ts)).toBe('admitted')
  expect(await admit('n', ts)).toBe('envelope.replayed')
  await clock.advance(2 * windowMs)
  expect(await admit('n', ts), 'in the last valid millisecond').toBe('envelope.replayed')
  await clock.advance(1)
  expect(await admit('n', ts)).toBe('expired')
})

test('nonces count per key', async () => {
  const { clock, admit } = setUp()
  expect(await admit('n', clock.now(), 'a')).toBe('admitted')
  expect(await admit('n', clock.now(), 'b')).toBe('admitted')
})

test('of many equal messages at once exactly one is admitted', async () => {
  const { admit } = setUp()
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => admit('n')))
  expect(outcomes.filter(outcome => outcome === 'admitted')).toHaveLength(1)
  expect(new Set(outcomes)).toEqual(new Set(['admitted', 'envelope.replayed']))
})

test('a full store refuses new messages and forgets no old one', async () => {
  const { admit } = setUp(1)
  expect(await admit('a')).toBe('admitted')
  expect(await admit('b')).toBe('envelope.unavailable')
  expect(await admit('a')).toBe('envelope.replayed')
})

test('a store that fails refuses, and a message refused so may come again', async () => {
  const { state, admit } = setUp()
  state.fail(new Error('connection lost'))
  expect(await admit('n')).toBe('envelope.unavailable')
  state.fail(undefined)
  expect(await admit('n')).toBe('admitted')
})
