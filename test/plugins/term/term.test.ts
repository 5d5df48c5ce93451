import { expect, test } from 'vitest'
import { Clock, definePlugin } from '../../../src/core/index.ts'
import term from '../../../src/plugins/term/index.ts'
import { fakeClock, testPlugin, type TestPluginOptions } from '../../../src/testing/index.ts'

const terms = {
  '2026-2027-3': { start: '2027-2-22', weeks: 17 },
  '2026-2027-1': '2026-8-24',
  '2026-2027-2': '2026-09-21'
}
const at = (iso: string): number => Date.parse(iso)

/** The service at a moment. */
async function termsAt(iso: string, config: object = { terms }) {
  const clock = fakeClock(at(iso))
  const app = await testPlugin(term, { config, services: { clock } })
  return { terms: app.service, clock, [Symbol.asyncDispose]: () => app.close() }
}

test('the list is in order of dates, with the length by name or by setting', async () => {
  await using rig = await termsAt('2026-10-01T00:00:00Z')
  expect(rig.terms.list).toEqual([
    {
      name: '2026-2027-1',
      startDate: at('2026-08-24T00:00:00+08:00'),
      endDate: at('2026-09-21T00:00:00+08:00'),
      weeks: 4,
      isCurrent: false,
      isNext: false,
      isPrev: true,
      isLong: false
    },
    {
      name: '2026-2027-2',
      startDate: at('2026-09-21T00:00:00+08:00'),
      endDate: at('2027-01-25T00:00:00+08:00'),
      weeks: 18,
      isCurrent: true,
      isNext: false,
      isPrev: false,
      isLong: true,
      week: 2,
      weekday: 4
    },
    {
      name: '2026-2027-3',
      startDate: at('2027-02-22T00:00:00+08:00'),
      endDate: at('2027-06-21T00:00:00+08:00'),
      weeks: 17,
      isCurrent: false,
      isNext: true,
      isPrev: false,
      isLong: true
    }
  ])
})

test.each([
  // Before all, at the first moment, at the last and the one after it, in holidays, after all.
  ['2026-08-23T23:59:59.999+08:00', undefined, undefined, '2026-2027-1'],
  ['2026-08-24T00:00:00.000+08:00', undefined, '2026-2027-1', '2026-2027-2'],
  ['2026-09-20T23:59:59.999+08:00', undefined, '2026-2027-1', '2026-2027-2'],
  ['2026-09-21T00:00:00.000+08:00', '2026-2027-1', '2026-2027-2', '2026-2027-3'],
  ['2027-01-24T23:59:59.999+08:00', '2026-2027-1', '2026-2027-2', '2026-2027-3'],
  ['2027-01-25T00:00:00.000+08:00', '2026-2027-2', undefined, '2026-2027-3'],
  ['2027-02-22T00:00:00.000+08:00', '2026-2027-2', '2026-2027-3', undefined],
  ['2027-06-21T00:00:00.000+08:00', '2026-2027-3', undefined, undefined]
])('at %s the term before is %s, the current one %s, the next %s', async (moment, prev, current, next) => {
  await using rig = await termsAt(moment)
  const { list } = rig.terms
  expect([rig.terms.prev?.name, rig.terms.current?.name, rig.terms.next?.name]).toEqual([prev, current, next])
  const flagged = (flag: 'isPrev' | 'isCurrent' | 'isNext') =>
    list.filter(one => one[flag]).map(one => one.name)
  expect([flagged('isPrev'), flagged('isCurrent'), flagged('isNext')]).toEqual(
    [prev, current, next].map(name => (name === undefined ? [] : [name]))
  )
})

test('without terms nothing is there, and nothing throws', async () => {
  const logs: string[] = []
  const options: TestPluginOptions<never, never> = {
    server: { logLevel: 'warn' },
    logDestination: { write: line => void logs.push(line) }
  }
  await using app = await testPlugin(term, options)
  const { list, prev, current, next } = app.service
  expect([list, prev, current, next]).toEqual([[], undefined, undefined, undefined])
  expect(logs.join('')).toContain('there are no terms')
})

test('weeks turn over on Monday at midnight of the zone', async () => {
  await using rig = await termsAt('2026-09-27T15:59:59.999Z')
  expect(rig.terms.current).toMatchObject({ week: 1, weekday: 7 })
  await rig.clock.advance(1)
  expect(rig.terms.current).toMatchObject({ week: 2, weekday: 1 })
})

test('time passes, also backwards, while what was read stays as it was', async () => {
  await using rig = await termsAt('2026-09-20T15:59:59.999Z')
  const before = rig.terms.current
  await rig.clock.advance(1)
  expect([before?.name, before?.isCurrent, rig.terms.current?.name]).toEqual([
    '2026-2027-1',
    true,
    '2026-2027-2'
  ])
  rig.clock.jump(-1)
  expect(rig.terms.current?.name).toBe('2026-2027-1')
})

test('nobody can change what others read', async () => {
  await using rig = await termsAt('2026-10-01T00:00:00Z')
  const now = rig.terms.at(rig.clock.now())
  expect(Object.isFrozen(now) && Object.isFrozen(now.list) && now.list.every(Object.isFrozen)).toBe(true)
  expect(() => Object.assign(now.current ?? {}, { name: 'x' })).toThrow(TypeError)
  expect(rig.terms.current?.name).toBe('2026-2027-2')
})

test('the same day begins and ends at other moments in another zone', async () => {
  await using rig = await termsAt('2026-08-24T04:59:59.999Z', { terms, timezone: 'America/Chicago' })
  expect(rig.terms.current).toBeUndefined()
  await rig.clock.advance(1)
  expect(rig.terms.current).toMatchObject({ name: '2026-2027-1', week: 1, weekday: 1 })
})

test('a term over which clocks change ends at midnight, and has weeks of seven dates', async () => {
  const config = { terms: { autumn: '2026-09-21' }, timezone: 'Europe/Berlin' }
  await using rig = await termsAt('2026-10-25T22:59:59.999Z', config)
  expect(rig.terms.current).toMatchObject({ week: 5, weekday: 7, endDate: at('2027-01-25T00:00:00+01:00') })
  await rig.clock.advance(1)
  expect(rig.terms.current).toMatchObject({ week: 6, weekday: 1 })
})

test('the clock of the machine serves where no other is given', async () => {
  await using app = await testPlugin(term, { config: { terms: { once: '1970-1-5', far: '9999-1-4' } } })
  expect([app.service.prev?.name, app.service.next?.name]).toEqual(['once', 'far'])
})

test('a plugin that needs the terms finds them under their token', async () => {
  const clock = definePlugin({
    name: 'own-clock',
    description: 'Stands still.',
    provides: Clock,
    setup: () => fakeClock(at('2026-10-01T00:00:00Z'))
  })
  await using app = await testPlugin(term, { config: { terms }, with: [[clock]] })
  expect(app.getDecorator<typeof app.service>('term').current?.name).toBe('2026-2027-2')
})
