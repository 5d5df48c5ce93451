// Friends and the blacklist: https://docs.openim.io/sdks/api/friend/ and https://docs.openim.io/sdks/callback/onFriend….
// addFriend takes an object, as its page says (the declarations say a string); addBlack takes an object, as the declarations
// say (its page says a string).

import { ApplicationHandleResult, CbEvents, Relationship, SessionType } from 'oim352'
import { blackUser, friendApplication, friendUser, including, now, oneOf, without } from './3.5.2-shapes.mjs'

export async function friends(t) {
  const [a, b, c] = [await t.online('Fay'), await t.online('Fred'), await t.online('Gus')]
  const pair = { fromUserID: a.userID, toUserID: b.userID }

  const eventToBoth = async (name, sinces, expected) => {
    await t.event(`${name} comes to who applied`, a, name, sinces[0], expected)
    await t.event(`${name} comes to who was applied to`, b, name, sinces[1], expected)
  }

  const application = (handleResult, more) => ({
    ...friendApplication,
    ...pair,
    fromNickname: 'Fay',
    toNickname: 'Fred',
    handleResult,
    ...more
  })

  await t.step('applying', async () => {
    const sinces = [a.mark(), b.mark()]
    await t.ask(a, 'addFriend', { toUserID: b.userID, reqMsg: 'hello Fred' })
    const open = application(ApplicationHandleResult.Unprocessed, { reqMsg: 'hello Fred' })
    await eventToBoth(CbEvents.OnFriendApplicationAdded, sinces, open)
    const sent = await t.ask(a, 'getFriendApplicationListAsApplicant')
    t.is('getFriendApplicationListAsApplicant has the application', sent, [open])
    const received = await t.ask(b, 'getFriendApplicationListAsRecipient')
    t.is('getFriendApplicationListAsRecipient has the application', received, [open])
    t.is('no friendship comes of applying alone', await t.ask(a, 'checkFriend', [b.userID]), [
      { userID: b.userID, result: 0 }
    ])
  })

  await t.step('refusing', async () => {
    const sinces = [a.mark(), b.mark()]
    await t.ask(b, 'refuseFriendApplication', { toUserID: a.userID, handleMsg: 'not now' })
    const refused = application(ApplicationHandleResult.Reject, { handleMsg: 'not now', handleTime: now })
    await eventToBoth(CbEvents.OnFriendApplicationRejected, sinces, refused)
    const sent = await t.ask(a, 'getFriendApplicationListAsApplicant')
    t.is('the list of the applicant says Reject', sent, including(refused))
    t.is('refusing makes no friends', await t.ask(b, 'getFriendList'), [])
  })

  await t.step('accepting', async () => {
    await t.ask(a, 'addFriend', { toUserID: b.userID, reqMsg: 'and now?' })
    const sinces = [a.mark(), b.mark()]
    await t.ask(b, 'acceptFriendApplication', { toUserID: a.userID, handleMsg: 'fine' })
    const accepted = application(ApplicationHandleResult.Agree, { handleMsg: 'fine' })
    await eventToBoth(CbEvents.OnFriendApplicationAccepted, sinces, accepted)
    const fred = { ...friendUser, ownerUserID: a.userID, userID: b.userID, nickname: 'Fred', remark: '' }
    const fay = { ...friendUser, ownerUserID: b.userID, userID: a.userID, nickname: 'Fay', remark: '' }
    await t.event('OnFriendAdded comes to the applicant', a, CbEvents.OnFriendAdded, sinces[0], fred)
    await t.event('OnFriendAdded comes to the other', b, CbEvents.OnFriendAdded, sinces[1], fay)
    t.is('getFriendList has a FullUserItem with friendInfo', await t.ask(a, 'getFriendList'), [
      { friendInfo: fred, blackInfo: null }
    ])
    t.is('the friendship is on both sides', await t.ask(b, 'getFriendList'), [{ friendInfo: fay }])
    t.is('getSpecifiedFriendsInfo has the friend', await t.ask(a, 'getSpecifiedFriendsInfo', [b.userID]), [
      { friendInfo: fred }
    ])
    const checked = await t.ask(a, 'checkFriend', [b.userID, c.userID])
    t.is('checkFriend says 1 for a friend and 0 for another', checked, [
      { userID: b.userID, result: 1 },
      { userID: c.userID, result: 0 }
    ])
    const [known] = (await t.ask(a, 'getUsersInfoWithCache', { userIDList: [b.userID] })) ?? []
    t.is('getUsersInfoWithCache has friendInfo of a friend', known, { friendInfo: { userID: b.userID } })
  })

  await t.step('what is known of a friend', async () => {
    let since = a.mark()
    await t.ask(a, 'setFriendRemark', { toUserID: b.userID, remark: 'Freddy' })
    const renamed = { ...friendUser, userID: b.userID, remark: 'Freddy' }
    await t.event('OnFriendInfoChanged has the remark', a, CbEvents.OnFriendInfoChanged, since, renamed)
    t.is('getFriendList has the remark', await t.ask(a, 'getFriendList'), [{ friendInfo: renamed }])

    since = a.mark()
    await t.ask(b, 'setSelfInfo', { nickname: 'Frederick', faceURL: 'https://faces.example/f.png' })
    const changed = { userID: b.userID, nickname: 'Frederick', faceURL: 'https://faces.example/f.png' }
    await t.event(
      'OnFriendInfoChanged has a new nickname and face',
      a,
      CbEvents.OnFriendInfoChanged,
      since,
      changed
    )
    t.is('getFriendList has them', await t.ask(a, 'getFriendList'), [{ friendInfo: changed }])

    const nowhere = { isSearchUserID: false, isSearchNickname: false, isSearchRemark: false }
    const friend = { ...friendUser, userID: b.userID, relationship: Relationship.isFriend }
    for (const [field, keyword] of [
      ['isSearchUserID', b.userID],
      ['isSearchNickname', 'rederic'],
      ['isSearchRemark', 'Freddy']
    ]) {
      const params = { ...nowhere, keywordList: [keyword], [field]: true }
      t.is(`searchFriends finds by ${field}`, await t.ask(a, 'searchFriends', params), [friend])
    }
    const params = { ...nowhere, keywordList: ['Freddy'], isSearchNickname: true }
    t.is('searchFriends looks nowhere else', await t.ask(a, 'searchFriends', params), [])
  })

  await t.step('the blacklist', async () => {
    let since = a.mark()
    await t.ask(a, 'addBlack', { toUserID: c.userID, ex: 'spam' })
    const blacked = { ...blackUser, ownerUserID: a.userID, userID: c.userID, nickname: 'Gus', ex: 'spam' }
    await t.event('OnBlackAdded has the BlackUserItem', a, CbEvents.OnBlackAdded, since, blacked)
    t.is('getBlackList has it', await t.ask(a, 'getBlackList'), [blacked])
    const [known] = (await t.ask(a, 'getUsersInfoWithCache', { userIDList: [c.userID] })) ?? []
    t.is('getUsersInfoWithCache has blackInfo of it', known, { blackInfo: { userID: c.userID } })

    const message = await t.ask(c, 'createTextMessage', 'buy this')
    since = a.mark()
    const to = { recvID: a.userID, groupID: '', message }
    await t.refused('who is on the blacklist cannot send', c, 'sendMessage', to)
    await t.noEvent(
      'and nothing of it comes',
      a,
      CbEvents.OnRecvNewMessages,
      since,
      including({ sendID: c.userID })
    )
    since = c.mark()
    await t.say(a, { recvID: c.userID }, 'no, thanks')
    await t.event('the owner of the blacklist can send', c, CbEvents.OnRecvNewMessages, since, [
      { textElem: { content: 'no, thanks' } }
    ])

    since = a.mark()
    await t.ask(a, 'removeBlack', c.userID)
    await t.event('OnBlackDeleted has who left the blacklist', a, CbEvents.OnBlackDeleted, since, {
      userID: c.userID
    })
    t.is('getBlackList is empty again', await t.ask(a, 'getBlackList'), [])
    await t.say(c, { recvID: a.userID }, 'sorry')
    await t.event('who left the blacklist can send again', a, CbEvents.OnRecvNewMessages, since, [
      { textElem: { content: 'sorry' } }
    ])
  })

  await t.step('a friend on the blacklist', async () => {
    await t.ask(a, 'addBlack', { toUserID: b.userID })
    const params = {
      keywordList: ['Freddy'],
      isSearchUserID: false,
      isSearchNickname: false,
      isSearchRemark: true
    }
    t.is('searchFriends says isBlack of a friend on the blacklist', await t.ask(a, 'searchFriends', params), [
      { userID: b.userID, relationship: Relationship.isBlack }
    ])
    await t.ask(a, 'removeBlack', b.userID)
  })

  await t.step('deleting', async () => {
    await t.say(a, { recvID: b.userID }, 'bye')
    const sinces = [a.mark(), b.mark()]
    await t.ask(a, 'deleteFriend', b.userID)
    await t.event('OnFriendDeleted has who was deleted', a, CbEvents.OnFriendDeleted, sinces[0], {
      userID: b.userID
    })
    t.is('getFriendList is empty again', await t.ask(a, 'getFriendList'), [])
    t.is('checkFriend says 0 again', await t.ask(a, 'checkFriend', [b.userID]), [
      { userID: b.userID, result: 0 }
    ])
    t.is(
      'the other keeps the friend: deleteFriend is of the own list only',
      await t.ask(b, 'getFriendList'),
      [{ friendInfo: { userID: a.userID } }]
    )
    await t.noEvent('no OnFriendDeleted comes to the other', b, CbEvents.OnFriendDeleted, sinces[1], {})
    const list = (await t.ask(a, 'getAllConversationList')) ?? []
    t.is(
      'the conversation with a deleted friend stays',
      list,
      including({ userID: b.userID, conversationType: oneOf(SessionType.Single) })
    )
    t.is(
      'strangers are not in getFriendList',
      await t.ask(b, 'getFriendList'),
      without({ friendInfo: { userID: c.userID } })
    )
  })
}
