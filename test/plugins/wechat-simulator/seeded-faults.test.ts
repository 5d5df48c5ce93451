import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededFaults } from '../../../src/plugins/wechat-simulator/seeded-faults.ts'

const draw = (options: Parameters<typeof seededFaults>[0], count: number) => {
  const source = seededFaults(options)
  return Array.from({ length: count }, () => [source.api?.('token') ?? [], source.push?.() ?? []] as const)
}

test('the same seed draws the same faults, another one others', () => {
  const options = { seed: 7, rate: 0.5 }
  expect(draw(options, 50)).toEqual(draw(options, 50))
  expect(draw({ ...options, seed: 8 }, 50)).not.toEqual(draw(options, 50))
})

test('the rate is the share of calls and pushes that are struck', () => {
  expect(draw({ seed: 1, rate: 0 }, 100).flat(2)).toEqual([])
  expect(draw({ seed: 1, rate: 1 }, 100).flat(2)).toHaveLength(200)
  const struck = draw({ seed: 1, rate: 0.2 }, 1_000).flat(2).length
  expect(struck).toBeGreaterThan(300)
  expect(struck).toBeLessThan(500)
})

test('every kind is drawn, no push is lost, and no delay is longer than it may be', () => {
  const faults = draw({ seed: 3, rate: 1, maxDelayMs: 50 }, 500).flat(2)
  expect(new Set(faults.map(({ do: kind }) => kind))).toEqual(
    new Set(['errcode', 'late', 'drop', 'status', 'garbage', 'text-plain', 'duplicate', 'deaf', 'skew'])
  )
  const delays = faults.flatMap(fault => ('ms' in fault ? [Math.abs(fault.ms)] : []))
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(1)
  expect(Math.max(...delays)).toBeLessThanOrEqual(50)
})

test('what calls draw does not depend on pushes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), fc.nat({ max: 5 }), (seed, pushes) => {
      const [one, other] = [seededFaults({ seed, rate: 1 }), seededFaults({ seed, rate: 1 })]
      for (let count = 0; count < pushes; count++) other.push?.()
      expect(other.api?.('user')).toEqual(one.api?.('user'))
    }),
    { numRuns: 30 }
  )
})
