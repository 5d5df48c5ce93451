// Page `conversation`; flutter_v2 `conversation` for which call makes which event.
import { CbEvents, marked, say, sorted } from './2.3.0-harness.mjs'
import { conversation, message } from './2.3.0-shapes.mjs'

const one = async (user, sourceID, sessionType = 1) =>
  JSON.parse((await user.sdk.getOneConversation({ sourceID, sessionType })).data)

const all = async user => JSON.parse((await user.sdk.getAllConversationList()).data)
const has =
  (conversationID, more = () => true) =>
  list =>
    Array.isArray(list) && list.some(entry => entry.conversationID === conversationID && more(entry))
const total = async user => (await user.sdk.getTotalUnreadMsgCount()).data

const appears = async (t, user, other) => {
  marked(user, other)
  const made = await t.json(
    'getOneConversation of a chat that was never makes one',
    user.sdk.getOneConversation({ sourceID: other.userID, sessionType: 1 }),
    conversation
  )
  const facts = [made.conversationType, made.userID, made.groupID, made.showName, made.unreadCount]
  t.equal('it is with the other user', facts, [1, other.userID, '', other.nickname, 0])
  const id = await t.resolves(
    'getConversationIDBySessionType resolves',
    user.sdk.getConversationIDBySessionType({ sourceID: other.userID, sessionType: 1 })
  )
  t.equal('it answers the conversationID', id, made.conversationID)
  const theirs = (await other.sdk.getConversationIDBySessionType({ sourceID: user.userID, sessionType: 1 }))
    .data
  marked(user, other)
  const sent = await say(user, other, 'good morning')
  const told = await t.event(
    'the receiver gets OnNewConversation, a list',
    other,
    CbEvents.ONNEWCONVERSATION,
    has(theirs)
  )
  t.shape('it is as declared', told, [conversation])
  await t.event(
    'the receiver gets OnTotalUnreadMessageCountChanged',
    other,
    CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
    n => Number(n) === 1
  )
  const list = await t.json('getAllConversationList answers', other.sdk.getAllConversationList(), [
    conversation
  ])
  t.equal(
    'it has the conversation, with one unread message',
    [list.length, list[0]?.conversationID, list[0]?.unreadCount],
    [1, theirs, 1]
  )
  const latest = JSON.parse(list[0]?.latestMsg ?? 'null')
  t.shape('latestMsg is a message in JSON', latest, message)
  t.equal(
    'it is the one that was sent',
    [latest?.clientMsgID, list[0]?.latestMsgSendTime],
    [sent.clientMsgID, sent.sendTime]
  )
  t.equal('the total is the string 1', await total(other), '1')
  marked(other)
  await say(user, other, 'are you up?')
  const more = has(theirs, entry => entry.unreadCount === 2)
  const changed = await t.event(
    'a second message makes OnConversationChanged',
    other,
    CbEvents.ONCONVERSATIONCHANGED,
    more
  )
  t.shape('it is a list as declared', changed, [conversation])
  return theirs
}

const lists = async (t, user, first, second) => {
  const whole = (await all(user)).map(entry => entry.conversationID)
  const part = offset => user.sdk.getConversationListSplit({ offset, count: 1 })
  const pages = [
    await t.json('getConversationListSplit answers', part(0), [conversation]),
    await t.json('getConversationListSplit of the next answers', part(1), [conversation])
  ]
  t.equal(
    'the pages are the whole list in its order',
    pages.flat().map(entry => entry.conversationID),
    whole
  )
  const both = await t.json(
    'getMultipleConversation answers',
    user.sdk.getMultipleConversation([first, second]),
    [conversation]
  )
  t.equal('it has those two', sorted(both.map(entry => entry.conversationID)), sorted([first, second]))
}

