import { expect, test } from 'vitest'
import type { FakeClock } from '../../../../src/testing/index.ts'
import { hears, hearsRevoked, read, say, type Said } from './chat.ts'
import type { Client } from './client.ts'
import { declarations, typeOf } from './declared-types.ts'
import { elsewhere, eventTypes } from './event-types.ts'
import { leftOut } from './every-method.ts'
import { misfits } from './fits.ts'
import type { Chat, StartChat } from './gateway.ts'
import { versions } from './packages.ts'
import type { Raw } from './raw-client.ts'

interface Scene {
  readonly gateway: Chat
  readonly me: Client
  /** Another device of `me`, and another page on this one. */
  readonly phone: Raw
  readonly page: Raw
  readonly ann: Raw
  readonly bob: Raw
}

/** After which a call that nobody answers is over. */
const timeoutS = 1

const isV3 = ({ version }: Client): boolean => version === '3.5.2'

async function makeGroup(owner: Raw, ...members: readonly string[]): Promise<string> {
  const group = await owner.ask('CreateGroup', {
    groupBaseInfo: JSON.stringify({ groupType: 2, groupName: 'G' }),
    memberList: JSON.stringify(members.map(userID => ({ userID, roleLevel: 1 })))
  })
  return (group as { readonly groupID: string }).groupID
}

async function befriend({ me, ann, bob }: Scene): Promise<void> {
  await ann.ask('AddFriend', { toUserID: 'me', reqMsg: '' })
  await me.until('OnFriendApplicationAdded')
  await me.ask('acceptFriendApplication', { toUserID: 'ann', handleMsg: '' })
  await me.until('OnFriendAdded')
  await me.ask('setFriendRemark', { toUserID: 'ann', remark: 'Anna' })
  await me.until('OnFriendInfoChanged')
  await me.ask('deleteFriend', 'ann')
  await me.until('OnFriendDeleted')
  await me.ask('addFriend', { toUserID: 'ann', reqMsg: '' })
  await ann.ask('AcceptFriendApplication', { toUserID: 'me', handleMsg: '' })
  await me.until('OnFriendApplicationAccepted')
  await me.ask('addFriend', { toUserID: 'bob', reqMsg: '' })
  await bob.ask('RefuseFriendApplication', { toUserID: 'me', handleMsg: '' })
  await me.until('OnFriendApplicationRejected')
  await me.ask('addBlack', isV3(me) ? { toUserID: 'bob' } : 'bob')
  await me.until('OnBlackAdded')
  await me.ask('removeBlack', 'bob')
  await me.until('OnBlackDeleted')
  await me.ask('setSelfInfo', { userID: 'me', nickname: 'Me' })
  await me.until('OnSelfInfoUpdated')
}

async function meetInGroups({ me, phone, ann, bob }: Scene): Promise<void> {
  const groupID = await makeGroup(ann, 'me')
  await me.until('OnJoinedGroupAdded')
  await ann.ask('InviteUserToGroup', { groupID, reason: '', userIDList: '["bob"]' })
  await me.until('OnGroupMemberAdded')
  await ann.ask('SetGroupInfo', { groupID, groupInfo: '{"groupName":"H"}' })
  await me.until('OnGroupInfoChanged')
  await ann.ask('SetGroupMemberNickname', { groupID, userID: 'ann', GroupMemberNickname: 'A' })
  await me.until('OnGroupMemberInfoChanged')
  const { clientMsgID } = await say(me, { groupID }, 'to the group')
  await ann.ask('MarkGroupMessageAsRead', { groupID, msgIDList: JSON.stringify([clientMsgID]) })
  if (!isV3(me)) await me.until('OnRecvGroupReadReceipt')
  await ann.ask('KickGroupMember', { groupID, reason: '', userIDList: '["bob"]' })
  await me.until('OnGroupMemberDeleted')
  await ann.ask('KickGroupMember', { groupID, reason: '', userIDList: '["me"]' })
  await me.until('OnJoinedGroupDeleted')
  const other = await makeGroup(ann, 'me')
  await ann.ask('DismissGroup', other)
  if (isV3(me)) await me.until('OnGroupDismissed')

  const own = await makeGroup(phone, 'ann')
  for (const [method, event] of [
    ['acceptGroupApplication', 'OnGroupApplicationAccepted'],
    ['refuseGroupApplication', 'OnGroupApplicationRejected']
  ] as const) {
    await bob.ask('JoinGroup', { groupID: own, reqMsg: '' })
    await me.until('OnGroupApplicationAdded')
    await me.ask(method, { groupID: own, fromUserID: 'bob', handleMsg: '' })
    await me.until(event)
    if (event === 'OnGroupApplicationAccepted') await bob.ask('QuitGroup', own)
  }
}

