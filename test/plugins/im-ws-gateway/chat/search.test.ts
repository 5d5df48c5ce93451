import { afterEach, expect, test } from 'vitest'
import type { FoundMessages } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { Arguments } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import { startRig, textIn, type Person, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const id = 'si_ann_bob'

const search = (person: Person, args: Arguments['searchMessages']): Promise<FoundMessages> =>
  person.call('searchMessages', args)
const texts = ({ items }: FoundMessages): string[] =>
  items.flatMap(({ messageList }) => messageList.map(textIn))

async function talk(): Promise<[Person, Person, Person]> {
  rig = await startRig()
  const people = await rig.people('ann', 'bob', 'cat')
  const [ann, bob, cat] = people
  for (const [person, recvID, text] of [
    [ann, 'bob', 'Red apples'],
    [bob, 'ann', 'green apples'],
    [ann, 'bob', '100% red_wine'],
    [cat, 'ann', 'apples, please'],
    [ann, 'bob', 'Größe: Äpfel']
  ] as const) {
    await person.say({ recvID }, text)
    await rig.clock.advance(10_000)
  }
  return people
}

test('keywords find messages, whatever their case, the newest first', async () => {
  const [ann] = await talk()
  const found = await search(ann, { conversationID: id, keywordList: ['APPLES'] })
  expect(texts(found)).toEqual(['green apples', 'Red apples'])
  expect(found).toMatchObject({
    totalCount: 2,
    items: [{ conversationID: id, conversationType: 1, userID: 'bob', showName: 'N-bob', messageCount: 2 }]
  })
  expect(texts(await search(ann, { conversationID: id, keywordList: ['äpfel'] }))).toEqual(['Größe: Äpfel'])
})

test('one of the keywords is enough, or all of them are needed', async () => {
  const [ann] = await talk()
  const words = { conversationID: id, keywordList: ['apples', 'red', ''] }
  expect(texts(await search(ann, words))).toEqual(['100% red_wine', 'green apples', 'Red apples'])
  expect(texts(await search(ann, { ...words, keywordListMatchType: 1 }))).toEqual(['Red apples'])
})

test('what is a pattern in a database is a letter here', async () => {
  const [ann] = await talk()
  for (const [word, count] of [
    ['%', 1],
    ['_', 1],
    ['\\', 0],
    ["'", 0],
    ['0% r', 1]
  ] as const)
    expect([word, (await search(ann, { conversationID: id, keywordList: [word] })).totalCount]).toEqual([
      word,
      count
    ])
  await expect(search(ann, { keywordList: ['a\0'] })).rejects.toMatchObject({ code: 'badArguments' })
})

test('senders, types and times narrow the search', async () => {
  const [ann] = await talk()
  const at = { conversationID: id, keywordList: ['apples'] }
  expect(texts(await search(ann, { ...at, senderUserIDList: ['bob'] }))).toEqual(['green apples'])
  expect(texts(await search(ann, { ...at, messageTypeList: [102] }))).toEqual([])
  expect(texts(await search(ann, { ...at, messageTypeList: [101, 102] }))).toHaveLength(2)
  const start = Math.floor(rig.clock.now() / 1_000)
  expect(texts(await search(ann, { ...at, searchTimePosition: start - 45 }))).toEqual(['Red apples'])
  expect(texts(await search(ann, { ...at, searchTimePosition: start, searchTimePeriod: 42 }))).toEqual([
    'green apples'
  ])
})

test('all conversations are searched at once, each with its count', async () => {
  const [ann] = await talk()
  const found = await search(ann, { keywordList: ['apples'] })
  expect(found.items.map(({ conversationID, messageCount }) => [conversationID, messageCount])).toEqual([
    [id, 2],
    ['si_ann_cat', 1]
  ])
  expect(found.totalCount).toBe(3)
})

test('pages of a conversation go on where the one before ended', async () => {
  const [ann] = await talk()
  const page = (pageIndex: number) => search(ann, { conversationID: id, pageIndex, count: 2 })
  expect(texts(await page(1))).toEqual(['Größe: Äpfel', '100% red_wine'])
  expect(texts(await page(2))).toEqual(['green apples', 'Red apples'])
  expect(await page(3)).toMatchObject({ totalCount: 4, items: [{ messageList: [] }] })
})

test('nobody finds what is not his to see: of others, deleted, cleared or revoked', async () => {
  const [ann, bob, cat] = await talk()
  expect(texts(await search(cat, { conversationID: id, keywordList: ['red'] }))).toEqual([])
  expect(texts(await search(cat, { keywordList: ['apples'] }))).toEqual(['apples, please'])
  const { messageList } = await ann.call('getHistory', { conversationID: id, count: 9 })
  const idOf = (index: number): string => messageList[index]?.clientMsgID ?? ''
  await bob.call('deleteMessage', { conversationID: id, clientMsgID: idOf(0) })
  await bob.call('revokeMessage', { conversationID: id, clientMsgID: idOf(1) })
  expect(texts(await search(bob, { keywordList: ['apples'] }))).toEqual([])
  await ann.call('clearConversation', { conversationID: id })
  expect(texts(await search(ann, { keywordList: ['red'] }))).toEqual([])
})

test('messages that one alone sees are found too', async () => {
  const [ann, bob] = await talk()
  await ann.call('insertMessage', {
    message: { contentType: 101, textElem: { content: 'my apples' } },
    recvID: 'bob',
    sendID: 'ann'
  })
  const words = { conversationID: id, keywordList: ['apples'] }
  expect(texts(await search(ann, words))).toEqual(['my apples', 'green apples', 'Red apples'])
  expect(texts(await search(ann, { ...words, count: 1, pageIndex: 2 }))).toEqual(['green apples'])
  expect(texts(await search(bob, words))).toEqual(['green apples', 'Red apples'])
})

test("messages are found by their ids, in the conversations that are one's own", async () => {
  const [ann, , cat] = await talk()
  const { messageList } = await ann.call('getHistory', { conversationID: id, count: 9 })
  const clientMsgIDList = [messageList[2], messageList[0]].map(message => message?.clientMsgID ?? '')
  const list = [
    { conversationID: id, clientMsgIDList: [...clientMsgIDList, 'unknown'] },
    { conversationID: 'si_ann_cat', clientMsgIDList }
  ]
  const found = await ann.call('findMessages', { list })
  expect(found).toMatchObject({ totalCount: 2, items: [{ conversationID: id, messageCount: 2 }] })
  expect(texts(found)).toEqual(['Red apples', '100% red_wine'])
  expect(await cat.call('findMessages', { list })).toEqual({ totalCount: 0, items: [] })
  const many = { conversationID: id, clientMsgIDList: Array.from({ length: 501 }, (_, index) => `${index}`) }
  await expect(ann.call('findMessages', { list: [many, many] })).rejects.toMatchObject({ code: 'tooLarge' })
})