const marks = async (t, user, other, groupID, ids) => {
  const { sdk } = user
  const ways = {
    'markC2CMessageAsRead with no IDs': () =>
      sdk.markC2CMessageAsRead({ userID: other.userID, msgIDList: [] }),
    'markGroupMessageAsRead with no IDs': () => sdk.markGroupMessageAsRead({ groupID, msgIDList: [] }),
    markGroupMessageHasRead: () => sdk.markGroupMessageHasRead(groupID),
    markMessageAsReadByConID: () => sdk.markMessageAsReadByConID({ conversationID: ids.chat, msgIDList: [] }),
    markNotifyMessageHasRead: () => sdk.markNotifyMessageHasRead(ids.chat)
  }
  for (const [name, call] of Object.entries(ways)) {
    const isGroup = name.includes('Group')
    const id = isGroup ? ids.group : ids.chat
    marked(user)
    await say(other, isGroup ? groupID : user, `for ${name}`)
    const counts = has(id, entry => entry.unreadCount > 0)
    await t.event(
      `before ${name} the conversation has unread messages`,
      user,
      CbEvents.ONCONVERSATIONCHANGED,
      counts
    )
    await user.wait(CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED, n => Number(n) > 0)
    marked(user)
    const answer = call()
    if (answer === undefined) t.equal(`${name} returns nothing, as declared`, answer, undefined)
    else await t.resolves(`${name} resolves`, answer)
    const none = has(id, entry => entry.unreadCount === 0)
    await t.event('OnConversationChanged says that it has none', user, CbEvents.ONCONVERSATIONCHANGED, none)
    await t.event(
      'the total changes to 0',
      user,
      CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
      n => Number(n) === 0
    )
    t.equal('getTotalUnreadMsgCount answers 0', await total(user), '0')
  }
}

const settings = async (t, user, other, id) => {
  const draft = draftText => ({ method: 'setConversationDraft', given: { draftText }, shown: { draftText } })
  const pin = isPinned => ({ method: 'pinConversation', given: { isPinned }, shown: { isPinned } })
  const burn = {
    method: 'setOneConversationPrivateChat',
    given: { isPrivate: true },
    shown: { isPrivateChat: true }
  }
  for (const { method, given, shown } of [draft('dear'), draft(''), pin(true), pin(false), burn]) {
    const fits = entry => Object.entries(shown).every(([key, value]) => entry[key] === value)
    const what = `${method} with ${JSON.stringify(given)}`
    marked(user)
    await t.resolves(`${what} resolves`, user.sdk[method]({ conversationID: id, ...given }))
    await t.event(`${what} makes OnConversationChanged`, user, CbEvents.ONCONVERSATIONCHANGED, has(id, fits))
    const [entry] = JSON.parse((await user.sdk.getMultipleConversation([id])).data)
    t.holds('a later read has it', fits(entry), JSON.stringify(given), entry)
  }
  const sent = await say(user, other, 'burn this')
  t.equal('messages of a private chat say so', sent.attachedInfoElem.isPrivateChat, true)
  await user.sdk.setOneConversationPrivateChat({ conversationID: id, isPrivate: false })
  const later = await say(user, other, 'keep this')
  t.equal('after it is none, they do not', later.attachedInfoElem.isPrivateChat, false)
}

const options = async (t, user, other, id) => {
  const set = opt => user.sdk.setConversationRecvMessageOpt({ conversationIDList: [id], opt })
  for (const opt of [2, 1, 0]) {
    marked(user)
    await t.resolves(`setConversationRecvMessageOpt with ${opt} resolves`, set(opt))
    const shape = [{ result: 'number' }]
    const got = await t.json(
      'getConversationRecvMessageOpt answers',
      user.sdk.getConversationRecvMessageOpt([id]),
      shape
    )
    t.equal(
      `it answers ${opt}`,
      got.map(entry => entry.result),
      [opt]
    )
    t.equal('the conversation has it, too', (await one(user, other.userID)).recvMsgOpt, opt)
    const was = { total: Number(await total(user)), unread: (await one(user, other.userID)).unreadCount }
    marked(user)
    const sent = await say(other, user, `with ${opt}`)
    const fits = entry => entry.clientMsgID === sent.clientMsgID
    if (opt === 1) {
      await t.silence('with 1 messages are not received', user, CbEvents.ONRECVNEWMESSAGE, fits)
      continue
    }
    await t.event(`with ${opt} messages are received`, user, CbEvents.ONRECVNEWMESSAGE, fits)
    await user.wait(
      CbEvents.ONCONVERSATIONCHANGED,
      has(id, entry => entry.unreadCount > was.unread)
    )
    t.equal(
      'they count as unread in the conversation',
      (await one(user, other.userID)).unreadCount > was.unread,
      true
    )
    const counted = Number(await total(user)) > was.total
    t.equal(`with ${opt} they count in the total: ${opt === 0}`, counted, opt === 0)
  }
  await user.sdk.markC2CMessageAsRead({ userID: other.userID, msgIDList: [] })
  for (const opt of [1, 2, 0]) {
    await t.resolves(
      `setGlobalRecvMessageOpt with ${opt} resolves`,
      user.sdk.setGlobalRecvMessageOpt({ opt })
    )
    marked(user)
    const sent = await say(other, user, `globally ${opt}`)
    const fits = entry => entry.clientMsgID === sent.clientMsgID
    if (opt === 1)
      await t.silence('globally 1: messages are not received', user, CbEvents.ONRECVNEWMESSAGE, fits)
    else await t.event(`globally ${opt}: messages are received`, user, CbEvents.ONRECVNEWMESSAGE, fits)
  }
}

