import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { temporaryDirectory } from '../../database/temporary-directory.ts'
import { startRig, type Person, type Rig } from './rig.ts'

const directory = temporaryDirectory()
let rig: Rig
afterEach(async () => {
  await rig.close()
  directory.remove()
})

const id = 'si_ann_bob'

/** Lets the database refuse what a condition finds. */
async function refuse(table: string, operation: 'insert' | 'update', condition: string): Promise<void> {
  const db = await rig.database.open<object>('im_test', {})
  const body = `begin select raise(abort, 'refused') where ${condition}; end`
  await sql.raw(`create trigger refuse_${table} before ${operation} on ${table} ${body}`).execute(db)
}

const outcomes = async (promises: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(promises)).map(({ status }) => status)

const sayAll = (person: Person, texts: readonly string[]): Promise<unknown>[] =>
  texts.map(text => person.say({ recvID: 'bob' }, text))

test('a message that could not be kept is not acknowledged, and nobody hears of it', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'good')
  const before = await bob.call('getAllConversations', {})
  ann.quiet()
  bob.quiet()
  await refuse('im_chat_messages', 'insert', "new.text = 'bad'")
  await expect(ann.say({ recvID: 'bob' }, 'bad')).rejects.toThrow('refused')
  expect([ann.heard, bob.heard]).toEqual([[], []])
  expect(await bob.call('getAllConversations', {})).toEqual(before)
  const next = await ann.say({ recvID: 'bob' }, 'next')
  expect(next.seq).toBe(2)
  expect(await bob.texts(id)).toEqual(['good', 'next'])
})

test('a message that fails does not fail the others of its transaction', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await refuse('im_chat_messages', 'insert', "new.text = 'bad'")
  const texts = ['1', '2', 'bad', '3', 'bad', '4', '5']
  const sent = await outcomes(sayAll(ann, texts))
  expect(sent).toEqual(texts.map(text => (text === 'bad' ? 'rejected' : 'fulfilled')))
  expect(await bob.texts(id)).toEqual(['1', '2', '3', '4', '5'])
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 5, maxSeq: 5 })
})

test('a failing change of another user does not fail messages, nor the other way round', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'hello')
  await refuse('im_chat_seats', 'update', 'new.isPinned = 1')
  expect(
    await outcomes([
      bob.call('pinConversation', { conversationID: id, isPinned: true }),
      ann.say({ recvID: 'bob' }, 'one'),
      bob.call('markConversationRead', { conversationID: id })
    ])
  ).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(await bob.conversation(id)).toMatchObject({ isPinned: false })
  expect(await bob.texts(id)).toEqual(['hello', 'one'])
})

test('what was acknowledged is there after the process has ended without closing anything', async () => {
  directory.make()
  const file = directory.path('im.db')
  rig = await startRig({ file })
  const [ann] = await rig.people('ann', 'bob')
  await Promise.all(sayAll(ann, ['1', '2', '3']))
  const second = await startRig({ file })
  const bob = await second.open('bob')
  expect(await bob.texts(id)).toEqual(['1', '2', '3'])
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 3 })
  await second.close()
})

test('who was watched before a restart is watched after it, and also after a logout', async () => {
  directory.make()
  const file = directory.path('im.db')
  rig = await startRig({ file })
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.call('subscribeUsersStatus', { userIDList: ['bob'] })
  await ann.leave()
  const again = await rig.open('ann')
  expect(await again.call('getSubscribedUsersStatus', {})).toEqual([
    { userID: 'bob', status: 1, platformIDs: [5] }
  ])
  await bob.leave()
  expect(again.kinds()).toEqual(['userStatus'])
  await rig.close()

  rig = await startRig({ file })
  const back = await rig.open('ann')
  expect(await back.call('getSubscribedUsersStatus', {})).toEqual([
    { userID: 'bob', status: 0, platformIDs: [] }
  ])
  const bobBack = await rig.open('bob')
  await bobBack.leave()
  expect(back.events('userStatus').map(({ status }) => status.status)).toEqual([1, 0])
})

test('an event is told only when what it tells of can be read by others', async () => {
  directory.make()
  const file = directory.path('im.db')
  rig = await startRig({ file })
  const [ann] = await rig.people('ann', 'bob')
  const db = await rig.database.open<{ im_chat_messages: { text: string } }>('im_test', {})
  const seen: Promise<number>[] = []
  const count = async (): Promise<number> =>
    (await db.selectFrom('im_chat_messages').select('text').execute()).length
  await rig.cores.backOffice.registerUser({ userID: 'cat' })
  await rig.open('cat', { platformID: 5 }, event => {
    if (event.kind === 'newMessages') seen.push(count())
  })
  await Promise.all([ann.say({ recvID: 'cat' }, 'one'), ann.say({ recvID: 'cat' }, 'two')])
  expect(await Promise.all(seen)).toEqual([2])
})

test('somebody whose connections cannot be told anything does not keep it from the others', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await rig.cores.backOffice.registerUser({ userID: 'cat' })
  await rig.open('cat', { platformID: 5 }, () => {
    throw new Error('the connection is in a bad way')
  })
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['cat', 'bob']
  })
  bob.quiet()
  await expect(ann.say({ groupID }, 'hello')).resolves.toMatchObject({ status: 2 })
  expect(bob.kinds()).toEqual(['newMessages', 'conversationsChanged', 'totalUnread'])
})
