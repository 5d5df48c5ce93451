// Every kind of message, created, sent and received: https://docs.openim.io/sdks/api/message/create…, …/sendMessage,
// https://docs.openim.io/sdks/callback/onRecvNewMessages.
// createQuoteMessage takes the quoted message as JSON, as the declarations say (its page says an object).

import { CbEvents, MessageStatus, MessageType, SessionType } from 'oim352'
import { conversation, jsonOf, message, not, now, positive, text } from './3.5.2-shapes.mjs'

const picture = (uuid, size) => ({
  uuid,
  type: 'image/png',
  size,
  width: 40,
  height: 30,
  url: `https://files.example/${uuid}.png`
})
const sound = {
  uuid: 's1',
  soundPath: 's1.mp3',
  sourceUrl: 'https://files.example/s1.mp3',
  dataSize: 2048,
  duration: 7
}
const video = {
  videoPath: 'v1.mp4',
  duration: 12,
  videoType: 'mp4',
  snapshotPath: 'v1.png',
  videoUUID: 'v1',
  videoUrl: 'https://files.example/v1.mp4',
  videoSize: 4096,
  snapshotUUID: 'v1s',
  snapshotSize: 512,
  snapshotUrl: 'https://files.example/v1.png',
  snapshotWidth: 320,
  snapshotHeight: 180
}
const file = {
  filePath: 'f1.pdf',
  fileName: 'f1.pdf',
  uuid: 'f1',
  sourceUrl: 'https://files.example/f1.pdf',
  fileSize: 8192
}

