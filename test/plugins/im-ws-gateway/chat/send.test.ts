import { afterEach, expect, test } from 'vitest'
import { startRig, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

test('a message reaches the other side, in the order of events that interfaces rely on', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'hello')

  expect(sent).toMatchObject({
    status: 2,
    seq: 1,
    sendID: 'ann',
    recvID: 'bob',
    sessionType: 1,
    msgFrom: 100
  })
  expect(sent.serverMsgID).toMatch(/^[0-9a-f]{32}$/)
  expect(bob.kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
  expect(bob.events('newMessages')[0]?.messages).toEqual([sent])
  expect(bob.events('totalUnread')).toEqual([{ kind: 'totalUnread', count: 1 }])
  expect(bob.events('newConversations')[0]?.conversations).toMatchObject([
    { conversationID: 'si_ann_bob', userID: 'ann', showName: 'N-ann', unreadCount: 1, latestMsg: sent }
  ])
})

test('a sender hears of his conversation after the answer, and his other devices hear of the message', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'hello')
  expect(ann.heard.map(({ event, options }) => [event.kind, options])).toEqual([
    ['newMessages', { except: ann.device }],
    ['newConversations', { cause: ann.device }],
    ['conversationsChanged', { cause: ann.device }]
  ])
  expect(ann.events('newMessages')).toEqual([{ kind: 'newMessages', messages: [sent], ownSend: true }])
})

test('both sides find the conversation in their lists and the message in its history', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'one')
  await bob.say({ recvID: 'ann' }, 'two')
  for (const person of [ann, bob]) {
    expect(await person.texts('si_ann_bob')).toEqual(['one', 'two'])
    const [conversation] = await person.call('getAllConversations', {})
    expect(conversation).toMatchObject({
      conversationID: 'si_ann_bob',
      latestMsg: { textElem: { content: 'two' } }
    })
  }
})
