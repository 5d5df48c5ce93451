import { afterEach, expect, test } from 'vitest'
import { operations } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import type { CoreEvent, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { startRig, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const device: Device = { platformID: 5 }

test('a user who does not exist has no core, unless an OpenIM server has let him in', async () => {
  rig = await startRig()
  await expect(rig.cores.open('ann', () => {})).rejects.toMatchObject({ code: 'userNotFound' })
  expect(rig.cores.status().users).toBe(0)
  await rig.close()
  rig = await startRig({ settings: { tokenCheck: 'openim' } })
  const core = await rig.cores.open('ann', () => {})
  expect(await core.operations.getSelf({}, device)).toMatchObject({ userID: 'ann' })
})

test('every operation is there, also when it is taken from the core first', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann')
  expect(
    Object.keys(operations).filter(name => typeof ann.core.operations[name as never] !== 'function')
  ).toEqual([])
  const { getSelf } = ann.core.operations
  expect(await getSelf({}, device)).toMatchObject({ userID: 'ann' })
})

test('a core that is closed has delivered all it will, and everything under way is kept', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const message = await ann.call('createText', { text: 'last words' })
  const sending = ann.call('sendMessage', { message, recvID: 'bob' })
  await ann.core.close()
  const heard = ann.heard.length
  await expect(sending).resolves.toMatchObject({ seq: 1 })
  expect(ann.heard).toHaveLength(heard)
  expect(await (await rig.open('ann')).texts('si_ann_bob')).toEqual(['last words'])
})

test('a core that is asked for while the one before is closing opens after it', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const sending = ann.say({ recvID: 'bob' }, 'hi')
  const closing = ann.core.close()
  const again = await rig.open('ann')
  await Promise.all([sending, closing])
  expect(await again.texts('si_ann_bob')).toEqual(['hi'])
  await expect(rig.open('ann')).rejects.toThrow('open already')
})

test('memory is given back when cores close', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  await ann.say({ recvID: 'bob' }, 'hi')
  expect(rig.cores.status()).toEqual({ users: 2, threads: 1, waiting: 0 })
  await ann.leave()
  expect(rig.cores.status()).toMatchObject({ users: 1, threads: 1 })
  await bob.leave()
  expect(rig.cores.status()).toMatchObject({ users: 0, threads: 0 })
})

test('watchers hear of devices that come and go', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  expect(await ann.call('subscribeUsersStatus', { userIDList: ['bob'] })).toMatchObject([
    { userID: 'bob', status: 1, platformIDs: [5] }
  ])
  const phone: Device = { platformID: 2 }
  await bob.core.attach(phone)
  bob.core.detach(phone)
  await bob.leave()
  expect(ann.events('userStatus').map(({ status }) => status.platformIDs)).toEqual([[2, 5], [5], []])
})

test('a call that rings is told to a device that comes', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const invitation = { inviteeUserIDList: ['bob'], mediaType: 'audio', timeout: 30 }
  await ann.call('signalInvite', { invitation })
  expect((await bob.core.attach({ platformID: 2 })).map(({ kind }) => kind)).toEqual(['newInvitation'])
})

test('two devices of a user who came at different times see the same', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const events: CoreEvent[] = []
  await bob.core.attach({ platformID: 2 })
  await ann.say({ recvID: 'bob' }, 'hi')
  events.push(...bob.heard.map(({ event }) => event))
  const [conversation] = await bob.call('getAllConversations', {}, { platformID: 2 })
  expect(events.find(({ kind }) => kind === 'conversationsChanged')).toMatchObject({
    conversations: [conversation]
  })
})
