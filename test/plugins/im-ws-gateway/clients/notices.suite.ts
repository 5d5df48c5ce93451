import { expect, test } from 'vitest'
import type { Client } from './client.ts'
import { declarations, typeOf } from './declared-types.ts'
import { leftOut } from './every-method.ts'
import { misfits } from './fits.ts'
import type { Chat, StartChat } from './gateway.ts'
import { versions, type Version } from './packages.ts'

type Fields = Readonly<Record<string, unknown>>

/** The notices of a group by what is done in it, with the people that their details name. */
const details: Readonly<Record<number, string>> = {
  1501: 'groupOwnerUser: GroupMemberItem; memberList: GroupMemberItem[]',
  1502: '',
  1504: 'quitUser: GroupMemberItem',
  1507: 'newGroupOwner: GroupMemberItem; oldGroupOwnerInfo: GroupMemberItem',
  1508: 'kickedUserList: GroupMemberItem[]',
  1509: 'inviterUser: GroupMemberItem; invitedUserList: GroupMemberItem[]',
  1510: 'entrantUser: GroupMemberItem',
  1511: '',
  1512: 'mutedUser: GroupMemberItem; mutedSeconds: number',
  1513: 'mutedUser: GroupMemberItem',
  1514: '',
  1515: '',
  1516: 'changedUser: GroupMemberItem',
  1517: 'changedUser: GroupMemberItem',
  1518: 'changedUser: GroupMemberItem',
  1519: '',
  1520: ''
}
const detailType = (contentType: number): string =>
  `{ group: GroupItem; opUser: GroupMemberItem; operationTime: number; ${details[contentType]} }`

/** 2.x has no numbers of its own for an announcement and a name. */
const asSeen = (version: Version, types: readonly number[]): readonly number[] =>
  version === '3.5.2' ? types : types.map(type => (type > 1518 ? 1502 : type))
const roles = (version: Version): object =>
  version === '3.5.2' ? { owner: 100, admin: 60, member: 20 } : { owner: 2, admin: 3, member: 1 }

/** Of different kinds, so that nobody has to go. */
const platforms = { '2.0.3': 5, '2.3.0': 1, '3.5.2': 3 } as const

const isNotice = ({ contentType }: Fields): boolean => Number(contentType) > 1_500
const detailOf = (message: Fields): Fields =>
  JSON.parse((message['notificationElem'] as { readonly detail: string }).detail) as Fields

function live({ events }: Client): readonly Fields[] {
  const news = events.filter(({ name }) => name.startsWith('OnRecvNewMessage'))
  return news
    .flatMap(({ data }) => (Array.isArray(data) ? data : [data]) as readonly Fields[])
    .filter(isNotice)
}

async function kept(client: Client, groupID: string): Promise<readonly Fields[]> {
  const page = { userID: '', groupID, conversationID: `sg_${groupID}`, count: 100, startClientMsgID: '' }
  if (client.version !== '3.5.2')
    return ((await client.ask('getHistoryMessageList', page)) as readonly Fields[]).filter(isNotice)
  const found = await client.ask('getAdvancedHistoryMessageList', { ...page, lastMinSeq: 0 })
  return (found as { readonly messageList: readonly Fields[] }).messageList.filter(isNotice)
}

async function latest(client: Client, groupID: string): Promise<Fields> {
  const sessionType = { '2.0.3': 2, '2.3.0': 3, '3.5.2': 3 }[client.version]
  const found = await client.ask('getOneConversation', { sourceID: groupID, sessionType })
  return JSON.parse((found as { readonly latestMsg: string }).latestMsg) as Fields
}

async function searched(client: Client, groupID: string, messageType: number): Promise<readonly Fields[]> {
  const conversationID = { '2.0.3': '', '2.3.0': 'super_group_', '3.5.2': 'sg_' }[client.version] + groupID
  const where = client.version === '2.0.3' ? { sourceID: groupID, sessionType: 2 } : { conversationID }
  const args = { ...where, keywordList: [], messageTypeList: [messageType], pageIndex: 1, count: 100 }
  const found = (await client.ask('searchLocalMessages', args)) as {
    readonly searchResultItems: readonly { readonly messageList: readonly Fields[] }[]
  }
  return found.searchResultItems.flatMap(({ messageList }) => messageList)
}

/** What is wrong with notices: as messages of the version, with their details. */
function wrongIn(
  version: Version,
  messages: readonly Fields[],
  stored: readonly number[]
): readonly string[] {
  return messages.flatMap((message, index) => {
    const contentType = stored[index] ?? 0
    const types = new Map([...declarations(version), ['Detail', typeOf(detailType(contentType))]])
    const options = { types, ...leftOut[version] }
    return [
      ...misfits(message, typeOf('MessageItem'), options),
      ...misfits(detailOf(message), typeOf('Detail'), options, `${contentType} detail`)
    ]
  })
}

