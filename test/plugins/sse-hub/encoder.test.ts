import { createParser } from 'eventsource-parser'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBlock, type Block } from '../../../src/plugins/sse-hub/encoder.ts'
import { interpret } from './reference-parser.ts'

/** What a parser fed in pieces makes of bytes. */
function parsedInPieces(
  bytes: Buffer,
  cuts: readonly number[]
): { event: string; data: string; id: string }[] {
  const events: { event: string; data: string; id: string }[] = []
  let id = ''
  const parser = createParser({
    onEvent: message => {
      id = message.id ?? id
      events.push({ event: message.event ?? 'message', data: message.data, id })
    }
  })
  const decoder = new TextDecoder()
  const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    parser.feed(decoder.decode(bytes.subarray(from, end), { stream: true }))
    from = end
  }
  return events
}

/** What arrives of a text: one line end is like another, and what is no Unicode is replaced. */
const arrived = (text: string): string => Buffer.from(text.replaceAll(/\r\n|\r/g, '\n')).toString()

const tricky = fc.constantFrom(
  '\n',
  '\r',
  '\r\n',
  ' ',
  ':',
  '\0',
  '\uFEFF',
  '\uD800',
  'data: ',
  'id: 1\n',
  '\n\n',
  '中',
  '👍'
)
const data = fc
  .array(fc.oneof(tricky, fc.string({ unit: 'binary' })), { maxLength: 8 })
  .map(parts => parts.join(''))
const type = fc.string({ unit: 'binary' }).filter(text => !/[\r\n\0]/.test(text))
const id = fc.stringMatching(/^[a-z0-9-]{1,40}$/)
const block = fc.record({ data, event: type, id }, { requiredKeys: ['data'] })

test('whatever is sent arrives as it was, in two parsers, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(block, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (blocks, cuts) => {
        const bytes = Buffer.from(blocks.map(each => encodeBlock(each)).join(''))
        let last = ''
        const expected = blocks.map(each => {
          last = each.id ?? last
          return { event: arrived(each.event ?? '') || 'message', data: arrived(each.data), id: last }
        })
        expect(parsedInPieces(bytes, cuts)).toEqual(expected)
        const { events } = interpret(bytes)
        expect(
          events.map(({ event, data: text, lastEventId }) => ({ event, data: text, id: lastEventId }))
        ).toEqual(expected)
      }
    ),
    { numRuns: 500 }
  )
})

test('an event is one event, however its data is made: nothing else comes out of it', () => {
  fc.assert(
    fc.property(data, text => {
      const { events, retry } = interpret(Buffer.from(encodeBlock({ data: text })))
      expect(events).toHaveLength(1)
      expect(events[0]).toMatchObject({ event: 'message', lastEventId: '' })
      expect(retry).toBeUndefined()
    })
  )
})

describe('bytes', () => {
  const written: readonly (readonly [what: string, block: Block, text: string])[] = [
    ['data alone', { data: 'a' }, 'data: a\n\n'],
    ['no data: empty data is an event', { data: '' }, 'data: \n\n'],
    ['a space at the start of data', { data: ' a' }, 'data:  a\n\n'],
    ['LF, CR and CRLF in data', { data: 'a\nb\rc\r\nd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    ['line ends at the ends', { data: '\na\n' }, 'data: \ndata: a\ndata: \n\n'],
    ['LF CR is two line ends', { data: 'a\n\rb' }, 'data: a\ndata: \ndata: b\n\n'],
    [
      'all fields',
      { id: 'x-1', event: 'go', retry: 0, data: '1' },
      'id: x-1\nevent: go\nretry: 0\ndata: 1\n\n'
    ],
    ['an empty type', { event: '', data: '1' }, 'data: 1\n\n'],
    ['retry alone', { retry: 1500 }, 'retry: 1500\n\n'],
    ['a colon at the start', { event: ':a', data: ':b' }, 'event: :a\ndata: :b\n\n'],
    ['NUL in data', { data: '\0' }, 'data: \0\n\n']
  ]
  test.each(written)('%s', (_, given, text) => {
    expect(encodeBlock(given)).toBe(text)
  })

  test('a lone surrogate is a replacement character, and no byte order mark comes first', () => {
    const bytes = Buffer.from(encodeBlock({ data: '\uD800a\uDC00' }))
    expect(bytes.toString('latin1')).toBe('data: \xEF\xBF\xBDa\xEF\xBF\xBD\n\n')
    const marked = Buffer.from(encodeBlock({ data: '\uFEFFa' }))
    expect(interpret(marked).events[0]?.data).toBe('\uFEFFa')
  })
})

describe('what cannot be sent throws', () => {
  const types = ['a\nid: 9', 'a\rid: 9', 'a\r\n', '\n', 'a\0']
  test.each(types)('the type %j', event => {
    expect(() => encodeBlock({ event, data: '' })).toThrow(TypeError)
  })

  const ids = [
    '',
    'a\nb',
    'a\rb',
    'a\0',
    'a b',
    'é',
    '中',
    '\x7f',
    '"',
    '(',
    ')',
    ':',
    '<',
    '>',
    '?',
    '@',
    '[',
    '\\',
    ']',
    '{',
    '}',
    'x'.repeat(129)
  ]
  test.each(ids)('the id %j', given => {
    expect(() => encodeBlock({ id: given, data: '' })).toThrow(TypeError)
  })

  test('ids that browsers send without asking are taken', () => {
    for (const given of ['0', 'a-1', 'x'.repeat(128), "!#$%&'*+,-./;=^_`|~"])
      expect(encodeBlock({ id: given })).toBe(`id: ${given}\n\n`)
  })

  const retries: readonly unknown[] = [-1, 0.5, Number.NaN, Infinity, 2 ** 53, '10', '10\ndata: x', null]
  test.each(retries)('retry %j', retry => {
    expect(() => encodeBlock({ retry: retry as number })).toThrow(RangeError)
  })

  test('a type that is no text', () => {
    expect(() => encodeBlock({ event: ['a\nb'] as unknown as string, data: '' })).toThrow(TypeError)
  })
})
