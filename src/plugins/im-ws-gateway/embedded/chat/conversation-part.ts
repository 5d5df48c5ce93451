import type { Part } from '../contracts.ts'
import { isStorable } from '../people/storable.ts'
import { chatOf, type ChatContext } from './context.ts'
import { knownConversation } from './conversation-of.ts'
import { noteGroupReads } from './group-reads.ts'
import { markRead } from './read.ts'
import { clear, hide } from './removal.ts'
import type { Seat } from './seat.ts'

type Names =
  | 'markConversationRead'
  | 'markMessagesRead'
  | 'hideConversation'
  | 'hideAllConversations'
  | 'clearConversation'
  | 'deleteConversation'
  | 'deleteAllConversations'
  | 'deleteAllMessages'

/** What users have done with their conversations: read, hidden, emptied. */
export function conversationPart(context: ChatContext): Part<Names> {
  const listed = (userID: string) => [...chatOf(context, userID).seats.values()].filter(seat => seat.isListed)
  const one = async (userID: string, conversationID: string): Promise<readonly Seat[]> => {
    const seat = await knownConversation(context, userID, conversationID)
    return seat ? [seat] : []
  }
  return {
    async markConversationRead(userID, { conversationID }, device) {
      const seat = await knownConversation(context, userID, conversationID)
      if (seat) await markRead(context, seat, device)
    },
    async markMessagesRead(userID, { conversationID, clientMsgIDList }, device) {
      const seat = await knownConversation(context, userID, conversationID)
      if (!seat) return
      if (!clientMsgIDList.length) return markRead(context, seat, device)
      const ids = clientMsgIDList.filter(isStorable)
      if (!ids.length) return
      await markRead(context, seat, device, ids)
      await noteGroupReads(context, seat, ids)
    },
    hideConversation: async (userID, { conversationID }, device) =>
      hide(context, await one(userID, conversationID), device),
    hideAllConversations: (userID, _args, device) => hide(context, listed(userID), device),
    clearConversation: async (userID, { conversationID }, device) =>
      clear(context, await one(userID, conversationID), device, true),
    deleteConversation: async (userID, { conversationID }, device) =>
      clear(context, await one(userID, conversationID), device, false),
    deleteAllConversations: (userID, _args, device) => hide(context, listed(userID), device),
    deleteAllMessages: (userID, _args, device) =>
      clear(context, [...chatOf(context, userID).seats.values()], device, true)
  }
}