/** ann, with 3.5.2, does all that can be done in a group; bob, of the version, is in it to its end. */
async function everything(gateway: Chat, version: Version): Promise<Client> {
  const ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
  const eve = await gateway.online({ version: '2.3.0', userID: 'eve' })
  const bob = await gateway.online({ version, userID: 'bob' })
  const groupID = 'g'
  await ann.ask('createGroup', {
    memberUserIDs: ['bob'],
    adminUserIDs: ['eve'],
    ownerUserID: 'ann',
    groupInfo: { groupID, groupType: 2, groupName: 'G', needVerification: 2 }
  })
  await ann.ask('setGroupInfo', { groupID, introduction: 'about', needVerification: 2 })
  await ann.ask('setGroupInfo', { groupID, notification: 'be kind' })
  await ann.ask('setGroupInfo', { groupID, groupName: 'G2' })
  for (const isMute of [true, false]) await ann.ask('changeGroupMute', { groupID, isMute })
  for (const mutedSeconds of [60, 0])
    await ann.ask('changeGroupMemberMute', { groupID, userID: 'bob', mutedSeconds })
  await ann.ask('setGroupMemberInfo', { groupID, userID: 'bob', nickname: 'B' })
  for (const roleLevel of [60, 20]) await ann.ask('setGroupMemberInfo', { groupID, userID: 'bob', roleLevel })
  await eve.ask('quitGroup', groupID)
  await eve.ask('joinGroup', { groupID, reqMsg: '', joinSource: 3 })
  await ann.ask('kickGroupMember', { groupID, reason: '', userIDList: ['eve'] })
  await ann.ask('inviteUserToGroup', { groupID, reason: '', userIDList: ['eve'] })
  await ann.ask('transferGroupOwner', { groupID, newOwnerUserID: 'eve' })
  await eve.ask('dismissGroup', groupID)
  return bob
}
const done = [
  1501, 1502, 1519, 1520, 1514, 1515, 1512, 1513, 1516, 1517, 1518, 1504, 1510, 1508, 1509, 1507, 1511
]

