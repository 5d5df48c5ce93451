import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Conversation, Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { conversationJson, messageJson } from '../../../../src/plugins/im-ws-gateway/wire/message-json.ts'
import { shapesOf } from '../../../../src/plugins/im-ws-gateway/wire/shapes-of.ts'
import * as samples from './samples.ts'

/** Everything that u1 is shown, by name. */
function shown(dialect: Dialect): Record<string, unknown> {
  const shapes = shapesOf[dialect]
  const message = (of: Message): unknown => JSON.parse(messageJson(dialect, of, 'u1'))
  const conversation = (of: Conversation): unknown => JSON.parse(conversationJson(dialect, of, 'u1'))
  const { user: publicInfo, friend: friendInfo, member: groupMemberInfo } = samples
  const all = {
    user: shapes.user(samples.user),
    friend: shapes.friend(samples.friend),
    black: shapes.black(samples.black),
    userCard: shapes.userCard({ publicInfo, friendInfo, blackInfo: null, groupMemberInfo }),
    friendRequest: shapes.friendRequest(samples.friendRequest),
    group: shapes.group(samples.group),
    groupMember: shapes.groupMember(samples.member),
    groupRequest: shapes.groupRequest(samples.groupRequest),
    revoked: shapes.revoked(samples.revoked),
    text: message(samples.text),
    atText: message(samples.atText),
    quote: message(samples.quote),
    conversation: conversation({ ...samples.conversation, latestMsg: null }),
    groupConversation: conversation({ ...samples.groupConversation, latestMsg: null })
  }
  return JSON.parse(JSON.stringify(all)) as Record<string, unknown>
}

describe.each(['2.3', '3'] as const)('a %s client is shown, member by member,', dialect => {
  const golden = JSON.parse(
    readFileSync(new URL(`golden/shapes-${dialect}.json`, import.meta.url), 'utf8')
  ) as Record<string, unknown>

  test.each(Object.keys(golden))('%s as the golden file has it', name => {
    expect(shown(dialect)[name]).toEqual(golden[name])
  })

  test('nothing that the golden file leaves out', () => {
    expect(Object.keys(shown(dialect))).toEqual(Object.keys(golden))
  })
})

test('2.0 and 2.3 differ in the type of what was taken back, and in nothing else', () => {
  expect(shown('2.0')).toEqual(shown('2.3'))
  const taken = { ...samples.text, contentType: 2_101, notificationElem: { detail: '{}', defaultTips: '' } }
  const types = (['2.0', '2.3', '3'] as const).map(
    dialect => (JSON.parse(messageJson(dialect, taken, 'u1')) as Message).contentType
  )
  expect(types).toEqual([111, 118, 2_101])
})

test('2.x shows notices that it has no number for as changes of the group', () => {
  const { textElem: _textElem, ...silent } = samples.text
  const notificationElem = { detail: '{"a":1}', defaultTips: 'x' }
  const notice = { ...silent, contentType: 1_520, notificationElem }
  expect(JSON.parse(messageJson('2.3', notice, 'u1'))).toMatchObject({
    contentType: 1_502,
    content: '{"defaultTips":"x","jsonDetail":"{\\"a\\":1}"}',
    notificationElem
  })
})

