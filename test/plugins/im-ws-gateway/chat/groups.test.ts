import { afterEach, expect, test } from 'vitest'
import type { ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

async function group(
  settings: Partial<ImSettings> = {}
): Promise<{ people: [Person, Person, Person]; groupID: string; id: string }> {
  rig = await startRig({ settings })
  const people = await rig.people('ann', 'bob', 'cat')
  const { groupID } = await people[0].call('createGroup', {
    groupInfo: { groupName: 'G', faceURL: 'http://g' },
    memberUserIDs: ['bob', 'cat']
  })
  for (const person of people) person.quiet()
  return { people, groupID, id: `sg_${groupID}` }
}

const at = (text: string, ...atUserList: string[]) => ({
  contentType: 106,
  atTextElem: { text, atUserList }
})

test('a message to a group is one event object for all members, and each has his own conversation', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob, cat] = people
  const sent = await ann.say({ groupID }, 'hello')
  expect(sent).toMatchObject({ sessionType: 3, groupID, recvID: '', senderNickname: 'N-ann' })
  const [toBob] = bob.events('newMessages')
  expect(toBob?.messages).toEqual([sent])
  expect(cat.events('newMessages')[0]).toBe(toBob)
  for (const person of [bob, cat]) {
    expect(person.kinds()).toEqual(['newMessages', 'conversationsChanged', 'totalUnread'])
    expect(await person.conversation(id)).toMatchObject({
      showName: 'G',
      faceURL: 'http://g',
      groupID,
      conversationType: 3,
      unreadCount: 1
    })
  }
  const latest = [bob, cat].map(
    person => person.events('conversationsChanged')[0]?.conversations[0]?.latestMsg
  )
  expect(latest[0]).toBe(latest[1])
  expect(ann.kinds()).toEqual(['newMessages', 'conversationsChanged'])
})

test('a message to a group writes nothing for those who did not send it', async () => {
  const { people, groupID } = await group()
  const db = await rig.database.open<{ im_chat_seats: { userID: string; changedAt: number } }>('im_test', {})
  const rows = async () =>
    new Map(
      (await db.selectFrom('im_chat_seats').select(['userID', 'changedAt']).execute()).map(
        ({ userID, changedAt }) => [userID, changedAt]
      )
    )
  const before = await rows()
  await people[0].say({ groupID }, 'hello')
  const after = await rows()
  expect(
    [...after].filter(([userID, changedAt]) => changedAt !== before.get(userID)).map(([userID]) => userID)
  ).toEqual(['ann'])
})

test('several members who speak in one turn hear of the others, and of their own elsewhere', async () => {
  const { people, groupID } = await group()
  const [ann, bob, cat] = people
  for (const person of [ann, bob]) await person.say({ groupID }, 'what is asked of the database is known now')
  for (const person of people) person.quiet()
  await Promise.all([ann.say({ groupID }, '1'), bob.say({ groupID }, '2'), ann.say({ groupID }, '3')])
  const heard = (person: Person) =>
    person
      .events('newMessages')
      .map(({ messages, ownSend }) => [
        messages.map(({ textElem }) => textElem?.content).join(),
        ownSend ?? false
      ])
  expect(heard(cat)).toEqual([['1,2,3', false]])
  expect(heard(ann)).toEqual([
    ['1', true],
    ['2', false],
    ['3', true]
  ])
  expect(heard(bob)).toEqual([
    ['1', false],
    ['2', true],
    ['3', false]
  ])
})

test('who is mentioned sees it on the message and the conversation until he reads, or says that he knows', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob, cat] = people
  await ann.call('sendMessage', { message: at('@bob', 'bob'), groupID })
  expect(await bob.conversation(id)).toMatchObject({ groupAtType: 1 })
  expect(await cat.conversation(id)).toMatchObject({ groupAtType: 0 })
  expect(bob.events('newMessages')[0]?.messages[0]?.atTextElem?.isAtSelf).toBe(true)
  expect(cat.events('newMessages')[0]?.messages[0]?.atTextElem?.isAtSelf).toBe(false)

  await ann.call('sendMessage', { message: at('@all', 'AtAllTag'), groupID })
  expect(await bob.conversation(id)).toMatchObject({ groupAtType: 3 })
  expect(await cat.conversation(id)).toMatchObject({ groupAtType: 2 })
  expect(await ann.conversation(id)).toMatchObject({ groupAtType: 0 })
  await bob.leave()
  const again = await rig.open('bob')
  expect(await again.conversation(id)).toMatchObject({ groupAtType: 3 })
  await again.call('resetConversationGroupAtType', { conversationID: id })
  expect(await again.conversation(id)).toMatchObject({ groupAtType: 0, unreadCount: 2 })
  await cat.call('markConversationRead', { conversationID: id })
  expect(await cat.conversation(id)).toMatchObject({ groupAtType: 0 })
})

test('somebody who is away learns that he was mentioned', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob] = people
  await bob.leave()
  await ann.call('sendMessage', { message: at('@bob', 'bob', 'nobody'), groupID })
  expect(await (await rig.open('bob')).conversation(id)).toMatchObject({ groupAtType: 1 })
})

