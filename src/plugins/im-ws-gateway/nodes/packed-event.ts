import type { Conversation, Message } from '../model.ts'
import type { CoreEvent } from '../user-core.ts'

/** A conversation whose latest message stands elsewhere in the batch. */
export type PackedConversation = Omit<Conversation, 'latestMsg'> & { readonly latestMsg: number | null }

/** An event with messages by their numbers in the batch: many users are told of the same ones. */
type Packed =
  | { readonly kind: 'newMessages'; readonly messages: readonly number[]; readonly ownSend?: boolean }
  | { readonly kind: 'conversationsChanged'; readonly conversations: readonly PackedConversation[] }
  | { readonly kind: 'newConversations'; readonly conversations: readonly PackedConversation[] }
  | Exclude<CoreEvent, { readonly messages: unknown } | { readonly conversations: unknown }>

/** @param numberOf puts a message into the batch unless it is in it */
export function packEvent(event: CoreEvent, numberOf: (message: Message) => number): Packed {
  if (event.kind === 'newMessages') return { ...event, messages: event.messages.map(numberOf) }
  if (!('conversations' in event)) return event
  const conversations = event.conversations.map(each => packConversation(each, numberOf))
  return { kind: event.kind, conversations }
}

/** @param numberOf as that of {@link packEvent} */
export function packConversation(
  conversation: Conversation,
  numberOf: (message: Message) => number
): PackedConversation {
  const { latestMsg } = conversation
  return { ...conversation, latestMsg: latestMsg && numberOf(latestMsg) }
}

/** @throws {TypeError} when a message is not in the batch */
export function unpackEvent(packed: { readonly kind: string }, messages: readonly Message[]): CoreEvent {
  const event = packed as Packed
  if (event.kind === 'newMessages')
    return { ...event, messages: event.messages.map(number => messageAt(messages, number)) }
  if (!('conversations' in event)) return event
  const conversations = event.conversations.map(each => unpackConversation(each, messages))
  return { kind: event.kind, conversations }
}

/** @throws {TypeError} when its latest message is not in the batch */
export function unpackConversation(packed: PackedConversation, messages: readonly Message[]): Conversation {
  const { latestMsg } = packed
  return { ...packed, latestMsg: latestMsg === null ? null : messageAt(messages, latestMsg) }
}

function messageAt(messages: readonly Message[], number: number): Message {
  const message = messages[number]
  if (!message) throw new TypeError('an event names a message that is not there')
  return message
}
