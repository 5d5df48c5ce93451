import { expect, test } from 'vitest'
import { conversationID, said, type Said } from './chat.ts'
import type { Client } from './client.ts'
import type { Chat, StartChat } from './gateway.ts'
import { versions } from './packages.ts'
import { say } from './raw-chat.ts'

const pageSize = 170

/** Devices of ann that all speak at once: what each of them says has an order, all together have none. */
const platforms = [1, 2, 3, 4, 5, 7, 8, 9]

const atOnce = 125

/** Ann tells bob so many things from each of her devices. */
async function fill(gateway: Chat, perPlatform: number): Promise<void> {
  const lanes = platforms.map(async (platformID, lane) => {
    const ann = await gateway.raw({ userID: 'ann', dialect: '3', platformID })
    for (let from = 0; from < perPlatform; from += atOnce) {
      const some = Array.from({ length: atOnce }, (_, index) => from + index)
      await Promise.all(
        some.map(index => say(ann, { userID: 'bob' }, `m-${lane}-${index}`, `${lane} ${index}`))
      )
    }
  })
  await Promise.all(lanes)
}

/** What one of ann's devices has said, in the order in which it is told. */
const ofLane = (texts: readonly string[], lane: number): readonly number[] =>
  texts.filter(text => text.startsWith(`${lane} `)).map(text => Number(text.split(' ')[1]))

interface Page {
  readonly list: readonly Said[]
  readonly isEnd: boolean
}

/** Which way through a history, by the methods of 3.5.2 and of 2.3.0. */
const ways = {
  back: ['getAdvancedHistoryMessageList', 'getAdvancedHistoryMessageList'],
  forth: ['getAdvancedHistoryMessageListReverse', 'getHistoryMessageListReverse']
} as const

/** All pages one way, in ascending order. As programs do, each call hands over what the one before has answered. */
async function readAll(client: Client, way: keyof typeof ways, start = ''): Promise<readonly Said[]> {
  const all: Said[] = []
  let lastMinSeq = 0
  const next = async (): Promise<Page> => {
    const last = way === 'back' ? all[0] : all.at(-1)
    const method =
      client.version === '2.0.3' ? 'getHistoryMessageList' : ways[way][client.version === '3.5.2' ? 0 : 1]
    const result = await client.ask(method, {
      conversationID: conversationID(client, { userID: 'ann' }),
      userID: 'ann',
      groupID: '',
      count: pageSize,
      startClientMsgID: last?.clientMsgID ?? start,
      lastMinSeq
    })
    if (Array.isArray(result))
      return { list: result.map(one => said(client, one)), isEnd: result.length === 0 }
    const page = result as { messageList: readonly unknown[]; lastMinSeq: number; isEnd: boolean }
    lastMinSeq = page.lastMinSeq
    return { list: page.messageList.map(one => said(client, one)), isEnd: page.isEnd }
  }
  for (;;) {
    const { list, isEnd } = await next()
    if (way === 'back') all.unshift(...list)
    else all.push(...list)
    if (isEnd) return all
  }
}

/** A history of many pages. @param total of its messages, a multiple of 1,000 */
export function longHistorySuite(startChat: StartChat, total: number): void {
  const perPlatform = total / platforms.length
  test(
    `${total} messages are paged through without a hole or a duplicate, both ways`,
    { timeout: 60_000 },
    async () => {
      await using gateway = await startChat({ config: { policy: 'share' } })
      await gateway.rest.register('bob')
      await fill(gateway, perPlatform)
      let first: readonly string[] | undefined
      for (const version of versions) {
        const bob = await gateway.online({ version, userID: 'bob' })
        const found = await readAll(bob, 'back')
        const texts = found.map(({ text }) => text)
        first ??= texts
        expect(texts).toEqual(first)
        if (version === '2.0.3') continue
        const rest = await readAll(bob, 'forth', found[0]?.clientMsgID)
        expect(rest.map(({ text }) => text)).toEqual(texts.slice(1))
      }
      const inOrder = Array.from({ length: perPlatform }, (_, index) => index)
      for (const lane of platforms.keys()) expect(ofLane(first ?? [], lane)).toEqual(inOrder)
      expect(first).toHaveLength(total)
    }
  )
}
