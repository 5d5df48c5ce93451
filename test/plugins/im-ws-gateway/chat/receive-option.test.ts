import { afterEach, expect, test } from 'vitest'
import { startRig, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

test('who wants to receive nothing at all is told of no messages of others, but how their conversations stand', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const groupInfo = { groupID: 'g', groupName: 'G' }
  await ann.call('createGroup', { groupInfo, memberUserIDs: ['bob'] })
  await ann.say({ recvID: 'bob' }, 'before')
  bob.quiet()
  await bob.call('setGlobalRecvMessageOpt', { opt: 1 })
  expect(bob.heard.map(({ event, options }) => [event, options])).toMatchObject([
    [{ kind: 'selfInfo', user: { globalRecvMsgOpt: 1 } }, { cause: bob.device }],
    [{ kind: 'totalUnread', count: 0 }, { cause: bob.device }]
  ])
  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'hello')
  await ann.say({ groupID: 'g' }, 'all')
  expect(bob.kinds()).toEqual(['conversationsChanged', 'conversationsChanged'])
  expect(bob.events('conversationsChanged').flatMap(({ conversations }) => conversations)).toMatchObject([
    { conversationID: id, unreadCount: 2, recvMsgOpt: 0, latestMsg: { textElem: { content: 'hello' } } },
    { conversationID: 'sg_g', unreadCount: 1 }
  ])
  expect(await bob.texts(id)).toEqual(['before', 'hello'])
  expect(await bob.call('getTotalUnread', {})).toBe(0)

  bob.quiet()
  await bob.say({ recvID: 'ann' }, 'me')
  expect(bob.kinds()).toEqual(['newMessages', 'conversationsChanged'])
  expect(bob.events('newMessages')[0]).toMatchObject({ ownSend: true })
})

test('it stays so after he was away, until he wants to receive again: then all of it counts', async () => {
  rig = await startRig()
  const [ann, cat, first] = await rig.people('ann', 'cat', 'dan')
  await ann.say({ recvID: 'dan' }, 'one')
  await first.call('setGlobalRecvMessageOpt', { opt: 1 })
  await first.leave()
  const dan = await rig.open('dan')
  await ann.say({ recvID: 'dan' }, 'two')
  await cat.say({ recvID: 'dan' }, 'three')
  expect(dan.kinds()).toEqual(['conversationsChanged', 'newConversations', 'conversationsChanged'])
  dan.core.detach(dan.device)
  await ann.say({ recvID: 'dan' }, 'four')
  const missed = await dan.core.attach(dan.device)
  expect(missed.map(({ kind }) => kind)).toEqual(['conversationsChanged', 'totalUnread'])

  dan.quiet()
  await dan.call('setGlobalRecvMessageOpt', { opt: 0 })
  expect(dan.kinds()).toEqual(['selfInfo', 'totalUnread'])
  expect(dan.events('totalUnread')).toMatchObject([{ count: 4 }])
  dan.quiet()
  await ann.say({ recvID: 'dan' }, 'five')
  expect(dan.kinds()).toEqual(['newMessages', 'conversationsChanged', 'totalUnread'])
})

test('who wants no notifications is told of messages as anybody is: not to show them is for his client', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await bob.call('setSelf', { globalRecvMsgOpt: 2 })
  expect(bob.kinds()).toEqual(['selfInfo'])
  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'hello')
  expect(bob.kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
})

test('choices that are made at the same time leave memory as the rows are', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await Promise.all([1, 0, 1, 2, 1, 0].map(opt => bob.call('setGlobalRecvMessageOpt', { opt })))
  const { globalRecvMsgOpt } = await bob.call('getSelf', {})
  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'hello')
  expect(bob.kinds().includes('newMessages')).toBe(globalRecvMsgOpt !== 1)
})
