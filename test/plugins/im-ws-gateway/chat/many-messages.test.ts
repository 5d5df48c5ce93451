import { afterEach, expect, test } from 'vitest'
import { startRig, textIn, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'
const count = 10_000

test('10,000 messages are counted, paged through in both directions, and searched', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const texts = Array.from({ length: count }, (_, index) => `${index + 1}`)
  await Promise.all(texts.map(text => ann.say({ recvID: 'bob' }, text)))
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: count, maxSeq: count })
  const told = bob.events('newMessages')
  expect(told.flatMap(({ messages }) => messages.map(textIn))).toEqual(texts)
  expect(told.length).toBeLessThan(100)

  for (const name of ['getHistory', 'getHistoryReverse'] as const) {
    const isOlder = name === 'getHistory'
    let read: string[] = []
    let startClientMsgID = ''
    for (;;) {
      const { messageList, isEnd } = await bob.call(name, {
        conversationID: id,
        count: 500,
        startClientMsgID
      })
      const page = messageList.map(textIn)
      read = isOlder ? [...page, ...read] : [...read, ...page]
      startClientMsgID = messageList.at(isOlder ? 0 : -1)?.clientMsgID ?? ''
      if (isEnd) break
    }
    expect(read).toEqual(texts)
  }

  const found = await bob.call('searchMessages', { conversationID: id, keywordList: ['999'], count: 3 })
  expect(found.totalCount).toBe(texts.filter(text => text.includes('999')).length)
  expect(found.items[0]?.messageList.map(textIn)).toEqual(['9999', '9998', '9997'])

  const page = await bob.call('getHistory', { conversationID: id, count: 1_000 })
  await bob.call('markMessagesRead', {
    conversationID: id,
    clientMsgIDList: [page.messageList[0]?.clientMsgID ?? '']
  })
  expect(await bob.conversation(id)).toMatchObject({ unreadCount: 999 })
  await bob.leave()
  const again = await rig.open('bob')
  expect(await again.conversation(id)).toMatchObject({ unreadCount: 999 })
})
