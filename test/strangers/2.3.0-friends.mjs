// Page `friend`, and flutter_v2 `friend` for who gets which events.
import { CbEvents, marked, sorted } from './2.3.0-harness.mjs'
import { black, friend, friendApplication, relation, totalUser } from './2.3.0-shapes.mjs'

const ids = list => sorted(list.map(entry => entry.userID))

const bothHear = async (t, [from, to], name, what, shape) => {
  for (const [who, user] of [
    ['the applicant', from],
    ['the one who was asked', to]
  ]) {
    const fits = data => data.fromUserID === from.userID && data.toUserID === to.userID
    const told = await t.event(`${who} gets ${name} when ${what}`, user, name, fits)
    t.shape(`${name} of ${who} is as declared`, told, shape)
  }
}

const apply = async (t, from, to, reqMsg) => {
  marked(from, to)
  const data = await t.resolves('addFriend resolves', from.sdk.addFriend({ toUserID: to.userID, reqMsg }))
  t.equal('addFriend answers a string', typeof data, 'string')
  await bothHear(t, [from, to], CbEvents.ONFRIENDAPPLICATIONADDED, 'one applies', friendApplication)
  const lists = [
    await t.json('getSendFriendApplicationList answers', from.sdk.getSendFriendApplicationList(), [
      friendApplication
    ]),
    await t.json('getRecvFriendApplicationList answers', to.sdk.getRecvFriendApplicationList(), [
      friendApplication
    ])
  ]
  for (const list of lists) {
    const entry = list.find(
      ({ fromUserID, toUserID }) => fromUserID === from.userID && toUserID === to.userID
    )
    t.equal('the list has the application with its text', entry?.reqMsg, reqMsg)
    const names = [entry?.fromNickname, entry?.toNickname, entry?.fromFaceURL]
    t.equal('the application has both nicknames and the picture', names, [
      from.nickname,
      to.nickname,
      `http://127.0.0.1/${from.nickname}.png`
    ])
    t.equal(
      'the application is not handled yet',
      [entry?.handleResult, entry?.handlerUserID, entry?.handleMsg],
      [0, '', '']
    )
  }
}

const refuse = async (t, from, to) => {
  await apply(t, from, to, 'the first time')
  marked(from, to)
  const answer = { toUserID: from.userID, handleMsg: 'not now' }
  await t.resolves('refuseFriendApplication resolves', to.sdk.refuseFriendApplication(answer))
  await bothHear(t, [from, to], CbEvents.ONFRIENDAPPLICATIONREJECTED, 'it is refused', friendApplication)
  const [sent] = JSON.parse((await from.sdk.getSendFriendApplicationList()).data)
  t.equal(
    'the refused application has who refused it, and why',
    [sent.handlerUserID, sent.handleMsg],
    [to.userID, 'not now']
  )
  t.holds('the refused application has the time of that', sent.handleTime > 0, 'a time', sent.handleTime)
  const [related] = JSON.parse((await from.sdk.checkFriend([to.userID])).data)
  t.equal('they are no friends then', related.result, 0)
}

const accept = async (t, from, to) => {
  await apply(t, from, to, 'the second time')
  marked(from, to)
  await t.resolves(
    'acceptFriendApplication resolves',
    to.sdk.acceptFriendApplication({ toUserID: from.userID, handleMsg: 'gladly' })
  )
  await bothHear(t, [from, to], CbEvents.ONFRIENDAPPLICATIONACCEPTED, 'it is accepted', friendApplication)
  for (const [user, other] of [
    [from, to],
    [to, from]
  ]) {
    const told = await t.event(
      'each gets OnFriendAdded',
      user,
      CbEvents.ONFRIENDADDED,
      data => data.userID === other.userID
    )
    t.shape('OnFriendAdded is as declared', told, friend)
    t.equal('OnFriendAdded names whose friend it is', told?.ownerUserID, user.userID)
    const order = user.names().filter(name => /^OnFriend(ApplicationAccepted|Added)$/.test(name))
    t.equal('the acceptance comes before the friend', order, ['OnFriendApplicationAccepted', 'OnFriendAdded'])
  }
  const [received] = JSON.parse((await to.sdk.getRecvFriendApplicationList()).data)
  t.equal(
    'the accepted application has who accepted it',
    [received.handlerUserID, received.handleMsg],
    [to.userID, 'gladly']
  )
}

const lists = async (t, user, mate, stranger) => {
  const all = await t.json('getFriendList answers', user.sdk.getFriendList(), [totalUser])
  t.equal(
    'the friend list has the friend',
    all.map(entry => entry.friendInfo?.userID),
    [mate.userID]
  )
  t.shape('its friendInfo is as declared', all[0]?.friendInfo, friend)
  const known = await t.json(
    'getDesignatedFriendsInfo answers',
    user.sdk.getDesignatedFriendsInfo([mate.userID]),
    [totalUser]
  )
  t.shape('it has friendInfo of a friend', known[0]?.friendInfo, friend)
  t.equal('it has no blackInfo of a friend who is not on the blacklist', known[0]?.blackInfo, null)
  const asked = [mate.userID, stranger.userID]
  const related = await t.json('checkFriend answers', user.sdk.checkFriend(asked), [relation])
  t.equal('checkFriend has an entry for each', ids(related), sorted(asked))
  const result = id => related.find(entry => entry.userID === id)?.result
  t.holds(
    'checkFriend tells a friend from another',
    result(mate.userID) !== result(stranger.userID),
    'two results',
    related
  )
}

