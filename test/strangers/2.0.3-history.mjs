// Pages of history, receipts, revoking, search, insertion and deletion: js_v2/sdk_integrate/message.md; the order of a page:
// flutter_v2/sdk_integrate/message.md; what a search gives and what local deletion spares: client_doc/uni_doc.md.
import { enter, leave } from './2.0.3-app.mjs'
import { byName, check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

export async function history(api) {
  const [amy, bob, cid] = await enter(api, 'amy', 'bob', 'cid')
  await pages(amy, bob)
  await receipts(amy, bob)
  await revoke(amy, bob)
  await search(amy, bob, cid)
  await insert(amy, bob)
  await deleteOne(amy, bob)
  await clear(amy, bob, cid)
  await leave(amy, bob, cid)
}

const ids = list => list?.map(item => item.clientMsgID)

async function pages(amy, bob) {
  const sent = []
  for (let number = 1; number <= 5; number += 1) sent.push(await amy.say(bob.userID, `page ${number}`))
  const all = ids(sent)
  const ask = (count, startClientMsgID) =>
    bob.call('getHistoryMessageList', { userID: amy.userID, groupID: '', count, startClientMsgID })
  const newest = await ask(2, '')
  typed('getHistoryMessageList gives MessageItems', newest, 'MessageItem[]')
  same('an empty startClientMsgID gives the newest, the newest last', ids(newest), all.slice(3))
  const before = await ask(2, all[3])
  same('startClientMsgID gives those before it, without it', ids(before), all.slice(1, 3))
  same('the last page gives what is left', ids(await ask(2, all[1])), all.slice(0, 1))
  same('before the first message there is nothing', (await ask(2, all[0])) ?? [], [])
  const { conversationID } = await bob.conversation(amy.userID)
  const byID = await bob.call('getHistoryMessageList', {
    userID: '',
    groupID: '',
    count: 5,
    startClientMsgID: '',
    conversationID
  })
  same('getHistoryMessageList takes a conversationID instead', ids(byID), all)
  const seqs = newest?.map(item => item.seq)
  check('a later message has a higher seq', seqs?.[0] < seqs?.[1], 'ascending', seqs)
}

async function receipts(amy, bob) {
  const first = await amy.say(bob.userID, 'read me')
  const second = await amy.say(bob.userID, 'and me')
  await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === second?.clientMsgID)
  const reads = id => data => Array.isArray(data) && data.some(item => item.msgIDList?.includes(id))
  await bob.call('markC2CMessageAsRead', { userID: amy.userID, msgIDList: [first?.clientMsgID] })
  const told = await amy.sees(
    'markC2CMessageAsRead is told to the sender by OnRecvC2CReadReceipt',
    CbEvents.ONRECVC2CREADRECEIPT,
    reads(first?.clientMsgID)
  )
  has(
    'the receipt says who has read',
    told?.find(item => item.msgIDList?.includes(first?.clientMsgID)),
    {
      userID: bob.userID
    }
  )
  const state = async (app, peer) => {
    const list = await app.history(peer.userID, 2)
    return list.map(item => item.isRead)
  }
  same('isRead of the sender is true of the one that was read', await state(amy, bob), [true, false])
  same('so is isRead of the reader', await state(bob, amy), [true, false])
  const { conversationID } = await bob.conversation(amy.userID)
  await bob.call('markMessageAsReadByConID', { conversationID, msgIDList: [second?.clientMsgID] })
  same('markMessageAsReadByConID marks the message as read', await state(bob, amy), [true, true])
  const third = await amy.say(bob.userID, 'unread')
  await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === third?.clientMsgID)
  const { unreadCount } = await bob.conversation(amy.userID)
  check('a message that came is unread', unreadCount > 0, 'unreadCount above 0', unreadCount)
  await bob.call('markC2CMessageAsRead', { userID: amy.userID, msgIDList: [] })
  same(
    'markC2CMessageAsRead with no ids makes unreadCount 0',
    (await bob.conversation(amy.userID)).unreadCount,
    0
  )
  await bob.call('markC2CMessageAsRead', { userID: amy.userID, msgIDList: [third?.clientMsgID] })
  await amy.sees(
    'after that a receipt of its message can still be given',
    CbEvents.ONRECVC2CREADRECEIPT,
    reads(third?.clientMsgID)
  )
}

async function revoke(amy, bob) {
  const message = await amy.say(bob.userID, 'a slip of the pen')
  await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === message?.clientMsgID)
  await amy.call('revokeMessage', JSON.stringify(message))
  await bob.sees(
    'revokeMessage is told to the other by OnRecvMessageRevoked with the clientMsgID',
    CbEvents.ONRECVMESSAGEREVOKED,
    data => data === message?.clientMsgID
  )
  for (const [who, app, peer] of [
    ['the other', bob, amy],
    ['who revoked', amy, bob]
  ]) {
    const list = await app.history(peer.userID)
    const left = list.filter(item => item.content === 'a slip of the pen' && item.status !== 5)
    same(`the history of ${who} no longer has the text`, left, [])
  }
}

