import { afterEach, expect, test } from 'vitest'
import { startRig, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

test('what the system says stands in a notification conversation, and counts', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const sent = await rig.cores.backOffice.send({
    recvIDs: ['ann', 'bob', 'ann'],
    contentType: 1400,
    content: { detail: '{"text":"hello"}' }
  })
  expect(sent.map(({ recvID }) => recvID)).toEqual(['ann', 'bob'])
  expect(ann.kinds()).toEqual(['newMessages', 'newConversations', 'conversationsChanged', 'totalUnread'])
  expect(await ann.call('getAllConversations', {})).toMatchObject([
    {
      conversationID: 'sn_system_ann',
      conversationType: 4,
      userID: 'system',
      unreadCount: 1,
      latestMsg: { contentType: 1400, msgFrom: 200, sessionType: 4, clientMsgID: sent[0]?.clientMsgID }
    }
  ])
  await ann.call('markConversationRead', { conversationID: 'sn_system_ann' })
  expect(await ann.call('getTotalUnread', {})).toBe(0)
  expect(await ann.call('getOneConversation', { sourceID: 'system', sessionType: 4 })).toMatchObject({
    conversationID: 'sn_system_ann'
  })
})

test('a back end writes as any user: the user sees it as his own', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await rig.cores.backOffice.send({
    sendID: 'ann',
    recvIDs: ['bob'],
    contentType: 101,
    content: { content: 'hi' }
  })
  expect(await bob.texts('si_ann_bob')).toEqual(['hi'])
  expect(await bob.conversation('si_ann_bob')).toMatchObject({ unreadCount: 1 })
  expect(ann.events('newMessages')).toMatchObject([
    { ownSend: true, messages: [{ senderNickname: 'N-ann' }] }
  ])
  expect(await ann.conversation('si_ann_bob')).toMatchObject({ unreadCount: 0 })
})

test('the system speaks in groups', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const { groupID } = await rig.cores.backOffice.importGroup({
    groupName: 'G',
    ownerUserID: 'ann',
    memberUserIDs: ['bob']
  })
  await rig.cores.backOffice.send({ groupID, contentType: 101, content: { content: 'hi' } })
  expect(await ann.conversation(`sg_${groupID}`)).toMatchObject({
    unreadCount: 1,
    latestMsg: { sendID: 'system', msgFrom: 200, textElem: { content: 'hi' } }
  })
})

test('what cannot be sent is refused as a whole', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann')
  const { backOffice } = rig.cores
  const text = { contentType: 101, content: { content: 'x' } }
  const refused = [
    [{ ...text, recvIDs: ['ann', 'nobody'] }, 'userNotFound'],
    [{ ...text, sendID: 'nobody', recvIDs: ['ann'] }, 'userNotFound'],
    [{ ...text, groupID: 'none' }, 'groupNotFound'],
    [{ ...text, recvIDs: [] }, 'noRecipient'],
    [{ ...text, recvIDs: ['ann'], contentType: 113 }, 'contentType'],
    [{ ...text, recvIDs: ['ann'], contentType: 5 }, 'contentType'],
    [{ ...text, recvIDs: ['ann'], content: { content: 5 } }, 'badArguments'],
    [{ ...text, recvIDs: ['ann'], content: { content: 'x'.repeat(300_000) } }, 'tooLarge']
  ] as const
  for (const [message, code] of refused)
    await expect(backOffice.send(message)).rejects.toMatchObject({ code })
  expect(await ann.call('getAllConversations', {})).toEqual([])
})

test('what an application says to itself reaches those who are online, and nothing of it is kept', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const content = { key: 'k', data: '{"a":1}' }
  const sent = await rig.cores.backOffice.send({ recvIDs: ['ann'], contentType: 2001, content })
  expect(sent).toMatchObject([{ recvID: 'ann' }])
  const event = { kind: 'customBusiness', ...content }
  expect(ann.heard.map(heard => heard.event)).toEqual([event])
  expect(bob.heard).toEqual([])
  expect(await ann.call('getAllConversations', {})).toEqual([])
  await expect(
    rig.cores.backOffice.send({ recvIDs: ['ann'], contentType: 2001, content: { key: 5 } })
  ).rejects.toMatchObject({ code: 'badArguments' })
})
