import { expect, test } from 'vitest'
import {
  conversationID,
  conversations,
  hears,
  hearsRevoked,
  history,
  newMessageEvent,
  read,
  revoke,
  say,
  totalUnread
} from './chat.ts'
import type { Client } from './client.ts'
import type { StartChat } from './gateway.ts'
import { versions } from './packages.ts'

const pairs = versions.flatMap(from => versions.map(to => ({ from, to })))

/** The names of the events from the one at `start` on, of those that a list of conversations lives on. */
const told = (client: Client, start: number): readonly string[] =>
  client.events
    .slice(start)
    .map(({ name }) => name)
    .filter(name => /^On(RecvNewMessages?|NewConversation|ConversationChanged|TotalUnread.*)$/.test(name))

/** The names of what came in, answers and events, from the frame at `start` on. */
const cameIn = (client: Client, start: number): readonly string[] =>
  client.frames
    .slice(start)
    .filter(({ direction }) => direction === 'in')
    .map(({ event }) => event)

/** What two people have of each other, in all pairs of versions. */
export function pairsSuite(startChat: StartChat): void {
  test.each(pairs)('$from and $to talk: messages, counts, receipts and revocations', async ({ from, to }) => {
    await using gateway = await startChat({ config: { policy: 'share' } })
    const ann = await gateway.online({ version: from, userID: 'ann' })
    const bob = await gateway.online({ version: to, userID: 'bob' })
    await Promise.all([ann.until('OnSyncServerFinish'), bob.until('OnSyncServerFinish')])

    let annAt = ann.frames.length
    let bobAt = bob.events.length
    const first = await say(ann, { userID: 'bob' }, 'first')
    await hears(bob, 'first')
    await bob.until('OnTotalUnreadMessageCountChanged', (count: string | number) => Number(count) === 1)
    const [message, conversation, ...rest] = told(bob, bobAt)
    expect([message, conversation]).toEqual([newMessageEvent(bob), 'OnNewConversation'])
    expect(rest.at(-1)).toBe('OnTotalUnreadMessageCountChanged')
    expect(rest.slice(0, -1).filter(name => name !== 'OnConversationChanged')).toEqual([])
    await ann.until('OnNewConversation')
    const frames = cameIn(ann, annAt)
    expect(frames.indexOf('OnNewConversation')).toBeGreaterThan(
      frames.findIndex(name => name.startsWith('SendMessage'))
    )

    annAt = ann.frames.length
    bobAt = bob.events.length
    const second = await say(ann, { userID: 'bob' }, 'second')
    await hears(bob, 'second')
    await bob.until('OnTotalUnreadMessageCountChanged', (count: string | number) => Number(count) === 2)
    expect(told(bob, bobAt)).toEqual([
      newMessageEvent(bob),
      'OnConversationChanged',
      'OnTotalUnreadMessageCountChanged'
    ])
    await ann.settled('is told of its own', () => cameIn(ann, annAt).includes('OnConversationChanged'))
    expect(cameIn(ann, annAt).filter(name => /^(SendMessage|On(New)?Conv)/.test(name))).toEqual([
      from === '3.5.2' ? 'SendMessageNotOss' : 'SendMessage',
      'OnConversationChanged'
    ])

    expect(await totalUnread(bob)).toBe(2)
    expect(await conversations(bob)).toEqual([
      { conversationID: conversationID(bob, { userID: 'ann' }), unreadCount: 2, latest: 'second' }
    ])
    await read(bob, { userID: 'ann' })
    await ann.until('OnRecvC2CReadReceipt', (receipts: readonly { msgIDList: readonly string[] }[]) =>
      receipts.some(({ msgIDList }) => msgIDList.includes(second.clientMsgID))
    )
    expect(await totalUnread(bob)).toBe(0)

    const third = await say(bob, { userID: 'ann' }, 'third')
    await hears(ann, 'third')
    annAt = ann.frames.length
    await revoke(bob, { userID: 'ann' }, third)
    await hearsRevoked(ann, third.clientMsgID)
    await ann.settled('sees it in its list', () => cameIn(ann, annAt).includes('OnConversationChanged'))
    const news = cameIn(ann, annAt)
    expect(news.findIndex(name => name.endsWith('MessageRevoked'))).toBeLessThan(
      news.indexOf('OnConversationChanged')
    )

    const spoken = [first, second].map(({ clientMsgID, text }) => ({ clientMsgID, text, sendID: 'ann' }))
    const ofAnn = await history(ann, { userID: 'bob' })
    expect(ofAnn.slice(0, 2)).toMatchObject(spoken)
    expect((await history(bob, { userID: 'ann' })).slice(0, 2)).toMatchObject(spoken)
    expect([...ann.failures, ...bob.failures]).toEqual([])
  })
}