async function search(amy, bob, cid) {
  const word = 'Xylophone'
  const hits = [await amy.say(bob.userID, `one ${word}`), await amy.say(bob.userID, `two ${word}`)]
  const elsewhere = await cid.say(bob.userID, `three ${word}`)
  await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === elsewhere?.clientMsgID)
  const ask = change =>
    bob.call('searchLocalMessages', {
      sourceID: amy.userID,
      sessionType: 1,
      keywordList: [word],
      keywordListMatchType: 0,
      senderUserIDList: [],
      messageTypeList: [],
      searchTimePosition: 0,
      searchTimePeriod: 0,
      pageIndex: 1,
      count: 20,
      ...change
    })
  const found = await ask({})
  same('searchLocalMessages says how many it found', found?.totalCount, 2)
  const [item] = found?.searchResultItems ?? []
  has('it gives them by conversation', item, {
    conversationID: (await bob.conversation(amy.userID)).conversationID,
    messageCount: 2
  })
  typed('it gives MessageItems', item?.messageList, 'MessageItem[]')
  same('it gives the messages with the word', byName(ids(item?.messageList)), byName(ids(hits)))
  const everywhere = await ask({ sourceID: '', sessionType: 0 })
  same('sessionType 0 searches all conversations', everywhere?.totalCount, 3)
  same('of two conversations', everywhere?.searchResultItems?.length, 2)
  same('a word that nobody wrote is not found', (await ask({ keywordList: ['Zzyzx'] }))?.totalCount, 0)
  const pictures = await ask({ messageTypeList: [102] })
  same('messageTypeList limits the types', pictures?.totalCount, 0)
  const old = await ask({ searchTimePosition: Math.floor(Date.now() / 1000) - 3600, searchTimePeriod: 60 })
  same('searchTimePosition and searchTimePeriod limit the time', old?.totalCount, 0)
  const own = await ask({ senderUserIDList: [bob.userID] })
  same('senderUserIDList limits the senders', own?.totalCount, 0)
}

async function insert(amy, bob) {
  const message = await amy.call('createTextMessage', 'a note to myself')
  const from = bob.mark
  const inserted = await amy.call('insertSingleMessageToLocalStorage', {
    message: JSON.stringify(message),
    recvID: amy.userID,
    sendID: bob.userID
  })
  has('insertSingleMessageToLocalStorage gives the message', inserted, {
    content: 'a note to myself',
    sendID: bob.userID,
    recvID: amy.userID
  })
  const kept = (await amy.history(bob.userID)).filter(item => item.content === 'a note to myself')
  same('it is in the history', kept.length, 1)
  has('it is from whom it says', kept[0], { sendID: bob.userID, recvID: amy.userID })
  const others = (await bob.history(amy.userID)).filter(item => item.content === 'a note to myself')
  same('it is not in the history of the other', others, [])
  await bob.seesNot('the other is not told', CbEvents.ONRECVNEWMESSAGE, undefined, from)
}

async function deleteOne(amy, bob) {
  for (const method of ['deleteMessageFromLocalStorage', 'deleteMessageFromLocalAndSvr']) {
    const message = await bob.say(amy.userID, `for ${method}`)
    await amy.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === message?.clientMsgID)
    const kept = (await amy.history(bob.userID)).find(item => item.clientMsgID === message?.clientMsgID)
    await amy.call(method, JSON.stringify(kept))
    const own = ids(await amy.history(bob.userID))
    check(`after ${method} the history lacks it`, !own.includes(message?.clientMsgID), 'not', own)
    const others = ids(await bob.history(amy.userID))
    check(`${method} leaves it to the other`, others.includes(message?.clientMsgID), 'still', others.length)
  }
}

async function clear(amy, bob, cid) {
  await bob.call('clearC2CHistoryMessage', amy.userID)
  same('clearC2CHistoryMessage empties the history', await bob.history(amy.userID), [])
  const spared = (await bob.history(cid.userID)).length
  check('it spares other conversations', spared > 0, 'messages', spared)
  check('it spares the history of the other', (await amy.history(bob.userID)).length > 0, 'messages', 'none')
  const later = await amy.say(bob.userID, 'after the clearing')
  await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === later?.clientMsgID)
  same('only what came later is there', ids(await bob.history(amy.userID)), ids([later]))
  for (const method of ['deleteAllMsgFromLocal', 'deleteAllMsgFromLocalAndSvr']) {
    const message = await cid.say(bob.userID, `for ${method}`)
    await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === message?.clientMsgID)
    await bob.call(method)
    const left = [...(await bob.history(amy.userID)), ...(await bob.history(cid.userID))]
    same(`${method} empties all histories`, left, [])
    const kept = ids(await cid.history(bob.userID))
    check(`${method} spares those of others`, kept.includes(message?.clientMsgID), 'still', kept.length)
  }
}