/** What is told of what is done in groups. */
export function noticesSuite(startChat: StartChat): void {
  test.each(versions)(
    '%s is told of all that is done in a group in its own numbers, live and whenever it looks',
    async version => {
      await using gateway = await startChat()
      const bob = await everything(gateway, version)
      await bob.settled('is told of the end', () => live(bob).some(({ contentType }) => contentType === 1511))
      const told = live(bob)
      expect(told.map(({ contentType }) => contentType)).toEqual(asSeen(version, done))
      expect(wrongIn(version, told, done)).toEqual([])

      const level = roles(version) as Readonly<Record<string, number>>
      const detail = (type: number): Fields => detailOf(told[done.indexOf(type)] ?? {})
      expect(detail(1501)).toMatchObject({
        opUser: { userID: 'ann', roleLevel: level['owner'] },
        memberList: expect.arrayContaining([
          expect.objectContaining({ userID: 'bob', roleLevel: level['member'] }),
          expect.objectContaining({ userID: 'eve', roleLevel: level['admin'] })
        ]) as unknown,
        group: { groupID: 'g', needVerification: 2 }
      })
      expect(detail(1517)).toMatchObject({ changedUser: { userID: 'bob', roleLevel: level['admin'] } })
      expect(detail(1518)).toMatchObject({ changedUser: { userID: 'bob', roleLevel: level['member'] } })
      expect(detail(1507)).toMatchObject({ newGroupOwner: { userID: 'eve', roleLevel: level['owner'] } })
      const { muteEndTime } = detail(1512)['mutedUser'] as { readonly muteEndTime: number }
      expect(muteEndTime).toBeGreaterThan(version === '3.5.2' ? 1e12 : 1e9)

      const seen = (messages: readonly Fields[]): unknown =>
        messages.map(({ contentType, content, notificationElem }) => ({
          contentType,
          content,
          notificationElem
        }))
      expect(seen(await kept(bob, 'g'))).toEqual(seen(told))
      expect(seen([await latest(bob, 'g')])).toEqual(seen(told.slice(-1)))
      for (const type of asSeen(version, [1502, 1517, 1519])) {
        const expected = told.filter(({ contentType }) => contentType === type)
        expect(seen(await searched(bob, 'g', type))).toEqual(seen(expected.toReversed()))
      }
    }
  )

  test.each(versions)(
    'a notice that %s quotes and merges says the same to whoever reads it',
    async version => {
      await using gateway = await startChat()
      const ann = await gateway.online({ version, userID: 'ann' })
      const isV3 = version === '3.5.2'
      await gateway.rest.register('bob')
      await gateway.rest.post('groups', {
        groupID: 'g',
        groupName: 'G',
        ownerUserID: 'ann',
        memberUserIDs: ['bob']
      })
      const readers = await Promise.all(
        versions.map(other => gateway.online({ version: other, userID: 'bob', platformID: platforms[other] }))
      )
      await ann.ask('changeGroupMemberMute', { groupID: 'g', userID: 'bob', mutedSeconds: 600 })
      const muted = (client: Client): Fields | undefined =>
        live(client).find(({ contentType }) => contentType === 1512)
      await ann.settled('is told', () => muted(ann) !== undefined)
      const notice = muted(ann)
      const given = (message: unknown): unknown => (isV3 ? message : JSON.stringify(message))
      const quote = await ann.ask('createQuoteMessage', { text: 'look', message: given(notice) })
      const merge = await ann.ask('createMergerMessage', {
        messageList: [notice],
        title: 't',
        summaryList: []
      })
      for (const message of [quote, merge])
        await ann.ask('sendMessage', { recvID: '', groupID: 'g', message: given(message) })

      for (const reader of readers) {
        const all = (): readonly Fields[] =>
          reader.events
            .filter(({ name }) => name.startsWith('OnRecvNewMessage'))
            .flatMap(({ data }) => (Array.isArray(data) ? data : [data]) as readonly Fields[])
        const find = (type: number): Fields => all().find(({ contentType }) => contentType === type) ?? {}
        await reader.settled('reads both', () => 'quoteElem' in find(114) && 'mergeElem' in find(107))
        const { quoteMessage } = find(114)['quoteElem'] as { readonly quoteMessage: Fields }
        const { multiMessage } = find(107)['mergeElem'] as { readonly multiMessage: readonly Fields[] }
        const inner = [quoteMessage, ...multiMessage]
        const { roleLevel } = detailOf(muted(reader) ?? {})['opUser'] as Fields
        expect(roleLevel).toBe(reader.version === '3.5.2' ? 100 : 2)
        expect(wrongIn(reader.version, inner, [1512, 1512])).toEqual([])
        expect(inner.map(message => (detailOf(message)['opUser'] as Fields)['roleLevel'])).toEqual([
          roleLevel,
          roleLevel
        ])
      }
    }
  )

  test('a notice that a back end sends is told to each client in its own numbers', async () => {
    await using gateway = await startChat()
    const readers = await Promise.all(
      versions.map(version => gateway.online({ version, userID: 'bob', platformID: platforms[version] }))
    )
    const detail = JSON.stringify({ opUser: { userID: 'x', roleLevel: 60, joinTime: 1_700_000_000_123 } })
    await gateway.rest.post('messages', { recvIDs: ['bob'], contentType: 1509, content: { detail } })
    for (const reader of readers) {
      await reader.settled('is told', () => live(reader).length > 0)
      const opUser =
        reader.version === '3.5.2'
          ? { userID: 'x', roleLevel: 60, joinTime: 1_700_000_000_123 }
          : { userID: 'x', roleLevel: 3, joinTime: 1_700_000_000 }
      expect(live(reader).map(detailOf)).toEqual([{ opUser }])
    }
  })

  test.each(versions)(
    '%s reads of friends, private chats and what was taken back in its own numbers',
    async version => {
      await using gateway = await startChat()
      const ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
      const bob = await gateway.online({ version, userID: 'bob' })
      await ann.ask('addFriend', { toUserID: 'bob', reqMsg: 'hi' })
      await bob.ask('acceptFriendApplication', { toUserID: 'ann', handleMsg: 'yes' })
      await ann.ask('setConversationPrivateChat', { conversationID: 'si_ann_bob', isPrivate: true })
      const notices = (): readonly Fields[] =>
        bob.events
          .filter(({ name }) => name.startsWith('OnRecvNewMessage'))
          .flatMap(({ data }) => (Array.isArray(data) ? data : [data]) as readonly Fields[])
      await bob.settled('is told of both', () => notices().length === 2)
      expect(notices().map(message => [message['contentType'], detailOf(message)])).toEqual([
        [1201, { fromToUserID: { fromUserID: 'ann', toUserID: 'bob' }, handleMsg: 'yes' }],
        [1701, { sendID: 'ann', recvID: 'bob', isPrivate: true }]
      ])

      await gateway.rest.post('groups', {
        groupID: 'g',
        groupName: 'G',
        ownerUserID: 'ann',
        memberUserIDs: ['bob']
      })
      const message = await ann.ask('createTextMessage', 'oops')
      const sent = (await ann.ask('sendMessage', { recvID: '', groupID: 'g', message })) as Fields
      await ann.ask('revokeMessage', { conversationID: 'sg_g', clientMsgID: sent['clientMsgID'] })
      await bob.settled('is told', () => bob.events.some(({ name }) => /^On(New)?Recv.*Revoked$/.test(name)))
      const revoked = await latest(bob, 'g')
      expect(revoked['contentType']).toBe({ '2.0.3': 111, '2.3.0': 118, '3.5.2': 2101 }[version])
      expect(detailOf(revoked)).toMatchObject({
        revokerID: 'ann',
        revokerRole: version === '3.5.2' ? 100 : 2,
        sessionType: version === '2.0.3' ? 2 : 3
      })
    }
  )
}
