// Page `message`: any text, typing, receipts, messages that are taken back, messages in groups.
import { CbEvents, marked, parse, say } from './2.3.0-harness.mjs'
import { message, receipts } from './2.3.0-shapes.mjs'

const contents = [
  'emoji 👩‍👩‍👧‍👦 and 你好，世界 and שלום',
  '"quotes", \\ backslashes, {"json": true}, <b>tags</b>, \u0000 and \u2028',
  'lines\nand\ttabs  ',
  'long '.repeat(2000)
]

const anyText = async (t, from, to) => {
  for (const content of contents) {
    marked(to)
    const sent = await say(from, to, content)
    const got = await t.event(
      'any text arrives',
      to,
      CbEvents.ONRECVNEWMESSAGE,
      data => data.clientMsgID === sent.clientMsgID
    )
    t.holds('as it was', got?.content === content, content, got?.content)
  }
  marked(to)
  const many = Array.from({ length: 20 }, (_, i) => `burst ${i}`)
  const sent = await Promise.all(many.map(content => say(from, to, content)))
  t.equal(
    'of twenty at once each answer is for its message',
    sent.map(({ content }) => content),
    many
  )
  const ids = new Set(sent.map(({ clientMsgID }) => clientMsgID))
  t.equal('they have twenty IDs', ids.size, 20)
  const came = () => to.events.slice(to.mark).filter(event => ids.has(event.data?.clientMsgID))
  await to.wait(CbEvents.ONRECVNEWMESSAGE, () => came().length >= 20)
  t.equal(
    'the other user gets each of them once',
    came()
      .map(event => event.data.content)
      .toSorted(),
    many.toSorted()
  )
  const seqs = came().map(event => event.data.seq)
  t.equal(
    'in the order of their seq',
    seqs,
    seqs.toSorted((a, b) => a - b)
  )
}

const typing = async (t, from, to) => {
  marked(from, to)
  await t.resolves(
    'typingStatusUpdate resolves',
    from.sdk.typingStatusUpdate({ recvID: to.userID, msgTip: 'is typing' })
  )
  const fits = data => data.contentType === 113 && data.sendID === from.userID
  const got = await t.event(
    'the other user gets a message of the type 113',
    to,
    CbEvents.ONRECVNEWMESSAGE,
    fits
  )
  t.holds('it carries the text', got?.content?.includes('is typing'), 'is typing', got?.content)
  const options = { userID: from.userID, groupID: '', startClientMsgID: '', count: 20 }
  const history = JSON.parse((await to.sdk.getHistoryMessageList(options)).data)
  t.equal(
    'it is not in the history',
    history.filter(entry => entry.contentType === 113),
    []
  )
}

const read = async (t, from, to) => {
  const sent = await say(from, to, 'read me')
  marked(from, to)
  const options = { userID: from.userID, msgIDList: [sent.clientMsgID] }
  await t.resolves('markC2CMessageAsRead resolves', to.sdk.markC2CMessageAsRead(options))
  const names = list =>
    list.some(entry => entry.msgIDList.includes(sent.clientMsgID) && entry.userID === to.userID)
  const told = await t.event(
    'the sender gets OnRecvC2CReadReceipt with the ID',
    from,
    CbEvents.ONRECVC2CREADRECEIPT,
    names
  )
  t.shape('it is a list of receipts', told, receipts)
  const history = { userID: to.userID, groupID: '', startClientMsgID: '', count: 20 }
  const entries = JSON.parse((await from.sdk.getHistoryMessageList(history)).data)
  const entry = entries.find(({ clientMsgID }) => clientMsgID === sent.clientMsgID)
  t.equal("the message is read in the sender's history", entry?.isRead, true)
  const reader = { userID: from.userID, groupID: '', startClientMsgID: '', count: 20 }
  const theirs = JSON.parse((await to.sdk.getHistoryMessageList(reader)).data)
  t.equal(
    "and in the reader's",
    theirs.find(({ clientMsgID }) => clientMsgID === sent.clientMsgID)?.isRead,
    true
  )
  t.holds(
    'attachedInfoElem.hasReadTime of it is the time of that',
    entry?.attachedInfoElem.hasReadTime > 0,
    'a time',
    entry?.attachedInfoElem
  )
}

const revoke = async (t, from, to) => {
  for (const [method, name, fits] of [
    ['revokeMessage', CbEvents.ONRECVMESSAGEREVOKED, id => data => data === id],
    [
      'newRevokeMessage',
      CbEvents.ONNEWRECVMESSAGEREVOKED,
      id => data => data.clientMsgID === id && data.revokerID === from.userID
    ]
  ]) {
    const sent = await say(from, to, `secret for ${method}`)
    marked(from, to)
    await t.resolves(`${method} resolves`, from.sdk[method](JSON.stringify(sent)))
    await t.event(`the other user gets ${name} with the ID`, to, name, fits(sent.clientMsgID))
    for (const [user, other] of [
      [from, to],
      [to, from]
    ]) {
      const options = { userID: other.userID, groupID: '', startClientMsgID: '', count: 50 }
      const { data } = await user.sdk.getHistoryMessageList(options)
      t.holds(
        `no history has the text after ${method}`,
        !data.includes(`"secret for ${method}"`),
        'no such text',
        data.length
      )
    }
  }
}

