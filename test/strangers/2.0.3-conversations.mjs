// Conversations and their settings: js_v2/sdk_integrate/conversation.md, integrate/web/integrate_conversation_web.md (pins, unread
// counts, muting, deletion); which event a setting gives and what getConversationRecvMessageOpt gives:
// flutter_v2/sdk_integrate/conversation.md; the form of a conversationID: client_doc/uni_doc.md.
import { enter, leave, parse } from './2.0.3-app.mjs'
import { byName, check, has, same, typed } from './2.0.3-checks.mjs'
import { CbEvents } from 'oim203'

export async function conversations(api) {
  const [amy, bob, cid] = await enter(api, 'amy', 'bob', 'cid')
  await arise(amy, bob)
  await lists(amy, bob, cid)
  await unread(amy, bob, cid)
  await draft(amy, bob)
  await pin(amy, bob, cid)
  await mute(amy, bob)
  await burn(amy, bob)
  await remove(amy, bob, cid)
  await leave(amy, bob, cid)
}

const holds = (app, matches) => data =>
  Array.isArray(data) && data.some(item => item.userID === app.userID && matches(item))
const pick = (data, app) => data?.find(item => item.userID === app.userID)

async function arise(amy, bob) {
  same('getAllConversationList of a new user is empty', (await amy.call('getAllConversationList')) ?? [], [])
  const sent = await bob.say(amy.userID, 'hello amy')
  const told = await amy.sees(
    'a first message is told by OnNewConversation, with a list',
    CbEvents.ONNEWCONVERSATION,
    holds(bob, () => true)
  )
  typed('OnNewConversation carries ConversationItems', told, 'ConversationItem[]')
  const [item] = (await amy.call('getAllConversationList')) ?? []
  typed('getAllConversationList gives ConversationItems', [item], 'ConversationItem[]')
  has('the conversation is the one with the sender', item, {
    conversationID: `single_${bob.userID}`,
    conversationType: 1,
    userID: bob.userID,
    groupID: '',
    showName: 'bob',
    faceURL: 'https://example.com/bob.png',
    recvMsgOpt: 0,
    unreadCount: 1,
    draftText: '',
    isPinned: false,
    isPrivateChat: false,
    latestMsgSendTime: sent?.sendTime
  })
  const latest = parse(item?.latestMsg)
  typed('latestMsg is the JSON of a MessageItem', latest, 'MessageItem')
  has('latestMsg is the last message', latest, {
    clientMsgID: sent?.clientMsgID,
    content: 'hello amy'
  })
  const from = amy.mark
  await bob.say(amy.userID, 'hello again')
  const changed = await amy.sees(
    'a second message is told by OnConversationChanged, with a list',
    CbEvents.ONCONVERSATIONCHANGED,
    holds(bob, ({ unreadCount }) => unreadCount === 2),
    from
  )
  typed('OnConversationChanged carries ConversationItems', changed, 'ConversationItem[]')
  has('OnConversationChanged has the new latestMsg', parse(pick(changed, bob)?.latestMsg), {
    content: 'hello again'
  })
  await amy.seesNot('a second message is no new conversation', CbEvents.ONNEWCONVERSATION, undefined, from)
}

