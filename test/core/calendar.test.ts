import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, calendarOf, daysBetween, isTimeZone } from '../../src/core/index.ts'

const at = (iso: string): number => Date.parse(iso)

test.each([
  ['Asia/Shanghai', '2026-01-31', '2026-01-30T16:00:00Z'],
  ['UTC', '2026-01-31', '2026-01-31T00:00:00Z'],
  ['Asia/Kathmandu', '2026-01-31', '2026-01-30T18:15:00Z'],
  ['Pacific/Kiritimati', '2026-01-31', '2026-01-30T10:00:00Z'],
  ['Pacific/Pago_Pago', '2026-01-31', '2026-01-31T11:00:00Z'],
  // Clocks go forward, or back, some hours after midnight.
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z'],
  ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z'],
  ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00Z'],
  // Shanghai had summer time until 1991.
  ['Asia/Shanghai', '1991-07-01', '1991-06-30T15:00:00Z'],
  // At midnight clocks go forward to 1:00.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
  ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00Z'],
  // At midnight clocks go back to 23:00 of the day before.
  ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00Z'],
  // At 1:00 clocks go back to midnight, of which there are two.
  ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z'],
  // Samoa went from the 29th to the 31st.
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z']
])('in %s the day %s begins at %s', (zone, day, start) => {
  expect(new Date(calendarOf(zone).startOf(day)).toISOString()).toBe(new Date(start).toISOString())
})

test('a day ends with the last millisecond before the next one', () => {
  const { dayOf } = calendarOf('Asia/Shanghai')
  expect(dayOf(at('2026-01-31T15:59:59.999Z'))).toBe('2026-01-31')
  expect(dayOf(at('2026-01-31T16:00:00.000Z'))).toBe('2026-02-01')
})

test('in every zone a day begins at its start, and another ends just before', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const days = fc.integer({ min: 0, max: 24_000 }).map(later => addDays('1980-01-01', later))
  fc.assert(
    fc.property(fc.constantFrom(...zones), days, (zone, day) => {
      const { dayOf, startOf } = calendarOf(zone)
      const start = startOf(day)
      const isLeftOut = dayOf(start) !== day
      expect(startOf(isLeftOut ? addDays(day, 1) : day)).toBe(start)
      expect(dayOf(start - 1) < day).toBe(true)
    }),
    { numRuns: 200 }
  )
})

test('days are counted by their dates, whatever the clocks do', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31)
  expect(daysBetween('2026-04-01', '2026-03-01')).toBe(-31)
})

test.each([
  ['Asia/Shanghai', true],
  ['UTC', true],
  ['Asia/Shanghia', false],
  ['', false],
  ['+08:00', false],
  ['Asia/Shanghai ', false]
])('%j as a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is)
})

test('an unknown zone has no calendar', () => {
  expect(() => calendarOf('Asia/Shanghia')).toThrow(RangeError)
})
