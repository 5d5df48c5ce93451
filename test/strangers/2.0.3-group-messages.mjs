// Messages of groups: js_v2/sdk_integrate/message.md, conversation.md and struct.md; what marking a group as read gives:
// flutter_v2/sdk_integrate/conversation.md; the messages by which a group tells what happens: MessageType and NotificationElem as declared.
import { parse } from './2.0.3-app.mjs'
import { check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

const ofMessage = message => data => data?.clientMsgID === message?.clientMsgID
const ids = list => list?.map(item => item.clientMsgID)
const holds = (groupID, matches) => data =>
  Array.isArray(data) && data.some(item => item.groupID === groupID && matches(item))

export async function groupMessages(amy, bob, cid, groupID) {
  await text(amy, bob, cid, groupID)
  await mention(amy, bob, cid, groupID)
  await receipts(amy, bob, cid, groupID)
  await unread(amy, bob, groupID)
  await revoke(amy, bob, cid, groupID)
  await search(bob, groupID)
  await keepAndClear(amy, bob, cid, groupID)
}

async function text(amy, bob, cid, groupID) {
  const message = await amy.call('createTextMessage', 'hello all')
  const sent = await amy.call('sendMessage', { recvID: '', groupID, message: JSON.stringify(message) })
  const expected = { sendID: amy.userID, groupID, sessionType: 2, contentType: 101, content: 'hello all' }
  typed('sendMessage to a group gives a MessageItem', sent, 'MessageItem')
  has('sendMessage to a group gives the message', sent, { ...expected, status: 2 })
  for (const [who, app] of [
    ['one member', bob],
    ['another member', cid]
  ]) {
    const got = await app.sees(`${who} gets OnRecvNewMessage`, CbEvents.ONRECVNEWMESSAGE, ofMessage(message))
    typed(`${who} gets a MessageItem`, got, 'MessageItem')
    has(`${who} gets the message`, got, { ...expected, isRead: false, senderNickname: 'amy' })
    has(`${who} has it in the history`, (await app.history({ groupID })).at(-1), expected)
  }
  await amy.seesNot('the sender does not', CbEvents.ONRECVNEWMESSAGE, ofMessage(message))
  const conversation = await cid.call('getOneConversation', { sourceID: groupID, sessionType: 2 })
  typed('getOneConversation of a group gives a ConversationItem', conversation, 'ConversationItem')
  has('it is the conversation of the group', conversation, {
    conversationID: `group_${groupID}`,
    conversationType: 2,
    groupID,
    userID: '',
    showName: 'walkers',
    faceURL: 'https://example.com/walk.png'
  })
  has('latestMsg is the message', parse(conversation?.latestMsg), expected)
}

async function mention(amy, bob, cid, groupID) {
  const params = { text: 'bob, look', atUserIDList: [bob.userID] }
  const { data: message } = await amy.settle('createTextAtMessage', params)
  const sent = await amy.call('sendMessage', { recvID: '', groupID, message })
  const mentioned = await bob.event(CbEvents.ONRECVNEWMESSAGE, ofMessage(sent))
  has('isAtSelf is true for who is mentioned', mentioned?.atElem, { isAtSelf: true })
  const other = await cid.event(CbEvents.ONRECVNEWMESSAGE, ofMessage(sent))
  has('isAtSelf is false for others', other?.atElem, { isAtSelf: false, text: 'bob, look' })
  const { groupAtType } = (await bob.conversation({ groupID })) ?? {}
  check('the conversation of who is mentioned says so', groupAtType > 0, 'groupAtType above 0', groupAtType)
  has('that of others does not', await cid.conversation({ groupID }), { groupAtType: 0 })
}

async function receipts(amy, bob, cid, groupID) {
  const sent = await amy.say({ groupID }, 'who reads me?')
  await bob.event(CbEvents.ONRECVNEWMESSAGE, ofMessage(sent))
  const first = (await amy.history({ groupID })).at(-1)
  has('nobody has read a new message', first?.attachedInfoElem?.groupHasReadInfo, { hasReadCount: 0 })
  await bob.call('markGroupMessageAsRead', { groupID, msgIDList: [sent?.clientMsgID] })
  const told = await amy.sees(
    'markGroupMessageAsRead is told to the sender by OnRecvGroupReadReceipt',
    CbEvents.ONRECVGROUPREADRECEIPT,
    data => Array.isArray(data) && data.some(item => item.msgIDList?.includes(sent?.clientMsgID))
  )
  has('the receipt says who has read', told?.at(-1), { userID: bob.userID, groupID })
  const read = (await amy.history({ groupID })).find(ofMessage(sent))
  has('the history of the sender says who has read', read?.attachedInfoElem?.groupHasReadInfo, {
    hasReadCount: 1,
    hasReadUserIDList: [bob.userID]
  })
  const own = (await bob.history({ groupID })).find(ofMessage(sent))
  has('isRead of the reader is true', own, { isRead: true })
  const others = (await cid.history({ groupID })).find(ofMessage(sent))
  has('isRead of others is false', others, { isRead: false })
}

async function unread(amy, bob, groupID) {
  const count = async () => (await bob.conversation({ groupID }))?.unreadCount
  for (const method of ['markGroupMessageHasRead', 'markGroupMessageAsRead']) {
    const sent = await amy.say({ groupID }, `for ${method}`)
    await bob.event(CbEvents.ONRECVNEWMESSAGE, ofMessage(sent))
    const before = await count()
    check(`before ${method} the group has something unread`, before > 0, 'above 0', before)
    const from = bob.mark
    await bob.call(method, method === 'markGroupMessageHasRead' ? groupID : { groupID, msgIDList: [] })
    same(`${method} makes unreadCount of the group 0`, await count(), 0)
    await bob.sees(
      `${method} is told by OnConversationChanged`,
      CbEvents.ONCONVERSATIONCHANGED,
      holds(groupID, item => item.unreadCount === 0),
      from
    )
    await bob.sees(
      `${method} is told by OnTotalUnreadMessageCountChanged`,
      CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
      data => Number(data) === 0,
      from
    )
  }
}

async function revoke(amy, bob, cid, groupID) {
  const sent = await bob.say({ groupID }, 'said too much')
  await cid.event(CbEvents.ONRECVNEWMESSAGE, ofMessage(sent))
  await bob.call('revokeMessage', JSON.stringify(sent))
  for (const [who, app] of [
    ['one member', amy],
    ['another member', cid]
  ]) {
    await app.sees(
      `${who} gets OnRecvMessageRevoked with the clientMsgID`,
      CbEvents.ONRECVMESSAGEREVOKED,
      data => data === sent?.clientMsgID
    )
    const left = (await app.history({ groupID })).filter(
      item => item.content === 'said too much' && item.status !== 5
    )
    same(`the history of ${who} no longer has the text`, left, [])
  }
}

async function search(bob, groupID) {
  const found = await bob.call('searchLocalMessages', {
    sourceID: groupID,
    sessionType: 2,
    keywordList: ['who reads me'],
    keywordListMatchType: 0,
    senderUserIDList: [],
    messageTypeList: [101],
    searchTimePosition: 0,
    searchTimePeriod: 0,
    pageIndex: 1,
    count: 20
  })
  same('searchLocalMessages finds messages of a group', found?.totalCount, 1)
  has('it names the conversation of the group', found?.searchResultItems?.[0], {
    conversationID: `group_${groupID}`,
    messageCount: 1
  })
}

async function keepAndClear(amy, bob, cid, groupID) {
  const message = await cid.call('createTextMessage', 'only mine')
  const inserted = await cid.call('insertGroupMessageToLocalStorage', {
    message: JSON.stringify(message),
    groupID,
    sendID: bob.userID
  })
  has('insertGroupMessageToLocalStorage gives the message', inserted, {
    content: 'only mine',
    groupID,
    sendID: bob.userID
  })
  const mine = list => list.filter(item => item.content === 'only mine').length
  same('it is in the history', mine(await cid.history({ groupID })), 1)
  same('it is in nobody else’s', mine(await bob.history({ groupID })), 0)
  await cid.call('clearGroupHistoryMessage', groupID)
  same('clearGroupHistoryMessage empties the history', ids(await cid.history({ groupID })), [])
  const spared = (await amy.history({ groupID })).length
  check('it spares those of others', spared > 0, 'messages', spared)
}

/** Types of messages by which a group tells what has happened to it. */
const told = {
  1501: 'GROUPCREATED',
  1509: 'MEMBERINVITED',
  1508: 'MEMBERKICKED',
  1510: 'MEMBERENTER',
  1502: 'GROUPINFOUPDATED',
  1514: 'GROUPMUTED',
  1515: 'GROUPCANCELMUTED',
  1512: 'GROUPMEMBERMUTED',
  1513: 'GROUPMEMBERCANCELMUTED',
  1504: 'MEMBERQUIT',
  1507: 'GROUPOWNERTRANSFERRED'
}

export async function notices(amy, groupID) {
  const history = await amy.history({ groupID }, 100)
  for (const [type, name] of Object.entries(told)) {
    const item = history.find(({ contentType }) => contentType === Number(type))
    typed(`the history tells ${name} by a MessageItem`, item && { ...item, platformID: 5 }, 'MessageItem')
    const { defaultTips, detail } = item?.notificationElem ?? {}
    check(
      `${name} is of the system and has defaultTips`,
      item?.msgFrom === 200 && defaultTips?.length > 0,
      200,
      {
        msgFrom: item?.msgFrom,
        notificationElem: item?.notificationElem
      }
    )
    check(`${name} has a detail of JSON`, typeof parse(detail) === 'object', 'JSON', detail)
  }
  const system = history.filter(item => item.msgFrom === 200)
  const platforms = [...new Set(system.map(item => item.platformID))]
  check(
    'platformID of what the system tells is a Platform as declared',
    platforms.every(platform => [1, 2, 3, 4, 5, 7, 8].includes(platform)),
    '1, 2, 3, 4, 5, 7 or 8',
    platforms
  )
}
