// Page `message`: histories in pages, search, and messages that are deleted, cleared or inserted.
import { CbEvents, marked, parse, say, sorted } from './2.3.0-harness.mjs'
import { message } from './2.3.0-shapes.mjs'

const contents = list => list.map(entry => entry.content)
const texts = data => contents(JSON.parse(data).filter(entry => entry.contentType === 101))

const list = async (user, target, more) => {
  const options = { userID: '', groupID: '', startClientMsgID: '', count: 50, ...target, ...more }
  return texts((await user.sdk.getHistoryMessageList(options)).data)
}

const words = ['one', 'two', 'three', 'four', 'five']

// flutter_v2 `message`: the last entry of a list is the newest.
const pages = async (t, user, to) => {
  const target = typeof to === 'string' ? { groupID: to } : { userID: to.userID }
  const sent = []
  for (const word of words) sent.push(await say(user, to, word))
  const read = more => ({ userID: '', groupID: '', startClientMsgID: '', count: 3, ...target, ...more })
  const newest = await t.json('getHistoryMessageList answers', user.sdk.getHistoryMessageList(read()), [
    message
  ])
  t.equal('it has the newest messages, the newest last', contents(newest), words.slice(2))
  const before = read({ startClientMsgID: sent[2].clientMsgID })
  const older = await t.json(
    'getHistoryMessageList from a message answers',
    user.sdk.getHistoryMessageList(before),
    [message]
  )
  t.equal('it has those before that message', contents(older).slice(-2), ['one', 'two'])
  const after = read({ startClientMsgID: sent[1].clientMsgID })
  const later = await t.json(
    'getHistoryMessageListReverse answers',
    user.sdk.getHistoryMessageListReverse(after),
    [message]
  )
  t.equal('it has those after that message', sorted(contents(later)), sorted(words.slice(2)))
  const advanced = read({ conversationID: '', lastMinSeq: 0 })
  const got = await t.json(
    'getAdvancedHistoryMessageList answers',
    user.sdk.getAdvancedHistoryMessageList(advanced),
    {
      messageList: [message],
      isEnd: 'boolean',
      lastMinSeq: 'number'
    }
  )
  t.equal(
    'its messageList has the newest messages, the newest last',
    contents(got.messageList ?? []),
    words.slice(2)
  )
  const next = { ...advanced, startClientMsgID: sent[2].clientMsgID, lastMinSeq: got.lastMinSeq, count: 50 }
  const rest = await t.json(
    'getAdvancedHistoryMessageList goes on',
    user.sdk.getAdvancedHistoryMessageList(next),
    {
      messageList: [message]
    }
  )
  t.equal('it has the rest', contents(rest.messageList ?? []).slice(-2), ['one', 'two'])
  t.equal('and isEnd', rest.isEnd, true)
  return sent
}

const find = async (t, user, conversationID, sent) => {
  const clientMsgIDList = [sent[0], sent[4]].map(entry => entry.clientMsgID)
  const shape = { findResultItems: [{ conversationID: 'string', messageList: [message] }] }
  await t.resolves(
    'findMessageList with its declared parameter resolves',
    user.sdk.findMessageList({ conversationID, clientMsgIDList })
  )
  const items = of => of.findResultItems?.flatMap(item => item.messageList) ?? []
  const listed = await t.json(
    'findMessageList with a list of them, as openim-sdk-core 2.3 takes it, answers',
    user.sdk.findMessageList([{ conversationID, clientMsgIDList }]),
    shape
  )
  t.equal('it has the messages', sorted(contents(items(listed))), ['five', 'one'])
  const options = { userID: '', groupID: '', conversationID, startClientMsgID: sent[1].clientMsgID, count: 1 }
  const byID = JSON.parse((await user.sdk.getHistoryMessageList(options)).data)
  t.equal('getHistoryMessageList takes the conversationID, too', contents(byID), ['one'])
}

const search = async (t, user, other, conversationID) => {
  const options = {
    conversationID: '',
    keywordList: ['needle'],
    keywordListMatchType: 0,
    senderUserIDList: [],
    messageTypeList: [],
    searchTimePosition: 0,
    searchTimePeriod: 0,
    pageIndex: 0,
    count: 0
  }
  const item = {
    conversationID: 'string',
    conversationType: 'number',
    faceURL: 'string',
    showName: 'string',
    messageCount: 'number',
    messageList: [message]
  }
  const shape = { searchResultItems: [item] }
  const ask = more => user.sdk.searchLocalMessages({ ...options, ...more })
  const everywhere = await t.json('searchLocalMessages in all conversations answers', ask(), shape)
  const summary = everywhere.searchResultItems?.map(entry => [
    entry.conversationID,
    entry.messageCount,
    entry.showName
  ])
  t.equal('it has the conversation and how many messages match', summary, [
    [conversationID, 2, other.nickname]
  ])
  const here = { conversationID, pageIndex: 1, count: 10 }
  const yesterday = Math.floor(Date.now() / 1000) - 86_400
  const both = ['a needle', 'my needle']
  const ways = {
    'in one conversation': { given: {}, expected: both },
    'by sender': { given: { senderUserIDList: [other.userID] }, expected: ['my needle'] },
    'by type': { given: { messageTypeList: [101] }, expected: both },
    'by another type': { given: { messageTypeList: [102] }, expected: [] },
    'in the last hour': { given: { searchTimePeriod: 3600 }, expected: both },
    'in an hour of yesterday': {
      given: { searchTimePosition: yesterday, searchTimePeriod: 3600 },
      expected: []
    },
    'for what nobody said': { given: { keywordList: ['haystack'] }, expected: [] }
  }
  for (const [what, way] of Object.entries(ways)) {
    const answer = parse(
      await t.resolves(`searchLocalMessages ${what} resolves`, ask({ ...here, ...way.given }))
    )
    const found = (answer?.searchResultItems ?? []).flatMap(entry => contents(entry.messageList))
    t.equal(`searchLocalMessages ${what} finds what matches`, sorted(found), way.expected)
  }
}

