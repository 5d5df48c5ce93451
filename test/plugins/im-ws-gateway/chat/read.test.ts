import { afterEach, expect, test } from 'vitest'
import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { shapesOf } from '../../../../src/plugins/im-ws-gateway/wire/shapes-of.ts'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

test('reading a conversation empties its count and tells the other side which messages were read', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const one = await ann.say({ recvID: 'bob' }, 'one')
  const two = await ann.say({ recvID: 'bob' }, 'two')
  ann.quiet()
  bob.quiet()
  await bob.call('markConversationRead', { conversationID: id })

  expect(bob.heard.map(({ event, options }) => [event.kind, options])).toEqual([
    ['conversationsChanged', { cause: bob.device }],
    ['totalUnread', { cause: bob.device }]
  ])
  expect(await bob.conversation(id)).toMatchObject({
    unreadCount: 0,
    hasReadSeq: 2,
    latestMsg: { isRead: true }
  })
  expect(ann.kinds()).toEqual(['singleReceipts', 'conversationsChanged'])
  expect(ann.events('singleReceipts')[0]?.receipts).toEqual([
    {
      groupID: '',
      userID: 'bob',
      msgIDList: [one.clientMsgID, two.clientMsgID],
      readTime: rig.clock.now(),
      msgFrom: 100,
      contentType: 2200,
      sessionType: 1
    }
  ])
  const { messageList } = await ann.call('getHistory', { conversationID: id, count: 5 })
  expect(messageList.map(({ isRead }) => isRead)).toEqual([true, true])
})

test('both sides see when a message was read, each message its own time', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'one')
  await rig.clock.advance(1_000)
  await bob.call('markConversationRead', { conversationID: id })
  const first = rig.clock.now()
  await ann.say({ recvID: 'bob' }, 'two')
  await bob.say({ recvID: 'ann' }, 'three')
  await ann.say({ recvID: 'bob' }, 'four')
  await rig.clock.advance(1_000)
  ann.quiet()
  await bob.call('markConversationRead', { conversationID: id })
  const second = rig.clock.now()
  expect(ann.events('singleReceipts')[0]?.receipts).toMatchObject([{ readTime: second }])
  const [change] = ann.events('conversationsChanged')
  expect(change?.conversations).toMatchObject([
    { latestMsg: { isRead: true, attachedInfoElem: { hasReadTime: second } } }
  ])
  const timesTo = async (person: Person): Promise<unknown> => {
    const { messageList } = await person.call('getHistory', { conversationID: id, count: 9 })
    return messageList.map(({ attachedInfoElem }) => attachedInfoElem?.hasReadTime ?? 0)
  }
  const latestTo = async (person: Person): Promise<unknown> =>
    (await person.conversation(id)).latestMsg?.attachedInfoElem?.hasReadTime
  for (const person of [ann, bob]) {
    expect(await timesTo(person)).toEqual([first, second, 0, second])
    expect(await latestTo(person)).toBe(second)
  }
  const { messageList } = await ann.call('getHistory', { conversationID: id, count: 1 })
  for (const dialect of ['2.3', '3'] as const)
    expect(shownTo(dialect, messageList[0])).toMatchObject({ hasReadTime: second })
  await Promise.all([ann.leave(), bob.leave()])
  const again = await rig.open('ann')
  expect([await timesTo(again), await latestTo(again)]).toEqual([[first, second, 0, second], second])
})

test('whoever has deleted the latest message sees when the one before it was read', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'one')
  const { clientMsgID } = await ann.say({ recvID: 'bob' }, 'two')
  await ann.call('deleteMessage', { conversationID: id, clientMsgID })
  await bob.call('markConversationRead', { conversationID: id })
  expect((await ann.conversation(id)).latestMsg).toMatchObject({
    textElem: { content: 'one' },
    isRead: true,
    attachedInfoElem: { hasReadTime: rig.clock.now() }
  })
})

test('reading twice tells nobody twice', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'one')
  await bob.call('markConversationRead', { conversationID: id })
  ann.quiet()
  bob.quiet()
  await bob.call('markConversationRead', { conversationID: id })
  expect([ann.heard, bob.heard]).toEqual([[], []])
})

test('marking single messages reads up to the last of them', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const ids: string[] = []
  for (const text of ['1', '2', '3', '4']) ids.push((await ann.say({ recvID: 'bob' }, text)).clientMsgID)
  ann.quiet()
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [ids[1] ?? '', ids[0] ?? ''] })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2, hasReadSeq: 2 })
  expect(ann.events('singleReceipts')[0]?.receipts[0]?.msgIDList).toEqual(ids.slice(0, 2))
  const { messageList } = await ann.call('getHistory', { conversationID: id, count: 5 })
  expect(messageList.map(({ isRead }) => isRead)).toEqual([true, true, false, false])

  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [ids[0] ?? ''] })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2, hasReadSeq: 2 })
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: ['unknown'] })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2 })
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [] })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 0, hasReadSeq: 4 })
})

