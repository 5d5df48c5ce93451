import { describe, expect, test } from 'vitest'
import { givenMessages } from '../../../../src/plugins/im-ws-gateway/wire/given-message.ts'
import { text } from './samples.ts'

const given = (value: unknown): unknown => givenMessages()(value, 'message')

describe('a message that a client hands in', () => {
  test('is read as JSON or as an object, and says only what it says', () => {
    const message = { clientMsgID: 'c1', contentType: 101, textElem: { content: 'hi' } }
    expect(given(message)).toEqual(message)
    expect(given(JSON.stringify(message))).toEqual(message)
    expect(given({})).toEqual({})
  })

  test.each([
    [{ contentType: 101, content: 'hi' }, { textElem: { content: 'hi' } }],
    [{ contentType: 101 }, { textElem: { content: '' } }],
    [{ contentType: 113, content: 'yes' }, { typingElem: { msgTips: 'yes' } }],
    [{ contentType: 108, content: '{"userID":"u9"}' }, { cardElem: { userID: 'u9' } }],
    [
      { contentType: 110, content: '{"data":"d"}' },
      { customElem: { data: 'd', description: '', extension: '' } }
    ],
    [{ contentType: 1_509, content: '{}' }, { notificationElem: { detail: '{}', defaultTips: '' } }],
    [
      { contentType: 106, atElem: { text: 'hi', atUserList: ['u2'], quoteMessage: null } },
      { atTextElem: { text: 'hi', atUserList: ['u2'], atUsersInfo: [] } }
    ],
    [
      { contentType: 117, messageEntityElem: { text: 'hi', messageEntityList: [] } },
      { advancedTextElem: { text: 'hi', messageEntityList: [] } }
    ],
    [{ platformID: 5, contentType: 0 }, { senderPlatformID: 5 }],
    [{ contentType: 118 }, { contentType: 2_101 }],
    [{ contentType: 111 }, { contentType: 2_101 }]
  ])('of 2.x, %j, becomes what the model has', (message, expected) => {
    expect(given(message)).toMatchObject(expected)
  })

  test('loses the elements that are not of its type, and members that nobody knows', () => {
    expect(
      given({ contentType: 101, content: 'hi', textElem: null, customElem: { data: '' }, more: 1 })
    ).toEqual({
      contentType: 101,
      textElem: { content: 'hi' }
    })
  })

  test('keeps what its client added to a file, and has all else that a file has', () => {
    expect(given({ contentType: 105, fileElem: { fileName: 'f', fileSize: 'large', mine: [1] } })).toEqual({
      contentType: 105,
      fileElem: { filePath: '', uuid: '', sourceUrl: '', fileName: 'f', fileSize: 0, mine: [1] }
    })
  })

  test('is complete inside another one, however it was handed in', () => {
    const inner = { clientMsgID: 'c1', contentType: 101, content: 'hi' }
    const complete = { ...inner, textElem: { content: 'hi' }, sendID: '', seq: 0, isRead: false, localEx: '' }
    const { content: _content, ...expected } = complete
    for (const quoteMessage of [inner, JSON.stringify(inner)])
      expect(given({ contentType: 114, quoteElem: { text: 'q', quoteMessage } })).toMatchObject({
        quoteElem: { text: 'q', quoteMessage: expected, messageEntityList: [] }
      })
  })

  test('has nothing where null stands, at any depth', () => {
    const attachedInfoElem = { groupHasReadInfo: null, isPrivateChat: true, messageEntityList: null }
    const mergeElem = { title: null, abstractList: null, multiMessage: null }
    const offlinePush = { title: 't', ex: null }
    expect(given({ contentType: 107, ex: null, offlinePush, attachedInfoElem, mergeElem })).toEqual({
      contentType: 107,
      offlinePush: { title: 't', desc: '', ex: '', iOSPushSound: '', iOSBadgeCount: false },
      attachedInfoElem: {
        groupHasReadInfo: { hasReadUserIDList: [], hasReadCount: 0, groupMemberCount: 0 },
        isPrivateChat: true,
        burnDuration: 0,
        hasReadTime: 0
      },
      mergeElem: { title: '', abstractList: [], multiMessage: [], messageEntityList: [] }
    })
    const quiet = { contentType: 106, atElem: { text: 'hi', atUserList: ['u2'], quoteMessage: '' } }
    expect(given(quiet)).toHaveProperty('atTextElem.atUserList', ['u2'])
    expect(given(quiet)).not.toHaveProperty('atTextElem.quoteMessage')
  })

  test('has truth values and numbers also where they are text', () => {
    expect(given({ contentType: '101', content: 'hi', seq: '7', isRead: 'true', sendID: 7 })).toEqual({
      contentType: 101,
      seq: 7,
      isRead: true,
      sendID: '7',
      textElem: { content: 'hi' }
    })
  })
})

describe('a message is refused', () => {
  test.each([
    ['hello', 'message is no JSON'],
    ['[]', 'message is no object'],
    [7, 'message is no object'],
    [{ clientMsgID: 'x'.repeat(161) }, 'message.clientMsgID must NOT'],
    [{ contentType: -1 }, 'message.contentType must be >= 0'],
    [{ contentType: 1.5 }, 'message.contentType must be integer'],
    [{ sendID: {} }, 'message.sendID must be string'],
    [{ contentType: 106, atElem: { atUserList: 'u2' } }, 'message.atTextElem.atUserList must be array'],
    [{ contentType: 114, quoteElem: { text: 'q' } }, 'message.quoteElem.quoteMessage is missing'],
    [{ contentType: 114, quoteElem: { text: 'q', quoteMessage: { seq: -1 } } }, 'quoteMessage.seq'],
    [{ contentType: 107, mergeElem: { multiMessage: [{ seq: -1 }] } }, 'multiMessage.0.seq'],
    [{ contentType: 107, mergeElem: { multiMessage: ['x'] } }, 'multiMessage.0 must be object'],
    [{ contentType: 108, content: '{broken' }, 'message.content is no JSON'],
    [{ attachedInfoElem: [] }, 'message.attachedInfoElem must be object']
  ])('when it is %j: %s', (value, expected) => {
    expect(() => given(value)).toThrow(expect.objectContaining({ code: 'badArguments' }))
    expect(() => given(value)).toThrow(expected)
  })

  test('when it brings more than a thousand others along, at whatever depth', () => {
    const merged = (multiMessage: unknown[]): object => ({ contentType: 107, mergeElem: { multiMessage } })
    const many = Array.from({ length: 30 }, () => merged(Array.from({ length: 40 }, () => ({}))))
    expect(() => given(merged(many))).toThrow('more than 1000 messages')
    expect(given(merged(many.slice(0, 20)))).toHaveProperty('mergeElem')
  })

  test('when all messages of a call together bring that many', () => {
    const read = givenMessages()
    for (let index = 0; index < 1_000; index++) read({ ...text }, 'message')
    expect(() => read({ ...text }, 'message')).toThrow('more than 1000 messages')
  })
})
