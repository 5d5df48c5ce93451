// What one call changes elsewhere: conversations that other pages' calls rename or mark, other users' information, other
// devices, and the next account of the same client. Pages `conversation`, `user`, `struct`; web_doc `logout`.
import { CbEvents, marked, parse, say } from './2.3.0-harness.mjs'

const idOf = async (user, sourceID, sessionType) =>
  (await user.sdk.getConversationIDBySessionType({ sourceID, sessionType })).data

const has = (conversationID, fits) => list =>
  Array.isArray(list) && list.some(entry => entry.conversationID === conversationID && fits(entry))

const names = async (t, owner, mate, groupID) => {
  const id = await idOf(mate, groupID, 2)
  marked(owner, mate)
  await owner.sdk.setGroupInfo({ groupID, groupInfo: { groupName: 'Renamed', faceURL: 'r.png' } })
  const renamed = has(id, entry => entry.showName === 'Renamed' && entry.faceURL === 'r.png')
  await t.event(
    'a new name of a group makes OnConversationChanged with showName',
    mate,
    CbEvents.ONCONVERSATIONCHANGED,
    renamed
  )
  const sent = await say(owner, mate, 'hello')
  await mate.wait(CbEvents.ONRECVNEWMESSAGE, data => data.clientMsgID === sent.clientMsgID)
  const single = await idOf(mate, owner.userID, 1)
  marked(owner, mate)
  await owner.sdk.setSelfInfo({ userID: owner.userID, nickname: 'Another' })
  await say(owner, mate, 'hello again')
  const called = has(single, entry => entry.showName === 'Another')
  await t.event(
    'a new nickname makes OnConversationChanged with showName, with the next message at the latest',
    mate,
    CbEvents.ONCONVERSATIONCHANGED,
    called
  )
  const again = data => data.content === 'hello again'
  const got = await t.event('that message arrives', mate, CbEvents.ONRECVNEWMESSAGE, again)
  t.equal('with the new nickname of its sender', got?.senderNickname, 'Another')
}

// Declared: AtAll 2, AtGroupNotice 4. flutter_v2: the sign of all is AtAllTag.
const signs = async (t, owner, mate, groupID) => {
  const id = await idOf(mate, groupID, 2)
  marked(mate)
  await owner.sdk.setGroupInfo({ groupID, groupInfo: { notification: 'read this' } })
  const noticed = has(id, entry => entry.groupAtType === 4)
  await t.event(
    'a notification of a group makes groupAtType 4 in the conversation',
    mate,
    CbEvents.ONCONVERSATIONCHANGED,
    noticed
  )
  await t.resolves('resetConversationGroupAtType resolves', mate.sdk.resetConversationGroupAtType(id))
  const [reset] = parse((await mate.sdk.getMultipleConversation([id])).data)
  t.equal('the conversation has groupAtType 0 then', reset.groupAtType, 0)
  marked(mate)
  const { data } = await owner.sdk.createTextAtMessage({ text: '@all', atUserIDList: ['AtAllTag'] })
  await owner.sdk.sendMessage({ recvID: '', groupID, message: data })
  const all = has(id, entry => entry.groupAtType === 2)
  await t.event('a mention of all makes groupAtType 2', mate, CbEvents.ONCONVERSATIONCHANGED, all)
}

const others = async (t, user, mate) => {
  const answer = await user.sdk
    .setSelfInfo({ userID: mate.userID, nickname: 'not mine' })
    .catch(error => error)
  const [entry] = parse((await user.sdk.getUsersInfo([mate.userID])).data)
  t.equal(
    'setSelfInfo with the ID of another user does not change that',
    entry.publicInfo.nickname,
    mate.nickname
  )
  t.holds('it answers all the same', typeof answer.errCode === 'number', 'an answer', answer)
  const created = parse((await user.sdk.createTextMessage('who am I?')).data)
  marked(mate)
  const message = JSON.stringify({ ...created, sendID: 'somebody', senderNickname: 'Somebody' })
  await user.sdk.sendMessage({ recvID: mate.userID, groupID: '', message }).catch(error => error)
  const fits = data => data.content === 'who am I?'
  const got = (await mate.wait(CbEvents.ONRECVNEWMESSAGE, fits))?.data
  t.holds(
    'a message with a sendID that is not its user comes from its user, or not at all',
    got === undefined || got.sendID === user.userID,
    user.userID,
    got?.sendID
  )
}

