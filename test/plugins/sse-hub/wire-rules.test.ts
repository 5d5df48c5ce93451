import { createParser } from 'eventsource-parser'
import { describe, expect, test } from 'vitest'
import { encodeBlock } from '../../../src/plugins/sse-hub/encoder.ts'
import { interpret, type Dispatched } from './reference-parser.ts'

// The cases of the Web Platform Tests (eventsource/format-*), each as bytes that a server may send, with what readers
// make of them. They hold the parsers that the encoder is tested with to the rules.
const message = (data: string, lastEventId = '', event = 'message'): Dispatched => ({
  event,
  data,
  lastEventId
})
const cases: readonly (readonly [name: string, text: string, events: readonly Dispatched[]])[] = [
  ['format-bom', '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n', [message('1'), message('3')]],
  ['format-bom-2', '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n', [message('2'), message('3')]],
  [
    'format-comments',
    `data:1\r:\0\n:\r\ndata:2\n:${'x'.repeat(2_048)}\rdata:3\n:data:fail\r:data:4\n\n`,
    [message('1\n2\n3')]
  ],
  [
    'format-data-before-final-empty-line',
    'retry:1000\ndata:test1\n\nid:test\ndata:test2',
    [message('test1')]
  ],
  [
    'format-field-data',
    'data:\n\ndata\ndata\n\ndata:test\n\n',
    [message(''), message('\n'), message('test')]
  ],
  ['format-field-event', 'event:test\ndata:x\n\ndata:x\n\n', [message('x', '', 'test'), message('x')]],
  ['format-field-event-empty', 'event: \ndata:data\n\n', [message('data')]],
  ['format-field-id', 'id: …\ndata:hello\n\n', [message('hello', '…')]],
  [
    'format-field-id-3',
    'id: 1\ndata:a\n\ndata:b\n\nid:\ndata:c\n\nid: 2\ndata:d\n\nid\ndata:e\n\n',
    [message('a', '1'), message('b', '1'), message('c'), message('d', '2'), message('e')]
  ],
  [
    'format-field-id-null',
    'id: 1\ndata:a\n\nid: \0x\ndata:b\n\nid: x\0\ndata:c\n\n',
    [message('a', '1'), message('b', '1'), message('c', '1')]
  ],
  [
    'format-field-parsing',
    'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    [message('\0\n 2\n1\n3\n\n4')]
  ],
  [
    'format-field-unknown',
    'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n',
    [message('test\n\ntest')]
  ],
  ['format-leading-space', 'data:\ttest\rdata: \ndata:test\n\n', [message('\ttest\n\ntest')]],
  ['format-newlines', 'data:test\r\ndata\ndata:test\r\n\r', [message('test\n\ntest')]],
  ['format-null-character', 'data:\0\n\n\n\n', [message('\0')]],
  ['format-utf-8', 'data:ok…\n\n', [message('ok…')]]
]

describe('a stream as the rules read it', () => {
  test.each(cases)('%s', (_, text, events) => {
    expect(interpret(Buffer.from(text)).events).toEqual(events)
  })

  test('retry: digits alone count', () => {
    expect(interpret(Buffer.from('retry:03000\ndata:x\n\n')).retry).toBe(3000)
    expect(interpret(Buffer.from('retry:3000\nretry:1000x\ndata:x\n\n')).retry).toBe(3000)
    expect(interpret(Buffer.from('retry\n\n')).retry).toBeUndefined()
  })
})

describe('what those cases carry survives our encoder', () => {
  test.each(cases)('%s', (_, __, events) => {
    const sent = events.map(({ event, data }) => encodeBlock({ event, data })).join('')
    expect(interpret(Buffer.from(sent)).events).toEqual(
      events.map(({ event, data }) => message(data, '', event))
    )
    const seen: string[] = []
    createParser({ onEvent: ({ data }) => seen.push(data) }).feed(sent)
    expect(seen).toEqual(events.map(({ data }) => data))
  })
})
