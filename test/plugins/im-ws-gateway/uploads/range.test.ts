import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeIn } from '../../../../src/plugins/im-ws-gateway/uploads/range.ts'

test('whatever is asked for, a range is one of bytes that are there', () => {
  const part = fc.oneof(
    fc.nat(12).map(String),
    fc.constantFrom('', '-', ',', 'x', '999999999999999', '00', ' ')
  )
  const header = fc.tuple(
    fc.constantFrom('bytes=', 'Bytes= ', 'bits=', ''),
    part,
    fc.constantFrom('-', '--', ''),
    part
  )
  fc.assert(
    fc.property(header, fc.nat(10), (parts, size) => {
      const range = rangeIn(parts.join(''), size)
      if (typeof range !== 'object') return
      expect(range.first).toBeGreaterThanOrEqual(0)
      expect(range.last).toBeGreaterThanOrEqual(range.first)
      expect(range.last).toBeLessThan(size)
    }),
    { numRuns: 2_000 }
  )
})

test('a file without bytes has no range', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-5']) expect(rangeIn(header, 0)).toBe('unsatisfiable')
  expect(rangeIn(undefined, 0)).toBeUndefined()
})