async function lists(amy, bob, cid) {
  const one = await amy.call('getOneConversation', { sourceID: cid.userID, sessionType: 1 })
  typed('getOneConversation gives a ConversationItem', one, 'ConversationItem')
  has('getOneConversation makes one where there was none', one, { userID: cid.userID, unreadCount: 0 })
  const id = await amy.settle('getConversationIDBySessionType', { sourceID: cid.userID, sessionType: 1 })
  check(
    'getConversationIDBySessionType answers with its conversationID',
    id?.errCode === 0 && String(id.data).includes(one?.conversationID),
    one?.conversationID,
    id
  )
  await cid.say(amy.userID, 'hello from cid')
  await amy.event(
    CbEvents.ONCONVERSATIONCHANGED,
    holds(cid, item => item.unreadCount === 1)
  )
  const all = await amy.call('getAllConversationList')
  same('getAllConversationList has both', all?.length, 2)
  same('the latest comes first', all?.[0]?.userID, cid.userID)
  const pages = []
  for (const offset of [0, 1, 2]) {
    pages.push(await amy.call('getConversationListSplit', { offset, count: 1 }))
  }
  typed('getConversationListSplit gives ConversationItems', pages[0], 'ConversationItem[]')
  same(
    'getConversationListSplit gives them page by page',
    pages.map(page => page?.map(item => item.conversationID) ?? []),
    [...(all?.map(item => [item.conversationID]) ?? []), []]
  )
  const some = await amy.call('getMultipleConversation', [`single_${bob.userID}`, one?.conversationID])
  typed('getMultipleConversation gives ConversationItems', some, 'ConversationItem[]')
  same(
    'getMultipleConversation gives those that were asked for',
    byName(some?.map(item => item.userID)),
    byName([bob.userID, cid.userID])
  )
}

async function unread(amy, bob, cid) {
  same('getTotalUnreadMsgCount counts all', Number(await amy.call('getTotalUnreadMsgCount')), 3)
  const counts = amy.events.filter(({ event }) => event === CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED)
  same(
    'OnTotalUnreadMessageCountChanged told each step',
    counts.map(({ data }) => Number(data)),
    [1, 2, 3]
  )
  const from = amy.mark
  await amy.settle('markC2CMessageAsRead', { userID: bob.userID, msgIDList: [] })
  await amy.sees(
    'a conversation that is read is told by OnTotalUnreadMessageCountChanged',
    CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
    data => Number(data) === 1,
    from
  )
  await amy.sees(
    'a conversation that is read is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    holds(bob, item => item.unreadCount === 0),
    from
  )
  same('the total is lower', await amy.unread(), 1)
  await amy.settle('markC2CMessageAsRead', { userID: cid.userID, msgIDList: [] })
  same('when all is read the total is 0', await amy.unread(), 0)
}

async function draft(amy, bob) {
  const conversationID = `single_${bob.userID}`
  await amy.call('setConversationDraft', { conversationID, draftText: 'dear bob' })
  const told = await amy.sees(
    'setConversationDraft is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    holds(bob, item => item.draftText === 'dear bob')
  )
  const time = pick(told, bob)?.draftTextTime
  check('it has a draftTextTime', time > 0, 'a time', time)
  has('getOneConversation has the draft', await amy.conversation(bob.userID), { draftText: 'dear bob' })
  await amy.settle('setConversationDraft', { conversationID, draftText: '' })
  has('an empty draft removes it', await amy.conversation(bob.userID), { draftText: '' })
}

async function pin(amy, bob, cid) {
  const conversationID = `single_${bob.userID}`
  const first = async () => (await amy.call('getAllConversationList'))?.[0]?.userID
  await cid.say(amy.userID, 'I am the latest')
  await amy.event(
    CbEvents.ONCONVERSATIONCHANGED,
    holds(cid, item => item.latestMsg.includes('latest'))
  )
  await amy.call('pinConversation', { conversationID, isPinned: true })
  await amy.sees(
    'pinConversation is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    holds(bob, item => item.isPinned === true)
  )
  has('getOneConversation says that it is pinned', await amy.conversation(bob.userID), { isPinned: true })
  same('a pinned conversation is the first of the list', await first(), bob.userID)
  await amy.settle('pinConversation', { conversationID, isPinned: false })
  has('isPinned false takes the pin away', await amy.conversation(bob.userID), { isPinned: false })
  same('then the latest is the first again', await first(), cid.userID)
}