test('who answers has nothing unread, but the other side hears of reading only when it is marked', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'question')
  ann.quiet()
  await bob.say({ recvID: 'ann' }, 'answer')
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 0 })
  expect(await bob.call('getTotalUnread', {})).toBe(0)
  expect(ann.events('singleReceipts')).toEqual([])
  await bob.call('markConversationRead', { conversationID: id })
  expect(ann.events('singleReceipts')[0]?.receipts[0]?.msgIDList).toEqual([sent.clientMsgID])
})

test('reading is remembered when the reader and the other side are away', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'one')
  await ann.leave()
  await bob.call('markConversationRead', { conversationID: id })
  await bob.leave()
  const again = await rig.open('ann')
  const { messageList } = await again.call('getHistory', { conversationID: id, count: 5 })
  expect(messageList.map(({ isRead }) => isRead)).toEqual([true])
  expect(await again.conversation(id)).toMatchObject({ latestMsg: { isRead: true } })
  expect(await (await rig.open('bob')).conversation(id)).toMatchObject({ unreadCount: 0 })
})

test('the total counts conversations that are not muted', async () => {
  rig = await startRig()
  const [ann, bob, eve] = await rig.people('ann', 'bob', 'eve')
  await ann.say({ recvID: 'bob' }, 'one')
  await eve.say({ recvID: 'bob' }, 'two')
  expect(await bob.call('getTotalUnread', {})).toBe(2)
  bob.quiet()
  await bob.call('setConversationRecvMessageOpt', { conversationIDList: [id], opt: 2 })
  expect(bob.kinds()).toEqual(['conversationsChanged', 'totalUnread'])
  expect(await bob.call('getTotalUnread', {})).toBe(1)
  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'three')
  expect(bob.kinds()).toEqual(['newMessages', 'conversationsChanged'])
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2, recvMsgOpt: 2 })
  await bob.call('setConversationRecvMessageOpt', { conversationIDList: [id], opt: 0 })
  expect(await bob.call('getTotalUnread', {})).toBe(3)
  expect(await bob.call('getConversationRecvMessageOpt', { conversationIDList: [id, 'none'] })).toEqual([
    { conversationID: id, result: 0 }
  ])
})

test('who wants to receive nothing of a conversation hears of no messages, but how it stands', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await bob.call('setConversationRecvMessageOpt', { conversationIDList: [id], opt: 1 })
  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'hello')
  expect(bob.kinds()).toEqual(['newConversations', 'conversationsChanged'])
  await ann.say({ recvID: 'bob' }, 'there')
  expect(bob.kinds()).toEqual(['newConversations', 'conversationsChanged', 'conversationsChanged'])
  const [told] = bob.events('conversationsChanged').at(-1)?.conversations ?? []
  expect(told).toMatchObject({ unreadCount: 2, recvMsgOpt: 1, latestMsg: { textElem: { content: 'there' } } })
  expect(await bob.conversation(id)).toEqual(told)
  expect(await bob.texts(id)).toEqual(['hello', 'there'])
  expect(await bob.call('getTotalUnread', {})).toBe(0)
  bob.quiet()
  await bob.say({ recvID: 'ann' }, 'me')
  expect(bob.kinds()).toEqual(['newMessages', 'conversationsChanged'])
})

test('who comes back to such a conversation hears the same: his own messages, and how it stands', async () => {
  rig = await startRig()
  const [ann, bob, cat] = await rig.people('ann', 'bob', 'cat')
  const phone = { platformID: 2 }
  await bob.core.attach(phone)
  await bob.call('setConversationRecvMessageOpt', { conversationIDList: [id], opt: 1 })
  await ann.call('createGroup', { groupInfo: { groupID: 'g', groupName: 'G' }, memberUserIDs: ['bob'] })
  await bob.call('setConversationRecvMessageOpt', { conversationIDList: ['sg_g'], opt: 1 })
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'hello')
  await ann.say({ groupID: 'g' }, 'all')
  await cat.say({ recvID: 'bob' }, 'psst')
  const message = await bob.call('createText', { text: 'from the phone' }, phone)
  await bob.call('sendMessage', { message, recvID: 'ann' }, phone)
  const missed = await bob.core.attach({ platformID: 5 })
  expect(missed.map(({ kind }) => kind)).toEqual([
    'newMessages',
    'newMessages',
    'newConversations',
    'conversationsChanged',
    'totalUnread'
  ])
  const [others, own, added, changed, total] = missed
  expect(others).toMatchObject({ messages: [{ textElem: { content: 'psst' } }] })
  expect(own).toMatchObject({ messages: [{ textElem: { content: 'from the phone' } }], ownSend: true })
  const ids = (event: unknown): string[] =>
    (event as { conversations: readonly { conversationID: string }[] }).conversations
      .map(({ conversationID }) => conversationID)
      .toSorted()
  expect(ids(added)).toEqual(['si_ann_bob', 'si_bob_cat'])
  expect(ids(changed)).toEqual(['sg_g', 'si_ann_bob', 'si_bob_cat'])
  expect(total).toEqual({ kind: 'totalUnread', count: 1 })
})

