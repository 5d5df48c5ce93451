import type { Conversation, Message } from '../model.ts'
import type { CoreEvent } from '../user-core.ts'

/** A conversation whose latest message stands elsewhere in the batch. */
type PackedConversation = Omit<Conversation, 'latestMsg'> & { readonly latestMsg: number | null }

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
  const conversations = event.conversations.map(conversation => ({
    ...conversation,
    latestMsg: conversation.latestMsg && numberOf(conversation.latestMsg)
  }))
  return { kind: event.kind, conversations }
}

/** @throws {TypeError} when a message is not in the batch */
export function unpackEvent(packed: { readonly kind: string }, messages: readonly Message[]): CoreEvent {
  const event = packed as Packed
  const messageAt = (number: number): Message => {
    const message = messages[number]
    if (!message) throw new TypeError('an event names a message that is not there')
    return message
  }
  if (event.kind === 'newMessages') return { ...event, messages: event.messages.map(messageAt) }
  if (!('conversations' in event)) return event
  const conversations = event.conversations.map(conversation => ({
    ...conversation,
    latestMsg: conversation.latestMsg === null ? null : messageAt(conversation.latestMsg)
  }))
  return { kind: event.kind, conversations }
}
