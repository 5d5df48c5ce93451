// The other ways to send, and that what is sent comes once and in order: https://docs.openim.io/sdks/api/message/sendMessage,
// …/sendMessageNotOss, …/typingStatusUpdate, https://docs.openim.io/sdk/wasm/message/sending-messages/send-message (isOnlineOnly).

import { CbEvents, MessageType, SessionType } from 'oim352'
import { including, listOf, message, text, without } from './3.5.2-shapes.mjs'

export async function sending(t) {
  const [a, b] = [await t.online('Sue'), await t.online('Sid')]

  await t.step('the other ways to send', async () => {
    const created = await t.ask(a, 'createTextMessage', 'not by OSS')
    let since = b.mark()
    const offlinePushInfo = { title: 'T', desc: 'D', ex: 'E', iOSPushSound: 'ding', iOSBadgeCount: true }
    const sent = await t.ask(a, 'sendMessageNotOss', {
      recvID: b.userID,
      groupID: '',
      message: created,
      offlinePushInfo
    })
    t.is('sendMessageNotOss resolves with the message', sent, {
      clientMsgID: created?.clientMsgID,
      serverMsgID: text
    })
    await t.event('what sendMessageNotOss sends comes', b, CbEvents.OnRecvNewMessages, since, [
      { textElem: { content: 'not by OSS' } }
    ])

    const brief = await t.ask(a, 'createTextMessage', 'only now')
    since = b.mark()
    await t.ask(a, 'sendMessage', { recvID: b.userID, groupID: '', message: brief, isOnlineOnly: true })
    const names = [CbEvents.OnRecvNewMessages, CbEvents.OnRecvNewMessage]
    await t.event('a message with isOnlineOnly comes to who is online', b, names, since, [
      { textElem: { content: 'only now' } }
    ])
    const conversationID = await t.conversationOf(b, a.userID, SessionType.Single)
    t.is(
      'it is not in the history',
      await t.history(b, conversationID),
      without({ textElem: { content: 'only now' } })
    )

    since = b.mark()
    await t.ask(a, 'typingStatusUpdate', { recvID: b.userID, msgTip: 'yes' })
    await t.event('typing comes as a message of type TypingMessage', b, names, since, [
      { sendID: a.userID, contentType: MessageType.TypingMessage, typingElem: { msgTips: 'yes' } }
    ])
  })

  await t.step('many messages', async () => {
    const since = b.mark()
    const texts = Array.from({ length: 10 }, (_, i) => `row ${i}`)
    for (const row of texts) await t.say(a, { recvID: b.userID }, row)
    await t.event(
      'the last of ten messages comes',
      b,
      CbEvents.OnRecvNewMessages,
      since,
      including({ textElem: { content: 'row 9' } })
    )
    const told = b.log.slice(since).filter(({ name }) => name === CbEvents.OnRecvNewMessages)
    t.is(
      'OnRecvNewMessages always has a list of MessageItems',
      told.map(({ data }) => data),
      listOf(listOf(message))
    )
    const rows = told.flatMap(({ data }) => data).map(({ textElem }) => textElem?.content)
    t.is('they come once each, in the order in which they were sent', rows, texts)
    const seqs = told.flatMap(({ data }) => data).map(({ seq }) => seq)
    t.is(
      'their seqs rise',
      seqs,
      [...new Set(seqs)].toSorted((x, y) => x - y)
    )
  })
}
