import { afterEach, expect, test } from 'vitest'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

async function talk(...texts: string[]): Promise<readonly [Person, Person, readonly string[]]> {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const ids: string[] = []
  for (const text of texts) {
    ids.push((await ann.say({ recvID: 'bob' }, text)).clientMsgID)
    await rig.clock.advance(1_000)
  }
  ann.quiet()
  bob.quiet()
  return [ann, bob, ids]
}

const listOf = async (person: Person): Promise<readonly string[]> =>
  (await person.call('getAllConversations', {})).map(({ conversationID }) => conversationID)

/** The same after the core was closed and opened again: what is in memory and in the rows is the same. */
async function expectSameAfterReturn(person: Person): Promise<Person> {
  const before = await person.call('getAllConversations', {})
  const total = await person.call('getTotalUnread', {})
  await person.leave()
  const again = await rig.open(person.core.userID)
  expect(await again.call('getAllConversations', {})).toEqual(before)
  expect(await again.call('getTotalUnread', {})).toBe(total)
  return again
}

test('a deleted message is gone for one user on all of his devices, and for nobody else', async () => {
  const [ann, bob, ids] = await talk('1', '2', '3')
  await bob.call('deleteMessage', { conversationID: id, clientMsgID: ids[1] ?? '' })
  expect(await bob.texts(id)).toEqual(['1', '3'])
  expect(await ann.texts(id)).toEqual(['1', '2', '3'])
  await expectSameAfterReturn(bob)
})

test('deleting the latest message shows the one before it, until there is a newer one', async () => {
  const [ann, bob, ids] = await talk('1', '2')
  await bob.call('deleteMessage', { conversationID: '', clientMsgID: ids[1] ?? '' })
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: '1' } } })
  expect(bob.heard.map(({ event, options }) => [event.kind, options])).toEqual([
    ['conversationsChanged', { cause: bob.device }],
    ['totalUnread', { cause: bob.device }]
  ])
  const again = await expectSameAfterReturn(bob)
  const customElem = { data: 'd', description: '', extension: '' }
  await ann.call('sendMessage', { message: { contentType: 119, customElem }, recvID: 'bob' })
  expect(await again.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: '1' } } })
  await ann.say({ recvID: 'bob' }, '3')
  expect(await again.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: '3' } } })
})

test('when all messages were deleted one by one, the conversation stays where it was in the list', async () => {
  const [, bob, ids] = await talk('1')
  const { latestMsgSendTime } = await bob.conversation(id)
  await bob.call('deleteMessage', { conversationID: id, clientMsgID: ids[0] ?? '' })
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: null, latestMsgSendTime, unreadCount: 0 })
  expect(await listOf(bob)).toEqual([id])
  await expectSameAfterReturn(bob)
})

test('a message of others, or one that is not there, cannot be deleted', async () => {
  const [, , ids] = await talk('1')
  const [eve] = await rig.people('eve')
  for (const conversationID of ['', id])
    await expect(
      eve.call('deleteMessage', { conversationID, clientMsgID: ids[0] ?? '' })
    ).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('a cleared conversation stays, empty, and shows only what comes after it', async () => {
  const [ann, bob] = await talk('1', '2')
  const { latestMsgSendTime } = await bob.conversation(id)
  await bob.call('clearConversation', { conversationID: id })
  expect(await bob.texts(id)).toEqual([])
  expect(await ann.texts(id)).toEqual(['1', '2'])
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: null, latestMsgSendTime, unreadCount: 0 })
  expect(await listOf(bob)).toEqual([id])
  const again = await expectSameAfterReturn(bob)
  await ann.say({ recvID: 'bob' }, '3')
  expect(await again.texts(id)).toEqual(['3'])
  expect(await again.conversation(id)).toMatchObject({ unreadCount: 1 })
})

