import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimate, markOf, withMarks, type Mark } from '../../../src/plugins/click-stats/hyperloglog.ts'

const digestOf = (n: number): Buffer => createHash('sha256').update(`guest ${n}`).digest()
const marksOf = (from: number, to: number): Mark[] =>
  Array.from({ length: to - from }, (_, n) => markOf(digestOf(from + n)))

test.each([
  ['0000000000000000', 0, 53],
  ['ffffffffffffffff', 4_095, 1],
  ['0018000000000000', 1, 1],
  ['0010000000000001', 1, 52],
  ['0010000080000000', 1, 21],
  ['0010000100000000', 1, 20],
  ['7ff0000000000000', 2_047, 53]
])('the digest %s leaves rank %i in register %i', (hex, register, rank) => {
  expect(markOf(Buffer.from(hex, 'hex'))).toEqual({ register, rank })
})

test.each([0, 1, 2, 10, 100, 1_000, 5_000, 10_000, 20_000, 100_000])('%i guests are about as many', count => {
  const sketch = withMarks('', marksOf(0, count))
  expect(sketch).toHaveLength(4_096)
  expect(sketch).toMatch(/^[0-e]*$/)
  const tolerance = count < 100 ? 1 : count * 0.05
  expect(Math.abs(estimate(sketch) - count)).toBeLessThanOrEqual(tolerance)
})

test('nobody is nobody', () => {
  expect(estimate('')).toBe(0)
})

test('the order of guests does not matter, nor how often they come, nor in which parts', () => {
  const some = fc.array(fc.integer({ min: 0, max: 50 }).map(n => markOf(digestOf(n))))
  fc.assert(
    fc.property(some, some, (first, second) => {
      const whole = withMarks('', [...second, ...first, ...second])
      expect(withMarks(withMarks('', first), second)).toBe(whole)
      expect(withMarks(whole, first)).toBe(whole)
    }),
    { numRuns: 30 }
  )
})