async function talk({ gateway, me, phone, page, ann }: Scene): Promise<void> {
  const created = (await ann.ask('CreateTextMessage', 'hello')) as object
  const message = JSON.stringify(created)
  const sent = (await ann.ask('SendMessage', { recvID: 'me', groupID: '', message })) as Said
  await hears(me, 'hello')
  await me.until('OnNewConversation')
  await me.until('OnTotalUnreadMessageCountChanged')
  await read(me, { userID: 'ann' })
  await ann.ask('NewRevokeMessage', JSON.stringify(sent))
  await hearsRevoked(me, sent.clientMsgID)
  const { clientMsgID } = await say(me, { userID: 'ann' }, 'back')
  await me.until('OnConversationChanged')
  await ann.ask('MarkC2CMessageAsRead', { userID: 'me', msgIDList: JSON.stringify([clientMsgID]) })
  await me.until('OnRecvC2CReadReceipt')
  await phone.ask('SendMessage', {
    recvID: 'ann',
    groupID: '',
    message: JSON.stringify({ ...created, clientMsgID: 'from-the-phone', content: 'from the phone' })
  })
  await hears(me, 'from the phone')
  await page.ask('SendMessage', {
    recvID: 'ann',
    groupID: '',
    message: JSON.stringify({ ...created, clientMsgID: 'from-the-page', content: 'from the page' })
  })
  if (me.version === '2.3.0') await me.until('OnRecvNewMessageFromOtherWeb')
  else await hears(me, 'from the page')
  if (!isV3(me)) return
  const content = { key: 'order', data: '{"paid":true}' }
  await gateway.rest.post('messages', { recvIDs: ['me'], contentType: 2001, content })
  await me.until('OnRecvCustomBusinessMessage', (data: object) => 'key' in data)
  await me.ask('subscribeUsersStatus', ['eve'])
  await gateway.raw({ userID: 'eve', dialect: '2.0' })
  await me.until('OnUserStatusChanged')
}

async function call({ me, phone, ann }: Scene, clock: FakeClock | undefined): Promise<void> {
  const invite = (inviterUserID: string, invitee: string, roomID: string): object => ({
    inviterUserID,
    inviteeUserIDList: [invitee],
    groupID: '',
    roomID,
    timeout: timeoutS,
    mediaType: 'audio',
    sessionType: 1,
    platformID: 5
  })
  const action = (opUserID: string, inviter: string, invitee: string, roomID: string): object => {
    return { opUserID, invitation: invite(inviter, invitee, roomID) }
  }
  await ann.ask('SignalingInvite', { invitation: invite('ann', 'me', '1') })
  await me.until('OnReceiveNewInvitation')
  await ann.ask('SignalingCancel', action('ann', 'ann', 'me', '1'))
  await me.until('OnInvitationCancelled')
  if (isV3(me)) return
  await ann.ask('SignalingInvite', { invitation: invite('ann', 'me', '2') })
  await phone.ask('SignalingAccept', action('me', 'ann', 'me', '2'))
  await me.until('OnInviteeAcceptedByOtherDevice')
  await ann.ask('SignalingHungUp', action('ann', 'ann', 'me', '2'))
  if (me.version === '2.3.0') await me.until('OnHangUp')
  await ann.ask('SignalingInvite', { invitation: invite('ann', 'me', '3') })
  await phone.ask('SignalingReject', action('me', 'ann', 'me', '3'))
  await me.until('OnInviteeRejectedByOtherDevice')
  await me.ask('signalingInvite', invite('me', 'ann', '4'))
  await ann.ask('SignalingReject', action('ann', 'me', 'ann', '4'))
  await me.until('OnInviteeRejected')
  await me.ask('signalingInvite', invite('me', 'ann', '5'))
  await ann.ask('SignalingAccept', action('ann', 'me', 'ann', '5'))
  await me.until('OnInviteeAccepted')
  await ann.ask('SignalingHungUp', action('ann', 'me', 'ann', '5'))
  await me.ask('signalingInvite', invite('me', 'ann', '6'))
  await me.ask('getLoginStatus')
  await clock?.advance((timeoutS + 1) * 1_000)
  await me.until('OnInvitationTimeout')
}

/**
 * Every event that the clients know.
 * @param clock of the gateway; without one its time passes by itself
 */
export function everyEventSuite(startChat: StartChat, clock?: FakeClock): void {
  test.each(versions)(
    '%s is told of everything that it knows of, in the types that it declares',
    async version => {
      await using gateway = await startChat({ config: { policy: 'share' } })
      const me = await gateway.online({ version, userID: 'me' })
      const open = (userID: string, platformID = 5): Promise<Raw> => {
        return gateway.raw({ userID, platformID, dialect: '2.3' })
      }
      const [phone, page] = [await open('me', 2), await open('me')]
      const [ann, bob] = [await open('ann'), await open('bob')]
      const scene = { gateway, me, phone, page, ann, bob }
      await befriend(scene)
      await meetInGroups(scene)
      await talk(scene)
      await call(scene, clock)

      const types = eventTypes[version]
      const options = { types: declarations(version), ...leftOut[version] }
      const wrong = me.events.flatMap(({ name, errCode, data }) => {
        const type = types[name]
        if (type === undefined || errCode !== 0) return [`${name} was not expected, with ${errCode}`]
        if (type === '=') return data === '' ? [] : [`${name} brings something`]
        return misfits(data, typeOf(type), options).map(problem => `${name}${problem}`)
      })
      expect(wrong).toEqual([])
      expect(me.failures).toEqual([])
      const told = new Set(me.events.map(({ name }) => name))
      expect(Object.keys(types).filter(name => !told.has(name))).toEqual([])
      const known = Object.values(me.cbEvents).filter(name => !told.has(name) && !elsewhere.includes(name))
      expect(known).toEqual([])
    }
  )
}
