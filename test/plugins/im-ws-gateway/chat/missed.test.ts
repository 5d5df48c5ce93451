import { afterEach, expect, test } from 'vitest'
import type { CoreEvent, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { temporaryDirectory } from '../../database/temporary-directory.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

const directory = temporaryDirectory()
let rig: Rig
afterEach(async () => {
  await rig.close()
  directory.remove()
})

const id = 'si_ann_bob'
const web = 5
const phone = 2

const kinds = (events: readonly CoreEvent[]): string[] => events.map(({ kind }) => kind)
const textsIn = (events: readonly CoreEvent[]): string[] =>
  events.flatMap(event => (event.kind === 'newMessages' ? event.messages.map(textIn) : []))

async function couple(file?: string): Promise<[Person, Person]> {
  rig = await startRig(file ? { file } : {})
  return rig.people('ann', 'bob')
}

test('a device on a platform that was never seen hears of nothing: it reads the lists', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'hello')
  expect(await bob.core.attach({ platformID: phone })).toEqual([])
})

test('a device hears of what came since its platform was there last, in order', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'heard')
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'one')
  await ann.say({ recvID: 'bob' }, 'two')
  const missed = await bob.core.attach({ platformID: web })
  expect(kinds(missed)).toEqual(['newMessages', 'conversationsChanged', 'totalUnread'])
  expect(textsIn(missed)).toEqual(['one', 'two'])
  expect(missed.at(-1)).toEqual({ kind: 'totalUnread', count: 3 })
  expect(missed[1]).toMatchObject({ conversations: [{ conversationID: id, unreadCount: 3 }] })
})

test('while another device of the platform is there, nothing is missed', async () => {
  const [ann, bob] = await couple()
  const second: Device = { platformID: web }
  expect(await bob.core.attach(second)).toEqual([])
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'one')
  expect(await bob.core.attach({ platformID: web })).toEqual([])
})

test('nothing happened, nothing is told', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'heard')
  bob.core.detach(bob.device)
  expect(await bob.core.attach({ platformID: web })).toEqual([])
})

test("one's own messages of the same platform are not told again, those of another one are", async () => {
  const [ann] = await couple()
  const other: Device = { platformID: phone }
  await ann.core.attach(other)
  ann.core.detach(ann.device)
  const send = async (text: string, device: Device) =>
    ann.call('sendMessage', { message: await ann.call('createText', { text }), recvID: 'bob' }, device)
  await send('from the web', { platformID: web })
  await send('from the phone', other)
  const missed = await ann.core.attach({ platformID: web })
  expect(missed[0]).toMatchObject({ kind: 'newMessages', ownSend: true })
  expect(textsIn(missed)).toEqual(['from the phone'])
})

test('a conversation that began in the meantime is told as new', async () => {
  const [ann, bob] = await couple()
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'first')
  const missed = await bob.core.attach({ platformID: web })
  expect(kinds(missed)).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
})

test('revocations, receipts and what another device did are told', async () => {
  const [ann, bob] = await couple()
  const revoked = await bob.say({ recvID: 'ann' }, 'a mistake')
  const mine = await ann.say({ recvID: 'bob' }, 'question')
  ann.core.detach(ann.device)
  await bob.call('revokeMessage', { conversationID: id, clientMsgID: revoked.clientMsgID })
  await bob.call('markConversationRead', { conversationID: id })
  await ann.call('pinConversation', { conversationID: id, isPinned: true }, { platformID: phone })
  const missed = await ann.core.attach({ platformID: web })
  expect(kinds(missed)).toEqual(['messageRevoked', 'singleReceipts', 'conversationsChanged', 'totalUnread'])
  expect(missed[0]).toMatchObject({ info: { clientMsgID: revoked.clientMsgID, revokerID: 'bob' } })
  expect(missed[1]).toMatchObject({ receipts: [{ userID: 'bob', msgIDList: [mine.clientMsgID] }] })
  expect(missed[2]).toMatchObject({ conversations: [{ isPinned: true }] })
})

