import type { Conversation, Message } from '../model.ts'
import type { Client } from './events.ts'
import type { Dialect } from './frame.ts'
import { isAtMessage, latestInData, escaped } from './message-json.ts'
import { shapesOf } from './shapes-of.ts'

/** The frame that tells a member of a group how its conversation stands for him, in two parts that follow each other. */
export interface ConversationChange {
  /** What is his own: ASCII. */
  readonly own: string
  /** What others see in the same way: UTF-8, the same bytes for all of them. */
  readonly shared: Buffer
}

interface Shared {
  /** Whose conversation it was made of. */
  readonly of: Conversation
  readonly bytes: Buffer
}

/** A group's conversation stands in so many ways for its members; others are not kept. */
const maxShared = 16

const kept: Readonly<Record<Dialect, WeakMap<Message, Shared[]>>> = {
  '2.0': new WeakMap(),
  '2.3': new WeakMap(),
  '3': new WeakMap()
}

/**
 * Tells that a conversation has changed, at the price of the numbers that differ from one member of its group to the
 * next: how much is unread, when it was read and up to where. The rest is kept with the latest message.
 * @returns undefined for what has to be encoded as a whole
 */
export function conversationChange(
  { dialect }: Client,
  conversations: readonly Conversation[]
): ConversationChange | undefined {
  const [conversation] = conversations
  if (conversations.length !== 1 || !conversation || conversation.groupID === '') return undefined
  const { latestMsg } = conversation
  if (!latestMsg || isAtMessage(latestMsg)) return undefined
  return {
    own: dialect === '3' ? ownV3(conversation) : ownV2(conversation),
    shared: sharedOf(dialect, conversation, latestMsg)
  }
}

/** What {@link ConversationChange.own} says. */
const ownNames: ReadonlySet<string> = new Set([
  'unreadCount',
  'updateUnreadCountTime',
  'minSeq',
  'hasReadSeq'
] satisfies (keyof Conversation)[])
const start = '{"event":"OnConversationChanged","errCode":0,"errMsg":"","data":"[{\\"unreadCount\\":'

function ownV2({ unreadCount, updateUnreadCountTime }: Conversation): string {
  return `${start}${unreadCount},\\"updateUnreadCountTime\\":${updateUnreadCountTime},`
}

function ownV3(conversation: Conversation): string {
  const { minSeq, hasReadSeq } = conversation
  return `${ownV2(conversation)}\\"minSeq\\":${minSeq},\\"hasReadSeq\\":${hasReadSeq},`
}

function sharedOf(dialect: Dialect, conversation: Conversation, latest: Message): Buffer {
  let all = kept[dialect].get(latest)
  if (!all) kept[dialect].set(latest, (all = []))
  for (const { of, bytes } of all) if (isAlike(of, conversation)) return bytes
  const bytes = bytesOf(sharedText(dialect, conversation, latest))
  if (all.length < maxShared) all.push({ of: conversation, bytes })
  return bytes
}

function sharedText(dialect: Dialect, conversation: Conversation, latest: Message): string {
  // Groups are called the same by everybody.
  const shape = Object.entries(shapesOf[dialect].conversation(conversation, ''))
  const shared = Object.fromEntries(shape.filter(([name]) => !ownNames.has(name)))
  const text = escaped(JSON.stringify(shared)).slice(1, -1)
  return `${text},\\"latestMsg\\":${latestInData(dialect, latest, '')}}]","operationID":""}`
}

/** Outside of the pool, of which a small piece would keep a whole block. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

/** Whether two members see the same, but for their own numbers and the latest message. */
function isAlike(one: Conversation, other: Conversation): boolean {
  return (
    one.maxSeq === other.maxSeq &&
    one.conversationID === other.conversationID &&
    one.conversationType === other.conversationType &&
    one.userID === other.userID &&
    one.groupID === other.groupID &&
    one.showName === other.showName &&
    one.faceURL === other.faceURL &&
    one.recvMsgOpt === other.recvMsgOpt &&
    one.groupAtType === other.groupAtType &&
    one.latestMsgSendTime === other.latestMsgSendTime &&
    one.draftText === other.draftText &&
    one.draftTextTime === other.draftTextTime &&
    one.isPinned === other.isPinned &&
    one.isPrivateChat === other.isPrivateChat &&
    one.burnDuration === other.burnDuration &&
    one.isNotInGroup === other.isNotInGroup &&
    one.ex === other.ex
  )
}