async function mute(amy, bob) {
  const conversationID = `single_${bob.userID}`
  const set = opt => amy.call('setConversationRecvMessageOpt', { conversationIDList: [conversationID], opt })
  await set(2)
  has('getOneConversation has recvMsgOpt', await amy.conversation(bob.userID), { recvMsgOpt: 2 })
  const options = await amy.call('getConversationRecvMessageOpt', [conversationID])
  same('getConversationRecvMessageOpt gives one for each conversation', options?.length, 1)
  has('it gives the opt as result', options?.[0], { result: 2 })
  const total = await amy.unread()
  const quiet = await bob.say(amy.userID, 'quietly')
  await amy.sees(
    'with opt 2 messages still come',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === quiet?.clientMsgID
  )
  same('with opt 2 they count in their conversation', (await amy.conversation(bob.userID)).unreadCount, 1)
  same('with opt 2 they do not count in the total', await amy.unread(), total)
  await set(1)
  const { unreadCount } = await amy.conversation(bob.userID)
  const refused = await bob.say(amy.userID, 'you will not get this')
  await amy.seesNot(
    'with opt 1 no message comes',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === refused?.clientMsgID
  )
  const texts = (await amy.history(bob.userID)).map(item => item.content)
  check(
    'with opt 1 none is in the history',
    !texts.includes('you will not get this'),
    'a history without',
    texts
  )
  has('with opt 1 none counts as unread', await amy.conversation(bob.userID), { unreadCount })
  same('with opt 1 none counts in the total', await amy.unread(), total)
  await set(0)
  const heard = await bob.say(amy.userID, 'and now?')
  await amy.sees(
    'with opt 0 they come again',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === heard?.clientMsgID
  )
}

async function burn(amy, bob) {
  const conversationID = `single_${bob.userID}`
  await amy.call('setOneConversationPrivateChat', { conversationID, isPrivate: true })
  await amy.sees(
    'setOneConversationPrivateChat is told by OnConversationChanged',
    CbEvents.ONCONVERSATIONCHANGED,
    holds(bob, item => item.isPrivateChat === true)
  )
  has('getOneConversation says so', await amy.conversation(bob.userID), { isPrivateChat: true })
  const sent = await amy.say(bob.userID, 'burn after reading')
  const got = await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === sent?.clientMsgID)
  has('messages say that they are to be burnt', got?.attachedInfoElem, { isPrivateChat: true })
  await amy.settle('setOneConversationPrivateChat', { conversationID, isPrivate: false })
  has('isPrivate false ends it', await amy.conversation(bob.userID), { isPrivateChat: false })
}

async function remove(amy, bob, cid) {
  const present = async app => {
    const all = (await amy.call('getAllConversationList')) ?? []
    return all.some(item => item.userID === app.userID)
  }
  await bob.say(amy.userID, 'not read')
  await amy.event(CbEvents.ONRECVNEWMESSAGE, data => data?.content === 'not read')
  const counted = (await amy.conversation(bob.userID)).unreadCount
  check('there is something unread to delete', counted > 0, 'above 0', counted)
  const from = amy.mark
  await amy.call('deleteConversation', `single_${bob.userID}`)
  same('after deleteConversation the list lacks it', await present(bob), false)
  await amy.sees(
    'deleteConversation is told by OnTotalUnreadMessageCountChanged',
    CbEvents.ONTOTALUNREADMESSAGECOUNTCHANGED,
    undefined,
    from
  )
  same('deleteConversation deletes its messages', await amy.history(bob.userID), [])
  check('those of the other stay', (await bob.history(amy.userID)).length > 0, 'messages', 'none')
  await bob.say(amy.userID, 'still here')
  await amy.event(CbEvents.ONRECVNEWMESSAGE, data => data?.content === 'still here')
  same('a new message brings the conversation back', await present(bob), true)
  await amy.call('deleteConversationFromLocalAndSvr', `single_${cid.userID}`)
  same('after deleteConversationFromLocalAndSvr the list lacks it', await present(cid), false)
  same('its messages are gone too', await amy.history(cid.userID), [])
}
