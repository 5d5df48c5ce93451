// Every kind of message, from its creation to the other's history: js_v2/sdk_integrate/message.md and struct.md; contents and types
// as declared; what a typing notice is: flutter_v2/sdk_integrate/message.md.
import { enter, leave, parse } from './2.0.3-app.mjs'
import { byName, check, has, same, typed } from './2.0.3-checks.mjs'
import { kinds, uploaded } from './2.0.3-message-kinds.mjs'
import { CbEvents } from 'oim203'

const push = {
  title: 'you have a new message',
  desc: 'from amy',
  ex: '',
  iOSPushSound: '+1',
  iOSBadgeCount: true
}

export async function messages(api) {
  const [amy, bob] = await enter(api, 'amy', 'bob')
  const text = await firstText(amy, bob)
  const other = await amy.say(bob.userID, 'another text')
  for (const kind of kinds(text, other, bob)) await send(amy, bob, kind)
  await forward(amy, bob, text)
  await typing(amy, bob)
  await progress(amy, bob)
  await fromPaths(amy, bob)
  await unsent(amy, bob)
  await odd(amy, bob)
  await burst(amy, bob)
  await leave(amy, bob)
}

async function firstText(amy, bob) {
  const message = await amy.call('createTextMessage', '你好 open im')
  typed('createTextMessage gives a MessageItem', created(message), 'MessageItem')
  has('createTextMessage gives a text of the sender', message, {
    contentType: 101,
    content: '你好 open im',
    sendID: amy.userID,
    senderNickname: 'amy',
    msgFrom: 100
  })
  check('it has a clientMsgID', message?.clientMsgID?.length > 0, 'an id', message?.clientMsgID)
  const sent = await amy.call('sendMessage', {
    recvID: bob.userID,
    groupID: '',
    offlinePushInfo: push,
    message: JSON.stringify(message)
  })
  typed('sendMessage gives a MessageItem', sent, 'MessageItem')
  const expected = {
    clientMsgID: message?.clientMsgID,
    sendID: amy.userID,
    recvID: bob.userID,
    groupID: '',
    sessionType: 1,
    contentType: 101,
    content: '你好 open im',
    platformID: 5,
    msgFrom: 100,
    status: 2,
    offlinePush: push
  }
  has('sendMessage gives the message as it was sent', sent, expected)
  check('sendMessage gives a serverMsgID', sent?.serverMsgID?.length > 0, 'an id', sent?.serverMsgID)
  check(
    'sendMessage gives the time in milliseconds',
    Math.abs(Date.now() - sent?.sendTime) < 60_000,
    Date.now(),
    sent?.sendTime
  )
  const got = await bob.sees(
    'the other gets OnRecvNewMessage',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === message?.clientMsgID
  )
  typed('OnRecvNewMessage carries a MessageItem', got, 'MessageItem')
  has('OnRecvNewMessage carries the message', got, {
    ...expected,
    isRead: false,
    senderNickname: 'amy',
    senderFaceUrl: 'https://example.com/amy.png',
    serverMsgID: sent?.serverMsgID,
    sendTime: sent?.sendTime
  })
  check('OnRecvNewMessage carries a seq', got?.seq > 0, 'a number above 0', got?.seq)
  await amy.seesNot('the sender gets no OnRecvNewMessage', CbEvents.ONRECVNEWMESSAGE)
  const kept = (await bob.history(amy.userID)).at(-1)
  typed('getHistoryMessageList gives MessageItems', [kept], 'MessageItem[]')
  has('the history of the other has it', kept, expected)
  has('the history of the sender has it', (await amy.history(bob.userID)).at(-1), expected)
  return sent
}

/** A message that was not sent yet has no session, so no type of one. */
const created = message => ({ ...message, sessionType: message?.sessionType || 1 })

/** Reduces an element to the fields that are expected of it: what it has more is not documented. */
const reduced = (elem, message) =>
  Object.fromEntries(
    Object.entries(elem).map(([name, fields]) => {
      const came = parse(message?.[name])
      return [name, Object.fromEntries(Object.keys(fields).map(key => [key, came?.[key]]))]
    })
  )

async function send(amy, bob, { method, params, contentType, elem, sentElem = elem }) {
  const quoted = method === 'createQuoteMessage' ? JSON.parse(params.message).clientMsgID : undefined
  const merged = method === 'createMergerMessage' ? params.messageList.map(item => item?.clientMsgID) : []
  const message = await amy.call(method, params)
  typed(`${method} gives a MessageItem`, created(message), 'MessageItem')
  same(`${method} gives type ${contentType}`, message?.contentType, contentType)
  same(`${method} gives the content`, reduced(sentElem, message), sentElem)
  const sending = uploaded.has(method) ? 'sendMessageNotOss' : 'sendMessage'
  const sent = await amy.call(sending, {
    recvID: bob.userID,
    groupID: '',
    message: JSON.stringify(message)
  })
  has(`${sending} sends what ${method} gave`, sent, {
    status: 2,
    clientMsgID: message?.clientMsgID,
    contentType
  })
  const got = await bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === message?.clientMsgID)
  typed(`OnRecvNewMessage carries what ${method} gave`, got, 'MessageItem')
  same(`OnRecvNewMessage has the type of ${method}`, got?.contentType, contentType)
  same(`OnRecvNewMessage has the content of ${method}`, reduced(elem, got), elem)
  const kept = (await bob.history(amy.userID, 1)).at(-1)
  same(`the history has the content of ${method}`, reduced(elem, kept), elem)
  if (quoted !== undefined) {
    typed('quoteMessage is a MessageItem', got?.quoteElem?.quoteMessage, 'MessageItem')
    has('quoteMessage is the quoted one', got?.quoteElem?.quoteMessage, { clientMsgID: quoted })
  }
  if (merged.length > 0) {
    typed('multiMessage has MessageItems', got?.mergeElem?.multiMessage, 'MessageItem[]')
    same(
      'multiMessage has the merged ones in their order',
      got?.mergeElem?.multiMessage?.map(item => item.clientMsgID),
      merged
    )
  }
}

