// History, search, deleting, what is stored with the client alone: https://docs.openim.io/sdks/api/message/.
// A page of history is in order of time, its last message the newest, and the next page starts from the first:
// https://docs.openim.io/sdks/api/message/getAdvancedHistoryMessageList and …Reverse.

import { CbEvents, MessageType, SessionType } from 'oim352'
import {
  boolean,
  conversation,
  including,
  jsonOf,
  just,
  listOf,
  message,
  not,
  number,
  string,
  text,
  without
} from './3.5.2-shapes.mjs'

const idsOf = list => (Array.isArray(list) ? list : []).map(({ clientMsgID }) => clientMsgID)

export async function history(t) {
  const [a, b] = [await t.online('Hal'), await t.online('Hue')]
  const sent = []
  for (let i = 0; i < 7; i++)
    sent.push(await t.say(a, { recvID: b.userID }, i % 2 ? `odd ${i}` : `even ${i}`))
  const ids = idsOf(sent)
  await b.find([CbEvents.OnRecvNewMessages], including({ clientMsgID: ids[6] }), 0)
  const conversationID = await t.conversationOf(b, a.userID, SessionType.Single)

  await t.step('paging', async () => {
    const page = {
      isEnd: boolean,
      lastMinSeq: number,
      errCode: 0,
      errMsg: string,
      messageList: listOf(message)
    }
    const load = (method, startClientMsgID, count, lastMinSeq = 0) =>
      t.ask(b, method, { conversationID, startClientMsgID, count, lastMinSeq })
    const back = 'getAdvancedHistoryMessageList'
    const newest = await load(back, '', 3)
    t.is(`${back} resolves with an AdvancedGetMessageResult`, newest, { ...page, isEnd: false })
    t.is(
      'the first page has the newest messages, the last one the newest',
      idsOf(newest?.messageList),
      ids.slice(4)
    )
    const middle = await load(back, ids[4], 3, newest?.lastMinSeq)
    t.is('the next page has those before', idsOf(middle?.messageList), ids.slice(1, 4))
    const oldest = await load(back, ids[1], 3, middle?.lastMinSeq)
    t.is(
      'the last page has the rest, and isEnd',
      { ids: idsOf(oldest?.messageList), isEnd: oldest?.isEnd },
      {
        ids: ids.slice(0, 1),
        isEnd: true
      }
    )
    const forth = 'getAdvancedHistoryMessageListReverse'
    const next = await load(forth, ids[1], 2)
    t.is(`${forth} resolves with an AdvancedGetMessageResult`, next, { ...page, isEnd: false })
    t.is(`${forth} has those after`, idsOf(next?.messageList), ids.slice(2, 4))
    const last = await load(forth, ids[3], 10, next?.lastMinSeq)
    t.is(
      'its last page has the rest, and isEnd',
      { ids: idsOf(last?.messageList), isEnd: last?.isEnd },
      {
        ids: ids.slice(4),
        isEnd: true
      }
    )
  })

  await t.step('finding', async () => {
    const clientMsgIDList = [ids[1], ids[3]]
    const found = await t.ask(b, 'findMessageList', [{ conversationID, clientMsgIDList }])
    const two = just({ ...message, clientMsgID: ids[1] }, { ...message, clientMsgID: ids[3] })
    t.is('findMessageList resolves with totalCount and findResultItems', found, {
      totalCount: 2,
      findResultItems: [{ conversationID, messageList: two }]
    })
  })

  await t.step('searching', async () => {
    const everywhere = {
      conversationID: '',
      keywordList: ['odd 3'],
      keywordListMatchType: 0,
      senderUserIDList: [],
      messageTypeList: [MessageType.TextMessage],
      searchTimePosition: 0,
      searchTimePeriod: 0,
      pageIndex: 1,
      count: 20
    }
    const one = {
      totalCount: 1,
      searchResultItems: [
        {
          conversationID,
          messageCount: 1,
          conversationType: SessionType.Single,
          showName: 'Hal',
          faceURL: 'https://faces.example/Hal.png',
          messageList: [{ ...message, clientMsgID: ids[3], textElem: { content: 'odd 3' } }]
        }
      ]
    }
    t.is(
      'searchLocalMessages finds in all conversations',
      await t.ask(b, 'searchLocalMessages', everywhere),
      one
    )
    const here = { ...everywhere, conversationID }
    t.is('searchLocalMessages finds in one conversation', await t.ask(b, 'searchLocalMessages', here), one)
    const day = { ...here, searchTimePeriod: 24 * 60 * 60 }
    t.is('searchLocalMessages finds in the last day', await t.ask(b, 'searchLocalMessages', day), one)
    const pictures = { ...here, messageTypeList: [MessageType.PictureMessage] }
    t.is('searchLocalMessages finds the given types only', await t.ask(b, 'searchLocalMessages', pictures), {
      totalCount: 0
    })
    const pages = []
    for (const pageIndex of [1, 2]) {
      const page = await t.ask(b, 'searchLocalMessages', {
        ...here,
        keywordList: ['even'],
        pageIndex,
        count: 3
      })
      pages.push(idsOf(page?.searchResultItems?.[0]?.messageList))
    }
    t.is(
      'searchLocalMessages has count messages a page',
      pages.map(({ length }) => length),
      [3, 1]
    )
    t.is('its pages have every match once', pages.flat(), just(ids[0], ids[2], ids[4], ids[6]))
    t.is(
      'searchLocalMessages of what nobody said',
      await t.ask(b, 'searchLocalMessages', { ...here, keywordList: ['zzz'] }),
      {
        totalCount: 0
      }
    )
  })

  await t.step('what the client alone has', async () => {
    await t.ask(b, 'setMessageLocalEx', { conversationID, clientMsgID: ids[2], localEx: 'saved/here' })
    const marked = { clientMsgID: ids[2], localEx: 'saved/here' }
    t.is('setMessageLocalEx shows in the history', (await t.history(b, conversationID))[2], marked)
    t.is('the other side does not see it', (await t.history(a, conversationID))[2], {
      clientMsgID: ids[2],
      localEx: ''
    })

    let since = b.mark()
    const note = await t.ask(b, 'createTextMessage', 'a note of mine')
    const insert = { message: note, recvID: b.userID, sendID: a.userID }
    await t.ask(b, 'insertSingleMessageToLocalStorage', insert)
    const own = { textElem: { content: 'a note of mine' }, sendID: a.userID, recvID: b.userID }
    await t.event(
      'OnConversationChanged has the inserted message as latestMsg',
      b,
      CbEvents.OnConversationChanged,
      since,
      [{ ...conversation, conversationID, latestMsg: jsonOf({ textElem: own.textElem }) }]
    )
    t.is('an inserted message is in the history', (await t.history(b, conversationID)).at(-1), own)
    t.is(
      'the other side does not have it',
      await t.history(a, conversationID),
      without({ textElem: own.textElem })
    )

    const created = await t.ask(a, 'createGroup', {
      groupInfo: { groupName: 'Pair', groupType: 2 },
      memberUserIDs: [b.userID]
    })
    const groupID = created?.groupID
    const groupConversation = await t.conversationOf(b, groupID, SessionType.Group)
    since = b.mark()
    const tip = await t.ask(b, 'createTextMessage', 'a tip in a group')
    await t.ask(b, 'insertGroupMessageToLocalStorage', { message: tip, groupID, sendID: a.userID })
    const inserted = { textElem: { content: 'a tip in a group' }, groupID, sendID: a.userID }
    await t.event(
      'OnConversationChanged has the message inserted into a group',
      b,
      [CbEvents.OnConversationChanged, CbEvents.OnNewConversation],
      since,
      [{ conversationID: groupConversation, latestMsg: jsonOf({ textElem: inserted.textElem }) }]
    )
    t.is('it is in the history', (await t.history(b, groupConversation)).at(-1), inserted)
    t.is(
      'other members do not have it',
      await t.history(a, groupConversation),
      without({ textElem: inserted.textElem })
    )
  })

  await t.step('deleting messages', async () => {
    const last = (await t.history(b, conversationID)).at(-1)
    await t.ask(b, 'deleteMessage', { conversationID, clientMsgID: last?.clientMsgID })
    let since = b.mark()
    await t.ask(b, 'deleteMessage', { conversationID, clientMsgID: ids[6] })
    await t.event(
      'OnConversationChanged has another latestMsg after deleteMessage',
      b,
      CbEvents.OnConversationChanged,
      since,
      [{ conversationID, latestMsg: jsonOf({ clientMsgID: ids[5] }) }]
    )
    t.is('deleteMessage shows in the history', idsOf(await t.history(b, conversationID)), ids.slice(0, 6))
    since = b.mark()
    await t.ask(b, 'deleteMessageFromLocalStorage', { conversationID, clientMsgID: ids[5] })
    await t.event('so it has after deleteMessageFromLocalStorage', b, CbEvents.OnConversationChanged, since, [
      { conversationID, latestMsg: jsonOf({ clientMsgID: ids[4] }) }
    ])
    t.is(
      'deleteMessageFromLocalStorage shows in the history',
      idsOf(await t.history(b, conversationID)),
      ids.slice(0, 5)
    )
  })

  await t.step('deleting all messages', async () => {
    for (const method of ['deleteAllMsgFromLocal', 'deleteAllMsgFromLocalAndSvr']) {
      const since = b.mark()
      await t.ask(b, method)
      await t.event(
        `OnConversationChanged comes after ${method}`,
        b,
        CbEvents.OnConversationChanged,
        since,
        including({ conversationID })
      )
      t.is(`the history is empty after ${method}`, await t.history(b, conversationID), [])
      const list = (await t.ask(b, 'getAllConversationList')) ?? []
      t.is(`the conversation stays after ${method}`, list, including({ conversationID, unreadCount: 0 }))
      await t.say(a, { recvID: b.userID }, `new after ${method}`)
      await b.find(
        [CbEvents.OnRecvNewMessages],
        including({ textElem: { content: `new after ${method}` } }),
        since
      )
      t.is(`new messages come after ${method}`, await t.history(b, conversationID), [
        { textElem: { content: `new after ${method}` }, clientMsgID: text, serverMsgID: not('') }
      ])
    }
  })
}