test('a deleted conversation is gone from the list until there is a new message, and then it is new', async () => {
  const [ann, bob] = await talk('1', '2')
  await bob.call('deleteConversation', { conversationID: id })
  expect(await listOf(bob)).toEqual([])
  expect(await bob.call('getTotalUnread', {})).toBe(0)
  const again = await expectSameAfterReturn(bob)
  await ann.say({ recvID: 'bob' }, '3')
  expect(again.kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
  expect(await again.texts(id)).toEqual(['3'])
  expect(await listOf(again)).toEqual([id])
})

test('a hidden conversation comes back with a new message, with all that was said before', async () => {
  const [ann, bob] = await talk('1', '2')
  await bob.call('hideConversation', { conversationID: id })
  expect(await listOf(bob)).toEqual([])
  expect(await bob.call('getTotalUnread', {})).toBe(0)
  const again = await expectSameAfterReturn(bob)
  expect(await again.texts(id)).toEqual(['1', '2'])
  await ann.say({ recvID: 'bob' }, '3')
  expect(await again.texts(id)).toEqual(['1', '2', '3'])
  expect(await again.conversation(id)).toMatchObject({ unreadCount: 1 })
})

test('all conversations can be hidden at once, with their messages kept', async () => {
  const [ann, bob] = await talk('1')
  const [eve] = await rig.people('eve')
  await eve.say({ recvID: 'bob' }, 'x')
  for (const name of ['hideAllConversations', 'deleteAllConversations'] as const) {
    await bob.call(name, {})
    expect(await listOf(bob)).toEqual([])
    await ann.say({ recvID: 'bob' }, name)
    expect(await listOf(bob)).toEqual([id])
  }
  expect(await bob.texts(id)).toEqual(['1', 'hideAllConversations', 'deleteAllConversations'])
})

test('deleting all messages empties every conversation and keeps those of the list, in their order', async () => {
  const [ann, bob] = await talk('1')
  const [eve, fay] = await rig.people('eve', 'fay')
  await eve.say({ recvID: 'bob' }, 'x')
  await rig.clock.advance(1_000)
  await fay.say({ recvID: 'bob' }, 'hidden')
  await bob.call('hideConversation', { conversationID: 'si_bob_fay' })
  const before = await bob.call('getAllConversations', {})
  expect(before.map(({ conversationID }) => conversationID)).toEqual(['si_bob_eve', id])
  bob.quiet()
  await bob.call('deleteAllMessages', {})
  expect(bob.kinds()).toEqual(['conversationsChanged', 'totalUnread'])
  expect(await bob.call('getAllConversations', {})).toMatchObject(
    before.map(({ conversationID, latestMsgSendTime }) => ({
      conversationID,
      latestMsgSendTime,
      latestMsg: null,
      unreadCount: 0
    }))
  )
  for (const conversationID of [id, 'si_bob_eve', 'si_bob_fay'])
    expect(await bob.texts(conversationID)).toEqual([])
  expect(await ann.texts(id)).toEqual(['1'])
  const again = await expectSameAfterReturn(bob)
  await fay.say({ recvID: 'bob' }, 'new')
  expect(await again.texts('si_bob_fay')).toEqual(['new'])
  expect(await listOf(again)).toEqual(['si_bob_fay', 'si_bob_eve', id])
})

test('a message that one alone sees is the latest for him, can be deleted, and goes with what is cleared', async () => {
  const [ann, bob] = await talk('1')
  const insert = (text: string) =>
    bob.call('insertMessage', {
      message: { contentType: 101, textElem: { content: text } },
      recvID: 'bob',
      sendID: 'ann'
    })
  const local = await insert('a hint')
  expect(local).toMatchObject({ status: 2, seq: 0, sendID: 'ann', recvID: 'bob' })
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: 'a hint' } } })
  const again = await expectSameAfterReturn(bob)
  expect(await ann.texts(id)).toEqual(['1'])
  await again.call('deleteMessage', { conversationID: id, clientMsgID: local.clientMsgID })
  expect(await again.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: '1' } } })
  await expect(
    again.call('insertMessage', { message: { ...local, seq: 0 }, recvID: 'bob', sendID: 'ann' })
  ).resolves.toMatchObject({ clientMsgID: local.clientMsgID })
  await expect(
    again.call('insertMessage', { message: local, recvID: 'bob', sendID: 'ann' })
  ).rejects.toMatchObject({ code: 'messageRepeated' })
  await again.call('hideConversation', { conversationID: id })
  expect(await listOf(again)).toEqual([])
  await again.call('insertMessage', {
    message: { contentType: 101, textElem: { content: 'another' } },
    recvID: 'ann',
    sendID: 'bob'
  })
  expect(await listOf(again)).toEqual([id])
  await again.call('clearConversation', { conversationID: id })
  expect(await again.texts(id)).toEqual([])
  await expectSameAfterReturn(again)
})

test('a note to a message is for one user, on all of his devices', async () => {
  const [ann, bob, ids] = await talk('1')
  await bob.call('setMessageLocalEx', { conversationID: id, clientMsgID: ids[0] ?? '', localEx: 'mine' })
  const noteOf = async (person: Person) =>
    (await person.call('getHistory', { conversationID: id, count: 1 })).messageList[0]?.localEx
  expect(await noteOf(bob)).toBe('mine')
  expect(await noteOf(ann)).toBe('')
  await bob.call('deleteMessage', { conversationID: id, clientMsgID: ids[0] ?? '' })
  expect(await bob.texts(id)).toEqual([])
})