test('who deletes what he has not read has less unread, also when he reads only a part after it', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const ids: string[] = []
  for (const text of ['1', '2', '3', '4']) ids.push((await ann.say({ recvID: 'bob' }, text)).clientMsgID)
  const remove = (index: number) =>
    bob.call('deleteMessage', { conversationID: id, clientMsgID: ids[index] ?? '' })
  await remove(2)
  await remove(2)
  await remove(0)
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2 })
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [ids[1] ?? ''] })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 1 })
  await bob.leave()
  const again = await rig.open('bob')
  expect(await again.conversation(id)).toMatchObject({ unreadCount: 1 })
  await again.call('markConversationRead', { conversationID: id })
  expect(await again.conversation(id)).toMatchObject({ unreadCount: 0 })
})

test('members of a group who mark single messages are named with them, and the sender is told', async () => {
  rig = await startRig()
  const [ann, bob, eve] = await rig.people('ann', 'bob', 'eve')
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['bob', 'eve']
  })
  const conversationID = `sg_${groupID}`
  const one = await ann.say({ groupID }, 'one')
  const two = await ann.say({ groupID }, 'two')
  ann.quiet()
  const mark = { conversationID, clientMsgIDList: [one.clientMsgID, two.clientMsgID] }
  await bob.call('markMessagesRead', mark)
  await bob.call('markMessagesRead', mark)
  await eve.call('markMessagesRead', { conversationID, clientMsgIDList: [one.clientMsgID] })
  expect(ann.events('groupReceipts').map(({ receipts }) => receipts)).toMatchObject([
    [{ groupID, userID: 'bob', msgIDList: mark.clientMsgIDList, sessionType: 3 }],
    [{ groupID, userID: 'eve', msgIDList: [one.clientMsgID] }]
  ])
  const { messageList } = await ann.call('getHistory', { conversationID, count: 2 })
  expect(messageList.map(({ attachedInfoElem }) => attachedInfoElem?.groupHasReadInfo)).toEqual([
    { hasReadUserIDList: ['bob', 'eve'], hasReadCount: 2, groupMemberCount: 3 },
    { hasReadUserIDList: ['bob'], hasReadCount: 1, groupMemberCount: 3 }
  ])
})

test('a message to a group says from the start how many there are, and 3.x how many have not read it', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob', 'eve', 'dan')
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['bob', 'eve']
  })
  const conversationID = `sg_${groupID}`
  const blank = { hasReadUserIDList: [], hasReadCount: 0, groupMemberCount: 3 }
  bob.quiet()
  const sent = await ann.say({ groupID }, 'one')
  const [told] = bob.events('newMessages')
  const read = async (person: Person): Promise<Message | undefined> =>
    (await person.call('getHistory', { conversationID, count: 1 })).messageList[0]
  const conversation = await bob.conversation(conversationID)
  for (const message of [sent, told?.messages[0], await read(ann), await read(bob), conversation.latestMsg])
    expect(message?.attachedInfoElem?.groupHasReadInfo).toEqual(blank)
  expect(shownTo('3', await read(ann))).toMatchObject({ groupHasReadInfo: { ...blank, unreadCount: 2 } })
  expect(shownTo('2.3', await read(ann))).toMatchObject({ groupHasReadInfo: blank })

  await ann.call('inviteToGroup', { groupID, userIDList: ['dan'] })
  const ids = [sent.clientMsgID]
  await bob.call('markMessagesRead', { conversationID, clientMsgIDList: ids })
  const { items } = await ann.call('findMessages', { list: [{ conversationID, clientMsgIDList: ids }] })
  expect(shownTo('3', items[0]?.messageList[0])).toMatchObject({
    groupHasReadInfo: { hasReadUserIDList: ['bob'], hasReadCount: 1, groupMemberCount: 3, unreadCount: 1 }
  })
  const { attachedInfoElem: later } = await ann.say({ groupID }, 'two')
  expect(later).toMatchObject({ groupHasReadInfo: { groupMemberCount: 4 } })
  const online = await ann.call('sendMessage', {
    message: await ann.call('createText', { text: 'now' }),
    groupID,
    isOnlineOnly: true
  })
  expect(online.attachedInfoElem).toMatchObject({ groupHasReadInfo: { groupMemberCount: 4 } })
})

function shownTo(dialect: '2.3' | '3', message: Message | undefined): unknown {
  const { attachedInfoElem } = shapesOf[dialect].message(message ?? {}, false) as Partial<Message>
  return attachedInfoElem
}
