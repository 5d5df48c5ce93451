import { beforeAll, describe, expect, test } from 'vitest'
import { readPush, type Push } from '../../../src/plugins/wechat-scan/push-message.ts'
import { xmlReader, type XmlReader } from '../../../src/plugins/wechat-scan/push-xml.ts'
import { scanXml, textXml } from './callback-app.ts'

let readXml: XmlReader
beforeAll(async () => {
  readXml = await xmlReader()
})
const read = (text: string | Buffer): Push => readPush('default', Buffer.from(text), readXml)
const json = (fields: Record<string, unknown> = {}): string =>
  JSON.stringify({
    ToUserName: 'gh_1',
    FromUserName: 'oUser',
    CreateTime: 1_767_225_600,
    MsgType: 'event',
    Event: 'SCAN',
    EventKey: '1',
    ...fields
  })

test('XML and JSON say the same', () => {
  const [xml, other] = [read(scanXml({ EventKey: '1' })), read(json())]
  expect(other.scan).toEqual(xml.scan)
  expect([xml.format, other.format]).toEqual(['xml', 'json'])
  expect(other.identity).toBe(xml.identity)
})

test('a byte order mark and white space are passed over', () => {
  expect(read(`\uFEFF \n${scanXml()}\n`).scan?.openid).toBe('oUser')
  expect(read(`\uFEFF${json()}`).scan?.openid).toBe('oUser')
})

test('a scene that looks like a number stays text', () => {
  for (const scene of ['0012', '06641624', '1e5', '12'])
    expect([
      read(scanXml({ EventKey: scene })).scan?.scene,
      read(json({ EventKey: scene })).scan?.scene
    ]).toEqual([scene, scene])
  expect(read(json({ EventKey: 12 })).scan?.scene).toBe('12')
})

test('the fields cannot be changed, and inherit nothing', () => {
  const { fields } = read(scanXml()).message
  expect(Object.isFrozen(fields)).toBe(true)
  expect(fields['constructor']).toBeUndefined()
})

describe('an id of 64 bits in JSON', () => {
  test('is kept to its last digit', () => {
    const text = json({ MsgType: 'text' }).replace('}', ',"MsgId":6054768590064713729,"Nested":{"MsgId":1}}')
    expect(read(text).message.fields['MsgId']).toBe('6054768590064713729')
  })

  test('is not found in a text', () => {
    const Content = '"MsgId":6054768590064713729,'
    expect(read(json({ MsgType: 'text', Content })).message.fields['Content']).toBe(Content)
  })
})

describe('an identity', () => {
  test('is that of a message by its id, whatever its time', () => {
    const later = textXml('hi').replace('1767225600', '1767225605')
    expect(read(later).identity).toBe(read(textXml('hi')).identity)
    expect(read(textXml('hi', '2')).identity).not.toBe(read(textXml('hi', '1')).identity)
  })

  test('does not run its parts together', () => {
    const [one, other] = [
      { Event: 'a', EventKey: 'bc' },
      { Event: 'ab', EventKey: 'c' }
    ]
    expect(read(scanXml(one)).identity).not.toBe(read(scanXml(other)).identity)
  })

  test('names nobody', () => {
    expect(read(scanXml()).identity).toMatch(/^[\w-]{43}$/)
  })
})

test.each([
  ['not UTF-8', Buffer.from([0xff, 0xfe])],
  ['a list', '[]'],
  ['JSON cut short', json().slice(0, -1)],
  ['an OpenID in a list', json({ FromUserName: ['oUser'] })],
  ['an OpenID in an object', json({ FromUserName: { a: 1 } })],
  ['an OpenID that is true', json({ FromUserName: true })],
  ['a scene in an object', json({ EventKey: {} })],
  ['an OpenID of 65 characters', json({ FromUserName: 'a'.repeat(65) })],
  ['an OpenID with a space', json({ FromUserName: 'a b' })],
  ['a fraction of a second', json({ CreateTime: 1767225600.5 })],
  ['a time in milliseconds', json({ CreateTime: 1_767_225_600_000 })],
  ['an id in words', json({ MsgId: 'one' })],
  ['an event with a space', json({ Event: 'a b' })],
  ['a key of 2,049 characters', json({ EventKey: 'a'.repeat(2049) })],
  ['a prototype', `{"__proto__":{"a":1},${json().slice(1)}`],
  ['a field in Chinese', json({ 中: '1' })],
  ['65 fields', json(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, '1'])))]
])('%s is refused', (_kind, text) => {
  expect(() => read(text)).toThrow(SyntaxError)
})
