import { expect, test } from 'vitest'
import { conversationID, history, said, type Said } from './chat.ts'
import type { Client } from './client.ts'
import { startGateway, type Gateway } from './gateway.ts'
import { versions } from './packages.ts'
import { say } from './raw-chat.ts'

const total = 10_000
const pageSize = 170

/** Devices of ann that all speak at once: what each of them says has an order, all together have none. */
const platforms = [1, 2, 3, 4, 5, 7, 8, 9]

const perPlatform = total / platforms.length
const atOnce = 125

/** Ann tells bob `total` things. */
async function fill(gateway: Gateway): Promise<void> {
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

/** All pages from the newest to the oldest, in ascending order. */
async function backwards(client: Client): Promise<readonly Said[]> {
  const all: Said[] = []
  for (;;) {
    const page = await history(client, { userID: 'ann' }, pageSize, all[0]?.clientMsgID)
    if (page.length === 0) return all
    all.unshift(...page)
  }
}

/** All pages from the oldest to the newest. */
async function forwards(client: Client, from: string): Promise<readonly Said[]> {
  const all: Said[] = []
  for (;;) {
    const page = {
      conversationID: conversationID(client, { userID: 'ann' }),
      userID: 'ann',
      groupID: '',
      count: pageSize,
      startClientMsgID: all.at(-1)?.clientMsgID ?? from,
      lastMinSeq: 0
    }
    const isV3 = client.version === '3.5.2'
    const method = isV3 ? 'getAdvancedHistoryMessageListReverse' : 'getHistoryMessageListReverse'
    const result = await client.ask(method, page)
    const list = isV3 ? (result as { readonly messageList: readonly unknown[] }).messageList : result
    const found = (list as readonly unknown[]).map(one => said(client, one))
    if (found.length === 0) return all
    all.push(...found)
  }
}

test('10,000 messages are paged through without a hole or a duplicate, in both directions', async () => {
  await using gateway = await startGateway({ config: { policy: 'share' } })
  await gateway.rest.register('bob')
  await fill(gateway)
  let first: readonly string[] | undefined
  for (const version of versions) {
    const bob = await gateway.online({ version, userID: 'bob' })
    const found = await backwards(bob)
    const texts = found.map(({ text }) => text)
    first ??= texts
    expect(texts).toEqual(first)
    if (version === '2.0.3') continue
    const rest = await forwards(bob, found[0]?.clientMsgID ?? '')
    expect(rest.map(({ text }) => text)).toEqual(texts.slice(1))
  }
  const inOrder = Array.from({ length: perPlatform }, (_, index) => index)
  for (const lane of platforms.keys()) expect(ofLane(first ?? [], lane)).toEqual(inOrder)
  expect(first).toHaveLength(total)
})
