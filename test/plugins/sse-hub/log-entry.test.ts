import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatEntry, parseEntry, type Entry } from '../../../src/plugins/sse-hub/log-entry.ts'

const text = fc.string({ unit: 'binary' })
const maybe = fc.option(text, { nil: undefined })
const event = fc
  .record({ data: text, event: maybe })
  .map(({ data, event: type }) => ({ data, ...(type !== undefined && { event: type }) }))
const at = fc.integer({ min: 0, max: 4e12 })
const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    kind: fc.constant('event' as const),
    at,
    topic: fc.constantFrom('a', 'orders/7', '主题', '"\\'),
    event: fc.tuple(event, maybe).map(([sent, key]) => (key === undefined ? sent : { ...sent, key }))
  }),
  fc.record({
    kind: fc.constant('close' as const),
    at,
    node: text,
    principal: text,
    last: fc.option(event, { nil: undefined }).map(last => last && { event: '', ...last })
  })
)

test('an entry is read as it was written', () => {
  fc.assert(
    fc.property(entries, entry => {
      expect(parseEntry(formatEntry(entry))).toEqual(entry)
    })
  )
})

test('no text makes it throw, and none that is no entry is one', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.json(),
        fc.json().map(json => `${json}\n`)
      ),
      given => {
        expect(parseEntry(given)).toBeUndefined()
      }
    )
  )
})