test('the newest 200 of very many messages are told, of the conversations in which they are', async () => {
  const [ann, bob] = await couple()
  const [cat] = await rig.people('cat')
  bob.core.detach(bob.device)
  await cat.say({ recvID: 'bob' }, 'long ago')
  await Promise.all(Array.from({ length: 230 }, (_, index) => ann.say({ recvID: 'bob' }, `${index}`)))
  await cat.say({ recvID: 'bob' }, 'last')
  const missed = await bob.core.attach({ platformID: web })
  const texts = textsIn(missed)
  expect(texts).toHaveLength(200)
  expect(texts[0]).toBe('31')
  expect(texts.at(-1)).toBe('last')
  const changed = missed.flatMap(event => (event.kind === 'conversationsChanged' ? event.conversations : []))
  expect(changed.map(({ conversationID }) => conversationID).toSorted()).toEqual([id, 'si_bob_cat'])
})

test('how far a platform is survives the core and the process', async () => {
  directory.make()
  const file = directory.path('im.db')
  const [ann, bob] = await couple(file)
  await ann.say({ recvID: 'bob' }, 'heard')
  await bob.leave()
  await ann.say({ recvID: 'bob' }, 'one')
  const back = await rig.cores.open('bob', () => {})
  expect(textsIn(await back.attach({ platformID: web }))).toEqual(['one'])
  await back.close()
  await ann.say({ recvID: 'bob' }, 'two')
  await rig.close()
  rig = await startRig({ file })
  const later = await rig.cores.open('bob', () => {})
  expect(textsIn(await later.attach({ platformID: web }))).toEqual(['two'])
})

test('a platform that was seen for the first time just before a crash has been seen', async () => {
  directory.make()
  const file = directory.path('im.db')
  const [ann] = await couple(file)
  await ann.say({ recvID: 'bob' }, 'told before the crash')
  // Nothing is closed: what was not written by now never is.
  const after = await startRig({ file })
  const bob = await after.cores.open('bob', () => {})
  expect(textsIn(await bob.attach({ platformID: web }))).toEqual(['told before the crash'])
  await after.close()
})

test('two devices of a platform that was never seen hear of nothing when they come at the same time', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'hello')
  const first = bob.core.attach({ platformID: phone })
  // The first one may be deaf, as far as is known of it.
  const second = bob.core.attach({ platformID: phone }, 0)
  expect(await Promise.all([first, second])).toEqual([[], []])
})

test('messages that arrive while a device attaches come to it once', async () => {
  const [ann, bob] = await couple()
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'one')
  bob.quiet()
  const [missed] = await Promise.all([
    bob.core.attach({ platformID: web }),
    ann.say({ recvID: 'bob' }, 'two'),
    ann.say({ recvID: 'bob' }, 'three')
  ])
  const live = textsIn(bob.heard.map(({ event }) => event))
  expect([...textsIn(missed), ...live]).toEqual(['one', 'two', 'three'])
})

test('what may not have arrived at a device that is cut off is told to the one that comes after it', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'arrived')
  const mark = bob.core.mark?.()
  await ann.say({ recvID: 'bob' }, 'perhaps not')
  bob.core.detach(bob.device, mark)
  await ann.say({ recvID: 'bob' }, 'while away')
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['perhaps not', 'while away'])
})

test('a core that is closed with a device still there takes as arrived what that device says has', async () => {
  const [ann, bob] = await couple()
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'arrived')
  const device = { platformID: web, mark: 0 }
  await bob.core.attach(device)
  device.mark = bob.core.mark?.() ?? 0
  await ann.say({ recvID: 'bob' }, 'perhaps not')
  await bob.core.close()
  const back = await rig.cores.open('bob', () => {})
  expect(textsIn(await back.attach({ platformID: web }))).toEqual(['perhaps not'])
})

