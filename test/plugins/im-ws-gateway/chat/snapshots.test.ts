import { afterEach, expect, test } from 'vitest'
import type { CoreEvent, DeliverOptions, Snapshot } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const device = { platformID: 5 }
const conversationID = 'si_ann_bob'

/** Ann, and bob, of whom it is kept what he is told as it is told. */
async function annAndBob() {
  rig = await startRig()
  const [ann] = (await rig.people('ann')) as readonly [Person]
  await rig.cores.backOffice.registerUser({ userID: 'bob' })
  const told: { readonly told: CoreEvent | Snapshot; readonly options: DeliverOptions | undefined }[] = []
  const bob = await rig.cores.open('bob', (one, options) => void told.push({ told: one, options }))
  await bob.attach(device)
  const take = () => told.splice(0)
  return { ann, bob, take, kinds: () => take().map(one => one.told.kind) }
}

/** What a snapshot says now. */
function shown(one: CoreEvent | Snapshot | undefined): unknown {
  const event = one?.kind === 'snapshot' ? one.take() : one
  if (event?.kind === 'totalUnread') return event.count
  if (event?.kind !== 'conversationsChanged') return event
  return event.conversations.map(({ unreadCount, latestMsg }) => [
    unreadCount,
    latestMsg && textIn(latestMsg)
  ])
}

test('how a conversation of the list stands, and the total, are told as of when they are sent', async () => {
  const { ann, take, kinds } = await annAndBob()
  await ann.say({ recvID: 'bob' }, 'a')
  expect(kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
  await ann.say({ recvID: 'bob' }, 'b')
  const [, conversation, total, ...more] = take().map(one => one.told)
  expect(more).toEqual([])
  expect([conversation, total].map(one => one?.kind === 'snapshot' && one.isTotal)).toEqual([false, true])
  expect([shown(conversation), shown(total)]).toEqual([[[2, 'b']], 2])
  await ann.say({ recvID: 'bob' }, 'c')
  const again = take().map(one => one.told)
  expect(again.map(({ kind }) => kind)).toEqual(['newMessages', 'snapshot', 'snapshot'])
  expect(again[1]).toBe(conversation)
  expect(again[2]).toBe(total)
  expect([shown(conversation), shown(total)]).toEqual([[[3, 'c']], 3])
})

test('what a user does himself is told as it has become by that', async () => {
  const { ann, bob, take } = await annAndBob()
  for (const text of ['a', 'b']) await ann.say({ recvID: 'bob' }, text)
  const [conversation, total] = take()
    .map(one => one.told)
    .slice(-2)
  await bob.operations.markConversationRead({ conversationID }, device)
  const events = take()
  expect(events.map(one => one.told.kind)).toEqual(['conversationsChanged', 'totalUnread'])
  expect(events.map(({ options }) => options?.cause)).toEqual([device, device])
  expect([shown(conversation), shown(total)]).toEqual([[[0, 'b']], 0])
})

test('a conversation that does not count changes no total', async () => {
  const { ann, bob, take, kinds } = await annAndBob()
  await ann.say({ recvID: 'bob' }, 'a')
  await bob.operations.setConversationRecvMessageOpt({ conversationIDList: [conversationID], opt: 2 }, device)
  take()
  await ann.say({ recvID: 'bob' }, 'b')
  expect(kinds()).toEqual(['newMessages', 'snapshot'])
})

test('who comes back to a conversation that is not in his list hears that it is new', async () => {
  const { ann, bob, take, kinds } = await annAndBob()
  await ann.say({ recvID: 'bob' }, 'a')
  await bob.operations.hideConversation({ conversationID }, device)
  take()
  await ann.say({ recvID: 'bob' }, 'b')
  expect(kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
})
