import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { cdata } from '../../../src/wechat/text-reply.ts'
import { xmlReader, type XmlReader } from '../../../src/plugins/wechat-scan/push-xml.ts'

let read: XmlReader
beforeAll(async () => {
  read = await xmlReader()
})

describe('a value stays the text that it is', () => {
  test.each([
    '0012',
    '0x1F',
    '1e5',
    '+5',
    '1.50',
    'true',
    'null',
    '6054768590064713728',
    '1'.repeat(23),
    '06641624'
  ])('%s, bare and in CDATA', value => {
    expect(read(`<xml><a>${value}</a><b>${cdata(value)}</b></xml>`)).toEqual({ a: value, b: value })
  })

  test.each(['<!DOCTYPE html>', '<!-- -->', '&amp; &e;', '<a b="c">', ']]>', ' spaces ', '<xml>'])(
    '%s in CDATA',
    value => {
      expect(read(`<xml><a>${cdata(value)}</a></xml>`)).toEqual({ a: value })
    }
  )

  test('whatever it is', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter(value => !/\p{Cc}/u.test(value))
    fc.assert(
      fc.property(text, value => {
        expect(read(`<xml><a>${cdata(value)}</a></xml>`)).toEqual({ a: value })
      })
    )
  })

  test('an entity is not replaced', () => {
    expect(read('<xml><a>&lt;&#65;&e;</a></xml>')).toEqual({ a: '&lt;&#65;&e;' })
  })

  test('an element may be empty', () => {
    expect(read('<xml><a></a><b/><c><![CDATA[]]></c></xml>')).toEqual({ a: '', b: '', c: '' })
  })

  test('a declaration may come first', () => {
    expect(read('<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>')).toEqual({ a: '1' })
  })

  test('a list becomes one, to be told from a text', () => {
    expect(read('<xml><a>1</a><a>2</a></xml>')).toEqual({ a: ['1', '2'] })
  })
})

test.each([
  ['nothing', ''],
  ['text', 'hello'],
  ['another root', '<html><a>1</a></html>'],
  ['a root with a text', '<xml>1</xml>'],
  ['an empty root', '<xml/>'],
  ['two roots', '<xml><a>1</a></xml><xml><a>1</a></xml>'],
  ['a root and more', '<xml><a>1</a></xml><b>1</b>'],
  ['text before the root', 'a<xml><a>1</a></xml>'],
  ['an element that is not closed', '<xml><a>1</xml>'],
  ['a root that is not closed', '<xml><a>1</a>'],
  ['elements that overlap', '<xml><a><b></a></b></xml>'],
  ['a DOCTYPE', '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>'],
  ['an entity', '<!DOCTYPE xml [<!ENTITY e "1">]><xml><a>&e;</a></xml>'],
  ['a DOCTYPE in lower case', '<!doctype xml><xml><a>1</a></xml>'],
  ['a comment', '<xml><a>1<!-- 2 -->3</a></xml>'],
  ['an attribute', '<xml><a b="1">1</a></xml>'],
  ['a DOCTYPE behind CDATA in an attribute', '<xml a="<![CDATA["><!DOCTYPE xml><a>]]></a></xml>'],
  ['a processing instruction', '<xml><?php 1 ?><a>1</a></xml>'],
  ['a namespace', '<xml><n:a>1</n:a></xml>'],
  ['CDATA that does not end', '<xml><a><![CDATA[1</a></xml>'],
  ['depth', `<xml>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</xml>`],
  ['a prototype', '<xml><__proto__><a>1</a></__proto__></xml>']
])('%s is refused', (_kind, xml) => {
  expect(() => read(xml)).toThrow(SyntaxError)
})

test('no failure quotes what it has read', () => {
  expect(() => read('<xml><oSecretUser>1</a></xml>')).toThrow('not well-formed XML')
})

test('a body that is made to cost is read in a moment', () => {
  const size = 32_768
  const bodies = [
    '<'.repeat(size),
    `<xml>${'<a>'.repeat(size / 3)}`,
    `<xml>${'<![CDATA['.repeat(size / 9)}`,
    `<xml>${Array.from({ length: 2_000 }, (_, i) => `<a${i}>1</a${i}>`).join('')}</xml>`,
    `<xml><a>${' '.repeat(size)}</a></xml>`,
    `<?xml ${' '.repeat(size)}`
  ]
  const outcome = (body: string): unknown => {
    try {
      return typeof read(body)
    } catch (error) {
      return (error as Error).name
    }
  }
  const start = performance.now()
  const refused = 'SyntaxError'
  expect(bodies.map(outcome)).toEqual([refused, refused, refused, 'object', 'object', refused])
  // What is quadratic takes minutes.
  expect(performance.now() - start).toBeLessThan(5_000)
})