// Pages `message` and `conversation`: "local" deletes and inserts are for the records of this end, not for the server's.
const local = async (t, user, phone, mate, conversationID) => {
  const options = { userID: mate.userID, groupID: '', startClientMsgID: '', count: 20 }
  const seen = async () =>
    parse((await phone.sdk.getHistoryMessageList(options)).data).map(({ content }) => content)
  const sent = await say(user, mate, 'deleted here')
  await user.sdk.deleteMessageFromLocalStorage(JSON.stringify(sent))
  const kept = (await seen()).includes('deleted here')
  t.equal('deleteMessageFromLocalStorage leaves the message on another device', kept, true)
  const { data } = await user.sdk.createTextMessage('inserted here')
  const inserted = { message: data, recvID: user.userID, sendID: mate.userID }
  await user.sdk.insertSingleMessageToLocalStorage(inserted)
  const came = (await seen()).includes('inserted here')
  t.equal('insertSingleMessageToLocalStorage inserts nothing on another device', came, false)
  await user.sdk.deleteConversation(conversationID)
  const list = parse((await phone.sdk.getAllConversationList()).data)
  const left = list.some(entry => entry.conversationID === conversationID)
  t.equal('deleteConversation leaves the conversation on another device', left, true)
}

const devices = async (t, server, user, mate) => {
  const phone = await server.user(t, 'phone')
  phone.userID = user.userID
  await phone.login(1)
  const sent = await say(mate, user, 'on both')
  const fits = data => data.clientMsgID === sent.clientMsgID
  for (const device of [user, phone]) {
    await t.event('both devices of a user get a message', device, CbEvents.ONRECVNEWMESSAGE, fits)
  }
  const id = await idOf(user, mate.userID, 1)
  marked(user, phone)
  await user.sdk.pinConversation({ conversationID: id, isPinned: true })
  const pinned = has(id, entry => entry.isPinned)
  await t.event('what one device pins changes on the other', phone, CbEvents.ONCONVERSATIONCHANGED, pinned)
  await user.sdk.markC2CMessageAsRead({ userID: mate.userID, msgIDList: [] })
  const read = has(id, entry => entry.unreadCount === 0)
  await t.event('what one device reads changes on the other', phone, CbEvents.ONCONVERSATIONCHANGED, read)
  await local(t, user, phone, mate, id)
  await phone.sdk.logout()
  t.equal('a logout of one leaves the other', (await user.sdk.getLoginStatus()).data, '101')
}

// web_doc: logout is for changing accounts, and clears all data in memory.
const accounts = async (t, server, mate) => {
  const [first, second] = await Promise.all([server.user(t, 'eva'), server.user(t, 'eve')])
  await first.login()
  await say(mate, first, 'for the first')
  await first.wait(CbEvents.ONRECVNEWMESSAGE, () => true)
  await first.sdk.logout()
  const answer = await first.sdk.login(await second.config()).catch(error => error)
  t.equal('after logout the same client logs in as another user', answer.errCode, 0)
  t.equal('it is that user', (await first.sdk.getLoginUser()).data, second.userID)
  t.equal(
    'with no conversation of the user before',
    parse((await first.sdk.getAllConversationList()).data),
    []
  )
  marked(first)
  await say(mate, second, 'for the second')
  const fits = data => data.content === 'for the second'
  await t.event('it gets the messages of that user', first, CbEvents.ONRECVNEWMESSAGE, fits)
  await say(mate, { userID: first.userID }, 'for the first again')
  const wrong = data => data.content === 'for the first again'
  await t.silence('and none of the user before', first, CbEvents.ONRECVNEWMESSAGE, wrong)
  await first.sdk.logout()
}

const refusals = async (t, user, mate, groupID) => {
  const { data } = await user.sdk.createTextMessage('nowhere')
  await t.rejects(
    'a message to nobody is rejected, one of recvID and groupID being required',
    user.sdk.sendMessage({ recvID: '', groupID: '', message: data })
  )
  await t.rejects(
    'a message that is no JSON is rejected',
    user.sdk.sendMessage({ recvID: mate.userID, groupID: '', message: 'no JSON' })
  )
  await t.rejects(
    'joinGroup of no group is rejected',
    user.sdk.joinGroup({ groupID: '', reqMsg: '', joinSource: 3 })
  )
  await t.rejects(
    'kickGroupMember by an ordinary member is rejected',
    mate.sdk.kickGroupMember({ groupID, reason: '', userIDList: [user.userID] })
  )
  t.equal('afterwards calls are answered as ever', (await user.sdk.getLoginStatus()).data, '101')
}

export default async function effects(t, server) {
  const everybody = await server.users(t, 'ella', 'milo')
  const [user, mate] = everybody
  const memberList = [{ userID: mate.userID, roleLevel: 1 }]
  const made = await user.sdk.createGroup({
    groupBaseInfo: { groupType: 0, groupName: 'Effects' },
    memberList
  })
  const { groupID } = parse(made.data)
  await mate.wait(CbEvents.ONJOINEDGROUPADDED, () => true)
  await t.section('names of conversations', () => names(t, user, mate, groupID))
  await t.section('notices and mentions of all', () => signs(t, user, mate, groupID))
  await t.section('in the name of others', () => others(t, user, mate))
  await t.section('two devices', () => devices(t, server, user, mate))
  await t.section('two accounts', () => accounts(t, server, mate))
  await t.section('refusals', () => refusals(t, user, mate, groupID))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