const deletions = async (t, user, other) => {
  for (const method of ['deleteMessageFromLocalStorage', 'deleteMessageFromLocalAndSvr']) {
    const sent = await say(user, other, `for ${method}`)
    await t.resolves(`${method} resolves`, user.sdk[method](JSON.stringify(sent)))
    const own = await list(user, { userID: other.userID })
    t.holds('the own history has the message no more', !own.includes(`for ${method}`), 'no such message', own)
    const theirs = await list(other, { userID: user.userID })
    t.holds("the other's history has it still", theirs.includes(`for ${method}`), `for ${method}`, theirs)
  }
}

const inserts = async (t, user, other, groupID) => {
  const ways = {
    insertSingleMessageToLocalStorage: [{ recvID: user.userID }, { userID: other.userID }],
    insertGroupMessageToLocalStorage: [{ groupID }, { groupID }]
  }
  for (const [method, [more, target]] of Object.entries(ways)) {
    const { data } = await user.sdk.createTextMessage(`by ${method}`)
    marked(other)
    await t.resolves(`${method} resolves`, user.sdk[method]({ message: data, sendID: other.userID, ...more }))
    const own = await list(user, target)
    t.holds('the own history has the inserted message', own.includes(`by ${method}`), `by ${method}`, own)
    const theirs = await list(other, target.groupID ? target : { userID: user.userID })
    t.holds("the other's history has it not", !theirs.includes(`by ${method}`), 'no such message', theirs)
    t.equal(
      'the other gets no message of it',
      other.find(CbEvents.ONRECVNEWMESSAGE, entry => entry.content === `by ${method}`),
      undefined
    )
  }
}

const clears = async (t, user, other, groupID) => {
  const ways = {
    clearC2CHistoryMessage: [[other.userID], other],
    clearC2CHistoryMessageFromLocalAndSvr: [[other.userID], other],
    clearGroupHistoryMessage: [[groupID], groupID],
    clearGroupHistoryMessageFromLocalAndSvr: [[groupID], groupID],
    deleteAllMsgFromLocal: [[], other],
    deleteAllMsgFromLocalAndSvr: [[], groupID]
  }
  for (const [method, [given, to]] of Object.entries(ways)) {
    const text = `before ${method}`
    const target = to === groupID ? { groupID } : { userID: other.userID }
    await say(user, to, text)
    await t.resolves(`${method} resolves`, user.sdk[method](...given))
    t.equal('the own history is empty', await list(user, target), [])
    const theirs = await list(other, to === groupID ? target : { userID: user.userID })
    t.equal("the other's history has the message still", theirs.at(-1), text)
    await say(user, to, `after ${method}`)
    t.equal('what is sent later is in the history', await list(user, target), [`after ${method}`])
  }
}

export default async function history(t, server) {
  const everybody = await server.users(t, 'hal', 'ivy')
  const [user, other] = everybody
  const memberList = [{ userID: other.userID, roleLevel: 1 }]
  const made = await user.sdk.createGroup({ groupBaseInfo: { groupType: 0, groupName: 'H' }, memberList })
  const { groupID } = JSON.parse(made.data)
  let sent = []
  await t.section('pages of a chat', async () => {
    sent = await pages(t, user, other)
  })
  await t.section('pages of a group', () => pages(t, user, groupID))
  const of = { sourceID: other.userID, sessionType: 1 }
  const { data: conversationID } = await user.sdk.getConversationIDBySessionType(of)
  await t.section('messages by ID', () => find(t, user, conversationID, sent))
  await say(user, other, 'a needle')
  await say(other, user, 'my needle')
  await user.wait(CbEvents.ONRECVNEWMESSAGE, entry => entry.content === 'my needle')
  await t.section('search', () => search(t, user, other, conversationID))
  await t.section('deletions', () => deletions(t, user, other))
  await t.section('insertions', () => inserts(t, user, other, groupID))
  await t.section('clearing', () => clears(t, user, other, groupID))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