test('a device that leaves in order may have been told less than there is: it is told the rest when it is back', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'arrived')
  const { clientMsgID } = await bob.say({ recvID: 'ann' }, 'question')
  const mark = bob.core.mark?.()
  await ann.call('markMessagesRead', { conversationID: id, clientMsgIDList: [clientMsgID] })
  bob.core.detach(bob.device, mark)
  const missed = await bob.core.attach({ platformID: web })
  expect(missed[0]).toMatchObject({ kind: 'singleReceipts', receipts: [{ msgIDList: [clientMsgID] }] })
})

test('what others were told in the meantime puts nothing in doubt', async () => {
  const [ann, bob] = await couple()
  const [cat] = await rig.people('cat')
  const second: Device = { platformID: web }
  await bob.core.attach(second)
  await ann.say({ recvID: 'bob' }, 'arrived')
  const mark = bob.core.mark?.()
  await ann.say({ recvID: 'cat' }, 'of no concern')
  bob.core.detach(bob.device, mark)
  expect(await bob.core.attach({ platformID: web })).toEqual([])
  cat.core.detach(cat.device, mark)
  expect(textsIn(await cat.core.attach({ platformID: web }))).toEqual(['of no concern'])
})

test('what a device has marked as read it has got: that is not told again to the one that comes after it', async () => {
  const [ann, bob] = await couple()
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['bob']
  })
  const mark = bob.core.mark?.()
  const one = await ann.say({ recvID: 'bob' }, 'one')
  await ann.say({ recvID: 'bob' }, 'two')
  const three = await ann.say({ groupID }, 'three')
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [one.clientMsgID] })
  await bob.call('markMessagesRead', {
    conversationID: `sg_${groupID}`,
    clientMsgIDList: [three.clientMsgID]
  })
  await ann.say({ groupID }, 'four')
  const next: Device = { platformID: web }
  // The one before is there still, then gone.
  const missed = await bob.core.attach(next, mark)
  expect(textsIn(missed)).toEqual(['two', 'four'])
  expect(missed.at(-2)).toMatchObject({ kind: 'conversationsChanged', conversations: [{}, {}] })
  bob.core.detach(bob.device, mark)
  bob.core.detach(next, 0)
  await ann.say({ recvID: 'bob' }, 'five')
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['two', 'four', 'five'])
})

test('whoever marks a whole conversation has said nothing of what was on its way', async () => {
  const [ann, bob] = await couple()
  const mark = bob.core.mark?.()
  await ann.say({ recvID: 'bob' }, 'on its way')
  await bob.call('markConversationRead', { conversationID: id })
  bob.core.detach(bob.device, mark)
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['on its way'])
})

test('what one of two devices has marked as read is told to the one that comes next', async () => {
  const [ann, bob] = await couple()
  const other: Device = { platformID: web }
  await bob.core.attach(other)
  const mark = bob.core.mark?.()
  const { clientMsgID } = await ann.say({ recvID: 'bob' }, 'one')
  const read = { conversationID: id, clientMsgIDList: [clientMsgID] }
  await bob.call('markMessagesRead', read)
  bob.core.detach(other, mark)
  await bob.call('markMessagesRead', read)
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['one'])
})

test('what a device of another platform has marked as read is told to this one', async () => {
  const [ann, bob] = await couple()
  const mobile: Device = { platformID: phone }
  await bob.core.attach(mobile)
  const mark = bob.core.mark?.()
  const { clientMsgID } = await ann.say({ recvID: 'bob' }, 'one')
  await bob.call('markMessagesRead', { conversationID: id, clientMsgIDList: [clientMsgID] }, mobile)
  bob.core.detach(bob.device, mark)
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['one'])
})

test('of the conversations that a device has marked as read, the last 32 are remembered', async () => {
  const [, bob] = await couple()
  const names = Array.from({ length: 33 }, (_, index) => `u${index}`)
  const others = await rig.people(...names)
  const mark = bob.core.mark?.()
  const said = []
  for (const other of others) said.push(await other.say({ recvID: 'bob' }, `of ${other.core.userID}`))
  for (const [index, name] of names.entries()) {
    const conversationID = `si_${['bob', name].toSorted().join('_')}`
    await bob.call('markMessagesRead', {
      conversationID,
      clientMsgIDList: [said[index]?.clientMsgID ?? '']
    })
  }
  bob.core.detach(bob.device, mark)
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['of u0'])
})