const inGroups = async (t, from, to, third) => {
  const memberList = [to, third].map(({ userID }) => ({ userID, roleLevel: 1 }))
  const made = await from.sdk.createGroup({ groupBaseInfo: { groupType: 0, groupName: 'Talk' }, memberList })
  const { groupID } = JSON.parse(made.data)
  marked(from, to, third)
  const sent = await say(from, groupID, 'hello all')
  t.equal(
    'a message to a group has its ID and the session type 2',
    [sent.groupID, sent.sessionType, sent.recvID],
    [groupID, 2, '']
  )
  const count = sent.attachedInfoElem.groupHasReadInfo.groupMemberCount
  t.equal(
    'its groupMemberCount is that of the group, from which demos reckon how many have not read it',
    count,
    3
  )
  for (const user of [to, third]) {
    const got = await t.event(
      'members get it',
      user,
      CbEvents.ONRECVNEWMESSAGE,
      data => data.clientMsgID === sent.clientMsgID
    )
    t.equal(
      'with group and sender',
      [got?.groupID, got?.sendID, got?.content],
      [groupID, from.userID, 'hello all']
    )
  }
  await t.resolves(
    'markGroupMessageAsRead resolves',
    to.sdk.markGroupMessageAsRead({ groupID, msgIDList: [sent.clientMsgID] })
  )
  const names = list =>
    list.some(entry => entry.userID === to.userID && entry.msgIDList.includes(sent.clientMsgID))
  const told = await t.event(
    'the sender gets OnRecvGroupReadReceipt with the ID',
    from,
    CbEvents.ONRECVGROUPREADRECEIPT,
    names
  )
  t.shape('it is a list of receipts', told, receipts)
  const history = { userID: '', groupID, startClientMsgID: '', count: 20 }
  const entries = JSON.parse((await from.sdk.getHistoryMessageList(history)).data)
  const first = entries.find(({ contentType }) => contentType === 1501)
  t.holds(
    'the history begins with the making of the group: 1501',
    first === entries[0],
    1501,
    entries[0]?.contentType
  )
  t.holds(
    'its notificationElem has tips',
    first?.notificationElem.defaultTips !== '',
    'tips',
    first?.notificationElem
  )
  t.equal('and detail in JSON', parse(first?.notificationElem.detail)?.group?.groupID, groupID)
  const info = entries.find(entry => entry.clientMsgID === sent.clientMsgID)?.attachedInfoElem
    .groupHasReadInfo
  t.equal('groupMemberCount is that of the group in the history, too', info?.groupMemberCount, 3)
  t.equal('the history says who has read it', [info?.hasReadCount, info?.hasReadUserIDList], [1, [to.userID]])
  const options = {
    text: '@tom look',
    atUserIDList: [to.userID],
    atUsersInfo: [{ atUserID: to.userID, groupNickname: 'tom' }]
  }
  const created = await t.json('createTextAtMessage answers', from.sdk.createTextAtMessage(options), message)
  t.equal('it makes a message of the type 106', created.contentType, 106)
  marked(to, third)
  await t.json(
    'sendMessage of it answers',
    from.sdk.sendMessage({ recvID: '', groupID, message: JSON.stringify(created) }),
    message
  )
  for (const [user, isAtSelf] of [
    [to, true],
    [third, false]
  ]) {
    const got = await t.event(
      'members get it',
      user,
      CbEvents.ONRECVNEWMESSAGE,
      data => data.clientMsgID === created.clientMsgID
    )
    const elem = got?.atElem
    t.equal(
      'atElem has text and users',
      [elem?.text, elem?.atUserList, elem?.atUsersInfo],
      Object.values(options)
    )
    t.equal(`isAtSelf is ${isAtSelf} for ${isAtSelf ? 'who was meant' : 'another'}`, elem?.isAtSelf, isAtSelf)
  }
  const quoting = { text: '@tim', atUserIDList: [to.userID], message: JSON.stringify(sent) }
  const quoted = await t.json(
    'createTextAtMessage with message answers',
    from.sdk.createTextAtMessage(quoting),
    message
  )
  const string = quoted.atElem?.quoteMessage
  t.equal('atElem.quoteMessage is a string, as declared', typeof string, 'string')
  t.holds(
    'it has the quoted message',
    JSON.stringify(string)?.includes(sent.clientMsgID),
    sent.clientMsgID,
    string
  )
  const own = await say(to, groupID, 'a slip')
  marked(from, third)
  await to.sdk.revokeMessage(JSON.stringify(own))
  await t.event(
    'members get OnRecvMessageRevoked of a group message',
    third,
    CbEvents.ONRECVMESSAGEREVOKED,
    data => data === own.clientMsgID
  )
}

export default async function receipt(t, server) {
  const everybody = await server.users(t, 'flo', 'tim', 'tara')
  const [from, to, third] = everybody
  await t.section('any text', () => anyText(t, from, to))
  await t.section('typing', () => typing(t, from, to))
  await t.section('receipts', () => read(t, from, to))
  await t.section('messages that are taken back', () => revoke(t, from, to))
  await t.section('messages in groups', () => inGroups(t, from, to, third))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
