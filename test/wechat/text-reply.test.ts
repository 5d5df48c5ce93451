import * as fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { cdata, textReplyJson, textReplyXml } from '../../src/wechat/text-reply.ts'

const reply = { to: 'oUser', from: 'gh_1', createdAt: 1_700_000_000, content: '你好' }
const parser = new XMLParser({ parseTagValue: false, processEntities: false, trimValues: false })

test('a reply has the elements that WeChat reads', () => {
  expect(textReplyXml(reply)).toBe(
    '<xml><ToUserName><![CDATA[oUser]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>' +
      '<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType>' +
      '<Content><![CDATA[你好]]></Content></xml>'
  )
})

test('a reply in JSON has the same members', () => {
  expect(JSON.parse(textReplyJson(reply))).toEqual({
    ToUserName: 'oUser',
    FromUserName: 'gh_1',
    CreateTime: 1_700_000_000,
    MsgType: 'text',
    Content: '你好'
  })
})

test('no text breaks out of its element', () => {
  const text = fc.array(fc.constantFrom(']', '>', '<', '&', '<![CDATA[', ']]>', '</xml>', '好'), {
    minLength: 1
  })
  fc.assert(
    fc.property(text, parts => {
      const read: unknown = parser.parse(`<a>${cdata(parts.join(''))}</a>`)
      expect(read).toEqual({ a: parts.join('') })
    })
  )
})

describe.each([textReplyXml, textReplyJson])('%o refuses', write => {
  test.each([
    ['no text', ''],
    ['2,049 bytes', 'a'.repeat(2049)],
    ['2,049 bytes in 683 characters', '好'.repeat(683)],
    ['a NUL', 'a\0'],
    ['a control character', 'a\u001B[0m'],
    ['half a character', 'a\uD83D'],
    ['no character at all', '\uFFFE']
  ])('%s', (_kind, content) => {
    expect(() => write({ ...reply, content })).toThrow('a reply ')
  })

  test('nothing that a chat can show', () => {
    const content = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=1">确认</a>\r\n\t😀'
    expect(() => write({ ...reply, content })).not.toThrow()
  })
})
