import { describe, expect, test } from 'vitest'
import type { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { decodeCall, type CoreCall, type Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

const frame = (reqFuncName: string, data: unknown) => ({
  reqFuncName,
  operationID: 'op',
  userID: 'u1',
  data: typeof data === 'string' ? data : JSON.stringify(data)
})

const call = (dialect: Dialect, name: string, data: unknown, viewerID = 'u1'): CoreCall =>
  decodeCall(dialect, frame(name, data), viewerID) as CoreCall
const args = (...of: Parameters<typeof call>): unknown => call(...of).args

function fault(...of: Parameters<typeof call>): string {
  try {
    call(...of)
  } catch (error) {
    const { code, message } = error as ImError
    return `${code}: ${message}`
  }
  return 'none'
}

describe('what is absent', () => {
  test('may be null, an empty text where JSON is due, or left out at the end', () => {
    const expected = { text: 'hi', atUserIDList: ['u2'] }
    for (const list of [
      ['hi', '["u2"]', null, ''],
      ['hi', '["u2"]', null, null],
      ['hi', '["u2"]']
    ])
      expect(args('3', 'CreateTextAtMessage', list)).toEqual(expected)
    expect(
      args('2.0', 'CreateTextAtMessage', {
        text: 'hi',
        atUserIDList: '["u2"]',
        atUsersInfo: null,
        message: ''
      })
    ).toEqual(expected)
    expect(args('3', 'JoinGroup', ['g1'])).toEqual({ groupID: 'g1' })
    expect(args('2.3', 'JoinGroup', { groupID: 'g1', reqMsg: null })).toEqual({ groupID: 'g1' })
  })

  test('may be null in an object that is all arguments', () => {
    expect(args('3', 'SetSelfInfo', ['{"nickname":null,"ex":"x"}'])).toEqual({ ex: 'x' })
  })

  test('may be all of data', () => {
    for (const data of ['', '[]', '[null]']) expect(args('3', 'GetFriendList', data)).toEqual({})
    expect(args('2.0', 'GetFriendList', '')).toEqual({})
    expect(args('3', 'SetSelfInfo', '[]')).toEqual({})
  })

  test('is a fault where the operation needs it, which names it', () => {
    expect(fault('3', 'DeleteFriend', [])).toBe('badArguments: userID is missing')
    expect(fault('3', 'DeleteFriend', [null])).toBe('badArguments: userID is missing')
    expect(fault('2.0', 'DeleteFriend', '')).toContain('userID must NOT have fewer')
    expect(fault('3', 'PinConversation', ['si_u1_u2'])).toBe('badArguments: isPinned is missing')
    expect(fault('2.0', 'PinConversation', '')).toBe('badArguments: conversationID is missing')
    expect(fault('3', 'CreateGroup', ['{}'])).toBe('badArguments: groupInfo is missing')
    expect(fault('3', 'SendMessageNotOss', [null, 'u2'])).toBe('badArguments: message is missing')
  })
})

describe('what is given', () => {
  test('may be JSON within JSON, or the value itself', () => {
    expect(args('3', 'CheckFriend', [['u2']])).toEqual({ userIDList: ['u2'] })
    expect(args('3', 'CheckFriend', ['["u2"]'])).toEqual({ userIDList: ['u2'] })
    expect(args('2.0', 'InviteUserToGroup', { groupID: 'g1', userIDList: ['u2'] })).toEqual({
      groupID: 'g1',
      userIDList: ['u2']
    })
    expect(args('3', 'SetSelfInfo', [{ nickname: 'N' }])).toEqual({ nickname: 'N' })
  })

  test('may be numbers and truth values as text, and ids as numbers', () => {
    expect(args('3', 'GetGroupMemberList', ['g1', '0', '0', '20'])).toEqual({
      groupID: 'g1',
      filter: 0,
      offset: 0,
      count: 20
    })
    expect(args('3', 'PinConversation', ['si_u1_u2', 'true'])).toMatchObject({ isPinned: true })
    expect(args('3', 'DeleteFriend', [42])).toEqual({ userID: '42' })
    expect(args('2.0', 'GetHistoryMessageList', { userID: 7, count: '20' })).toEqual({
      conversationID: 'si_7_u1',
      count: 20
    })
  })

  test('may be a bare id, or an object that holds it', () => {
    for (const dialect of ['2.0', '3'] as const) {
      const wrap = (data: unknown): unknown => (dialect === '3' ? [data] : data)
      expect(args(dialect, 'AddFriend', wrap('u2'))).toEqual({ toUserID: 'u2' })
      expect(args(dialect, 'AddFriend', wrap('{"toUserID":"u2","reqMsg":"r"}'))).toEqual({
        toUserID: 'u2',
        reqMsg: 'r'
      })
      expect(args(dialect, 'AddBlack', wrap('{"toUserID":"u2","ex":"e"}'))).toEqual({ userID: 'u2', ex: 'e' })
    }
    expect(args('3', 'AddBlack', [{ toUserID: 'u2' }])).toEqual({ userID: 'u2' })
    expect(args('3', 'AddBlack', ['u2', 'e'])).toEqual({ userID: 'u2', ex: 'e' })
    expect(args('3', 'DeleteFriend', '"u2"')).toEqual({ userID: 'u2' })
  })

  test('may be more than anybody asked for', () => {
    expect(args('3', 'DeleteFriend', ['u2', 'more', 1])).toEqual({ userID: 'u2' })
    expect(args('2.0', 'SetFriendRemark', { toUserID: 'u2', remark: 'R', more: 1 })).toEqual({
      toUserID: 'u2',
      remark: 'R'
    })
    expect(args('3', 'SetSelfInfo', ['{"nickname":"N","userID":"u9","admin":true}'])).toEqual({
      nickname: 'N'
    })
    expect(args('3', 'CreateGroup', ['{"groupInfo":{"groupName":"G","memberCount":9}}'])).toEqual({
      groupInfo: { groupName: 'G' }
    })
  })
})

describe('a fault', () => {
  test.each([
    ['3', 'CheckFriend', 'no JSON', 'data is no JSON'],
    ['3', 'CheckFriend', ['[broken'], 'userIDList is no JSON'],
    ['3', 'CheckFriend', ['"u2"'], 'userIDList must be array'],
    ['3', 'SetFriendRemark', ['[1]'], 'argument 1 is no object'],
    ['3', 'SetFriendRemark', ['{"toUserID"'], 'argument 1 is no JSON'],
    ['2.0', 'CheckFriend', 'u2', 'userIDList is no JSON'],
    ['2.0', 'PinConversation', '["single_u2"]', 'data is no object'],
    ['2.0', 'PinConversation', '{broken', 'data is no JSON'],
    ['2.0', 'SetGroupInfo', { groupID: 'g1', groupInfo: '[]' }, 'groupInfo is no object'],
    ['2.0', 'InviteUserToGroup', { groupID: 'g1', userIDList: '{]' }, 'userIDList is no JSON'],
    ['2.3', 'SearchGroupMembers', { searchParam: 'x' }, 'searchParam is no JSON'],
    ['3', 'GetConversationListSplit', ['a', 20], 'offset must be integer'],
    ['3', 'GetConversationListSplit', [0, -1], 'count must be >= 0'],
    ['3', 'SetGlobalRecvMessageOpt', [3], 'opt must be <= 2'],
    ['3', 'DeleteFriend', [{ userID: 'u2' }], 'userID must be string'],
    ['3', 'CreateGroup', ['{"groupInfo":{"groupType":7}}'], 'groupInfo.groupType must be <= 2'],
    ['3', 'FindMessageList', ['[{"conversationID":"c","clientMsgIDList":[""]}]'], 'list.0.clientMsgIDList.0'],
    ['3', 'FindMessageList', ['[7]'], 'list.0 must be object'],
    ['3', 'SendMessageNotOss', ['{}', 'u2', '', '[]', false], 'offlinePushInfo must be object'],
    ['3', 'SendMessageNotOss', ['hello', 'u2', '', '', false], 'message is no JSON'],
    ['3', 'SendMessageNotOss', ['[]', 'u2', '', '', false], 'message is no object'],
    [
      '3',
      'SendMessageNotOss',
      ['{"contentType":101,"textElem":{"content":{}}}', 'u2'],
      'message.textElem.content'
    ],
    ['2.0', 'RevokeMessage', 'c1', 'message is no JSON'],
    ['2.0', 'RevokeMessage', '{"contentType":101}', 'clientMsgID is missing']
  ] as const)('of a %s client in %s %j is told: %s', (dialect, name, data, expected) => {
    expect(fault(dialect, name, data)).toMatch(/^badArguments: /)
    expect(fault(dialect, name, data)).toContain(expected)
  })

  test('does not quote what it was given', () => {
    for (const data of ['secret', ['secret'], [{ secret: 1 }], ['{"token":secret}']])
      expect(fault('3', 'CheckFriend', data)).not.toContain('secret')
  })

  test('is an id, a text or a list that is too long', () => {
    expect(fault('3', 'DeleteFriend', ['u'.repeat(161)])).toContain('userID must NOT have more than 160')
    expect(fault('3', 'JoinGroup', ['g1', 'r'.repeat(1_025)])).toContain('reqMsg must NOT have more')
    const many = Array.from({ length: 1_001 }, (_, index) => `u${index}`)
    expect(fault('3', 'CheckFriend', [many])).toContain('userIDList must NOT have more than 1000')
  })

  test('is JSON that is nested too deep, wherever it stands', () => {
    const deep = `${'['.repeat(150)}${']'.repeat(150)}`
    expect(fault('3', 'CheckFriend', deep)).toContain('data is nested too deep')
    expect(fault('3', 'CheckFriend', [deep])).toContain('userIDList is nested too deep')
  })

  test.each(['__proto__', 'constructor'])('is a prototype in %s', name => {
    const poison = `{"${name}":{"prototype":{"admin":true}},"nickname":"N"}`
    expect(fault('3', 'SetSelfInfo', [poison])).toContain('forbidden names')
    expect(fault('3', 'SetSelfInfo', `[${poison}]`)).toContain('forbidden names')
    expect(fault('2.0', 'SetSelfInfo', poison)).toContain('forbidden names')
    expect(fault('2.0', 'SetGroupInfo', { groupID: 'g1', groupInfo: poison })).toContain('forbidden names')
    expect(fault('3', 'SendMessageNotOss', [poison, 'u2'])).toContain('forbidden names')
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

describe('Login', () => {
  const login = (dialect: Dialect, data: unknown): unknown => decodeCall(dialect, frame('Login', data), 'u1')

  test('is read in both forms, whatever is known of the client', () => {
    for (const dialect of ['2.0', '2.3', '3'] as const)
      for (const data of [['u1', 'tok'], { userID: 'u1', token: 'tok' }])
        expect(login(dialect, data)).toEqual({ session: 'login', userID: 'u1', token: 'tok' })
  })

  test.each([[[]], [['u1']], [['', 'tok']], [{}], [['u1', 't'.repeat(16_385)]], ['broken']])(
    'as %j is refused, without a word of the token',
    data => {
      expect(() => login('3', data)).toThrow(expect.objectContaining({ code: 'badArguments' }))
    }
  )
})

test('messages are found by one entry as by a list of them', () => {
  const entry = { conversationID: 'single_u2', clientMsgIDList: ['c'] }
  const wanted = { list: [{ ...entry, conversationID: 'si_u1_u2' }] }
  expect(args('2.3', 'FindMessageList', entry)).toEqual(wanted)
  expect(args('2.3', 'FindMessageList', [entry])).toEqual(wanted)
  expect(args('3', 'FindMessageList', [JSON.stringify(entry)])).toEqual(wanted)
  expect(args('3', 'FindMessageList', [JSON.stringify([entry])])).toEqual(wanted)
})

describe('a conversation', () => {
  test.each([
    ['single_u2', 'si_u1_u2'],
    ['single_a', 'si_a_u1'],
    ['group_g1', 'sg_g1'],
    ['super_group_g1', 'sg_g1'],
    ['g_g1', 'sg_g1'],
    ['notification_sys', 'sn_sys_u1'],
    ['si_u1_u2', 'si_u1_u2'],
    ['sg_group_1', 'sg_group_1'],
    ['something', 'something']
  ])('that is called %s is %s', (given, canonical) => {
    expect(args('2.3', 'DeleteConversation', given)).toEqual({ conversationID: canonical })
    expect(args('2.3', 'GetMultipleConversation', [given])).toEqual({ conversationIDList: [canonical] })
    expect(args('2.3', 'FindMessageList', [{ conversationID: given, clientMsgIDList: ['c'] }])).toEqual({
      list: [{ conversationID: canonical, clientMsgIDList: ['c'] }]
    })
    expect(args('3', 'HideConversation', [given])).toEqual({ conversationID: canonical })
  })

  test.each([
    ['GetHistoryMessageList', { userID: 'u2', groupID: '', count: 1 }, 'si_u1_u2'],
    ['GetHistoryMessageList', { userID: '', groupID: 'g1', count: 1 }, 'sg_g1'],
    ['GetAdvancedHistoryMessageList', { conversationID: 'single_u3', userID: 'u2', count: 1 }, 'si_u1_u3'],
    ['SearchLocalMessages', { sourceID: 'g1', sessionType: 2 }, 'sg_g1'],
    ['SearchLocalMessages', { sourceID: 'g1', sessionType: 3 }, 'sg_g1'],
    ['SearchLocalMessages', { sourceID: 'sys', sessionType: 4 }, 'sn_sys_u1'],
    ['SearchLocalMessages', { sourceID: '', sessionType: 1, keywordList: ['k'] }, undefined]
  ])('may be named by its party: %s %j', (name, data, conversationID) => {
    expect((args('2.0', name, data) as { conversationID?: string }).conversationID).toBe(conversationID)
  })

  test.each([
    [{ sendID: 'u1', recvID: 'u2', sessionType: 1 }, 'si_u1_u2'],
    [{ sendID: 'u2', recvID: 'u1', sessionType: 1 }, 'si_u1_u2'],
    [{ sendID: 'u2', recvID: '', groupID: 'g1', sessionType: 2 }, 'sg_g1'],
    [{ sendID: 'sys', recvID: 'u1', sessionType: 4 }, 'sn_sys_u1'],
    [{}, '']
  ])('may be that of a whole message: %j', (message, conversationID) => {
    const data = JSON.stringify({ clientMsgID: 'c1', contentType: 101, content: 'hi', ...message })
    for (const name of ['RevokeMessage', 'NewRevokeMessage', 'DeleteMessageFromLocalAndSvr'])
      expect(args('2.3', name, data)).toEqual({ conversationID, clientMsgID: 'c1' })
  })

  test('is read as a whole when no message is named', () => {
    for (const msgIDList of ['[]', '', null, undefined])
      expect(call('2.0', 'MarkC2CMessageAsRead', { userID: 'u2', msgIDList })).toMatchObject({
        operation: 'markConversationRead',
        args: { conversationID: 'si_u1_u2' }
      })
    expect(call('2.0', 'MarkGroupMessageAsRead', { groupID: 'g1', msgIDList: '["c"]' })).toMatchObject({
      operation: 'markMessagesRead',
      args: { conversationID: 'sg_g1', clientMsgIDList: ['c'] }
    })
  })
})

describe('2.x', () => {
  test('has roles of its own, and 3.x roles pass', () => {
    const role = (roleLevel: unknown): unknown =>
      args('2.3', 'SetGroupMemberRoleLevel', { groupID: 'g1', userID: 'u2', roleLevel })
    for (const [given, expected] of [
      [1, 20],
      [2, 100],
      [3, 60],
      ['3', 60],
      [20, 20],
      [60, 60]
    ])
      expect(role(given)).toMatchObject({ roleLevel: expected })
    expect(() => role(4)).toThrow('roleLevel must be equal to one of the allowed values')
  })

  test('makes groups of members with roles', () => {
    const memberList = JSON.stringify([
      { userID: 'u1', roleLevel: 2 },
      { userID: 'u2', roleLevel: 1 },
      { userID: 'u3', roleLevel: 3 },
      { userID: 'u4' },
      { userID: 'u5', roleLevel: 0 },
      'u6'
    ])
    expect(args('2.0', 'CreateGroup', { groupBaseInfo: { groupName: 'G' }, memberList })).toEqual({
      groupInfo: { groupName: 'G' },
      ownerUserID: 'u1',
      adminUserIDs: ['u3'],
      memberUserIDs: ['u2', 'u4', 'u5', 'u6']
    })
    expect(args('2.0', 'CreateGroup', { groupBaseInfo: '{}' })).toEqual({ groupInfo: {} })
    expect(fault('2.0', 'CreateGroup', { groupBaseInfo: '{}', memberList: '[{}]' })).toContain(
      'memberUserIDs'
    )
  })

  test('bounds times of joining in seconds, and 3.x in milliseconds', () => {
    const times = { joinTimeBegin: 1_700_000_000, joinTimeEnd: '1700000001' }
    expect(args('2.3', 'GetGroupMemberListByJoinTimeFilter', { groupID: 'g1', ...times })).toMatchObject({
      joinTimeBegin: 1_700_000_000_000,
      joinTimeEnd: 1_700_000_001_000
    })
    expect(args('3', 'GetGroupMemberListByJoinTimeFilter', ['g1', 0, 10, 5, 6, '[]'])).toMatchObject({
      joinTimeBegin: 5,
      joinTimeEnd: 6
    })
    expect(
      fault('2.3', 'GetGroupMemberListByJoinTimeFilter', { groupID: 'g1', joinTimeBegin: 'x' })
    ).toContain('joinTimeBegin')
  })
})

test('content types that 2.x looks for are the notices that it is shown as such', () => {
  const types = (dialect: Dialect, messageTypeList: unknown): unknown => {
    const search = { conversationID: 'si_u1_u2', keywordList: [], messageTypeList }
    const data = dialect === '3' ? [JSON.stringify(search)] : search
    return (args(dialect, 'SearchLocalMessages', data) as { messageTypeList: unknown }).messageTypeList
  }
  expect(types('2.3', [101, 1_502])).toEqual([101, 1_502, 1_519, 1_520])
  expect(types('2.0', [111])).toEqual([2_101])
  expect(types('2.3', [118])).toEqual([2_101])
  expect(types('3', [1_502, 118])).toEqual([1_502, 118])
  expect(() => types('2.3', ['text'])).toThrow(expect.objectContaining({ code: 'badArguments' }))
})

test('a filter of members is the role that it is called by in 2.x, and not what 3.x has under that number', () => {
  const filter = (dialect: Dialect, given: unknown): unknown => {
    const data =
      dialect === '3' ? ['g1', given, 0, 10] : { groupID: 'g1', filter: given, offset: 0, count: 10 }
    return (args(dialect, 'GetGroupMemberList', data) as { filter?: number }).filter
  }
  for (const dialect of ['2.0', '2.3'] as const)
    expect([0, 1, 2, 3, 4, 5, '3', null].map(given => filter(dialect, given))).toEqual([
      0,
      3,
      1,
      2,
      4,
      5,
      2,
      undefined
    ])
  expect([0, 1, 2, 3, 4, 5].map(given => filter('3', given))).toEqual([0, 1, 2, 3, 4, 5])
})