export async function kinds(t) {
  const [a, b] = [await t.online('Kay'), await t.online('Ken')]

  const face = 'https://faces.example/Kay.png'
  const send = async (method, params, contentType, elem) => {
    const created = await t.ask(a, method, params)
    const whole = {
      ...message,
      sendID: a.userID,
      senderNickname: 'Kay',
      senderFaceUrl: face,
      senderPlatformID: 5,
      contentType,
      ...elem
    }
    t.is(`${method} resolves with a message of type ${MessageType[contentType]}`, created, {
      ...whole,
      createTime: now,
      status: MessageStatus.Sending
    })
    const since = b.mark()
    const sent = await t.ask(a, 'sendMessage', { recvID: b.userID, groupID: '', message: created })
    const { clientMsgID } = created ?? {}
    const same = { ...whole, clientMsgID, recvID: b.userID, groupID: '', sessionType: SessionType.Single }
    t.is(`sending it (${MessageType[contentType]}) resolves with the message as the server has it`, sent, {
      ...same,
      serverMsgID: text,
      sendTime: now,
      status: MessageStatus.Succeed
    })
    await t.event(
      `OnRecvNewMessages has the same (${MessageType[contentType]})`,
      b,
      CbEvents.OnRecvNewMessages,
      since,
      [
        {
          ...same,
          serverMsgID: text,
          sendTime: sent?.sendTime,
          seq: positive,
          status: MessageStatus.Succeed,
          isRead: false
        }
      ]
    )
    return sent ?? {}
  }

  const kind = (method, params, contentType, elem) =>
    t.step(method, () => send(method, params, contentType, elem))

  let first = {}
  await t.step('the first message', async () => {
    const sinces = [a.mark(), b.mark()]
    const content = 'Hello, 你好 👋 "quoted" \\ \n <b>'
    first = await send('createTextMessage', content, MessageType.TextMessage, { textElem: { content } })
    const latestMsg = jsonOf({ clientMsgID: first.clientMsgID, textElem: { content } })
    const [own, other] = [
      {
        ...conversation,
        userID: b.userID,
        showName: 'Ken',
        unreadCount: 0,
        latestMsg,
        latestMsgSendTime: first.sendTime
      },
      {
        ...conversation,
        userID: a.userID,
        showName: 'Kay',
        unreadCount: 1,
        latestMsg,
        latestMsgSendTime: first.sendTime
      }
    ]
    await t.event('OnNewConversation comes to the sender', a, CbEvents.OnNewConversation, sinces[0], [
      { ...conversation, userID: b.userID, conversationType: SessionType.Single }
    ])
    await t.event('OnNewConversation comes to the receiver', b, CbEvents.OnNewConversation, sinces[1], [
      { ...conversation, userID: a.userID, conversationType: SessionType.Single }
    ])
    await t.event(
      'OnTotalUnreadMessageCountChanged has 1',
      b,
      CbEvents.OnTotalUnreadMessageCountChanged,
      sinces[1],
      1
    )
    t.is('getAllConversationList of the sender has it, read', await t.ask(a, 'getAllConversationList'), [own])
    t.is('getAllConversationList of the receiver has it, unread', await t.ask(b, 'getAllConversationList'), [
      other
    ])
    const since = b.mark()
    await t.say(a, { recvID: b.userID }, 'second')
    await t.event(
      'OnConversationChanged has the next as latestMsg, and 2 unread',
      b,
      CbEvents.OnConversationChanged,
      since,
      [
        {
          ...other,
          unreadCount: 2,
          latestMsgSendTime: now,
          latestMsg: jsonOf({ textElem: { content: 'second' } })
        }
      ]
    )
  })

  await kind(
    'createImageMessageByURL',
    {
      sourcePath: 'p.png',
      sourcePicture: picture('p1', 3),
      bigPicture: picture('p2', 2),
      snapshotPicture: picture('p3', 1)
    },
    MessageType.PictureMessage,
    {
      pictureElem: {
        sourcePath: 'p.png',
        sourcePicture: picture('p1', 3),
        bigPicture: picture('p2', 2),
        snapshotPicture: picture('p3', 1)
      }
    }
  )
  await kind('createSoundMessageByURL', { ...sound, soundType: 'audio/mpeg' }, MessageType.VoiceMessage, {
    soundElem: sound
  })
  await kind('createVideoMessageByURL', { ...video, snapShotType: 'image/png' }, MessageType.VideoMessage, {
    videoElem: video
  })
  await kind('createFileMessageByURL', { ...file, fileType: 'application/pdf' }, MessageType.FileMessage, {
    fileElem: file
  })
  const place = { description: 'Nanjing 南京', longitude: 118.7969, latitude: 32.0603 }
  await kind('createLocationMessage', place, MessageType.LocationMessage, { locationElem: place })
  const custom = { data: '{"n":1}', extension: 'ext', description: 'a custom one' }
  await kind('createCustomMessage', custom, MessageType.CustomMessage, { customElem: custom })
  const card = { userID: b.userID, nickname: 'Ken', faceURL: 'https://faces.example/Ken.png', ex: 'c' }
  await kind('createCardMessage', card, MessageType.CardMessage, { cardElem: card })
  await kind('createFaceMessage', { index: 3, data: 'smile' }, MessageType.FaceMessage, {
    faceElem: { index: 3, data: 'smile' }
  })
  const content = first.textElem?.content
  await kind(
    'createQuoteMessage',
    { text: 'indeed', message: JSON.stringify(first) },
    MessageType.QuoteMessage,
    {
      quoteElem: { text: 'indeed', quoteMessage: { clientMsgID: first.clientMsgID, textElem: { content } } }
    }
  )
  await kind(
    'createMergerMessage',
    { messageList: [first, first], title: 'Both', summaryList: ['Kay: Hello', 'Kay: Hello'] },
    MessageType.MergeMessage,
    {
      mergeElem: {
        title: 'Both',
        abstractList: ['Kay: Hello', 'Kay: Hello'],
        multiMessage: [
          { clientMsgID: first.clientMsgID },
          { clientMsgID: first.clientMsgID, textElem: { content } }
        ]
      }
    }
  )
  await kind('createForwardMessage', first, MessageType.TextMessage, {
    clientMsgID: not(first.clientMsgID),
    textElem: { content }
  })
}
