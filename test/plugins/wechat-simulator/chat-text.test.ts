import { expect, test } from 'vitest'
import { chatPieces } from '../../../src/plugins/wechat-simulator/chat-text.ts'

test('text without links is one piece', () => {
  expect(chatPieces('1 < 2 <b>bold</b> &amp;')).toEqual([{ text: '1 < 2 <b>bold</b> &amp;' }])
  expect(chatPieces('')).toEqual([])
})

test('links to pages and menu links are taken out of the text around them', () => {
  const menu = 'weixin://bizmsgmenu?msgmenucontent=%E7%A1%AE%E8%AE%A4&amp;msgmenuid=ok'
  expect(
    chatPieces(`See <a href="https://example.org/?a=1&amp;b=2">here</a>, or <A HREF='${menu}'>确认</A>.`)
  ).toEqual([
    { text: 'See ' },
    { text: 'here', href: 'https://example.org/?a=1&b=2' },
    { text: ', or ' },
    { text: '确认', says: '确认', menuId: 'ok' },
    { text: '.' }
  ])
})

test('a menu link may have no id, and unencoded text', () => {
  expect(chatPieces('<a href="weixin://bizmsgmenu?msgmenucontent=不是我">Not me</a>')).toEqual([
    { text: 'Not me', says: '不是我' }
  ])
})

test.each([
  '<a href="javascript:alert(1)">x</a>',
  '<a href="weixin://dl/business">x</a>',
  '<a href="weixin://bizmsgmenu?msgmenuid=1">x</a>',
  '<a data-miniprogram-appid="wx1">x</a>',
  '<a nohref="https://example.org">x</a>',
  '<a href="https://example.org">unfinished'
])('what the phone cannot follow stays text: %s', text => {
  expect(chatPieces(text)).toEqual([{ text }])
})
