import { assert, bigInt, integer, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { fitsN19x5 } from '../../../src/plugins/customs179/amount.ts'

test.each([
  '0',
  '-0',
  '0.0',
  '0e99999',
  '5',
  '5.0',
  '5.00000',
  '5.000000',
  '1e2',
  '1E+2',
  '1.5e-4',
  '100e-7',
  '0.00001',
  '99999999999999',
  '99999999999999.99999',
  '9.999999999999999999e13',
  '1e13',
  '12345678901234.1'
])('%s fits', number => {
  expect(fitsN19x5(number)).toBe(true)
})

test.each([
  '100000000000000',
  '1e14',
  '0.000001',
  '1e-6',
  '5.000001',
  '99999999999999.999999',
  '1e400',
  '1e-400',
  `0.${'0'.repeat(100_000)}1`,
  '',
  'x',
  '"5"',
  '+5',
  '.5',
  '5.',
  '0x5'
])('%.20s does not fit', number => {
  expect(fitsN19x5(number)).toBe(false)
})

test('what fits is what is less than 10^14 and a multiple of 10^-5, in every way to write it', () => {
  assert(
    property(
      bigInt(0n, 10n ** 22n),
      integer({ min: -9, max: 3 }),
      integer({ min: 0, max: 9 }),
      (digits, power, zeros) => {
        // The value is digits × 10^power; in units of 10^-9 it is a whole number.
        const units = digits * 10n ** BigInt(power + 9)
        const fits = units < 10n ** 23n && units % 10_000n === 0n
        expect(fitsN19x5(`${digits}e${power}`)).toBe(fits)
        const text = units.toString().padStart(10, '0')
        expect(fitsN19x5(`${text.slice(0, -9)}.${text.slice(-9)}${'0'.repeat(zeros)}`)).toBe(fits)
      }
    )
  )
})

test('a sign changes nothing', () => {
  assert(
    property(tuple(integer({ min: 0 }), integer({ min: 0, max: 99_999 })), ([whole, part]) => {
      expect(fitsN19x5(`-${whole}.${part}`)).toBe(fitsN19x5(`${whole}.${part}`))
    })
  )
})
