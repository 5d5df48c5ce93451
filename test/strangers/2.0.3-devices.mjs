// One user on two platforms: what js_v2/sdk_integrate/*.md say of an event holds for each client that is logged in as the user. That a
// message of one's own arrives on the other device: the newMsgHandler of OpenIM's own demo, github.com/OpenIMSDK/Open-IM-PC-Web-Demo,
// src/pages/home/Cve/cve.tsx.
import { App, enter, leave } from './2.0.3-app.mjs'
import { has, same } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

export async function devices(api) {
  const [amy, bob] = await enter(api, 'amy', 'bob')
  const phone = new App(api, amy.userID)
  await phone.login({ platformID: 2 })
  await messagesOf(amy, phone, bob)
  await settingsOf(amy, phone, bob)
  await relationsOf(amy, phone, bob)
  await leave(phone)
  const status = Number(await amy.call('getLoginStatus'))
  same('the logout of one device leaves the other logged in', status, 101)
  await leave(amy, bob)
}

async function messagesOf(amy, phone, bob) {
  const got = await bob.say(amy.userID, 'to both devices')
  const matches = message => data => data?.clientMsgID === message?.clientMsgID
  await amy.sees('one device gets OnRecvNewMessage', CbEvents.ONRECVNEWMESSAGE, matches(got))
  await phone.sees('the other device gets OnRecvNewMessage', CbEvents.ONRECVNEWMESSAGE, matches(got))
  const own = await amy.say(bob.userID, 'from the first device')
  const there = await phone.sees(
    'a message that one device sends arrives on the other',
    CbEvents.ONRECVNEWMESSAGE,
    matches(own)
  )
  has('as one of the user', there, { sendID: amy.userID, recvID: bob.userID })
  has('the history of the other has it', (await phone.history(bob.userID)).at(-1), {
    clientMsgID: own?.clientMsgID
  })
  const last = await bob.say(amy.userID, 'read me on one device')
  await phone.event(CbEvents.ONRECVNEWMESSAGE, matches(last))
  const from = phone.mark
  await amy.settle('markC2CMessageAsRead', { userID: bob.userID, msgIDList: [] })
  await phone.sees(
    'what is read on one device is told to the other by OnTotalUnreadMessageCountChanged',
    CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
    data => Number(data) === 0,
    from
  )
  same('the total is 0 on the other', await phone.unread(), 0)
  await amy.settle('revokeMessage', JSON.stringify(own))
  await phone.sees(
    'what one device revokes is told to the other by OnRecvMessageRevoked',
    CbEvents.ONRECVMESSAGEREVOKED,
    data => data === own?.clientMsgID
  )
}

async function settingsOf(amy, phone, bob) {
  await amy.settle('setSelfInfo', { userID: amy.userID, nickname: 'amelia' })
  await phone.sees(
    'setSelfInfo on one device is told to the other by OnSelfInfoUpdated',
    CbEvents.ONSELFINFOUPDATED,
    data => data?.nickname === 'amelia'
  )
  await amy.settle('pinConversation', { conversationID: `single_${bob.userID}`, isPinned: true })
  await phone.sees(
    'pinConversation on one device is told to the other by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    data => Array.isArray(data) && data.some(item => item.userID === bob.userID && item.isPinned)
  )
}

async function relationsOf(amy, phone, bob) {
  await bob.settle('addFriend', { toUserID: amy.userID, reqMsg: 'hello' })
  await phone.sees(
    'a friend request is told to both devices',
    CbEvents.ONFRIENDAPPLICATIONADDED,
    data => data?.fromUserID === bob.userID
  )
  await amy.settle('acceptFriendApplication', { toUserID: bob.userID, handleMsg: 'yes' })
  const isBob = data => data?.userID === bob.userID
  await phone.sees('OnFriendAdded comes on both devices', CbEvents.ONFRIENDADDED, isBob)
  await amy.settle('addBlack', bob.userID)
  await phone.sees('OnBlackAdded comes on both devices', CbEvents.ONBLACKADDED, isBob)
  await amy.settle('removeBlack', bob.userID)
  const { data } = await amy.settle('createGroup', {
    groupBaseInfo: { groupType: 0, groupName: 'alone' },
    memberList: []
  })
  const { groupID } = JSON.parse(data)
  await phone.sees(
    'a group without further members can be created, and OnJoinedGroupAdded comes on both devices',
    CbEvents.ONJOINEDGROUPADDED,
    item => item?.groupID === groupID && item.memberCount === 1
  )
}
