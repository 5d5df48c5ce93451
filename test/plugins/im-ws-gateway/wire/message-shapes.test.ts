import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { givenMessages } from '../../../../src/plugins/im-ws-gateway/wire/given-message.ts'
import { shapesOf } from '../../../../src/plugins/im-ws-gateway/wire/shapes-of.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

/** What a client of a dialect was sent, handed in again. */
function handedBack(dialect: Dialect, message: Message): Partial<Message> {
  const shown = JSON.stringify(shapesOf[dialect].message(message, false))
  return givenMessages()(shown, 'message')
}

const id = fc.string({ maxLength: 40 })
const text = fc.string({ unit: 'grapheme', maxLength: 60 })
const count = fc.nat(100_000)
const millis = fc.nat(2_000_000_000_000)
const picture = fc.record({ uuid: id, type: id, size: count, width: count, height: count, url: id })
const entities = fc.array(fc.record({ type: id, offset: count, length: count }), { maxLength: 3 })

const head = fc.record({
  clientMsgID: id,
  serverMsgID: id,
  createTime: millis,
  sendTime: millis,
  sendID: id,
  recvID: id,
  groupID: id,
  msgFrom: fc.constantFrom(100, 200),
  senderPlatformID: fc.integer({ min: 0, max: 11 }),
  senderNickname: text,
  senderFaceUrl: id,
  seq: count,
  isRead: fc.boolean(),
  status: fc.integer({ min: 1, max: 4 }),
  ex: text
})

const plainElems = {
  101: ['textElem', fc.record({ content: text })],
  102: [
    'pictureElem',
    fc.record({ sourcePath: id, sourcePicture: picture, bigPicture: picture, snapshotPicture: picture })
  ],
  103: [
    'soundElem',
    fc.record(
      { uuid: id, soundPath: id, sourceUrl: id, dataSize: count, duration: count, soundType: id },
      { requiredKeys: ['uuid', 'soundPath', 'sourceUrl', 'dataSize', 'duration'] }
    )
  ],
  104: [
    'videoElem',
    fc.record({
      videoPath: id,
      videoUUID: id,
      videoUrl: id,
      videoType: id,
      videoSize: count,
      duration: count,
      snapshotPath: id,
      snapshotUUID: id,
      snapshotSize: count,
      snapshotUrl: id,
      snapshotWidth: count,
      snapshotHeight: count
    })
  ],
  105: ['fileElem', fc.record({ filePath: id, uuid: id, sourceUrl: id, fileName: text, fileSize: count })],
  108: ['cardElem', fc.record({ userID: id, nickname: text, faceURL: id, ex: text })],
  109: [
    'locationElem',
    fc.record({
      description: text,
      longitude: fc.integer({ min: -180, max: 180 }),
      latitude: fc.integer({ min: -90, max: 90 })
    })
  ],
  110: ['customElem', fc.record({ data: text, description: text, extension: text })],
  113: ['typingElem', fc.record({ msgTips: text })],
  115: ['faceElem', fc.record({ index: count, data: text })],
  117: ['advancedTextElem', fc.record({ text, messageEntityList: entities })]
} as const

const simple: fc.Arbitrary<Message> = fc
  .tuple(
    head,
    fc.constantFrom(...Object.keys(plainElems).map(type => Number(type) as keyof typeof plainElems))
  )
  .chain(([common, type]) => {
    const [name, elem] = plainElems[type]
    return (elem as fc.Arbitrary<object>).map(said => ({
      ...common,
      sessionType: 1,
      contentType: type,
      localEx: '',
      [name]: said
    }))
  })

/** Messages whose element holds other messages. */
const nesting: fc.Arbitrary<Message> = fc
  .tuple(
    simple,
    fc.constantFrom(106 as const, 107 as const, 114 as const),
    fc.array(simple, { minLength: 1, maxLength: 3 }),
    text,
    entities
  )
  .map(([outer, contentType, inner, said, messageEntityList]) => {
    const [quoteMessage] = inner as [Message]
    const common = Object.fromEntries(Object.entries(outer).filter(([name]) => !name.endsWith('Elem')))
    const elems = {
      106: {
        atTextElem: {
          text: said,
          atUserList: ['u1', 'AtAllTag'],
          atUsersInfo: [{ atUserID: 'u1', groupNickname: said }],
          quoteMessage
        }
      },
      107: { mergeElem: { title: said, abstractList: [said, ''], multiMessage: inner, messageEntityList } },
      114: { quoteElem: { text: said, quoteMessage, messageEntityList } }
    }
    return { ...common, contentType, ...elems[contentType] } as unknown as Message
  })

const whole = fc.oneof(simple, nesting).chain(message =>
  fc.record({
    message: fc.constant(message),
    offlinePush: fc.option(
      fc.record({
        title: fc.string({ minLength: 1 }),
        desc: id,
        ex: id,
        iOSPushSound: id,
        iOSBadgeCount: fc.boolean()
      }),
      { nil: undefined }
    ),
    attachedInfoElem: fc.option(
      fc.record({
        groupHasReadInfo: fc.record({
          hasReadUserIDList: fc.array(id, { maxLength: 3 }),
          hasReadCount: count,
          groupMemberCount: count
        }),
        isPrivateChat: fc.constant(true),
        burnDuration: count,
        hasReadTime: millis
      }),
      { nil: undefined }
    )
  })
)

describe.each(['2.0', '2.3', '3'] as const)(
  'a message that a %s client was sent and hands in again',
  dialect => {
    test('is the same message, whatever it says', () => {
      fc.assert(
        fc.property(whole, ({ message, offlinePush, attachedInfoElem }) => {
          const sent = {
            ...message,
            ...(offlinePush ? { offlinePush } : {}),
            ...(attachedInfoElem ? { attachedInfoElem } : {})
          }
          const { atTextElem, localEx = '', ...rest } = handedBack(dialect, sent)
          const { isAtSelf: _isAtSelf, ...at } = atTextElem ?? { isAtSelf: false }
          expect({ ...rest, localEx, ...(atTextElem ? { atTextElem: at } : {}) }).toEqual(sent)
        }),
        { numRuns: 300 }
      )
    })

    test('keeps what was taken back, with who did it', () => {
      const detail = '{"revokerID":"u1"}'
      const message = { contentType: 2_101, notificationElem: { detail, defaultTips: '' } } as Message
      expect(handedBack(dialect, message)).toMatchObject(message)
    })
  }
)

test('3.x clients hand back what they noted on a message, and see all groups as of one kind', () => {
  const message = { localEx: 'noted', sessionType: 2, contentType: 0 } as Message
  expect(handedBack('3', message)).toMatchObject({ localEx: 'noted', sessionType: 3 })
  expect(handedBack('2.3', message)).toMatchObject({ sessionType: 2 })
})
