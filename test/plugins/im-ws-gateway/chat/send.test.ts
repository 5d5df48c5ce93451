import { afterEach, expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof ImError ? error.code : String(error))
  )

const send = (person: Person, message: object, to: object = { recvID: 'bob' }): Promise<unknown> =>
  person.call('sendMessage', { message, ...to })

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

  bob.quiet()
  await ann.say({ recvID: 'bob' }, 'again')
  expect(bob.kinds()).toEqual(['newMessages', 'conversationsChanged', 'totalUnread'])
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

test('messages to somebody whose core is not open wait for him', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann')
  await rig.cores.backOffice.registerUser({ userID: 'bob' })
  await ann.say({ recvID: 'bob' }, 'one')
  await ann.say({ recvID: 'bob' }, 'two')
  const bob = await rig.open('bob')
  expect(await bob.texts('si_ann_bob')).toEqual(['one', 'two'])
  expect(await bob.conversation('si_ann_bob')).toMatchObject({
    unreadCount: 2,
    latestMsg: { textElem: { content: 'two' } }
  })
  expect(await bob.call('getTotalUnread', {})).toBe(2)
})

test('messages sent in one turn of the event loop are one event each for messages and conversations', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const texts = ['one', 'two', 'three']
  const sent = await Promise.all(texts.map(text => ann.say({ recvID: 'bob' }, text)))
  expect(sent.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(bob.kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
  expect(bob.events('newMessages')[0]?.messages).toEqual(sent)
})

test('who writes to himself has a conversation with himself, in which nothing is unread', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann')
  await ann.say({ recvID: 'ann' }, 'a note')
  expect(await ann.texts('si_ann_ann')).toEqual(['a note'])
  expect(await ann.conversation('si_ann_ann')).toMatchObject({ unreadCount: 0, showName: 'N-ann' })
})

test('nobody can be written to who does not exist, who has blocked the sender, or without a recipient', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'hi' })
  expect(await code(send(ann, message, {}))).toBe('noRecipient')
  expect(await code(send(ann, message, { recvID: 'nobody' }))).toBe('userNotFound')
  await bob.call('addBlack', { userID: 'ann' })
  expect(await code(send(ann, message))).toBe('blocked')
  expect(await bob.call('getAllConversations', {})).toEqual([])
})

test('what cannot be sent is refused and leaves nothing behind', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const text = (content: unknown, more: object = {}) => ({ contentType: 101, textElem: { content }, ...more })
  const refused: [object, string][] = [
    [{ contentType: 1501, notificationElem: { detail: '{}' } }, 'contentType'],
    [{ contentType: 111 }, 'contentType'],
    [{}, 'contentType'],
    [{ contentType: 101 }, 'badArguments'],
    [text(5), 'badArguments'],
    [text('x', { clientMsgID: 'a'.repeat(161) }), 'badArguments'],
    [text('x', { clientMsgID: 'a\0b' }), 'badArguments'],
    [text('x', { clientMsgID: '\uD800' }), 'badArguments'],
    [text('x', { ex: {} }), 'badArguments'],
    [text('x'.repeat(300_000)), 'tooLarge'],
    [{ contentType: 106, atTextElem: { text: 'x', atUserList: [5] } }, 'badArguments'],
    [{ contentType: 109, locationElem: { longitude: 'x' } }, 'badArguments'],
    [{ contentType: 107, mergeElem: { multiMessage: Array.from({ length: 1_001 }, () => ({})) } }, 'tooLarge']
  ]
  for (const [message, reason] of refused)
    expect([message, await code(send(ann, message))]).toEqual([message, reason])
  expect(await bob.call('getAllConversations', {})).toEqual([])
  expect(bob.heard).toEqual([])
})

test('every kind of message that clients make arrives as it was made', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const quoted = await ann.call('createText', { text: 'quoted' })
  const info = { uuid: 'u', sourceUrl: 'http://x', nested: { more: [1, 2] } }
  const made = await Promise.all([
    ann.call('createText', { text: 'hi “ \u0000 \uD800 😀' }),
    ann.call('createTextAt', { text: '@bob', atUserIDList: ['bob'] }),
    ann.call('createImage', { sourcePicture: info }),
    ann.call('createSound', { info }),
    ann.call('createVideo', { info }),
    ann.call('createFile', { info: { ...info, fileName: 'a.txt' } }),
    ann.call('createMerger', { messageList: [quoted], title: 't', summaryList: ['a'] }),
    ann.call('createLocation', { longitude: 1.5, latitude: -2.5, description: 'd' }),
    ann.call('createCard', { card: { userID: 'x', nickname: 'n' } }),
    ann.call('createFace', { index: 3, data: 'd' }),
    ann.call('createCustom', { data: 'd', extension: 'e', description: 'f' }),
    ann.call('createQuote', { text: 'q', message: quoted }),
    ann.call('createAdvancedText', { text: 't', messageEntityList: [{ type: 'b', offset: 0, length: 1 }] }),
    ann.call('createForward', { message: quoted })
  ])
  for (const message of made) await send(ann, message)
  const { messageList } = await bob.call('getHistory', { conversationID: 'si_ann_bob', count: 50 })
  for (const [index, message] of made.entries()) {
    const { atTextElem } = message
    expect(messageList[index]).toEqual({
      ...message,
      ...(atTextElem && { atTextElem: { ...atTextElem, isAtSelf: true } }),
      seq: index + 1,
      status: 2,
      recvID: 'bob',
      sessionType: 1,
      sendTime: rig.clock.now(),
      serverMsgID: messageList[index]?.serverMsgID,
      offlinePush: { title: '', desc: '', ex: '', iOSPushSound: '', iOSBadgeCount: false }
    })
  }
  expect(new Set(made.map(({ clientMsgID }) => clientMsgID)).size).toBe(made.length)
  expect(made.every(({ clientMsgID }) => /^[0-9a-f]{32}$/.test(clientMsgID))).toBe(true)
})

