import { describe, expect, test } from 'vitest'
import { charsetOf, decode, isBinary, known } from '../../../src/plugins/http-client/charset.ts'
import { encode } from './encode.ts'

const settings = { charsetCandidates: ['gb18030', 'big5'], defaultCharset: 'gb18030' }
const none = { declared: undefined, markup: true }

function read(bytes: Uint8Array, hints: Partial<typeof none> | { declared: string } = {}): string {
  return decode(bytes, charsetOf(bytes, { ...none, ...hints }, settings))
}

const simplified = [
  '余额不足',
  '课程表',
  '登录失败，请检查用户名和密码',
  '查询结果：没有找到符合条件的记录',
  '图书馆今天开放时间为八点到二十二点，请同学们合理安排自己的学习时间。',
  '<html><body><table><tr><td>高等数学</td><td>95</td></tr></table></body></html>'
]
const traditional = [
  '登入失敗，請檢查使用者名稱和密碼',
  '查詢結果：沒有找到符合條件的記錄',
  '國立大學圖書館今天開放時間為八點到二十二點，請同學們合理安排自己的學習時間。',
  `<html><head><title>圖書館</title></head><body>${'<p class="x">&nbsp;</p>'.repeat(80)}請同學們合理安排自己的學習時間，沒有找到的記錄不在這裡</body></html>`
]

describe('texts that say nothing of their encoding', () => {
  test.each(simplified)('are read where they are GBK: %s', text => {
    expect(read(encode(text, 'gbk'))).toBe(text)
  })

  test.each(['𠀀𠀀，㐀', `${'学'.repeat(40)}𠀀`])('are read where they are GB 18030: %s', text => {
    expect(read(encode(text, 'gb18030'))).toBe(text)
  })

  test.each(traditional)('are read where they are Big5: %s', text => {
    expect(read(encode(text, 'big5'))).toBe(text)
  })

  test.each([...simplified, ...traditional, 'plain', '😀 emoji', ''])(
    'are read where they are UTF-8: %s',
    text => {
      expect(read(Buffer.from(text))).toBe(text)
    }
  )

  test('are never taken for what is not among the candidates', () => {
    const bytes = encode('余额不足', 'gbk')
    expect(charsetOf(bytes, none, { charsetCandidates: [], defaultCharset: 'gbk' })).toBe('gb18030')
    expect(charsetOf(bytes, none, { charsetCandidates: ['koi8-r'], defaultCharset: 'big5' })).toBe('big5')
  })

  test('have the default where the detector finds none of the candidates', () => {
    const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0x41)
    expect(charsetOf(bytes, none, settings)).toBe('gb18030')
  })
})

describe('of the signs of an encoding', () => {
  const gbk = encode('<meta charset="big5">中文', 'gbk')

  test('the byte order mark counts more than the Content-Type, and is no part of the text', () => {
    expect(read(Buffer.from('\uFEFF中文'), { declared: 'gbk' })).toBe('中文')
    expect(read(Buffer.from('\uFEFF中文', 'utf16le'), { declared: 'gbk' })).toBe('中文')
    expect(read(Buffer.from('\uFEFF中文', 'utf16le').swap16())).toBe('中文')
  })

  test('the Content-Type counts more than what the page says', () => {
    expect(read(gbk, { declared: 'gb2312' })).toBe('<meta charset="big5">中文')
  })

  test('a Content-Type with an encoding that nobody knows does not count', () => {
    expect(charsetOf(gbk, { declared: 'x-unknown', markup: true }, settings)).toBe('big5')
  })

  test.each([
    ['<meta charset=gbk>', 'gb18030'],
    ["<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=GB2312'>", 'gb18030'],
    ['<meta name="a"><meta content="text/html;charset=big5" http-equiv=Content-Type>', 'big5'],
    ['<?xml version="1.0" encoding="GBK"?><a/>', 'gb18030'],
    ["\n<?xml version='1.0' encoding='big5' standalone='yes'?>", 'big5'],
    ['<meta charset="utf-16">', 'utf-8'],
    ['<meta charset="nonsense">', 'utf-8']
  ])('what it says of itself counts more than its bytes: %s', (text, charset) => {
    expect(charsetOf(Buffer.from(text), none, settings)).toBe(charset)
  })

  test('only the first 1,024 bytes may say something', () => {
    const at = (before: number): Buffer => Buffer.from(`${' '.repeat(before)}<meta charset=big5>`)
    expect(charsetOf(at(1_024 - 19), none, settings)).toBe('big5')
    expect(charsetOf(at(1_024), none, settings)).toBe('utf-8')
  })

  test('what is no markup says nothing of itself', () => {
    const json = Buffer.from('{"html":"<meta charset=gbk>中文"}')
    expect(read(json, { markup: false })).toContain('中文')
  })
})

describe('labels', () => {
  test.each(['gb2312', 'GBK', 'gb_2312-80', 'x-gbk', ' gb18030 '])('%s is GB 18030', label => {
    expect(known(label)).toBe('gb18030')
  })

  test.each(['', 'none', 'utf 8'])('%s is none', label => {
    expect(known(label)).toBeUndefined()
  })
})

describe('bytes', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

  test('with zeros are no text', () => {
    expect(isBinary(png, undefined)).toBe(true)
    expect(isBinary(png, 'gbk')).toBe(true)
  })

  test('of texts in any encoding are text', () => {
    expect(isBinary(encode('中文', 'gbk'), undefined)).toBe(false)
    expect(isBinary(Buffer.from('a', 'utf16le'), 'utf-16le')).toBe(false)
    expect(isBinary(Buffer.from('\uFEFFa', 'utf16le'), undefined)).toBe(false)
    expect(isBinary(Buffer.alloc(0), undefined)).toBe(false)
  })
})
