import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { between, mulberry32 } from '../../../src/plugins/sign-simulator/random.ts'

test('the same seed gives the same numbers, on every machine', () => {
  const random = mulberry32(42)
  expect([random(), random(), random()]).toEqual([
    0.6011037519201636, 0.44829055899754167, 0.8524657934904099
  ])
})

test('numbers are from 0 to 1, and spread evenly', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const random = mulberry32(seed)
      const numbers = Array.from({ length: 2_000 }, random)
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...numbers)).toBeLessThan(1)
      const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
    }),
    { numRuns: 20, seed: 1 }
  )
})

test('between draws from a range and takes a number as it is', () => {
  expect(between(7, () => 0.5)).toBe(7)
  expect(between([10, 20], () => 0)).toBe(10)
  expect(between([10, 20], () => 0.5)).toBe(15)
})
