import { describe, expect, test } from 'vitest'
import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { conversationJson, messageJson } from '../../../../src/plugins/im-ws-gateway/wire/message-json.ts'
import { resultKinds, type ResultKind } from '../../../../src/plugins/im-ws-gateway/wire/results.ts'
import { shapesOf } from '../../../../src/plugins/im-ws-gateway/wire/shapes-of.ts'
import { declaredTypes, mismatches } from './declared-types.ts'
import * as samples from './samples.ts'

const clients = [
  ['2.0', 'oim203/types/index.d.ts'],
  ['2.3', 'oim230/types/index.d.ts'],
  ['3', 'oim352/lib/types/entity.d.ts']
] as const

const elems: Partial<Message>[] = [
  { contentType: 102, pictureElem: {} },
  { contentType: 103, soundElem: { dataSize: 'many' } },
  { contentType: 104, videoElem: { duration: 3 } },
  { contentType: 105, fileElem: {} },
  {
    contentType: 107,
    mergeElem: { title: 't', abstractList: ['a'], multiMessage: [samples.text, samples.quote] }
  },
  { contentType: 108, cardElem: { userID: 'u9' } },
  { contentType: 109, locationElem: { description: '', longitude: 1.5, latitude: 2 } },
  { contentType: 110, customElem: { data: 'd', description: '', extension: '' } },
  { contentType: 113, typingElem: { msgTips: 'yes' } },
  { contentType: 115, faceElem: { index: 1, data: '' } },
  { contentType: 117, advancedTextElem: { text: 't', messageEntityList: [] } },
  { contentType: 1_509, notificationElem: { detail: '{}', defaultTips: 'tips' } }
]
const { textElem: _textElem, ...silent } = samples.text
const messages: Message[] = [
  ...elems.map(elem => ({ ...silent, ...elem })),
  samples.text,
  samples.atText,
  samples.quote
]

/** Members that 3.x declares for every message, of which it is sent the one that says something. */
const oneOfMany = /(?:MessageItem|quoteMessage|multiMessage)\.(?!attachedInfo)\w+Elem$/
/** 2.3 declares a text where servers send a message, as 3.x has it; and 2.x elements that say nothing quote nothing. */
const quoted = /\.(?:atElem|quoteElem)\.quoteMessage$/

describe.each(clients)('a %s client is shown all that it declares, as it declares it:', (dialect, file) => {
  const types = declaredTypes(file)
  const newer = dialect === '3'
  const excused = (path: string): boolean => (newer ? oneOfMany.test(path) : quoted.test(path))
  const faults = (type: string, value: object): string[] =>
    mismatches(types, type, JSON.parse(JSON.stringify(value)), excused)

  test.each(messages)('a message of type $contentType', message => {
    const shown = JSON.parse(messageJson(dialect, message, 'u1')) as Record<string, object>
    const elemFaults = Object.entries(shown)
      .map(([name, elem]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, elem] as const)
      .filter(([type]) => type.endsWith('Elem') && types.has(type))
      .flatMap(([type, elem]) => mismatches(types, type, elem, excused, `MessageItem.${type}`))
    expect([...faults('MessageItem', shown), ...(newer ? elemFaults : [])]).toEqual([])
  })

  test('conversations, with a message of the same kind in them', () => {
    for (const conversation of [samples.conversation, samples.groupConversation]) {
      const shown = JSON.parse(conversationJson(dialect, conversation, 'u1')) as { latestMsg: string }
      expect(faults('ConversationItem', shown)).toEqual([])
      expect(faults('MessageItem', JSON.parse(shown.latestMsg) as object)).toEqual([])
    }
  })

  test('people, groups and applications', () => {
    const shapes = shapesOf[dialect]
    const { user: publicInfo, friend: friendInfo, black: blackInfo, member: groupMemberInfo } = samples
    const card = newer ? 'FullUserItemWithCache' : 'TotalUserStruct'
    expect([
      ...faults(newer ? 'SelfUserInfo' : 'FullUserItem', shapes.user(samples.user)),
      ...faults(newer ? 'FriendUserItem' : 'FriendItem', shapes.friend(samples.friend)),
      ...faults(newer ? 'BlackUserItem' : 'BlackItem', shapes.black(samples.black)),
      ...faults('FriendApplicationItem', shapes.friendRequest(samples.friendRequest)),
      ...faults('GroupItem', shapes.group(samples.group)),
      ...faults('GroupMemberItem', shapes.groupMember(samples.member)),
      ...faults('GroupApplicationItem', shapes.groupRequest(samples.groupRequest)),
      ...faults(card, shapes.userCard({ publicInfo, friendInfo, blackInfo, groupMemberInfo })),
      ...faults(card, shapes.userCard({ publicInfo: null, friendInfo: null, blackInfo: null }))
    ]).toEqual([])
  })

  test('which is no empty claim: whatever is missing or of another type is found', () => {
    const { showName: _showName, ...rest } = shapesOf[dialect].conversation(samples.conversation, 'u1') as {
      showName: string
    }
    expect(faults('ConversationItem', { ...rest, latestMsg: 7 })).toEqual([
      'ConversationItem.showName is no string: undefined',
      'ConversationItem.latestMsg is no string: 7'
    ])
  })
})

test('3.x clients are shown pages, searches and what was taken back as they declare them', () => {
  const types = declaredTypes('oim352/lib/types/entity.d.ts')
  const result = (kind: ResultKind, value: unknown): object => {
    const encode = resultKinds[kind] as (value: unknown, context: object) => string
    const context = { dialect: '3', viewerID: 'u1', args: {}, asked: new Map() }
    return JSON.parse(encode(value, context)) as object
  }
  const messageList = [samples.text]
  const { conversationID, conversationType, userID, groupID, showName, faceURL } = samples.conversation
  const head = { conversationID, conversationType, userID, groupID, showName, faceURL }
  const searched = { totalCount: 1, items: [{ ...head, messageCount: 1, messageList }] }
  const found = result('found', searched)
  expect([
    ...mismatches(
      types,
      'AdvancedGetMessageResult',
      result('page', { messageList, lastMinSeq: 1, isEnd: false }),
      inElems
    ),
    ...mismatches(types, 'SearchMessageResult', result('searched', searched), inElems),
    ...mismatches(types, 'SearchMessageResult', found, inElems),
    ...mismatches(types, 'RevokedInfo', shapesOf['3'].revoked(samples.revoked))
  ]).toEqual([])
  expect(found).toHaveProperty('findResultItems.0.messageList.0.clientMsgID', 'c1')
})

function inElems(path: string): boolean {
  return path.endsWith('Elem')
}
