import { afterEach, expect, test } from 'vitest'
import type { HistoryPage } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

async function talk(count: number): Promise<readonly [Person, Person]> {
  rig = await startRig()
  const people = await rig.people('ann', 'bob')
  const [ann] = people
  await Promise.all(Array.from({ length: count }, (_, index) => ann.say({ recvID: 'bob' }, `${index + 1}`)))
  return people
}

const read = ({ messageList, isEnd }: HistoryPage) => ({ texts: messageList.map(textIn).join(), isEnd })

test('pages go back strictly, until there is nothing older', async () => {
  const [, bob] = await talk(7)
  const newest = await bob.call('getHistory', { conversationID: id, count: 3 })
  expect(read(newest)).toEqual({ texts: '5,6,7', isEnd: false })
  expect(newest.lastMinSeq).toBe(5)
  const older = async (page: HistoryPage): Promise<HistoryPage> =>
    bob.call('getHistory', {
      conversationID: id,
      count: 3,
      startClientMsgID: page.messageList[0]?.clientMsgID ?? '',
      lastMinSeq: page.lastMinSeq
    })
  const second = await older(newest)
  expect(read(second)).toEqual({ texts: '2,3,4', isEnd: false })
  const last = await older(second)
  expect(read(last)).toEqual({ texts: '1', isEnd: true })
  expect(read(await older(last))).toEqual({ texts: '', isEnd: true })
})

test('a page that ends exactly with the first message says that it is the last one', async () => {
  const [, bob] = await talk(4)
  expect(read(await bob.call('getHistory', { conversationID: id, count: 4 }))).toEqual({
    texts: '1,2,3,4',
    isEnd: true
  })
})

test('pages go forward too', async () => {
  const [ann] = await talk(5)
  const first = await ann.call('getHistoryReverse', { conversationID: id, count: 2 })
  expect(read(first)).toEqual({ texts: '1,2', isEnd: false })
  const startClientMsgID = first.messageList[1]?.clientMsgID ?? ''
  const rest = await ann.call('getHistoryReverse', { conversationID: id, count: 3, startClientMsgID })
  expect(read(rest)).toEqual({ texts: '3,4,5', isEnd: true })
})

test('a page from a message that does not exist is refused, unless the number of the place is given', async () => {
  const [ann] = await talk(3)
  const from = { conversationID: id, count: 5, startClientMsgID: 'gone' }
  await expect(ann.call('getHistory', from)).rejects.toMatchObject({ code: 'recordNotFound' })
  expect(read(await ann.call('getHistory', { ...from, lastMinSeq: 3 }))).toEqual({
    texts: '1,2',
    isEnd: true
  })
})

test('a conversation without messages has an empty history, and one of others none', async () => {
  rig = await startRig()
  const [ann, bob, eve] = await rig.people('ann', 'bob', 'eve')
  expect(read(await ann.call('getHistory', { conversationID: id, count: 5 }))).toEqual({
    texts: '',
    isEnd: true
  })
  await ann.call('markConversationRead', { conversationID: id })
  await ann.call('clearConversation', { conversationID: id })
  expect(rig.cores.status().threads).toBe(0)
  await ann.say({ recvID: 'bob' }, 'secret')
  for (const conversationID of [id, 'sg_g', 'si_a', 'nonsense', 'si_eve_nobody'])
    await expect(eve.call('getHistory', { conversationID, count: 5 })).rejects.toMatchObject({
      code: 'recordNotFound'
    })
  expect(await bob.texts(id)).toEqual(['secret'])
})

test('a page ends early when its messages are large, and the next one goes on', async () => {
  rig = await startRig()
  const [ann, bob] = await rig.people('ann', 'bob')
  const large = 'x'.repeat(250_000)
  for (let index = 0; index < 40; index++) await ann.say({ recvID: 'bob' }, `${index}${large}`)
  const sizes: number[] = []
  let startClientMsgID = ''
  for (;;) {
    const page = await bob.call('getHistory', { conversationID: id, count: 1_000, startClientMsgID })
    sizes.push(page.messageList.length)
    if (page.isEnd) break
    startClientMsgID = page.messageList[0]?.clientMsgID ?? ''
  }
  expect(sizes.length).toBeGreaterThan(1)
  expect(sizes.reduce((sum, size) => sum + size)).toBe(40)
})

test('messages that one alone sees stand where they were put, on pages in both directions', async () => {
  const [ann, bob] = await talk(2)
  const insert = async (text: string) =>
    ann.call('insertMessage', {
      message: { contentType: 101, textElem: { content: text } },
      recvID: 'bob',
      sendID: 'ann'
    })
  await insert('2a')
  await insert('2b')
  await ann.say({ recvID: 'bob' }, '3')
  await insert('3a')
  expect(await ann.texts(id)).toEqual(['1', '2', '2a', '2b', '3', '3a'])
  expect(await bob.texts(id)).toEqual(['1', '2', '3'])
  for (const count of [1, 2, 3, 4, 5, 6, 7]) {
    for (const name of ['getHistory', 'getHistoryReverse'] as const) {
      const pages: string[][] = []
      let startClientMsgID = ''
      for (;;) {
        const { messageList, isEnd } = await ann.call(name, { conversationID: id, count, startClientMsgID })
        pages.push(messageList.map(textIn))
        startClientMsgID = messageList.at(name === 'getHistory' ? 0 : -1)?.clientMsgID ?? startClientMsgID
        if (isEnd) break
      }
      const all = (name === 'getHistory' ? pages.toReversed() : pages).flat()
      expect([name, count, all]).toEqual([name, count, ['1', '2', '2a', '2b', '3', '3a']])
    }
  }
})
