import { afterEach, expect, test } from 'vitest'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

const order = async (person: Person): Promise<readonly string[]> =>
  (await person.call('getAllConversations', {})).map(({ userID }) => userID)

test('pinned conversations come first, then those with the newest message or draft', async () => {
  rig = await startRig()
  const [ann, bob, cat, dan] = await rig.people('ann', 'bob', 'cat', 'dan')
  for (const friend of [bob, cat, dan]) {
    await friend.say({ recvID: 'ann' }, 'hi')
    await rig.clock.advance(1_000)
  }
  expect(await order(ann)).toEqual(['dan', 'cat', 'bob'])
  await ann.call('setConversationDraft', { conversationID: 'si_ann_cat', draftText: 'dear cat' })
  expect(await order(ann)).toEqual(['cat', 'dan', 'bob'])
  await ann.call('pinConversation', { conversationID: id, isPinned: true })
  expect(await order(ann)).toEqual(['bob', 'cat', 'dan'])
  expect(
    (await ann.call('getConversationPage', { offset: 1, count: 1 })).map(({ userID }) => userID)
  ).toEqual(['cat'])
  await ann.call('setConversationDraft', { conversationID: 'si_ann_cat', draftText: '' })
  await ann.call('pinConversation', { conversationID: id, isPinned: false })
  expect(await order(ann)).toEqual(['dan', 'cat', 'bob'])
})

test('a draft lists a conversation in which nothing was said yet', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  await ann.call('getOneConversation', { sourceID: 'bob', sessionType: 1 })
  expect(await order(ann)).toEqual([])
  await ann.call('setConversationDraft', { conversationID: id, draftText: 'dear bob' })
  expect(await ann.call('getAllConversations', {})).toMatchObject([
    { draftText: 'dear bob', draftTextTime: rig.clock.now(), latestMsg: null }
  ])
  expect(ann.kinds()).toEqual(['newConversations', 'conversationsChanged'])
})

test('one conversation is made when it is missing, and found by its source afterwards', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const made = await ann.call('getOneConversation', { sourceID: 'bob', sessionType: 1 })
  expect(made).toMatchObject({
    conversationID: id,
    conversationType: 1,
    userID: 'bob',
    groupID: '',
    showName: 'N-bob',
    latestMsg: null,
    latestMsgSendTime: 0,
    burnDuration: 30
  })
  expect(await ann.call('getOneConversation', { sourceID: 'bob', sessionType: 1 })).toEqual(made)
  expect(await ann.call('getConversationID', { sourceID: 'bob', sessionType: 1 })).toBe(id)
  expect(await ann.call('getConversations', { conversationIDList: [id, 'si_x_y'] })).toEqual([made])
  const refused = [
    ['nobody', 1, 'userNotFound'],
    ['nothing', 3, 'groupNotFound'],
    ['nobody', 4, 'recordNotFound']
  ] as const
  for (const [sourceID, sessionType, code] of refused)
    await expect(ann.call('getOneConversation', { sourceID, sessionType })).rejects.toMatchObject({ code })
})

test('settings are kept, reach the other devices, and say nothing when they change nothing', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'hi')
  ann.quiet()
  for (let time = 0; time < 2; time++) {
    await ann.call('pinConversation', { conversationID: id, isPinned: true })
    await ann.call('setConversationRecvMessageOpt', { conversationIDList: [id, id], opt: 1 })
  }
  expect(ann.kinds()).toEqual(['conversationsChanged', 'conversationsChanged'])
  const before = await ann.conversation(id)
  expect(before).toMatchObject({ isPinned: true, recvMsgOpt: 1 })
  await ann.leave()
  expect(await (await rig.open('ann')).conversation(id)).toEqual(before)
})

test('a private chat is private for both, and a line in it says so', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.call('setConversationPrivateChat', { conversationID: id, isPrivate: true })
  await ann.call('setConversationBurnDuration', { conversationID: id, burnDuration: 10 })
  for (const person of [ann, bob])
    expect(await person.conversation(id)).toMatchObject({
      isPrivateChat: true,
      burnDuration: 10,
      unreadCount: 0
    })
  expect(await bob.texts(id)).toEqual(['#1701'])
  expect(bob.events('newMessages')[0]?.messages).toMatchObject([{ sendID: 'ann', msgFrom: 200 }])
  const sent = await bob.say({ recvID: 'ann' }, 'secret')
  expect(sent.attachedInfoElem).toMatchObject({ isPrivateChat: true, burnDuration: 10 })
})

test('only single chats are private', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const { groupID } = await ann.call('createGroup', { groupInfo: { groupName: 'G' }, memberUserIDs: ['bob'] })
  const conversationID = `sg_${groupID}`
  await expect(
    ann.call('setConversationPrivateChat', { conversationID, isPrivate: true })
  ).rejects.toMatchObject({
    code: 'badArguments'
  })
  await expect(
    ann.call('setConversationBurnDuration', { conversationID, burnDuration: 5 })
  ).rejects.toMatchObject({ code: 'badArguments' })
})

test("settings of conversations that are not one's own are refused", async () => {
  rig = await startRig()
  const [ann, , eve] = await rig.people('ann', 'bob', 'eve')
  await ann.say({ recvID: 'bob' }, 'hi')
  for (const conversationID of [id, 'sg_none', 'sn_a_b'])
    await expect(eve.call('pinConversation', { conversationID, isPinned: true })).rejects.toMatchObject({
      code: 'recordNotFound'
    })
})

test('a name or a face that changes shows over the conversation', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await bob.say({ recvID: 'ann' }, 'hi')
  ann.quiet()
  await bob.call('setSelf', { nickname: 'Robert', faceURL: 'http://face' })
  expect(ann.events('conversationsChanged').at(-1)?.conversations).toMatchObject([
    { conversationID: id, showName: 'Robert', faceURL: 'http://face' }
  ])
  await ann.leave()
  expect(await (await rig.open('ann')).conversation(id)).toMatchObject({ showName: 'Robert' })
})

test("a new name of a member's own is told to the members of his groups, whoever changes it", async () => {
  rig = await startRig()
  const [ann, bob, cat] = await rig.people('ann', 'bob', 'cat')
  const groupInfo = { groupID: 'g', groupName: 'G' }
  await ann.call('createGroup', { groupInfo, memberUserIDs: ['bob'] })
  for (const person of [ann, bob, cat]) person.quiet()
  await bob.call('setSelf', { nickname: 'Robert' })
  expect(ann.events('groupMemberInfoChanged')).toMatchObject([
    { member: { groupID: 'g', userID: 'bob', nickname: 'Robert' } }
  ])
  expect(bob.heard.map(({ event, options }) => [event.kind, options])).toEqual([
    ['selfInfo', { cause: bob.device }],
    ['groupMemberInfoChanged', { cause: bob.device }]
  ])
  expect(cat.kinds()).toEqual([])
  await rig.cores.backOffice.registerUser({ userID: 'bob', nickname: 'Bobby' })
  expect(ann.events('groupMemberInfoChanged').at(-1)).toMatchObject({ member: { nickname: 'Bobby' } })
})
