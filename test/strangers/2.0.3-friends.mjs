// Friends and the blacklist: js_v2/sdk_integrate/friend.md; who gets which event: flutter_v2/sdk_integrate/friend.md; what lists hold
// of blocked users and strangers: js_v2/sdk_integrate/struct.md, client_doc/uni_doc.md (FullUserInfo, CheckFriend, DeleteFriend).
import { enter, leave } from './2.0.3-app.mjs'
import { check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

export async function friends(api) {
  const [amy, bob, cid] = await enter(api, 'amy', 'bob', 'cid')
  await apply(amy, bob)
  await accept(amy, bob)
  await refuse(amy, cid)
  await remark(amy, bob)
  await block(amy, bob)
  await remove(amy, bob)
  await leave(amy, bob, cid)
}

const between = (from, to) => data => data?.fromUserID === from.userID && data.toUserID === to.userID
const of = app => data => data?.userID === app.userID
const named = app => item => (item.friendInfo ?? item.blackInfo ?? item).userID === app.userID

async function apply(amy, bob) {
  same('getFriendList of a new user is empty', (await amy.call('getFriendList')) ?? [], [])
  await amy.call('addFriend', { toUserID: bob.userID, reqMsg: 'it is amy' })
  const added = CbEvents.ONFRIENDAPPLICATIONADDED
  const request = await bob.sees('who is asked gets OnFriendApplicationAdded', added, between(amy, bob))
  typed('OnFriendApplicationAdded carries a FriendApplicationItem', request, 'FriendApplicationItem')
  await amy.sees('who asks gets OnFriendApplicationAdded too', added, between(amy, bob))
  const expected = {
    fromUserID: amy.userID,
    fromNickname: 'amy',
    fromFaceURL: 'https://example.com/amy.png',
    toUserID: bob.userID,
    toNickname: 'bob',
    toFaceURL: 'https://example.com/bob.png',
    reqMsg: 'it is amy'
  }
  const received = await bob.call('getRecvFriendApplicationList')
  typed('getRecvFriendApplicationList gives FriendApplicationItems', received, 'FriendApplicationItem[]')
  has('getRecvFriendApplicationList has the request', received?.find(between(amy, bob)), expected)
  const sent = await amy.call('getSendFriendApplicationList')
  typed('getSendFriendApplicationList gives FriendApplicationItems', sent, 'FriendApplicationItem[]')
  has('getSendFriendApplicationList has the request', sent?.find(between(amy, bob)), expected)
  await amy.seesNot('nobody is a friend before the request is accepted', CbEvents.ONFRIENDADDED)
}

async function accept(amy, bob) {
  await bob.call('acceptFriendApplication', { toUserID: amy.userID, handleMsg: 'welcome' })
  for (const [who, app, friend] of [
    ['who accepts', bob, amy],
    ['who is accepted', amy, bob]
  ]) {
    const accepted = await app.sees(
      `${who} gets OnFriendApplicationAccepted`,
      CbEvents.ONFRIENDAPPLICATIONACCEPTED,
      between(amy, bob)
    )
    has(`${who} gets the answer with it`, accepted, { handleMsg: 'welcome' })
    const item = await app.sees(`${who} gets OnFriendAdded`, CbEvents.ONFRIENDADDED, of(friend))
    typed(`${who} gets a FriendItem with OnFriendAdded`, item, 'FriendItem')
    const list = await app.call('getFriendList')
    typed(`getFriendList of ${who} gives TotalUserStructs`, list, 'TotalUserStruct[]')
    has(`getFriendList of ${who} has the friend`, list?.find(named(friend))?.friendInfo, {
      ownerUserID: app.userID,
      userID: friend.userID,
      remark: ''
    })
    has(`checkFriend of ${who} says 1`, (await app.call('checkFriend', [friend.userID]))?.[0], {
      userID: friend.userID,
      result: 1
    })
  }
  const sent = await amy.call('getSendFriendApplicationList')
  has('the request is told as handled', sent?.find(between(amy, bob)), {
    handleMsg: 'welcome',
    handlerUserID: bob.userID
  })
  const [known] = (await amy.call('getUsersInfo', [bob.userID])) ?? []
  same('getUsersInfo gives friendInfo and publicInfo of a friend', known?.publicInfo?.userID, bob.userID)
  same('getUsersInfo gives friendInfo of a friend', known?.friendInfo?.userID, bob.userID)
}

async function refuse(amy, cid) {
  await amy.call('addFriend', { toUserID: cid.userID, reqMsg: 'amy again' })
  await cid.event(CbEvents.ONFRIENDAPPLICATIONADDED, between(amy, cid))
  await cid.call('refuseFriendApplication', { toUserID: amy.userID, handleMsg: 'no' })
  const rejected = CbEvents.ONFRIENDAPPLICATIONREJECTED
  const told = await amy.sees('who is refused gets OnFriendApplicationRejected', rejected, between(amy, cid))
  typed('OnFriendApplicationRejected carries a FriendApplicationItem', told, 'FriendApplicationItem')
  has('OnFriendApplicationRejected carries the answer', told, { handleMsg: 'no' })
  await cid.sees('who refuses gets OnFriendApplicationRejected too', rejected, between(amy, cid))
  const [result] = (await amy.call('checkFriend', [cid.userID])) ?? []
  typed('checkFriend gives FriendRelationItems', [result], 'FriendRelationItem[]')
  check('checkFriend does not say 1 of a stranger', result && result.result !== 1, 'another than 1', result)
  const list = await amy.call('getDesignatedFriendsInfo', [cid.userID])
  same('getDesignatedFriendsInfo gives nothing of a stranger', list ?? [], [])
}

async function remark(amy, bob) {
  await amy.call('setFriendRemark', { toUserID: bob.userID, remark: 'Bobby' })
  const told = await amy.sees(
    'setFriendRemark is told by OnFriendInfoChanged',
    CbEvents.ONFRIENDINFOCHANGED,
    data => data?.userID === bob.userID && data.remark === 'Bobby'
  )
  typed('OnFriendInfoChanged carries a FriendItem', told, 'FriendItem')
  const [item] = (await amy.call('getDesignatedFriendsInfo', [bob.userID])) ?? []
  typed('getDesignatedFriendsInfo gives the friendInfo of a friend', item?.friendInfo, 'FriendItem')
  has('getDesignatedFriendsInfo has the remark', item?.friendInfo, { remark: 'Bobby', nickname: 'bob' })
  await bob.settle('setSelfInfo', { userID: bob.userID, nickname: 'robert' })
  await amy.sees(
    'a friend who changes the profile is told by OnFriendInfoChanged',
    CbEvents.ONFRIENDINFOCHANGED,
    data => data?.userID === bob.userID && data.nickname === 'robert'
  )
  const list = await amy.call('getFriendList')
  has('getFriendList has the new profile and the old remark', list?.find(named(bob))?.friendInfo, {
    nickname: 'robert',
    remark: 'Bobby'
  })
}

async function block(amy, bob) {
  await amy.call('addBlack', bob.userID)
  const added = await amy.sees('addBlack is told by OnBlackAdded', CbEvents.ONBLACKADDED, of(bob))
  typed('OnBlackAdded carries a BlackItem', added, 'BlackItem')
  const black = await amy.call('getBlackList')
  const item = black?.find(named(bob))
  typed('getBlackList gives the blackInfo', item?.blackInfo ?? item, 'BlackItem')
  has('getBlackList says who blocked whom', item?.blackInfo ?? item, {
    ownerUserID: amy.userID,
    userID: bob.userID
  })
  same('getBlackList gives the friendInfo of a friend too', item?.friendInfo?.userID, bob.userID)
  const list = await amy.call('getFriendList')
  const friend = list?.find(named(bob))
  same('getFriendList still has a friend who is blocked', friend?.friendInfo?.userID, bob.userID)
  same('getFriendList gives the blackInfo of it too', friend?.blackInfo?.userID, bob.userID)
  same('getFriendList gives no publicInfo of it', friend?.publicInfo ?? null, null)
  same('getBlackList gives no publicInfo of it', item?.publicInfo ?? null, null)
  const [designated] = (await amy.call('getDesignatedFriendsInfo', [bob.userID])) ?? []
  check(
    'getDesignatedFriendsInfo gives friendInfo and blackInfo of a blocked friend',
    designated?.friendInfo?.userID === bob.userID && designated.blackInfo?.userID === bob.userID,
    'both',
    designated
  )
  const [relation] = (await amy.call('checkFriend', [bob.userID])) ?? []
  check(
    'checkFriend does not say 1 of a blocked friend',
    relation && relation.result !== 1,
    'not 1',
    relation
  )
  await bob.seesNot('who is blocked is not told', CbEvents.ONBLACKADDED)
  await amy.call('removeBlack', bob.userID)
  const removed = await amy.sees('removeBlack is told by OnBlackDeleted', CbEvents.ONBLACKDELETED, of(bob))
  typed('OnBlackDeleted carries a BlackItem', removed, 'BlackItem')
  same('getBlackList is empty again', (await amy.call('getBlackList')) ?? [], [])
  has('checkFriend says 1 again', (await amy.call('checkFriend', [bob.userID]))?.[0], { result: 1 })
}

async function remove(amy, bob) {
  await amy.call('deleteFriend', bob.userID)
  const deleted = await amy.sees('deleteFriend is told by OnFriendDeleted', CbEvents.ONFRIENDDELETED, of(bob))
  typed('OnFriendDeleted carries a FriendItem', deleted, 'FriendItem')
  const list = (await amy.call('getFriendList')) ?? []
  same('getFriendList no longer has the friend', list.find(named(bob)), undefined)
  await bob.seesNot('the other is not told', CbEvents.ONFRIENDDELETED)
  const others = (await bob.call('getFriendList')) ?? []
  check(
    'the other keeps the friend',
    others.some(named(amy)),
    amy.userID,
    others.map(item => item.friendInfo?.userID)
  )
}