const mentions = async (t, user, other, groupID, id) => {
  marked(user)
  const { data } = await other.sdk.createTextAtMessage({ text: '@you', atUserIDList: [user.userID] })
  await other.sdk.sendMessage({ recvID: '', groupID, message: data })
  const at = has(id, entry => entry.groupAtType === 1)
  await t.event(
    'a mention makes OnConversationChanged with groupAtType 1',
    user,
    CbEvents.ONCONVERSATIONCHANGED,
    at
  )
  marked(user)
  await t.resolves('resetConversationGroupAtType resolves', user.sdk.resetConversationGroupAtType(id))
  t.equal('the groupAtType is 0 then', (await one(user, groupID, 2)).groupAtType, 0)
}

const deletions = async (t, user, other, ids) => {
  for (const method of ['deleteConversation', 'deleteConversationFromLocalAndSvr']) {
    marked(user)
    await say(other, user, `before ${method}`)
    await user.wait(CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED, n => Number(n) > 0)
    marked(user)
    await t.resolves(`${method} resolves`, user.sdk[method](ids.chat))
    await t.event('the total of unread messages changes', user, CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED)
    const left = new Set((await all(user)).map(entry => entry.conversationID))
    t.equal(
      'the conversation is gone, the others are not',
      [left.has(ids.chat), left.has(ids.group)],
      [false, true]
    )
    t.holds(
      "the other's is not",
      (await all(other)).some(entry => entry.userID === user.userID),
      'the conversation',
      'none'
    )
    marked(user)
    await say(other, user, `after ${method}`)
    await t.event(
      'a later message brings it back: OnNewConversation',
      user,
      CbEvents.ONNEWCONVERSATION,
      has(ids.chat)
    )
  }
  await t.resolves('deleteAllConversationFromLocal resolves', user.sdk.deleteAllConversationFromLocal())
  t.equal('there is no conversation then', await all(user), [])
}

export default async function conversations(t, server) {
  const everybody = await server.users(t, 'cleo', 'dan')
  const [user, other] = everybody
  const ids = {}
  await t.section('a new conversation', async () => {
    ids.chat = await appears(t, other, user)
  })
  const memberList = [{ userID: other.userID, roleLevel: 1 }]
  const made = await user.sdk.createGroup({
    groupBaseInfo: { groupType: 0, groupName: 'C', faceURL: 'c.png' },
    memberList
  })
  const { groupID } = JSON.parse(made.data)
  const ofGroup = await one(user, groupID, 2)
  ids.group = ofGroup.conversationID
  const facts = [ofGroup.conversationType, ofGroup.groupID, ofGroup.userID, ofGroup.showName, ofGroup.faceURL]
  t.equal('the conversation of a group has its name and picture', facts, [2, groupID, '', 'C', 'c.png'])
  await t.section('lists of conversations', () => lists(t, user, ids.chat, ids.group))
  await t.section('marks of what was read', () => marks(t, user, other, groupID, ids))
  await t.section('settings of a conversation', () => settings(t, user, other, ids.chat))
  await t.section('what is received', () => options(t, user, other, ids.chat))
  await t.section('mentions', () => mentions(t, user, other, groupID, ids.group))
  await t.section('conversations that are deleted', () => deletions(t, user, other, ids))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
