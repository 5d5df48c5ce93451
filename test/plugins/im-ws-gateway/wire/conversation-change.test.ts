import { describe, expect, test } from 'vitest'
import type { Conversation } from '../../../../src/plugins/im-ws-gateway/model.ts'
import {
  conversationChange,
  encodeEvent,
  type Client,
  type ReplyFrame
} from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import * as samples from './samples.ts'

const clients: readonly Client[] = [
  { dialect: '2.0', batch: false, platformID: 5 },
  { dialect: '2.3', batch: true, platformID: 5 },
  { dialect: '3', batch: true, platformID: 5 }
]
/** Of a message of its own, so that no test meets what another has left behind. */
const groupConversation = (): Conversation => ({
  ...samples.groupConversation,
  showName: '牌坊 "quoted" \\ 🐉',
  latestMsg: { ...samples.text, groupID: 'g1', sessionType: 3 }
})

function parsed(text: string | undefined): unknown {
  const frame = JSON.parse(text ?? '') as ReplyFrame
  return { ...frame, data: JSON.parse(frame.data) as unknown }
}

const inParts = (client: Client, conversation: Conversation): unknown => {
  const change = conversationChange(client, [conversation])
  return parsed(`${change?.own}${change?.shared.toString()}`)
}
const asWhole = (client: Client, conversation: Conversation): unknown =>
  parsed(encodeEvent(client, { kind: 'conversationsChanged', conversations: [conversation] }, 'u1')[0])

/** Another value of the same type. */
function other(value: unknown): unknown {
  if (typeof value === 'boolean') return !value
  return typeof value === 'number' ? value + 1 : `${String(value)}其他`
}

describe.each(clients)('how a group stands for its members, to a client of $dialect', client => {
  const first = groupConversation()

  test('is told in two parts that make the frame', () => {
    expect(inParts(client, first)).toEqual(asWhole(client, first))
  })

  test.each(Object.keys(first).filter(name => name !== 'latestMsg' && name !== 'groupID'))(
    'is its own where %s differs',
    name => {
      const changed: Conversation = { ...first, [name]: other(first[name as keyof Conversation]) }
      expect(inParts(client, first)).toEqual(asWhole(client, first))
      expect(inParts(client, changed)).toEqual(asWhole(client, changed))
      expect(inParts(client, first)).toEqual(asWhole(client, first))
    }
  )

  test('shares its bytes with those who have only read another part', () => {
    const conversation = groupConversation()
    const bytes = conversationChange(client, [conversation])?.shared
    const read: Conversation = {
      ...conversation,
      unreadCount: 7,
      hasReadSeq: 3,
      minSeq: 1,
      updateUnreadCountTime: 1
    }
    expect(conversationChange(client, [read])?.shared).toBe(bytes)
    expect(conversationChange(client, [{ ...read, isPinned: !read.isPinned }])?.shared).not.toBe(bytes)
    expect(conversationChange(client, [{ ...read, latestMsg: { ...samples.text } }])?.shared).not.toBe(bytes)
  })

  test('is told as well when it stands in more ways than are kept', () => {
    const conversation = groupConversation()
    for (const _ of [1, 2])
      for (let draft = 0; draft < 40; draft++) {
        const drafted = { ...conversation, draftText: `draft ${draft}` }
        expect(inParts(client, drafted)).toEqual(asWhole(client, drafted))
      }
  })
})

test('what is nobody else’s, or differs by who looks, is told as a whole', () => {
  const conversation = groupConversation()
  for (const conversations of [
    [],
    [conversation, conversation],
    [{ ...conversation, latestMsg: null }],
    [{ ...conversation, latestMsg: samples.atText }],
    [{ ...conversation, groupID: '', userID: 'u2' }]
  ])
    for (const client of clients) expect(conversationChange(client, conversations)).toBeUndefined()
})
