import { afterEach, expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { startRig, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

test('an id that no database can keep is that of nothing', async () => {
  rig = await startRig()
  const [ann] = await rig.people('ann', 'bob')
  const id = 'si_ann_bob'
  const { clientMsgID } = await ann.say({ recvID: 'bob' }, 'hello')
  const local = { contentType: 101, textElem: { content: 'x' } }
  await ann.call('insertMessage', { message: local, recvID: 'bob', sendID: 'ann' })
  const message = await ann.call('createText', { text: 'x' })
  for (const bad of ['a\0b', '\uD800']) {
    const refused = [
      ann.call('getHistory', { conversationID: id, count: 5, startClientMsgID: bad }),
      ann.call('getHistory', { conversationID: `si_ann_${bad}`, count: 5 }),
      ann.call('pinConversation', { conversationID: `si_ann_${bad}`, isPinned: true }),
      ann.call('revokeMessage', { conversationID: id, clientMsgID: bad }),
      ann.call('deleteMessage', { conversationID: '', clientMsgID: bad }),
      ann.call('setMessageLocalEx', { conversationID: id, clientMsgID: bad, localEx: 'x' }),
      ann.call('getOneConversation', { sourceID: bad, sessionType: 1 }),
      ann.call('getOneConversation', { sourceID: bad, sessionType: 3 }),
      ann.call('sendMessage', { message, recvID: bad }),
      ann.call('sendMessage', { message, groupID: bad }),
      ann.call('typing', { recvID: bad }),
      ann.call('insertMessage', { message: local, recvID: bad, sendID: 'ann' }),
      ann.call('insertMessage', { message: { ...local, clientMsgID: bad }, recvID: 'bob', sendID: 'ann' }),
      rig.cores.backOffice.send({ recvIDs: [bad], contentType: 101, content: { content: 'x' } }),
      rig.cores.backOffice.send({ groupID: bad, contentType: 101, content: { content: 'x' } }),
      rig.cores.open(bad, () => {})
    ]
    const outcomes = await Promise.allSettled(refused)
    const why = outcomes.map(outcome =>
      outcome.status === 'rejected' ? (outcome.reason as unknown) : 'done'
    )
    expect(why.filter(reason => !(reason instanceof ImError))).toEqual([])
    const list = [{ conversationID: id, clientMsgIDList: [bad, clientMsgID] }]
    expect(await ann.call('findMessages', { list })).toMatchObject({ totalCount: 1 })
    await ann.call('markMessagesRead', { conversationID: id, clientMsgIDList: [bad] })
    expect(await ann.call('getConversationID', { sourceID: bad, sessionType: 1 })).toContain(bad)
    await ann.call('setConversationDraft', { conversationID: id, draftText: bad })
    await ann.call('setMessageLocalEx', { conversationID: id, clientMsgID, localEx: bad })
  }
})
