import { describe, expect, test } from 'vitest'
import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { givenMessages } from '../../../../src/plugins/im-ws-gateway/wire/given-message.ts'
import { messageJson } from '../../../../src/plugins/im-ws-gateway/wire/message-json.ts'
import { blankMessage } from '../../../../src/plugins/im-ws-gateway/wire/message-schema.ts'

const url = 'http://files/1'
const picture = { uuid: 'p', type: 'png', size: 1, width: 2, height: 3, url }
const text: Message = { ...blankMessage, contentType: 101, textElem: { content: 'said "before"' } }
const image: Message = {
  ...blankMessage,
  contentType: 102,
  pictureElem: { sourcePath: '', sourcePicture: picture, bigPicture: picture, snapshotPicture: picture }
}

/** The element of each content type, as the model has it, and its name in 2.x. */
const elems: [number, Partial<Message>, string][] = [
  [102, image, 'pictureElem'],
  [103, { soundElem: { uuid: 's', soundPath: '', sourceUrl: url, dataSize: 1, duration: 2 } }, 'soundElem'],
  [104, { videoElem: { videoUrl: url, snapshotUrl: url } }, 'videoElem'],
  [105, { fileElem: { sourceUrl: url, fileName: 'a "b".txt' } }, 'fileElem'],
  [106, { atTextElem: { text: '@all', atUserList: ['AtAllTag'], quoteMessage: text } }, 'atElem'],
  [107, { mergeElem: { title: 't', abstractList: ['a'], multiMessage: [text, image] } }, 'mergeElem'],
  [109, { locationElem: { description: 'd', longitude: 1.5, latitude: 2.5 } }, 'locationElem'],
  [110, { customElem: { data: '{"a":1}', description: 'd', extension: 'e' } }, 'customElem'],
  [114, { quoteElem: { text: 'q', quoteMessage: image } }, 'quoteElem'],
  [115, { faceElem: { index: 1, data: 'f' } }, 'faceElem'],
  [117, { advancedTextElem: { text: 'b', messageEntityList: [{ type: 'b' }] } }, 'messageEntityElem'],
  [119, { customElem: { data: 'd', description: '', extension: '' } }, 'customElem']
]

const of = (contentType: number, elem: Partial<Message>): Message => ({
  ...blankMessage,
  ...elem,
  contentType
})
type Shown = Readonly<Record<string, unknown>> & { readonly content: string }
const shown = (message: Message, viewerID = 'u1'): Shown =>
  JSON.parse(messageJson('2.3', message, viewerID)) as Shown

describe('the content of a message to 2.x clients is its element as JSON', () => {
  test.each(elems)('%i', (contentType, elem, name) => {
    const message = shown(of(contentType, elem))
    const meant = message[name] as object
    expect(JSON.parse(message.content)).toEqual({
      ...meant,
      ...(name === 'atElem' ? { isAtSelf: false } : {})
    })
  })

  test.each(elems)('and %i is read from either when it is handed back', (contentType, elem, name) => {
    const message = shown(of(contentType, elem), '')
    const read = givenMessages('v2')(message, 'message')
    expect(givenMessages('v2')({ ...message, content: '' }, 'message')).toEqual(read)
    expect(givenMessages('v2')({ ...message, [name]: undefined }, 'message')).toEqual(read)
  })

  test('also where it is quoted, but not in what that quotes in turn', () => {
    const inner = of(114, { quoteElem: { text: 'inner', quoteMessage: image } })
    const { quoteElem } = shown(
      of(114, { quoteElem: { text: 'outer', quoteMessage: inner } })
    ) as unknown as {
      quoteElem: { quoteMessage: { content: string; quoteElem: { quoteMessage: Shown } } }
    }
    const { quoteMessage } = quoteElem
    expect(JSON.parse(quoteMessage.content)).toEqual(quoteMessage.quoteElem)
    expect(quoteMessage.quoteElem.quoteMessage).toMatchObject({
      content: '',
      pictureElem: { bigPicture: { url } }
    })
  })

  test('does not grow with each message in a message', () => {
    const nested = (depth: number): Message =>
      depth === 0
        ? of(110, { customElem: { data: '"'.repeat(10_000), description: '', extension: '' } })
        : of(107, { mergeElem: { title: '', abstractList: [], multiMessage: [nested(depth - 1)] } })
    const size = (depth: number): number => messageJson('2.3', nested(depth), 'u1').length
    expect(size(20) - size(19)).toBeLessThan(0.1 * size(19))
  })

  test('is nothing to 3.x clients', () => {
    for (const [contentType, elem] of elems)
      expect(JSON.parse(messageJson('3', of(contentType, elem), 'u1'))).toMatchObject({ content: '' })
  })
})
