import { describe, expect, test } from 'vitest'
import type { FoundMessages, HistoryPage, UserCard } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { decodeCall, type CoreCall, type Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import * as samples from './samples.ts'

/** The `data` of the answer to a call. */
function data(dialect: Dialect, reqFuncName: string, args: unknown, result?: unknown): string {
  const text = typeof args === 'string' ? args : JSON.stringify(args)
  const frame = { reqFuncName, operationID: 'op', userID: 'u1', data: text }
  return (decodeCall(dialect, frame, 'u1') as CoreCall).encode(result)
}
const parsed = (...of: Parameters<typeof data>): unknown => JSON.parse(data(...of))

describe('no value', () => {
  test('is an empty text in every dialect', () => {
    expect(data('2.0', 'DeleteFriend', 'u2')).toBe('')
    expect(data('3', 'DeleteFriend', ['u2'])).toBe('')
    expect(data('2.3', 'MarkMessageAsReadByConID', { conversationID: 'single_u2', msgIDList: '[]' })).toBe('')
  })

  test('is an empty object to those who hang up', () => {
    expect(data('2.3', 'SignalingHungUp', { opUserID: 'u1', invitation: {} })).toBe('{}')
  })
})

test('a number is decimal in every dialect', () => {
  expect(data('2.0', 'GetTotalUnreadMsgCount', '', 5)).toBe('5')
  expect(data('3', 'GetTotalUnreadMsgCount', [], 5)).toBe('5')
})

test('a user is encoded once for each dialect, however many ask', () => {
  let looks = 0
  const user = (nickname: string) => ({
    ...samples.user,
    get nickname() {
      looks++
      return nickname
    }
  })
  const [first, renamed] = [user('One'), user('Uno')]
  for (const _ of [1, 2, 3]) {
    expect(parsed('3', 'GetSelfUserInfo', [], first)).toMatchObject({
      nickname: 'One',
      createTime: samples.user.createTime
    })
    expect(parsed('2.0', 'GetSelfUserInfo', '', first)).toMatchObject({ nickname: 'One', gender: 1 })
    expect(parsed('3', 'GetSelfUserInfo', [], renamed)).toMatchObject({ nickname: 'Uno' })
  }
  expect(looks).toBe(3)
})

describe('the id of a conversation', () => {
  test.each([
    ['2.0', 1, 'si_u1_u2', 'single_u2'],
    ['2.0', 2, 'sg_g1', 'group_g1'],
    ['2.3', 3, 'sg_g1', 'super_group_g1'],
    ['2.3', 4, 'sn_sys_u1', 'notification_sys']
  ] as const)('is raw in %s, and relative to who asks: type %i', (dialect, sessionType, id, expected) => {
    const args = { sourceID: 'x', sessionType }
    expect(data(dialect, 'GetConversationIDBySessionType', args, id)).toBe(expected)
  })

  test('is JSON in 3.x', () => {
    expect(data('3', 'GetConversationIDBySessionType', ['u2', 1], 'si_u1_u2')).toBe('"si_u1_u2"')
  })

  test('comes back as it was asked for', () => {
    const result = [
      { conversationID: 'sg_g1', result: 2 },
      { conversationID: 'si_u1_u2', result: 0 }
    ]
    expect(parsed('2.0', 'GetConversationRecvMessageOpt', ['super_group_g1', 'single_u2'], result)).toEqual([
      { conversationID: 'super_group_g1', result: 2 },
      { conversationID: 'single_u2', result: 0 }
    ])
    expect(parsed('3', 'GetConversationRecvMessageOpt', [['sg_g1', 'si_u1_u2']], result)).toEqual(result)
  })
})

describe('a list', () => {
  test.each([
    ['3', 'GetFriendList', []],
    ['3', 'GetBlackList', []],
    ['2.0', 'GetBlackList', ''],
    ['3', 'GetAllConversationList', []],
    ['2.0', 'GetJoinedGroupList', ''],
    ['3', 'GetSubscribeUsersStatus', []],
    ['2.3', 'GetRecvGroupApplicationList', '']
  ] as const)('of nothing is no null: %s %s', (dialect, name, args) => {
    expect(data(dialect, name, args, [])).toBe('[]')
  })

  test('of people has all that is known of each', () => {
    const card: UserCard = { publicInfo: samples.user, friendInfo: samples.friend, blackInfo: null }
    const [older] = parsed('2.0', 'GetUsersInfo', ['u2'], [card]) as [Record<string, unknown>]
    expect(Object.keys(older)).toEqual(['publicInfo', 'friendInfo', 'blackInfo'])
    expect(older['blackInfo']).toBeNull()
    const [newer] = parsed('3', 'GetUsersInfoWithCache', ['["u2"]', ''], [card]) as [Record<string, unknown>]
    expect(newer).toHaveProperty('groupMemberInfo', null)
    expect(newer).toHaveProperty('friendInfo.remark', 'my friend')
  })

  test('of those that were blocked is flat, in 2.x with their cards in it', () => {
    const card: UserCard = { publicInfo: samples.user, friendInfo: null, blackInfo: samples.black }
    const unknown: UserCard = { publicInfo: null, friendInfo: null, blackInfo: null }
    expect(parsed('3', 'GetBlackList', [], [card, unknown])).toMatchObject([
      { userID: 'u9', attachedInfo: '' }
    ])
    expect(parsed('2.3', 'GetBlackList', '', [card, unknown])).toMatchObject([
      { userID: 'u9', blackInfo: { userID: 'u9' } }
    ])
  })

  test('of friends that were found says how one stands to them', () => {
    const search = { keywordList: ['k'] }
    const result = [{ ...samples.friend, relationship: 1 }]
    expect(parsed('2.3', 'SearchFriends', search, result)).toMatchObject([
      { remark: 'my friend', relationship: 1 }
    ])
    expect(parsed('3', 'SearchFriends', [search], result)).toMatchObject([
      { remark: 'my friend', relationship: 1 }
    ])
  })

  test('of outcomes is told to 2.x, and not to 3.x', () => {
    const outcomes = [{ userID: 'u2', result: 0 }]
    const args = { groupID: 'g1', reason: '', userIDList: '["u2"]' }
    expect(parsed('2.0', 'InviteUserToGroup', args, outcomes)).toEqual(outcomes)
    expect(data('3', 'InviteUserToGroup', ['g1', '', '["u2"]'], outcomes)).toBe('')
  })

  test('of checks, of presence and of applications is as the operation has it', () => {
    const checks = [{ userID: 'u2', result: 1 }]
    expect(parsed('3', 'CheckFriend', ['["u2"]'], checks)).toEqual(checks)
    const statuses = [{ userID: 'u2', status: 1, platformIDs: [5] }]
    expect(parsed('3', 'SubscribeUsersStatus', ['["u2"]'], statuses)).toEqual(statuses)
    expect(parsed('2.0', 'GetSendFriendApplicationList', '', [samples.friendRequest])).toMatchObject([
      { createTime: 1_700_000_003, fromGender: 1 }
    ])
    expect(parsed('3', 'GetGroupApplicationListAsRecipient', [], [samples.groupRequest])).toMatchObject([
      { reqTime: 1_700_000_009_500 }
    ])
  })

  test('of members and groups is in the units of the dialect', () => {
    const list = ['g1', 0, 0, 10]
    const object = { groupID: 'g1', filter: 0, offset: 0, count: 10 }
    expect(parsed('3', 'GetGroupMemberList', list, [samples.member])).toMatchObject([
      { roleLevel: 60, joinTime: 1_700_000_007_500 }
    ])
    expect(parsed('2.0', 'GetGroupMemberList', object, [samples.member])).toMatchObject([
      { roleLevel: 3, joinTime: 1_700_000_007 }
    ])
    expect(parsed('3', 'GetJoinedGroupList', [], [samples.group])).toMatchObject([{ groupType: 2 }])
    expect(parsed('2.0', 'GetGroupsInfo', ['g1'], [samples.group])).toMatchObject([{ groupType: 0 }])
  })
})

describe('messages', () => {
  const page: HistoryPage = { messageList: [samples.text, samples.atText], lastMinSeq: 3, isEnd: true }
  const given = { userID: 'u2', count: 20 }

  test('are a plain list in the history of 2.x, and a page in the advanced one', () => {
    for (const name of ['GetHistoryMessageList', 'GetHistoryMessageListReverse'])
      expect(parsed('2.3', name, given, page)).toMatchObject([{ clientMsgID: 'c1' }, { clientMsgID: 'c2' }])
    expect(parsed('2.3', 'GetAdvancedHistoryMessageList', given, page)).toMatchObject({
      messageList: [{ clientMsgID: 'c1', content: 'hi "you"\n\u{1F600}' }, { atElem: { isAtSelf: true } }],
      lastMinSeq: 3,
      isEnd: true,
      errCode: 0,
      errMsg: ''
    })
    const args = [{ conversationID: 'si_u1_u2', count: 20 }]
    for (const name of ['GetAdvancedHistoryMessageList', 'GetAdvancedHistoryMessageListReverse'])
      expect(parsed('3', name, args, page)).toMatchObject({
        messageList: [{ textElem: {} }, { atTextElem: { isAtSelf: true } }],
        lastMinSeq: 3,
        isEnd: true,
        errCode: 0,
        errMsg: ''
      })
  })

  test('that were made or sent are shown by themselves', () => {
    expect(parsed('2.0', 'CreateTextMessage', 'hi', samples.text)).toMatchObject({ platformID: 5 })
    expect(parsed('3', 'SendMessageNotOss', ['{}', 'u2'], samples.text)).toMatchObject({
      senderPlatformID: 5
    })
  })

  test('that were found stand by conversations, which are called as in the dialect', () => {
    const result: FoundMessages = {
      totalCount: 1,
      items: [{ ...samples.groupConversation, messageCount: 1, messageList: [samples.text] }]
    }
    const item = { messageCount: 1, showName: 'my friend', messageList: [{ clientMsgID: 'c1' }] }
    expect(parsed('2.3', 'SearchLocalMessages', { conversationID: '' }, result)).toMatchObject({
      totalCount: 1,
      searchResultItems: [{ ...item, conversationID: 'group_g1', conversationType: 2 }]
    })
    const find = [{ conversationID: 'sg_g1', clientMsgIDList: ['c1'] }]
    expect(parsed('3', 'FindMessageList', [find], result)).toMatchObject({
      totalCount: 1,
      findResultItems: [{ ...item, conversationID: 'sg_g1', conversationType: 3 }]
    })
    const nothing = { totalCount: 0, items: [] }
    expect(data('3', 'FindMessageList', [find], nothing)).toBe('{"totalCount":0,"findResultItems":[]}')
  })
})

test('a conversation, a user, a group and a room are objects', () => {
  expect(
    parsed('2.3', 'GetOneConversation', { sourceID: 'u2', sessionType: 1 }, samples.conversation)
  ).toMatchObject({
    conversationID: 'single_u2'
  })
  expect(parsed('3', 'GetMultipleConversation', [['si_u1_u2']], [samples.conversation])).toMatchObject([
    { conversationID: 'si_u1_u2', msgDestructTime: 604_800 }
  ])
  expect(parsed('2.0', 'GetSelfUserInfo', '', samples.user)).toMatchObject({ phoneNumber: '+49' })
  expect(parsed('3', 'CreateGroup', [{ groupInfo: {} }], samples.group)).toMatchObject({ groupID: 'g1' })
  const room = { token: '', roomID: 'r', liveURL: '', busyLineUserIDList: ['u2'] }
  expect(parsed('2.0', 'SignalingInvite', { invitation: {} }, room)).toEqual(room)
})