test('the same while the device that nobody reads is still there', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'arrived')
  const mark = bob.core.mark?.()
  await ann.say({ recvID: 'bob' }, 'perhaps not')
  expect(textsIn(await bob.core.attach({ platformID: web }, mark))).toEqual(['perhaps not'])
  bob.core.detach(bob.device, mark)
  await ann.say({ recvID: 'bob' }, 'later')
  expect(textsIn(await bob.core.attach({ platformID: web }))).toEqual(['perhaps not', 'later'])
})

test('what a device had missed, and did not get either, is told to the one that comes after it', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'arrived')
  bob.core.detach(bob.device)
  await ann.say({ recvID: 'bob' }, 'one')
  const device = (): Device => ({ platformID: web })
  const [second, third, fourth] = [device(), device(), device()]
  expect(textsIn(await bob.core.attach(second))).toEqual(['one'])
  await ann.say({ recvID: 'bob' }, 'two')
  // It comes while the one before is still there.
  expect(textsIn(await bob.core.attach(third, 0))).toEqual(['one', 'two'])
  bob.core.detach(third)
  bob.core.detach(second, 0)
  expect(textsIn(await bob.core.attach(fourth))).toEqual(['one', 'two'])
  bob.core.detach(fourth, bob.core.mark?.())
  expect(await bob.core.attach({ platformID: web })).toEqual([])
})

test.each(['im_chat_platforms', 'im_chat_messages'])(
  'a device that could not be told what it missed, as %s could not be read, is told when it comes again',
  async table => {
    const [ann, bob] = await couple()
    await ann.say({ recvID: 'bob' }, 'heard')
    await bob.leave()
    await ann.say({ recvID: 'bob' }, 'one')
    const db = await rig.database.open('im_test', {})
    const back = await rig.cores.open('bob', () => {})
    await rig.clock.advance(10_000)
    await rig.database.ping()
    await db.schema.alterTable(table).renameTo('im_away').execute()
    await expect(back.attach({ platformID: web })).rejects.toThrow(table)
    await db.schema.alterTable('im_away').renameTo(table).execute()
    expect(textsIn(await back.attach({ platformID: web }))).toEqual(['one'])
  }
)

test('a device that goes while it is looked up what it missed has not got it', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'heard')
  await bob.leave()
  await ann.say({ recvID: 'bob' }, 'one')
  const back = await rig.cores.open('bob', () => {})
  const device: Device = { platformID: web }
  const attaching = back.attach(device)
  back.detach(device, 0)
  await attaching
  expect(textsIn(await back.attach({ platformID: web }))).toEqual(['one'])
})

test('beside a device that was resumed, nothing is in doubt that its platform is known to have got', async () => {
  const [ann, bob] = await couple()
  await ann.say({ recvID: 'bob' }, 'arrived')
  const mark = bob.core.mark?.() ?? 0
  await bob.leave()
  const next = await rig.cores.open('bob', () => {})
  await next.resume?.({ platformID: web }, mark)
  await next.resume?.({ platformID: web }, mark)
  await ann.say({ recvID: 'bob' }, 'one')
  expect(textsIn(await next.attach({ platformID: web }, 0))).toEqual(['one'])
})

test('while a device is connected, how far it is, is written now and then', async () => {
  const [ann] = await couple()
  await ann.say({ recvID: 'bob' }, 'hello')
  const db = await rig.database.open<{ im_chat_platforms: { userID: string; position: number } }>(
    'im_test',
    {}
  )
  const positionOf = async (userID: string) =>
    (await db.selectFrom('im_chat_platforms').selectAll().where('userID', '=', userID).executeTakeFirst())
      ?.position
  for (let round = 0; round < 100 && (await positionOf('bob')) !== 1; round++) await rig.clock.advance(10_000)
  expect(await positionOf('bob')).toBe(1)
})
