// Page `message`: every kind of message, created, sent and received.
import { CbEvents, marked, parse, say } from './2.3.0-harness.mjs'
import { message } from './2.3.0-shapes.mjs'

const picture = size => ({
  uuid: `p${size}`,
  type: 'png',
  size,
  width: 1080,
  height: 720,
  url: `http://127.0.0.1/${size}.png`
})
const image = { sourcePicture: picture(3), bigPicture: picture(2), snapshotPicture: picture(1) }
const sound = {
  uuid: 's',
  soundPath: '',
  sourceUrl: 'http://127.0.0.1/mic.mp3',
  dataSize: 1234,
  duration: 42
}
const video = {
  videoPath: '',
  duration: 12,
  videoType: 'mp4',
  snapshotPath: '',
  videoUUID: 'v',
  videoUrl: 'http://127.0.0.1/v.mp4',
  videoSize: 1234,
  snapshotUUID: 'sn',
  snapshotSize: 123,
  snapshotUrl: 'http://127.0.0.1/sn.png',
  snapshotWidth: 124,
  snapshotHeight: 125
}
const file = { filePath: '', fileName: 'test', uuid: 'f', sourceUrl: 'http://127.0.0.1/f', fileSize: 1234 }
const location = { description: 'here', longitude: 12.13, latitude: 13.14 }
const custom = { data: '{"a":1}', extension: '{"b":2}', description: 'about it' }
const face = { index: 1, data: '{"smile":true}' }
const card = JSON.stringify({ userID: 'u', nickname: 'n', faceURL: '', ex: '' })
const entity = { type: '@', offset: 0, length: 3, url: '', info: '' }

const pick = (value, like) => value && Object.fromEntries(Object.keys(like).map(key => [key, value[key]]))

// Method, what it is given, the declared contentType, and what shows that what was given has arrived.
const kinds = quoted => [
  ['createTextMessage', 'hello open im', 101, got => got.content, 'hello open im'],
  ['createImageMessage', image, 102, got => pick(got.pictureElem, image), image, 'sendMessageNotOss'],
  ['createSoundMessage', sound, 103, got => pick(got.soundElem, sound), sound, 'sendMessageNotOss'],
  ['createVideoMessage', video, 104, got => pick(got.videoElem, video), video, 'sendMessageNotOss'],
  ['createFileMessage', file, 105, got => pick(got.fileElem, file), file, 'sendMessageNotOss'],
  [
    'createMergerMessage',
    { messageList: [quoted, quoted], title: 'two', summaryList: ['one', 'and the other'] },
    107,
    ({ mergeElem: m }) => [m.title, m.abstractList, m.multiMessage.map(entry => entry.clientMsgID)],
    ['two', ['one', 'and the other'], [quoted.clientMsgID, quoted.clientMsgID]]
  ],
  ['createCardMessage', card, 108, got => parse(got.content), JSON.parse(card)],
  ['createLocationMessage', location, 109, got => pick(got.locationElem, location), location],
  ['createCustomMessage', custom, 110, got => pick(got.customElem, custom), custom],
  [
    'createQuoteMessage',
    { text: 'as you said', message: JSON.stringify(quoted) },
    114,
    ({ quoteElem: q }) => [q.text, q.quoteMessage?.clientMsgID, q.quoteMessage?.content],
    ['as you said', quoted.clientMsgID, quoted.content]
  ],
  [
    'createAdvancedQuoteMessage',
    { text: 'and more', message: JSON.stringify(quoted), messageEntityList: [entity] },
    114,
    ({ quoteElem: q }) => [q.text, q.quoteMessage?.clientMsgID],
    ['and more', quoted.clientMsgID]
  ],
  ['createFaceMessage', face, 115, got => pick(got.faceElem, face), face],
  [
    'createAdvancedTextMessage',
    { text: '@me', messageEntityList: [entity] },
    117,
    got => got.content.includes('@me'),
    true
  ]
]

