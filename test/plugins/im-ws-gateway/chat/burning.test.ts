import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { temporaryDirectory } from '../../database/temporary-directory.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

const directory = temporaryDirectory()
let rig: Rig
afterEach(async () => {
  await rig.close()
  directory.remove()
})

const id = 'si_ann_bob'

async function privateTalk(file?: string): Promise<[Person, Person]> {
  rig = await startRig(file ? { file } : {})
  const people = await rig.people('ann', 'bob')
  const [ann] = people
  await ann.say({ recvID: 'bob' }, 'open')
  await ann.call('setConversationPrivateChat', { conversationID: id, isPrivate: true })
  await ann.call('setConversationBurnDuration', { conversationID: id, burnDuration: 10 })
  await ann.say({ recvID: 'bob' }, 'secret')
  return people
}

/** Lets time pass until it is so. The sweep asks the database, so does each round: it cannot fall behind. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const isSo = await check().then(
      () => true,
      () => false
    )
    if (isSo) return
    await rig.clock.advance(500)
    await rig.database.ping()
  }
  await check()
}

test('a private message is gone for both some time after it was read, and not before', async () => {
  const [ann, bob] = await privateTalk()
  await rig.clock.advance(3_600_000)
  expect(await bob.texts(id)).toEqual(['open', '#1701', 'secret'])
  await bob.call('markConversationRead', { conversationID: id })
  await rig.clock.advance(9_999)
  const { messageList } = await bob.call('getHistory', { conversationID: id, count: 1 })
  expect(messageList.map(textIn)).toEqual(['secret'])
  expect(messageList[0]?.attachedInfoElem).toMatchObject({ hasReadTime: rig.clock.now() - 9_999 })
  bob.quiet()
  ann.quiet()
  for (const person of [ann, bob]) {
    await eventually(async () => expect(await person.texts(id)).toEqual(['open', '#1701']))
    expect(await person.conversation(id)).toMatchObject({ latestMsg: { contentType: 1701 } })
    expect(person.kinds()).toEqual(['conversationsChanged'])
  }
})

test('when nothing is left the conversation stays in the list, for those who are away too', async () => {
  const [ann, bob] = await privateTalk()
  for (const person of [ann, bob]) await person.call('clearConversation', { conversationID: id })
  await ann.say({ recvID: 'bob' }, 'secret')
  const { latestMsgSendTime } = await ann.conversation(id)
  await bob.call('markConversationRead', { conversationID: id })
  await bob.leave()
  await eventually(async () =>
    expect(await ann.conversation(id)).toMatchObject({ latestMsg: null, latestMsgSendTime })
  )
  const again = await rig.open('bob')
  expect(await again.call('getAllConversations', {})).toMatchObject([{ conversationID: id, latestMsg: null }])
})

test('counts and numbers go on as if the message were there', async () => {
  const [ann, bob] = await privateTalk()
  await bob.call('markConversationRead', { conversationID: id })
  await eventually(async () => expect(await bob.texts(id)).toEqual(['open', '#1701']))
  await ann.say({ recvID: 'bob' }, 'next')
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 1, maxSeq: 4 })
  expect(await bob.texts(id)).toEqual(['open', '#1701', 'next'])
})

test('what burned while nothing ran is removed at the start', async () => {
  directory.make()
  const file = directory.path('im.db')
  const [, bob] = await privateTalk(file)
  await bob.call('markConversationRead', { conversationID: id })
  await bob.leave()
  await rig.close()
  const { clock } = rig
  rig = await startRig({ file, clock })
  const again = await rig.open('bob')
  await eventually(async () => expect(await again.texts(id)).toEqual(['open', '#1701']))
})

test('of messages that were read before times were kept, private ones have theirs', async () => {
  directory.make()
  const file = directory.path('im.db')
  const [, bob] = await privateTalk(file)
  await bob.call('markConversationRead', { conversationID: id })
  const { clock } = rig
  const readTime = clock.now()
  await rig.close()
  const earlier = await SqliteDatabase.connect(file, 1_000)
  const db = await earlier.open('earlier', {})
  await sql`alter table im_chat_messages drop column readTime`.execute(db)
  await sql`delete from im_chat_migrations where name = '002-read-times'`.execute(db)
  await earlier.close()
  rig = await startRig({ file, clock })
  const again = await rig.open('ann')
  const { messageList } = await again.call('getHistory', { conversationID: id, count: 9 })
  const times = messageList.map(({ attachedInfoElem }) => attachedInfoElem?.hasReadTime ?? 0)
  expect(times).toEqual([0, 0, readTime])
})