test('only owners and admins get the attention of all', async () => {
  const { people, groupID, id } = await group()
  const [, bob, cat] = people
  await bob.call('sendMessage', { message: at('@all', 'AtAllTag'), groupID })
  expect(await cat.conversation(id)).toMatchObject({ groupAtType: 0 })
})

test('an announcement is told over the conversation', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob] = people
  await ann.call('setGroupInfo', { groupID, notification: 'Attention' })
  expect(await bob.conversation(id)).toMatchObject({ groupAtType: 4, latestMsg: { contentType: 1519 } })
})

test('who is not in the group can neither write nor read, and who left keeps what there was', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob] = people
  const [eve] = await rig.people('eve')
  await ann.say({ groupID }, 'before')
  await bob.call('quitGroup', { groupID })
  bob.quiet()
  await ann.say({ groupID }, 'after')
  for (const person of [bob, eve])
    await expect(person.say({ groupID }, 'x')).rejects.toMatchObject({ code: 'notInGroup' })
  await expect(eve.call('getHistory', { conversationID: id, count: 5 })).rejects.toMatchObject({
    code: 'recordNotFound'
  })
  expect(bob.heard).toEqual([])
  const check = async (person: Person): Promise<void> => {
    const texts = await person.texts(id)
    expect(texts).toContain('before')
    expect(texts).not.toContain('after')
    const conversation = await person.conversation(id)
    expect(conversation).toMatchObject({ isNotInGroup: true, unreadCount: 1 })
    expect(conversation.latestMsg).not.toBeNull()
    expect(JSON.stringify(conversation)).not.toContain('after')
  }
  await check(bob)
  await bob.leave()
  await check(await rig.open('bob'))
})

test('who comes later sees what was said before, where the settings say so, and none of it is unread', async () => {
  const { people, groupID, id } = await group()
  const [ann] = people
  await ann.say({ groupID }, 'before')
  const [dan] = await rig.people('dan')
  await ann.call('inviteToGroup', { groupID, userIDList: ['dan'] })
  expect(await dan.texts(id)).toContain('before')
  expect(await dan.conversation(id)).toMatchObject({ unreadCount: 0, isNotInGroup: false })
  expect(dan.kinds().filter(kind => kind === 'newConversations')).toHaveLength(1)
  await ann.say({ groupID }, 'after')
  expect(await dan.conversation(id)).toMatchObject({ unreadCount: 1 })
})

test('who joins while nobody else is there sees at once what was said last', async () => {
  rig = await startRig()
  const [ann, dan] = await rig.people('ann', 'dan')
  const { groupID } = await ann.call('createGroup', { groupInfo: { groupName: 'G', needVerification: 2 } })
  await ann.say({ groupID }, 'hello')
  await ann.leave()
  await dan.call('joinGroup', { groupID })
  expect(dan.events('newConversations')[0]?.conversations).toMatchObject([
    { conversationID: `sg_${groupID}`, latestMsg: { textElem: { content: 'hello' } } }
  ])
})

test('where the settings say otherwise, he sees only what is said from then on', async () => {
  const { people, groupID, id } = await group({ historyForNewMembers: false })
  const [ann, bob] = people
  await ann.say({ groupID }, 'before')
  await rig.people('dan')
  await ann.call('inviteToGroup', { groupID, userIDList: ['dan'] })
  await bob.call('quitGroup', { groupID })
  await ann.say({ groupID }, 'while bob was away')
  await ann.call('inviteToGroup', { groupID, userIDList: ['bob'] })
  await ann.say({ groupID }, 'after')
  const dan = await rig.cores.backOffice.hasUser('dan')
  expect(dan).toBe(true)
  const texts = await bob.texts(id)
  expect(texts).toContain('after')
  expect(texts).not.toContain('before')
  expect(texts).not.toContain('while bob was away')
  expect(await bob.conversation(id)).toMatchObject({ isNotInGroup: false, unreadCount: 1 })
})

test('a group of 2.x clients has their kind of conversation', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G', groupType: 0 },
    memberUserIDs: ['bob']
  })
  const sent = await ann.say({ groupID }, 'hello')
  const { conversationType } = await bob.conversation(`sg_${groupID}`)
  expect(conversationType).toBe(sent.sessionType)
  for (const sessionType of [2, 3])
    expect(await bob.call('getOneConversation', { sourceID: groupID, sessionType })).toMatchObject({
      conversationID: `sg_${groupID}`
    })
})

test('a group keeps its name over the conversation when it changes', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob] = people
  await ann.call('setGroupInfo', { groupID, groupName: 'Renamed' })
  expect(await bob.conversation(id)).toMatchObject({ showName: 'Renamed' })
})

test('members whose rows were lost with a crash between two commits are mended when they come', async () => {
  const { people, groupID, id } = await group()
  const [ann, bob] = people
  await ann.say({ groupID }, 'hello')
  await bob.leave()
  const db = await rig.database.open<{ im_chat_seats: { userID: string } }>('im_test', {})
  await db.deleteFrom('im_chat_seats').where('userID', '=', 'bob').execute()
  const again = await rig.open('bob')
  expect(await again.texts(id)).toContain('hello')
  await ann.say({ groupID }, 'to bob')
  expect(again.events('newMessages')).toHaveLength(1)
})
