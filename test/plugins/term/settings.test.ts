import { expect, test } from 'vitest'
import { StartupError } from '../../../src/core/index.ts'
import { checkSettings } from '../../../src/plugins/term/check.ts'
import term from '../../../src/plugins/term/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'

type Terms = Parameters<typeof checkSettings>[0]['terms']

const problemsOf = (terms: Terms, timezone = 'Asia/Shanghai') => checkSettings({ terms, timezone })

test.each([
  ['2026-13-1'],
  ['2026-2-30'],
  ['2026-0-5'],
  ['26-8-31'],
  ['2026/8/31'],
  ['2026-8-31 00:00'],
  ['1969-12-29'],
  ['31.8.2026'],
  ['soon'],
  ['']
])('%j is no day to begin on', start => {
  expect(problemsOf({ a: start })).toEqual([
    { path: ['terms', 'a'], message: 'is no day of the calendar', hint: 'write it as 2026-8-31' }
  ])
  expect(problemsOf({ a: { start } })).toMatchObject([{ path: ['terms', 'a', 'start'] }])
})

test('a term that begins on another day than Monday is a slip, and the Monday is named', () => {
  expect(problemsOf({ a: '2026-8-31', b: '2027-2-28' })).toEqual([
    {
      path: ['terms', 'b'],
      message: 'is a Sunday; terms begin on Mondays, as weeks do',
      hint: 'the Monday of that week is 2027-02-22'
    }
  ])
  expect(problemsOf({ a: { start: '2026-9-1' } })).toMatchObject([
    { path: ['terms', 'a', 'start'], message: 'is a Tuesday; terms begin on Mondays, as weeks do' }
  ])
})

test('terms may touch, and not overlap', () => {
  expect(problemsOf({ 'a-1': '2026-8-24', 'a-2': '2026-9-21' })).toEqual([])
  expect(problemsOf({ 'a-2': '2026-9-21', 'a-1': '2026-8-31' })).toEqual([
    {
      path: ['terms', 'a-2'],
      message: 'begins before a-1 is over, which is on 2026-09-28',
      hint: 'say how many weeks a-1 lasts: { start, weeks }'
    }
  ])
  expect(problemsOf({ 'a-1': { start: '2026-8-31', weeks: 3 }, 'a-2': '2026-9-21' })).toEqual([])
  expect(problemsOf({ a: '2026-9-21', b: '2026-9-21' })).toHaveLength(1)
})

test('names must be told apart, and have no spaces around them', () => {
  expect(problemsOf({ Autumn: '2026-9-21', autumn: '2027-9-20' })).toMatchObject([
    { path: ['terms', 'autumn'], message: 'has the name of another term' }
  ])
  expect(problemsOf({ '2026-1': '2026-9-21', '２０２６-1': '2027-9-20' })).toHaveLength(1)
  expect(problemsOf({ '2026-1 ': '2026-9-21' })).toMatchObject([{ path: ['terms', '2026-1 '] }])
  expect(problemsOf({ '': '2026-9-21' })).toHaveLength(1)
  expect(problemsOf({ ['x'.repeat(65)]: '2026-9-21' })).toHaveLength(1)
})

test.each(['Asia/Shanghia', '+08:00', ''])('%j is no time zone', timezone => {
  expect(problemsOf({}, timezone)).toEqual([
    { path: ['timezone'], message: 'is no time zone', hint: 'write it as Asia/Shanghai' }
  ])
})

test.each([
  [{ terms: { a: 2026 } }],
  [{ terms: { a: { weeks: 3 } } }],
  [{ terms: { a: { start: '2026-9-21', weeks: 0 } } }],
  [{ terms: { a: { start: '2026-9-21', weeks: 61 } } }],
  [{ terms: { a: { start: '2026-9-21', wekes: 4 } } }],
  [{ terms: { a: '2026-9-22' } }],
  [{ terms: [] }],
  [{ timezone: 8 }],
  [{ timezone: 'Asia/Shanghia' }]
])('the gateway does not start with %j', async config => {
  await expect(testPlugin(term, { config: config as never })).rejects.toThrow(StartupError)
})