test('a quote of a quote is one of its text, so that messages do not grow with every reply', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann')
  const first = await ann.call('createText', { text: 'first' })
  const second = await ann.call('createQuote', { text: 'second', message: first })
  const third = await ann.call('createQuote', { text: 'third', message: second })
  expect(third.quoteElem?.quoteMessage).toMatchObject({ contentType: 101, textElem: { content: 'second' } })
  expect(third.quoteElem?.quoteMessage).not.toHaveProperty('quoteElem')
})

test('a clientMsgID counts once; what was answered on this connection is refused', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'once' })
  await send(ann, message)
  expect(await code(send(ann, message))).toBe('messageRepeated')
  expect(await bob.texts('si_ann_bob')).toEqual(['once'])
})

test('who comes back with the same message, because its answer was lost, gets the answer', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'once' })
  const sent = await send(ann, message)
  bob.quiet()
  const another = { platformID: 5 }
  expect(await ann.call('sendMessage', { message, recvID: 'bob' }, another)).toEqual(sent)
  const changed = { ...message, textElem: { content: 'twice' } }
  expect(await code(ann.call('sendMessage', { message: changed, recvID: 'bob' }, { platformID: 5 }))).toBe(
    'messageRepeated'
  )
  expect(bob.heard).toEqual([])
  expect(await bob.texts('si_ann_bob')).toEqual(['once'])
})

test('the same message sent twice at once is kept once', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'once' })
  const outcomes = await Promise.all([
    code(ann.call('sendMessage', { message, recvID: 'bob' }, { platformID: 5 })),
    code(ann.call('sendMessage', { message, recvID: 'bob' }, { platformID: 5 })),
    code(ann.call('sendMessage', { message: { ...message, ex: 'other' }, recvID: 'bob' }, { platformID: 5 }))
  ])
  expect(outcomes).toEqual(['nothing was refused', 'nothing was refused', 'messageRepeated'])
  expect(await bob.texts('si_ann_bob')).toEqual(['once'])
})

test('two users may use the same clientMsgID', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'mine' })
  await send(ann, message)
  await send(bob, { ...message, textElem: { content: 'mine too' } }, { recvID: 'ann' })
  expect(await bob.texts('si_ann_bob')).toEqual(['mine', 'mine too'])
})

test('nobody can say who he is, when it was, or where it stands', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'x' })
  const lies = {
    sendID: 'eve',
    senderNickname: 'Eve',
    seq: 99,
    sendTime: 5,
    msgFrom: 200,
    sessionType: 3,
    groupID: 'g'
  }
  expect(await send(ann, { ...message, ...lies })).toMatchObject({
    sendID: 'ann',
    senderNickname: 'N-ann',
    seq: 1,
    sendTime: rig.clock.now(),
    msgFrom: 100,
    sessionType: 1,
    groupID: ''
  })
})

test('a message for those who are online is delivered, and nothing of it is kept', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'now' })
  const sent = await ann.call('sendMessage', { message, recvID: 'bob', isOnlineOnly: true })
  expect(sent).toMatchObject({ status: 2, seq: 0 })
  expect(bob.heard.map(({ event }) => event)).toEqual([{ kind: 'newMessages', messages: [sent] }])
  expect(ann.heard).toEqual([])
  expect(await bob.call('getAllConversations', {})).toEqual([])
})

test('typing reaches the other side of a single chat, and groups do not take it', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.call('typing', { recvID: 'bob', msgTip: 'yes' })
  expect(bob.events('newMessages')[0]?.messages).toMatchObject([
    { contentType: 113, sendID: 'ann', typingElem: { msgTips: 'yes' } }
  ])
  const group = await ann.call('createGroup', { groupInfo: { groupName: 'G' }, memberUserIDs: ['bob'] })
  const message = { contentType: 113, typingElem: { msgTips: 'yes' } }
  expect(await code(send(ann, message, { groupID: group.groupID }))).toBe('contentType')
})

test('a custom message without a conversation stands in the history and changes nothing else', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'hello')
  bob.quiet()
  await send(ann, { contentType: 119, customElem: { data: 'd' } })
  expect(await bob.texts('si_ann_bob')).toEqual(['hello', '#119'])
  expect(await bob.conversation('si_ann_bob')).toMatchObject({
    unreadCount: 1,
    latestMsg: { textElem: { content: 'hello' } }
  })
})

test('chats whose ids look the same are not the same', async () => {
  rig = await startRig()
  const [a, c, ab, bc] = await rig.people('a', 'c', 'a_b', 'b_c')
  await a.say({ recvID: 'b_c' }, 'from a')
  await ab.say({ recvID: 'c' }, 'from a_b')
  expect(await bc.texts('si_a_b_c')).toEqual(['from a'])
  expect(await c.texts('si_a_b_c')).toEqual(['from a_b'])
})
