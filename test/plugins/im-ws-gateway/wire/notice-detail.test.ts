import { describe, expect, test } from 'vitest'
import { notices } from '../../../../src/plugins/im-ws-gateway/embedded/groups/notices.ts'
import type { GroupMember, Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { givenMessages } from '../../../../src/plugins/im-ws-gateway/wire/given-message.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { conversationJson, messageJson } from '../../../../src/plugins/im-ws-gateway/wire/message-json.ts'
import { declaredTypes, mismatches } from './declared-types.ts'
import * as samples from './samples.ts'

type Fields = Readonly<Record<string, unknown>>

const { textElem: _textElem, ...silent } = samples.text
const notice = (contentType: number, detail: string, defaultTips = 'tips'): Message => ({
  ...silent,
  contentType,
  msgFrom: 200,
  notificationElem: { detail, defaultTips }
})
const shown = (dialect: Dialect, message: Message): Fields =>
  JSON.parse(messageJson(dialect, message, 'u1')) as Fields
const elemOf = (message: Fields): { readonly detail: string; readonly defaultTips?: string } =>
  message['notificationElem'] as { detail: string }
const detailOf = (dialect: Dialect, message: Message): Fields =>
  JSON.parse(elemOf(shown(dialect, message)).detail) as Fields

const owner: GroupMember = { ...samples.member, userID: 'u1', roleLevel: 100 }
const ordinary: GroupMember = { ...samples.member, userID: 'u3', roleLevel: 20 }
const deed = { group: samples.group, opUser: owner, operationTime: 1_700_000_020_900 }
const everyNotice = [
  notices.created(deed, [owner, samples.member, ordinary]),
  notices.infoSet(deed),
  notices.quit(deed),
  notices.ownerTransferred(deed, samples.member),
  notices.kicked(deed, [samples.member, ordinary]),
  notices.invited(deed, [samples.member, ordinary]),
  notices.entered(deed),
  notices.dismissed(deed),
  notices.memberMuted(deed, samples.member, 60),
  notices.memberUnmuted(deed, samples.member),
  notices.groupMuted(deed),
  notices.groupUnmuted(deed),
  notices.memberInfoSet(deed, samples.member),
  notices.madeAdmin(deed, samples.member),
  notices.madeOrdinary(deed, samples.member),
  notices.announced(deed),
  notices.named(deed)
].map(({ contentType, detail, tips }) => notice(contentType, JSON.stringify(detail), tips))

/** Members of details that are a member of the group, or a list of them. */
const memberNames =
  'opUser groupOwnerUser quitUser newGroupOwner oldGroupOwnerInfo inviterUser entrantUser mutedUser changedUser'
    .split(' ')
    .concat('memberList', 'kickedUserList', 'invitedUserList')

describe.each([
  ['2.0', 'oim203/types/index.d.ts', { 100: 2, 60: 3, 20: 1 }, 1_000],
  ['2.3', 'oim230/types/index.d.ts', { 100: 2, 60: 3, 20: 1 }, 1_000],
  ['3', 'oim352/lib/types/entity.d.ts', { 100: 100, 60: 60, 20: 20 }, 1]
] as const)('a %s client reads in the detail of a notice', (dialect, file, roles, millis) => {
  const types = declaredTypes(file)

  test.each(everyNotice)('of type $contentType what it declares, with its own numbers', message => {
    const stored = JSON.parse(message.notificationElem?.detail ?? '') as Record<string, object>
    const detail = detailOf(dialect, message) as Record<string, Fields | Fields[]>
    expect(Object.keys(detail)).toEqual(Object.keys(stored))
    expect(mismatches(types, 'GroupItem', detail['group'])).toEqual([])
    expect(detail['operationTime']).toBe(Math.floor(deed.operationTime / millis))
    expect(detail['group']).toMatchObject({
      groupID: 'g1',
      createTime: Math.floor(samples.group.createTime / millis),
      notificationUpdateTime: Math.floor(samples.group.notificationUpdateTime / millis),
      groupType: dialect === '3' ? 2 : 0,
      needVerification: 1,
      status: 0
    })
    const people = memberNames.flatMap(name => {
      const kept = (stored[name] ?? []) as GroupMember | GroupMember[]
      const seen = (detail[name] ?? []) as unknown as GroupMember | GroupMember[]
      return [kept].flat().map((member, index) => ({ member, seen: [seen].flat()[index] }))
    })
    expect(people.length).toBeGreaterThan(0)
    for (const { member, seen } of people) {
      expect(mismatches(types, 'GroupMemberItem', seen)).toEqual([])
      expect(seen).toEqual({
        ...member,
        roleLevel: roles[member.roleLevel as keyof typeof roles],
        joinTime: Math.floor(member.joinTime / millis),
        muteEndTime: Math.floor(member.muteEndTime / millis)
      })
    }
  })

  test('that stands in merged, quoted and mentioned messages, and in the latest of a conversation', () => {
    const [message] = everyNotice as [Message]
    const expected = elemOf(shown(dialect, message)).detail
    const conversation = conversationJson(dialect, { ...samples.conversation, latestMsg: message }, 'u1')
    const { latestMsg } = JSON.parse(conversation) as { latestMsg: string }
    const merge = { title: '', abstractList: [], multiMessage: [message] }
    const at = { text: '', atUserList: [], quoteMessage: message }
    const holders: [Message, string, string][] = [
      [{ ...silent, contentType: 107, mergeElem: merge }, 'mergeElem', 'multiMessage'],
      [
        { ...silent, contentType: 114, quoteElem: { text: '', quoteMessage: message } },
        'quoteElem',
        'quoteMessage'
      ],
      [
        { ...silent, contentType: 106, atTextElem: at },
        dialect === '3' ? 'atTextElem' : 'atElem',
        'quoteMessage'
      ]
    ]
    expect(elemOf(JSON.parse(latestMsg) as Fields).detail).toBe(expected)
    for (const [holder, elem, member] of holders) {
      const inner = (shown(dialect, holder)[elem] as Fields)[member]
      expect([inner].flat().map(each => elemOf(each as Fields).detail)).toEqual([expected])
    }
  })
})

test.each(['2.0', '2.3'] as const)(
  'a %s client finds in content what its engine put there: a sentence, and the detail',
  dialect => {
    for (const message of everyNotice) {
      const { content, ...rest } = shown(dialect, message)
      const { detail, defaultTips } = elemOf(rest)
      expect(JSON.parse(content as string)).toEqual({ defaultTips, jsonDetail: detail })
    }
  }
)

test('of what was taken back 2.x reads who did it, with his role, from content and from the element', () => {
  const info = { ...samples.revoked, sessionType: 3 }
  const message = notice(2_101, JSON.stringify(info))
  for (const [dialect, sessionType, revokerRole] of [
    ['2.0', 2, 2],
    ['2.3', 3, 2],
    ['3', 3, 100]
  ] as const) {
    const seen = shown(dialect, message)
    const { detail } = elemOf(seen)
    expect(JSON.parse(detail)).toEqual({ ...info, sessionType, revokerRole })
    expect(seen['content']).toBe(dialect === '3' ? '' : detail)
  }
})

test('notices of friends that a back end has sent have their times in seconds in 2.x', () => {
  const fromToUserID = { fromUserID: 'u1', toUserID: 'u2' }
  const request = { createTime: 1_700_000_000_500, handleTime: 1_700_000_001_500, handleResult: -1 }
  const friend = { createTime: 1_700_000_002_500, friendUser: { createTime: 1_700_000_003_500 } }
  const message = notice(1_204, JSON.stringify({ fromToUserID, request, friend, handleMsg: 'ok' }))
  expect(detailOf('2.3', message)).toEqual({
    fromToUserID,
    request: { createTime: 1_700_000_000, handleTime: 1_700_000_001, handleResult: -1 },
    friend: { createTime: 1_700_000_002, friendUser: { createTime: 1_700_000_003 } },
    handleMsg: 'ok'
  })
  expect(detailOf('3', message)).toEqual({ fromToUserID, request, friend, handleMsg: 'ok' })
})

test.each([
  ['an application has made up', 1_400, '{"roleLevel":100, "createTime":1700000000000}'],
  ['is no JSON', 1_501, 'roleLevel 100'],
  ['is empty', 1_501, ''],
  ['says nothing in numbers', 1_511, '{ "reason": "spam", "roleLevel": "100", "group": null }'],
  ['is a list without end', 1_501, `${'['.repeat(100_000)}${']'.repeat(100_000)}`]
])('a detail that %s is handed on as it is', (_, contentType, detail) => {
  for (const dialect of ['2.0', '2.3', '3'] as const)
    expect(elemOf(shown(dialect, notice(contentType, detail))).detail).toBe(detail)
})

test('names that objects have from their prototypes mean nothing in a detail', () => {
  const detail = '{"constructor":1,"toString":2,"__proto__":{"roleLevel":60},"group":{"valueOf":3}}'
  expect(elemOf(shown('2.3', notice(1_501, detail))).detail).toBe(
    '{"constructor":1,"toString":2,"__proto__":{"roleLevel":3},"group":{"valueOf":3}}'
  )
})

describe('a notice that a 2.x client hands in again', () => {
  const wholeSeconds = (detail: string): unknown =>
    JSON.parse(detail, (name, value: unknown) =>
      name.endsWith('Time') && typeof value === 'number' ? Math.floor(value / 1_000) * 1_000 : value
    )
  const handed = (message: Fields): Partial<Message> => givenMessages('v2')(message, 'message')

  test.each(everyNotice)('of type $contentType has the numbers of the model, to the second', message => {
    for (const dialect of ['2.0', '2.3'] as const) {
      const { notificationElem } = handed(shown(dialect, message))
      const { detail = '', defaultTips } = notificationElem ?? {}
      expect(JSON.parse(detail)).toEqual(wholeSeconds(message.notificationElem?.detail ?? ''))
      expect(defaultTips).toBe(message.notificationElem?.defaultTips)
    }
  })

  test('has them in quoted and merged messages, and where it says nothing but its content', () => {
    const [message] = everyNotice as [Message]
    const { notificationElem, ...rest } = shown('2.3', message)
    const expected = handed({ ...rest, notificationElem })
    const quoteMessage = { ...rest, notificationElem }
    expect(handed(rest)).toEqual(expected)
    expect(handed({ contentType: 114, quoteElem: { text: '', quoteMessage } })).toMatchObject({
      quoteElem: { quoteMessage: expected }
    })
    expect(handed({ contentType: 107, mergeElem: { multiMessage: [quoteMessage] } })).toMatchObject({
      mergeElem: { multiMessage: [expected] }
    })
  })

  test('and one that a 3.x client hands in stays as it is', () => {
    const [message] = everyNotice as [Message]
    expect(givenMessages('v3')(message, 'message')).toMatchObject({
      notificationElem: message.notificationElem
    })
  })
})

test('a detail is looked through once for each dialect, for all who read it', () => {
  let reads = 0
  const message: Message = {
    ...notice(1_501, ''),
    get notificationElem() {
      reads++
      return { detail: '{"opUser":{"roleLevel":60}}', defaultTips: '' }
    }
  }
  for (const dialect of ['2.0', '2.3', '3'] as const) {
    const first = messageJson(dialect, message, 'u1')
    const readsOfOne = reads
    for (const viewerID of ['u1', 'u2', 'u3']) expect(messageJson(dialect, message, viewerID)).toBe(first)
    expect(reads).toBe(readsOfOne)
  }
  expect(reads).toBeGreaterThan(0)
})