const remark = async (t, user, mate) => {
  marked(user)
  await t.resolves(
    'setFriendRemark resolves',
    user.sdk.setFriendRemark({ toUserID: mate.userID, remark: 'my dear mate' })
  )
  const told = await t.event(
    'the one who sets a remark gets OnFriendInfoChanged',
    user,
    CbEvents.ONFRIENDINFOCHANGED
  )
  t.shape('OnFriendInfoChanged is as declared', told, friend)
  t.equal('it carries the remark', [told?.userID, told?.remark], [mate.userID, 'my dear mate'])
  const [entry] = JSON.parse((await user.sdk.getFriendList()).data)
  t.equal('the friend list has the remark', entry.friendInfo.remark, 'my dear mate')
  const search = (keyword, by) =>
    user.sdk.searchFriends({
      keywordList: [keyword],
      isSearchUserID: by === 'userID',
      isSearchNickname: by === 'nickname',
      isSearchRemark: by === 'remark'
    })
  for (const [by, keyword] of [
    ['userID', mate.userID],
    ['nickname', mate.nickname],
    ['remark', 'dear']
  ]) {
    const found = await t.json(`searchFriends by ${by} answers`, search(keyword, by), [friend])
    t.equal(`searchFriends by ${by} finds the friend`, ids(found), [mate.userID])
  }
  const none = await t.json('searchFriends by what does not match answers', search('dear', 'userID'), [
    friend
  ])
  t.equal('it finds nothing', none, [])
}

const blacklist = async (t, user, mate) => {
  marked(user)
  t.equal(
    'addBlack answers a string',
    typeof (await t.resolves('addBlack resolves', user.sdk.addBlack(mate.userID))),
    'string'
  )
  const added = await t.event('who adds to the blacklist gets OnBlackAdded', user, CbEvents.ONBLACKADDED)
  t.shape('OnBlackAdded is as declared', added, black)
  t.equal('OnBlackAdded names both', [added?.ownerUserID, added?.userID], [user.userID, mate.userID])
  const list = await t.json('getBlackList answers', user.sdk.getBlackList(), [black])
  t.equal('the blacklist has the user', ids(list), [mate.userID])
  const all = JSON.parse((await user.sdk.getFriendList()).data)
  t.equal(
    'the friend list has friends on the blacklist, too',
    all.map(entry => entry.friendInfo?.userID),
    [mate.userID]
  )
  const [entry] = JSON.parse((await user.sdk.getDesignatedFriendsInfo([mate.userID])).data)
  t.shape('getDesignatedFriendsInfo has friendInfo of such a friend', entry?.friendInfo, friend)
  t.shape('getDesignatedFriendsInfo has blackInfo of such a friend', entry?.blackInfo, black)
  await t.resolves('removeBlack resolves', user.sdk.removeBlack(mate.userID))
  const removed = await t.event('who removes from it gets OnBlackDeleted', user, CbEvents.ONBLACKDELETED)
  t.shape('OnBlackDeleted is as declared', removed, black)
  t.equal('the blacklist is empty then', JSON.parse((await user.sdk.getBlackList()).data), [])
}

const part = async (t, user, mate) => {
  marked(user, mate)
  await t.resolves('deleteFriend resolves', user.sdk.deleteFriend(mate.userID))
  const told = await t.event('who deletes a friend gets OnFriendDeleted', user, CbEvents.ONFRIENDDELETED)
  t.shape('OnFriendDeleted is as declared', told, friend)
  t.equal('OnFriendDeleted names the friend', told?.userID, mate.userID)
  t.equal('the friend list is empty then', JSON.parse((await user.sdk.getFriendList()).data), [])
  const [entry] = JSON.parse((await user.sdk.getUsersInfo([mate.userID])).data)
  t.equal('getUsersInfo has no friendInfo then', entry.friendInfo, null)
}

export default async function friends(t, server) {
  const everybody = await server.users(t, 'fern', 'matt', 'stan')
  const [user, mate, stranger] = everybody
  await t.section('an application that is refused', () => refuse(t, user, mate))
  await t.section('an application that is accepted', () => accept(t, user, mate))
  await t.section('lists of friends', () => lists(t, user, mate, stranger))
  await t.section('remarks and search', () => remark(t, user, mate))
  await t.section('the blacklist', () => blacklist(t, user, mate))
  await t.section('friends no more', () => part(t, user, mate))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
