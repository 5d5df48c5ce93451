import { afterEach, expect, test } from 'vitest'
import type { RevokedInfo } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { startRig, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

const revoke = (person: Person, clientMsgID: string, conversationID = id): Promise<void> =>
  person.call('revokeMessage', { conversationID, clientMsgID })

test('a revoked message becomes a notification in its place, for both sides', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'before')
  const sent = await ann.say({ recvID: 'bob' }, 'a mistake')
  await rig.clock.advance(5_000)
  ann.quiet()
  bob.quiet()
  await revoke(ann, sent.clientMsgID)

  const info: RevokedInfo = {
    revokerID: 'ann',
    revokerRole: 0,
    clientMsgID: sent.clientMsgID,
    revokerNickname: 'N-ann',
    revokeTime: rig.clock.now(),
    sourceMessageSendTime: sent.sendTime,
    sourceMessageSendID: 'ann',
    sourceMessageSenderNickname: 'N-ann',
    sessionType: 1,
    seq: 2,
    ex: '',
    isAdminRevoke: false
  }
  expect(bob.heard.map(({ event }) => event.kind)).toEqual(['messageRevoked', 'conversationsChanged'])
  expect(bob.events('messageRevoked')).toEqual([{ kind: 'messageRevoked', info }])
  expect(ann.heard.map(({ event, options }) => [event.kind, options])).toEqual([
    ['messageRevoked', { cause: ann.device }],
    ['conversationsChanged', { cause: ann.device }]
  ])
  for (const person of [ann, bob]) {
    expect(await person.texts(id)).toEqual(['before', '#2101'])
    const { latestMsg } = await person.conversation(id)
    expect(latestMsg).toMatchObject({ contentType: 2101, seq: 2, sendTime: sent.sendTime, sendID: 'ann' })
    expect(latestMsg).not.toHaveProperty('textElem')
    expect(JSON.parse(latestMsg?.notificationElem?.detail ?? '')).toEqual(info)
    expect(JSON.stringify(await person.call('getHistory', { conversationID: id, count: 9 }))).not.toContain(
      'a mistake'
    )
  }
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 2 })
})

test('revoking an older message leaves the conversations as they are', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'old')
  await ann.say({ recvID: 'bob' }, 'new')
  bob.quiet()
  await revoke(ann, sent.clientMsgID, '')
  expect(bob.kinds()).toEqual(['messageRevoked'])
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: { textElem: { content: 'new' } } })
})

test('who sees an older message as the latest, because he deleted the newest, hears when that is revoked', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const older = await ann.say({ recvID: 'bob' }, 'older')
  const newest = await ann.say({ recvID: 'bob' }, 'newest')
  await bob.call('deleteMessage', { conversationID: id, clientMsgID: newest.clientMsgID })
  ann.quiet()
  bob.quiet()
  await revoke(ann, older.clientMsgID)
  expect(bob.kinds()).toEqual(['messageRevoked', 'conversationsChanged'])
  expect(ann.kinds()).toEqual(['messageRevoked'])
  expect(await bob.conversation(id)).toMatchObject({ latestMsg: { contentType: 2101 } })
})

test('nobody revokes twice, what another has sent, what is not there, or a line of the system', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'x')
  await expect(revoke(bob, sent.clientMsgID)).rejects.toMatchObject({ code: 'noPermission' })
  await expect(revoke(ann, 'unknown')).rejects.toMatchObject({ code: 'recordNotFound' })
  await revoke(ann, sent.clientMsgID)
  await expect(revoke(ann, sent.clientMsgID)).rejects.toMatchObject({ code: 'alreadyRevoked' })
  await ann.call('setConversationPrivateChat', { conversationID: id, isPrivate: true })
  const notice = (await ann.call('getHistory', { conversationID: id, count: 1 })).messageList[0]
  await expect(revoke(ann, notice?.clientMsgID ?? '')).rejects.toMatchObject({ code: 'noPermission' })
  const local = await ann.call('insertMessage', {
    message: { contentType: 101, textElem: { content: 'x' } },
    recvID: 'bob',
    sendID: 'ann'
  })
  await expect(revoke(ann, local.clientMsgID)).rejects.toMatchObject({ code: 'recordNotFound' })
})

test('revoking the same message from two devices at once succeeds once', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const sent = await ann.say({ recvID: 'bob' }, 'x')
  const outcomes = await Promise.allSettled([revoke(ann, sent.clientMsgID), revoke(ann, sent.clientMsgID)])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(bob.events('messageRevoked')).toHaveLength(1)
})

test('after the time that the settings allow a sender can take nothing back', async () => {
  rig = await startRig({ settings: { revokeWithinS: 120 } })
  const [ann] = await rig.people('ann', 'bob')
  const early = await ann.say({ recvID: 'bob' }, 'early')
  const late = await ann.say({ recvID: 'bob' }, 'late')
  await rig.clock.advance(120_000)
  await revoke(ann, early.clientMsgID)
  await rig.clock.advance(1)
  await expect(revoke(ann, late.clientMsgID)).rejects.toMatchObject({ code: 'noPermission' })
})

test('in a group those of higher rank revoke what others sent, those of the same rank do not', async () => {
  rig = await startRig({ settings: { revokeWithinS: 1 } })
  const [ann, bob, cat, dan] = await rig.people('ann', 'bob', 'cat', 'dan')
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['dan'],
    adminUserIDs: ['bob', 'cat']
  })
  const conversationID = `sg_${groupID}`
  const idOf = async (person: Person): Promise<string> => (await person.say({ groupID }, 'x')).clientMsgID
  await expect(revoke(dan, await idOf(ann), conversationID)).rejects.toMatchObject({ code: 'noPermission' })
  await expect(revoke(bob, await idOf(cat), conversationID)).rejects.toMatchObject({ code: 'noPermission' })
  await expect(revoke(bob, await idOf(ann), conversationID)).rejects.toMatchObject({ code: 'noPermission' })
  const late = await idOf(bob)
  await rig.clock.advance(10_000)
  await revoke(bob, late, conversationID)
  dan.quiet()
  const said = await idOf(dan)
  await revoke(bob, said, conversationID)
  expect(dan.events('messageRevoked').map(({ info }) => info)).toMatchObject([
    { revokerID: 'bob', revokerRole: 60, sourceMessageSendID: 'dan', isAdminRevoke: true, sessionType: 3 }
  ])
  const kept = await idOf(dan)
  await dan.call('quitGroup', { groupID })
  await expect(revoke(dan, kept, conversationID)).rejects.toMatchObject({ code: 'notInGroup' })
})
