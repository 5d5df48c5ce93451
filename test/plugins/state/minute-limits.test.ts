import { expect, test } from 'vitest'
import { addressDigest, MinuteLimits } from '../../../src/plugins/state/service.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const log = { warn: () => undefined, error: () => undefined } as never

test('one too many in a minute of the clock waits for the next minute', async () => {
  const clock = fakeClock()
  const limits = new MinuteLimits({ prefix: 'a', clock, log })
  await clock.advance(59_999)
  expect([await limits.take('x', 2), await limits.take('x', 2), await limits.take('x', 2)]).toEqual([
    undefined,
    undefined,
    1
  ])
  expect(await limits.take('y', 2)).toBeUndefined()
  await clock.advance(1)
  expect(await limits.take('x', 2)).toBeUndefined()
})

test('nodes that share a state count together, plugins apart', async () => {
  const clock = fakeClock()
  const state = new MemoryState({ maxKeys: 100, clock, log })
  const [here, there, other] = ['a', 'a', 'b'].map(
    prefix => new MinuteLimits({ prefix, clock, log, state })
  ) as [MinuteLimits, MinuteLimits, MinuteLimits]
  expect(await here.take('x', 1)).toBeUndefined()
  expect(await there.take('x', 1)).toBe(60)
  expect(await other.take('x', 1)).toBeUndefined()
})

test('the digest of an address is that of its network, and does not show it', () => {
  expect(addressDigest('2001:db8:0:1::1')).toBe(addressDigest('2001:db8:0:1:2::'))
  expect(addressDigest('192.0.2.1')).not.toBe(addressDigest('192.0.2.2'))
  expect(addressDigest('192.0.2.1')).toMatch(/^[\w-]{22}$/)
})