async function forward(amy, bob, text) {
  const message = await amy.call('createForwardMessage', JSON.stringify(text))
  typed('createForwardMessage gives a MessageItem', created(message), 'MessageItem')
  same('createForwardMessage gives the content again', message?.content, text?.content)
  check(
    'createForwardMessage gives another clientMsgID',
    message?.clientMsgID && message.clientMsgID !== text?.clientMsgID,
    'another id',
    message?.clientMsgID
  )
  await amy.settle('sendMessage', { recvID: bob.userID, groupID: '', message: JSON.stringify(message) })
  const got = await bob.sees(
    'a forwarded message arrives',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.clientMsgID === message?.clientMsgID
  )
  has('with the content of the first one', got, { content: text?.content, sendID: amy.userID })
}

async function typing(amy, bob) {
  const before = (await bob.history(amy.userID)).length
  await amy.call('typingStatusUpdate', { recvID: bob.userID, msgTip: 'amy is typing' })
  const got = await bob.sees(
    'typingStatusUpdate is told by OnRecvNewMessage with type 113',
    CbEvents.ONRECVNEWMESSAGE,
    data => data?.contentType === 113
  )
  typed('a typing notice is a MessageItem', got, 'MessageItem')
  has('a typing notice says who', got, { sendID: amy.userID, recvID: bob.userID, sessionType: 1 })
  check('it carries the tip', JSON.stringify(got ?? '').includes('amy is typing'), 'amy is typing', got)
  same('it is no message of the history', (await bob.history(amy.userID)).length, before)
}

async function progress(amy, bob) {
  const from = amy.mark
  await amy.say(bob.userID, 'how far is it?')
  await amy.sees(
    'sendMessage tells its progress by OnProgress (integrate_msg_web.md)',
    CbEvents.ONPROGRESS,
    () => true,
    from
  )
}

/** For Electron, with the core on the same machine: a server has no such file and may say so. */
async function fromPaths(amy, bob) {
  const attempts = [
    { method: 'createImageMessageFromFullPath', params: '/no/such.png', contentType: 102 },
    {
      method: 'createSoundMessageFromFullPath',
      params: { soundPath: '/no/such.mp3', duration: 42 },
      contentType: 103
    },
    {
      method: 'createVideoMessageFromFullPath',
      params: {
        videoFullPath: '/no/such.mp4',
        videoType: 'mp4',
        duration: 1,
        snapshotFullPath: '/no/such.png'
      },
      contentType: 104
    },
    {
      method: 'createFileMessageFromFullPath',
      params: { fileFullPath: '/no/such.txt', fileName: 'test' },
      contentType: 105
    }
  ]
  for (const { method, params, contentType } of attempts) {
    const answer = await amy.settle(method, params)
    const message = answer?.errCode === 0 ? parse(answer.data) : undefined
    check(
      `${method} gives its type of message, or says that it cannot`,
      message?.contentType === contentType || (answer?.errCode > 0 && answer.errMsg?.length > 0),
      'a message, or errCode and errMsg',
      answer?.message ?? answer
    )
  }
  same('the connection outlives that', await bob.call('getLoginUser'), bob.userID)
}

async function unsent(amy, bob) {
  const { data: message } = await amy.settle('createTextMessage', 'to nobody')
  await amy.refused('sendMessage to nobody is rejected', 'sendMessage', {
    recvID: '',
    groupID: '',
    message
  })
  const history = await bob.history(amy.userID)
  same(
    'what was only created is in no history',
    history.filter(item => item.content === 'to nobody'),
    []
  )
}

async function burst(amy, bob) {
  const texts = Array.from({ length: 20 }, (_, index) => `burst ${index}`)
  const sent = await Promise.all(texts.map(text => amy.say(bob.userID, text)))
  same('twenty messages at once are all sent', sent.filter(Boolean).length, 20)
  await Promise.all(
    sent.map(item => bob.event(CbEvents.ONRECVNEWMESSAGE, data => data?.clientMsgID === item?.clientMsgID))
  )
  const got = bob.events
    .filter(({ event, data }) => event === CbEvents.ONRECVNEWMESSAGE && texts.includes(data?.content))
    .map(({ data }) => data)
  same('each comes once', byName(got.map(item => item.content)), byName(texts))
  same('each has a seq of its own', new Set(got.map(item => item.seq)).size, 20)
  const kept = await bob.history(amy.userID, 20)
  same(
    'they come in the order that the history has',
    got.map(item => item.content),
    kept.map(item => item.content)
  )
}

async function odd(amy, bob) {
  for (const [name, text] of [
    ['line ends, quotes and emoji', ' "two"\n\tlines \\ 😀 {"a":1} <b>&amp;</b> '],
    ['ten thousand characters', '长'.repeat(10_000)]
  ]) {
    const sent = await amy.say(bob.userID, text)
    const matches = data => data?.clientMsgID === sent?.clientMsgID
    same(`${name} arrive as they are`, (await bob.event(CbEvents.ONRECVNEWMESSAGE, matches))?.content, text)
  }
}