describe('a conversation', () => {
  test('has its last message as JSON of the same dialect, or an empty text', () => {
    for (const dialect of ['2.0', '2.3', '3'] as const) {
      const shownNow = JSON.parse(conversationJson(dialect, samples.conversation, 'u1')) as {
        latestMsg: string
      }
      expect(shownNow.latestMsg).toBe(messageJson(dialect, samples.text, 'u1'))
      const empty = JSON.parse(
        conversationJson(dialect, { ...samples.conversation, latestMsg: null }, 'u1')
      ) as object
      expect(empty).toHaveProperty('latestMsg', '')
    }
  })

  test.each([
    ['si_u1_u2', 1, 'u1', 'single_u2'],
    ['si_u1_u2', 1, 'u2', 'single_u1'],
    ['si_a_b_c', 1, 'a_b', 'single_c'],
    ['si_a_b_c', 1, 'b_c', 'single_a'],
    ['si_a_a_b', 1, 'a', 'single_a_b'],
    ['si_u1_u1', 1, 'u1', 'single_u1'],
    ['sg_g1', 2, 'u1', 'group_g1'],
    ['sg_g1', 3, 'u1', 'super_group_g1'],
    ['sn_sys_u1', 4, 'u1', 'notification_sys'],
    ['other', 1, 'u1', 'other']
  ])('%s of type %i is called by %s, in 2.x, %s', (id, kind, viewerID, expected) => {
    expect(shapesOf['2.3'].conversationID(id, kind, viewerID)).toBe(expected)
    const in20 = expected.replace('super_group_', 'group_')
    expect(shapesOf['2.0'].conversationID(id, kind, viewerID)).toBe(in20)
    expect(shapesOf['3'].conversationID(id, kind, viewerID)).toBe(id)
  })

  test('2.0 clients know of no super groups: conversations, messages and revocations of them are of normal ones', () => {
    const superGroup = {
      ...samples.conversation,
      conversationID: 'sg_g1',
      conversationType: 3,
      groupID: 'g1'
    }
    const inGroup = { ...samples.text, sessionType: 3, groupID: 'g1' }
    const seen = (dialect: Dialect): unknown[] => {
      const conversation = JSON.parse(
        conversationJson(dialect, { ...superGroup, latestMsg: inGroup }, 'u1')
      ) as { conversationID: string; conversationType: number; latestMsg: string }
      const { sessionType } = JSON.parse(conversation.latestMsg) as { sessionType: number }
      const revoked = shapesOf[dialect].revoked({ ...samples.revoked, sessionType: 3 }) as {
        sessionType: number
      }
      return [conversation.conversationID, conversation.conversationType, sessionType, revoked.sessionType]
    }
    expect(seen('2.0')).toEqual(['group_g1', 2, 2, 2])
    expect(seen('2.3')).toEqual(['super_group_g1', 3, 3, 3])
  })
})

describe('an at-message', () => {
  const isAtSelf = (message: Message, viewerID: string): boolean[] =>
    (['2.0', '2.3', '3'] as const).map(dialect => {
      const { atElem, atTextElem } = JSON.parse(messageJson(dialect, message, viewerID)) as Record<
        string,
        { isAtSelf: boolean }
      >
      return (atElem ?? atTextElem)?.isAtSelf ?? false
    })
  const everybody = { ...samples.atText, atTextElem: { text: 'all', atUserList: ['AtAllTag'] } }

  test('says to whom it is, to each of its readers', () => {
    expect(isAtSelf(samples.atText, 'u1')).toEqual([true, true, true])
    expect(isAtSelf(samples.atText, 'u3')).toEqual([false, false, false])
    expect(isAtSelf(samples.atText, 'u1')).toEqual([true, true, true])
  })

  test('to everybody is to all but the one who has sent it', () => {
    expect(isAtSelf(everybody, 'u3')).toEqual([true, true, true])
    expect(isAtSelf(everybody, everybody.sendID)).toEqual([false, false, false])
  })
})

test('the JSON of a message is made once for each dialect, and read by all its readers', () => {
  let reads = 0
  const counted: Message = {
    ...samples.text,
    get textElem() {
      reads++
      return { content: 'hi' }
    }
  }
  const first = messageJson('3', counted, 'u1')
  const readsOfOne = reads
  expect(readsOfOne).toBeGreaterThan(0)
  for (const viewerID of ['u1', 'u2', 'u3']) {
    expect(messageJson('3', counted, viewerID)).toBe(first)
    conversationJson('3', { ...samples.conversation, latestMsg: counted }, viewerID)
  }
  expect(reads).toBe(readsOfOne)
})
