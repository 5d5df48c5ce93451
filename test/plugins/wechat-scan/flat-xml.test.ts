import * as fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { flatXml } from '../../../src/plugins/wechat-scan/flat-xml.ts'
import { cdata } from '../../../src/wechat/text-reply.ts'

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: true,
  ignoreDeclaration: true,
  ignorePiTags: true
})

/** What a parser reads, and nothing where it refuses. */
function parsed(text: string): unknown {
  try {
    return parser.parse(text, true)
  } catch {
    return undefined
  }
}

test('a scan is read', () => {
  const xml = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName>
    <CreateTime>1714037059</CreateTime>\n\t<Event><![CDATA[]]></Event><MsgId></MsgId>
  </xml>`
  expect(flatXml(xml)).toEqual({ ToUserName: 'gh_1', CreateTime: '1714037059', Event: '', MsgId: '' })
})

describe('it reads what a parser reads, or nothing', () => {
  const differs = (text: string): boolean => {
    const fields = flatXml(text)
    return fields !== undefined && !isDeepStrictEqual(parsed(text), { xml: { ...fields } })
  }

  test('of any value', () => {
    const letters = [']', '>', '<', '&', '\r', '\n', ' ', '-', 'a', '\u3000']
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...letters) }))
    fc.assert(
      fc.property(value, text => {
        const written = [text, cdata(text), `<![CDATA[${text}]]>`]
        expect(written.map(part => `<xml><A>${part}</A><B>1</B></xml>`).filter(differs)).toEqual([])
      })
    )
  })

  test('of any pieces in any order', () => {
    const tags = '<A> </A> <B> </B> <A>1</A> <B/> <b>1</b> <xml> </xml> <A_b="1"> <!DOCTYPE_a> <!---->'
    const texts = '<![CDATA[ ]]> <![CDATA[1]]> ] 1 x.y & &lt; <B><![CDATA[1]]></B> <C>2</C> \uFEFF'
    const pieces = [...`${tags} ${texts}`.split(' ').map(piece => piece.replace('_', ' ')), ' ', '\r\n']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), some => {
        expect([some.join(''), `<xml>${some.join('')}</xml>`].filter(differs)).toEqual([])
      }),
      { numRuns: 1_000 }
    )
  })
})

test.each([
  ['an element that is there twice', '<xml><A>1</A><A>2</A></xml>'],
  ['elements within an element', '<xml><A><B>1</B></A></xml>'],
  ['two sections of CDATA', `<xml><A>${cdata('a]]>b')}</A></xml>`],
  ['a section that looks like the end of its element', '<xml><A><![CDATA[1]]><B><![CDATA[]]></A></xml>'],
  ['text beside a section', '<xml><A>1<![CDATA[2]]></A></xml>'],
  ['an entity', '<xml><A>&lt;</A></xml>'],
  ['another line end', '<xml><A><![CDATA[1\r\n2]]></A></xml>'],
  ['a name that objects have', '<xml><constructor>1</constructor></xml>'],
  ['nothing', '<xml></xml>'],
  ['half of it', '<xml>'],
  ['two roots', '<xml><A>1</A></xml><xml><B>1</B></xml>']
])('%s is for a parser', (_kind, xml) => {
  expect(flatXml(xml)).toBeUndefined()
})

test('a body that is made to cost is left in a moment', () => {
  const size = 32_768
  const inside = [
    ']'.repeat(size),
    `<A><![CDATA[${'] ]>'.repeat(size / 4)}`,
    ' '.repeat(size),
    '<A>'.repeat(size)
  ]
  const start = performance.now()
  expect(inside.map(text => flatXml(`<xml>${text}</xml>`))).toEqual(inside.map(() => undefined))
  expect(flatXml(`<xml><A>${cdata('] '.repeat(size / 2))}</A></xml>`)).toBeDefined()
  // What is quadratic takes minutes.
  expect(performance.now() - start).toBeLessThan(5_000)
})