const everyKind = async (t, from, to, quoted) => {
  const sentIDs = []
  marked(from, to)
  for (const [method, given, contentType, show, expected, send = 'sendMessage'] of kinds(quoted)) {
    const created = await t.json(`${method} answers`, from.sdk[method](given), message)
    const facts = [created.contentType, created.sendID, created.senderNickname]
    t.equal(`${method} makes a message of the type ${contentType} by its user`, facts, [
      contentType,
      from.userID,
      from.nickname
    ])
    t.equal('which is not sent yet: the status 1', created.status, 1)
    const target = { recvID: to.userID, groupID: '', message: JSON.stringify(created) }
    const sent = await t.json(`${send} of it answers`, from.sdk[send](target), message)
    sentIDs.push(sent.clientMsgID)
    t.equal(
      'the answer is the created message, sent',
      [sent.clientMsgID, sent.status],
      [created.clientMsgID, 2]
    )
    const fits = got => got.clientMsgID === created.clientMsgID
    const got = await t.event('the other user gets OnRecvNewMessage', to, CbEvents.ONRECVNEWMESSAGE, fits)
    t.shape('it is as declared', got, message)
    const address = [
      got?.contentType,
      got?.sendID,
      got?.recvID,
      got?.sessionType,
      got?.msgFrom,
      got?.platformID
    ]
    t.equal('it has the type and the address', address, [contentType, from.userID, to.userID, 1, 100, 5])
    const same = [got?.serverMsgID, got?.sendTime, got?.seq]
    t.equal('it is the message that was answered', same, [sent.serverMsgID, sent.sendTime, sent.seq])
    t.equal(`what ${method} was given has arrived`, got && show(got), expected)
  }
  const empty = to.events
    .slice(to.mark)
    .filter(event => event.data?.content === '')
    .map(event => event.data.contentType)
  t.equal('none of them is without content, "the content of the message"', empty, [])
  const received = to.events.slice(to.mark).filter(event => event.name === CbEvents.ONRECVNEWMESSAGE)
  const ids = received.map(event => event.data.clientMsgID)
  t.equal('the other user got them in the order of sending, once each', ids, sentIDs)
}

const forward = async (t, from, to, quoted) => {
  const created = await t.json(
    'createForwardMessage answers',
    from.sdk.createForwardMessage(JSON.stringify(quoted)),
    message
  )
  t.equal(
    'createForwardMessage keeps type and content',
    [created.contentType, created.content],
    [101, quoted.content]
  )
  const merged = { messageList: [JSON.stringify(quoted)], title: 'one', summaryList: ['a'] }
  const merger = await t.json(
    'createMergerMessage with JSON strings, as its page has it, answers',
    from.sdk.createMergerMessage(merged),
    message
  )
  t.equal(
    'it has the message',
    merger.mergeElem?.multiMessage.map(entry => entry.clientMsgID),
    [quoted.clientMsgID]
  )
  marked(to)
  const offlinePushInfo = {
    title: 'you have a new message',
    desc: '',
    ex: '',
    iOSPushSound: '',
    iOSBadgeCount: true
  }
  const target = { recvID: to.userID, groupID: '', offlinePushInfo, message: JSON.stringify(created) }
  const sent = await t.json('sendMessage with offlinePushInfo answers', from.sdk.sendMessage(target), message)
  t.equal('the answer has the offlinePush', sent.offlinePush, offlinePushInfo)
  const got = await t.event(
    'the forwarded message arrives',
    to,
    CbEvents.ONRECVNEWMESSAGE,
    data => data.clientMsgID === sent.clientMsgID
  )
  t.equal(
    'it has the content, and who forwarded it as sender',
    [got?.content, got?.sendID],
    [quoted.content, from.userID]
  )
}

// Pages say that these are for Electron: a file on the disk. A gateway may say that it does not support them.
const fromPaths = async (t, user) => {
  const given = {
    createImageMessageFromFullPath: 'a.png',
    createSoundMessageFromFullPath: { soundPath: 'a.mp3', duration: 1 },
    createVideoMessageFromFullPath: {
      videoFullPath: 'a.mp4',
      videoType: 'mp4',
      duration: 1,
      snapshotFullPath: 'a.png'
    },
    createFileMessageFromFullPath: { fileFullPath: 'a.txt', fileName: 'a.txt' }
  }
  for (const [method, params] of Object.entries(given)) {
    await t.answered(method, user.sdk[method](params))
  }
}

export default async function messages(t, server) {
  const everybody = await server.users(t, 'fran', 'tom')
  const [from, to] = everybody
  const quoted = await say(from, to, 'the first words')
  await to.wait(CbEvents.ONRECVNEWMESSAGE, data => data.clientMsgID === quoted.clientMsgID)
  await t.section('every kind of message', () => everyKind(t, from, to, quoted))
  await t.section('a forwarded message', () => forward(t, from, to, quoted))
  await t.section('messages of local files', () => fromPaths(t, from))
  await Promise.all(everybody.map(({ sdk }) => sdk.logout()))
}
