// Page `user`.
import { CbEvents, marked, sorted } from './2.3.0-harness.mjs'
import { friend, fullUser, publicUser, totalUser } from './2.3.0-shapes.mjs'

const own = async (t, user) => {
  const first = await t.json('getSelfUserInfo answers', user.sdk.getSelfUserInfo(), fullUser)
  t.equal('it is the user who is logged in', first.userID, user.userID)
  t.equal('it has the nickname of the registration', first.nickname, user.nickname)
  t.equal('it has the picture of the registration', first.faceURL, `http://127.0.0.1/${user.nickname}.png`)
  const info = {
    userID: user.userID,
    nickname: 'blooming',
    faceURL: 'xxx.com',
    gender: 1,
    phoneNumber: '123',
    birth: 1642584426,
    email: '123@qq.com',
    ex: 'ex'
  }
  marked(user)
  t.equal(
    'setSelfInfo answers a string',
    typeof (await t.resolves('setSelfInfo resolves', user.sdk.setSelfInfo(info))),
    'string'
  )
  const told = await t.event('OnSelfInfoUpdated comes after setSelfInfo', user, CbEvents.ONSELFINFOUPDATED)
  t.shape('OnSelfInfoUpdated carries the user as declared', told, fullUser)
  const picked = value => Object.fromEntries(Object.keys(info).map(key => [key, value?.[key]]))
  t.equal('OnSelfInfoUpdated carries the new values', picked(told), info)
  const after = await t.json('getSelfUserInfo answers afterwards', user.sdk.getSelfUserInfo(), fullUser)
  t.equal('a later read has the new values', picked(after), info)
  await t.resolves(
    'setSelfInfo with one field only resolves',
    user.sdk.setSelfInfo({ userID: user.userID, nickname: 'again' })
  )
  const partly = JSON.parse((await user.sdk.getSelfUserInfo()).data)
  t.equal('it changes that field and leaves the others', picked(partly), { ...info, nickname: 'again' })
}

const others = async (t, user, mate, stranger) => {
  const ids = [mate.userID, stranger.userID]
  const list = await t.json('getUsersInfo answers', user.sdk.getUsersInfo(ids), [totalUser])
  t.equal('it has an entry a user', sorted(list.map(entry => entry.publicInfo?.userID)), sorted(ids))
  const of = id => list.find(entry => entry.publicInfo?.userID === id)
  t.shape('a friend has publicInfo', of(mate.userID)?.publicInfo, publicUser)
  t.shape('a friend has friendInfo', of(mate.userID)?.friendInfo, friend)
  t.shape('another user has publicInfo', of(stranger.userID)?.publicInfo, publicUser)
  t.equal('another user has no friendInfo', of(stranger.userID)?.friendInfo, null)
  t.equal('another user has no blackInfo', of(stranger.userID)?.blackInfo, null)
  t.equal('publicInfo has the nickname', of(stranger.userID)?.publicInfo?.nickname, stranger.nickname)
  const nobody = await t.json(
    'getUsersInfo of an unknown ID answers',
    user.sdk.getUsersInfo(['no-such-user']),
    [totalUser]
  )
  t.equal('it has no entry for that', nobody.length, 0)
}

// Page `friend`: OnFriendInfoChanged, "information about a friend was updated".
const seenByFriends = async (t, user, mate) => {
  marked(user, mate)
  await mate.sdk.setSelfInfo({ userID: mate.userID, nickname: 'renamed', faceURL: 'new.png' })
  const named = info => info.userID === mate.userID && info.nickname === 'renamed'
  const told = await t.event(
    'a friend gets OnFriendInfoChanged of a new nickname',
    user,
    CbEvents.ONFRIENDINFOCHANGED,
    named
  )
  t.shape('it carries the friend as declared', told, friend)
  t.equal('it carries the new picture', told?.faceURL, 'new.png')
  const [entry] = JSON.parse((await user.sdk.getUsersInfo([mate.userID])).data)
  t.equal(
    'a later read has the new nickname',
    [entry.publicInfo.nickname, entry.friendInfo.nickname],
    ['renamed', 'renamed']
  )
}

export default async function users(t, server) {
  const everybody = await server.users(t, 'una', 'max', 'sam')
  const [user, mate, stranger] = everybody
  await user.sdk.addFriend({ toUserID: mate.userID, reqMsg: '' })
  await mate.sdk.acceptFriendApplication({ toUserID: user.userID, handleMsg: '' })
  await user.wait(CbEvents.ONFRIENDADDED, () => true)
  await t.section('own information', () => own(t, user))
  await t.section('information about others', () => others(t, user, mate, stranger))
  await t.section('friends are told', () => seenByFriends(t, user, mate))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
