import { expect, test } from 'vitest'
import { startNodes } from './rig.ts'

test('users of two nodes talk to each other both ways, in order, and know what was read', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  expect([here, there].map(({ chat }) => chat.nodes().isHost)).toEqual([true, false])
  const [ann, bob] = [await here.person('ann'), await there.person('bob')]
  const texts: string[] = []
  for (let turn = 0; turn < 10; turn++) {
    await ann.say({ recvID: 'bob' }, `ann ${turn}`)
    await bob.say({ recvID: 'ann' }, `bob ${turn}`)
    texts.push(`ann ${turn}`, `bob ${turn}`)
  }
  await rig.until(() => bob.texts().length === 10 && ann.texts().length === 10)
  expect(ann.texts()).toEqual(texts.filter(text => text.startsWith('bob')))
  expect(bob.texts()).toEqual(texts.filter(text => text.startsWith('ann')))
  expect(await ann.history('si_ann_bob')).toEqual(texts)
  expect(await bob.history('si_ann_bob')).toEqual(texts)

  await bob.call('markConversationRead', { conversationID: 'si_ann_bob' })
  await rig.until(() => ann.events('singleReceipts').length > 0)
  expect(await bob.call('getTotalUnread', {})).toBe(0)
  expect(ann.events('singleReceipts').at(-1)?.receipts[0]).toMatchObject({ userID: 'bob' })
})

test('many messages that are sent at the same time come in the order of the history', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  const [ann, bob, cat] = [await here.person('ann'), await there.person('bob'), await there.person('cat')]
  const { groupID } = await bob.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['ann', 'cat']
  })
  await Promise.all(
    Array.from({ length: 60 }, (_, index) => [ann, bob, cat][index % 3]?.say({ groupID }, `${index}`))
  )
  const history = (await cat.history(`sg_${groupID}`)).filter(text => !text.startsWith('#'))
  expect(history).toHaveLength(60)
  const said = (person: typeof ann): string[] => person.texts().filter(text => !text.startsWith('#'))
  await rig.until(() => [ann, bob, cat].every(person => said(person).length === 40))
  for (const [at, person] of [ann, bob, cat].entries())
    expect(said(person)).toEqual(history.filter(text => Number(text) % 3 !== at))
})

test('typing, taking back, presence and calls reach users of the other node', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  const ann = await here.person('ann')
  await here.chat.backOffice.registerUser({ userID: 'bob' })
  await ann.call('subscribeUsersStatus', { userIDList: ['bob'] })
  const bob = await there.person('bob', 2)
  await rig.until(() => ann.events('userStatus').length > 0)
  expect(ann.events('userStatus').map(({ status }) => status)).toEqual([
    { userID: 'bob', status: 1, platformIDs: [2] }
  ])

  await bob.call('typing', { recvID: 'ann', msgTip: 'yes' })
  await rig.until(() => ann.texts().length > 0)
  expect(ann.texts()).toEqual(['#113'])

  const { clientMsgID } = await bob.say({ recvID: 'ann' }, 'oh')
  await bob.call('revokeMessage', { conversationID: 'si_ann_bob', clientMsgID })
  await rig.until(() => ann.events('messageRevoked').length > 0)
  expect(ann.events('messageRevoked')[0]?.info).toMatchObject({ clientMsgID, revokerID: 'bob' })

  const invitation = { inviteeUserIDList: ['ann'], roomID: 'room', mediaType: 'audio' }
  await bob.call('signalInvite', { invitation })
  await rig.until(() => ann.events('newInvitation').length > 0)
  await ann.call('signalAccept', { invitation: { roomID: 'room' } })
  await rig.until(() => bob.events('inviteeAccepted').length > 0)
  expect(bob.events('inviteeAccepted')[0]?.action).toMatchObject({ opUserID: 'ann' })
  await bob.leave()
  await rig.until(() => ann.events('userStatus').length > 1)
  expect(ann.events('userStatus').at(-1)?.status).toMatchObject({ status: 0 })
})

test('the devices of one user on two nodes hear of what the other has said and read', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  const [phone, page] = [await here.person('ann', 2), await there.person('ann', 5)]
  const bob = await there.person('bob')
  await phone.say({ recvID: 'bob' }, 'from the phone')
  await page.say({ recvID: 'bob' }, 'from the page')
  await rig.until(() => bob.texts().length === 2 && page.texts().length === 1 && phone.texts().length === 1)
  expect(page.texts()).toEqual(['from the phone'])
  expect(phone.texts()).toEqual(['from the page'])
  expect(page.events('newMessages')[0]?.ownSend).toBe(true)
  await bob.say({ recvID: 'ann' }, 'hi')
  await rig.until(() => phone.events('totalUnread').some(({ count }) => count === 1))
  await page.call('markConversationRead', { conversationID: 'si_ann_bob' })
  await rig.until(() => phone.events('totalUnread').at(-1)?.count === 0)
})

test('what the chat refuses is refused on every node alike, and so is what only a broken node would say', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await here.person('ann'), await there.person('bob')]
  const outcome = (doing: Promise<unknown>): Promise<unknown> =>
    doing.then(
      () => 'done',
      ({ code, message }: { code: string; message: string }) => ({ code, message })
    )
  for (const person of [ann, bob]) {
    expect(await outcome(person.say({ recvID: 'nobody' }, 'hi'))).toMatchObject({ code: 'userNotFound' })
    expect(await outcome(person.call('quitGroup', { groupID: 'none' }))).toMatchObject({
      code: 'groupNotFound'
    })
  }
  await expect(there.chat.open('nobody', () => {})).rejects.toMatchObject({ code: 'userNotFound' })
  expect(await outcome(bob.call('getHistory', { conversationID: 7 } as never))).toMatchObject({
    code: 'badArguments'
  })
  expect(await here.chat.backOffice.user('bob')).toEqual(await there.chat.backOffice.user('bob'))
  expect(await there.chat.backOffice.user('nobody')).toBeUndefined()
})

test('a user whose last connection leaves one node is still there on the other, and gone when that leaves too', async () => {
  await using rig = await startNodes()
  const [here, there] = [await rig.node(), await rig.node()]
  const ann = await here.person('ann')
  const [phone, page] = [await here.person('bob', 2), await there.person('bob', 5)]
  await ann.call('subscribeUsersStatus', { userIDList: ['bob'] })
  await phone.leave()
  const platforms = (): readonly number[] | undefined => ann.events('userStatus').at(-1)?.status.platformIDs
  await rig.until(() => platforms()?.join() === '5')
  await ann.say({ recvID: 'bob' }, 'still there?')
  await rig.until(() => page.texts().length === 1)
  await page.leave()
  await rig.until(() => platforms()?.length === 0)
  const again = await there.person('bob', 5)
  expect(again.texts()).toEqual([])
})
