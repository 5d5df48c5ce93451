import type { Part } from '../contracts.ts'
import { chatOf, type ChatContext } from './context.ts'
import { conversationOf } from './conversation-of.ts'
import { noteGroupReads } from './group-reads.ts'
import { markRead } from './read.ts'
import { clear, hide } from './removal.ts'

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
  return {
    async markConversationRead(userID, { conversationID }, device) {
      await markRead(context, await conversationOf(context, userID, conversationID), device)
    },
    async markMessagesRead(userID, { conversationID, clientMsgIDList }, device) {
      const seat = await conversationOf(context, userID, conversationID)
      if (!clientMsgIDList.length) return markRead(context, seat, device)
      await markRead(context, seat, device, clientMsgIDList)
      await noteGroupReads(context, seat, clientMsgIDList)
    },
    async hideConversation(userID, { conversationID }, device) {
      await hide(context, [await conversationOf(context, userID, conversationID)], device)
    },
    hideAllConversations: (userID, _args, device) => hide(context, listed(userID), device),
    async clearConversation(userID, { conversationID }, device) {
      await clear(context, [await conversationOf(context, userID, conversationID)], device, true)
    },
    async deleteConversation(userID, { conversationID }, device) {
      await clear(context, [await conversationOf(context, userID, conversationID)], device, false)
    },
    deleteAllConversations: (userID, _args, device) => hide(context, listed(userID), device),
    deleteAllMessages: (userID, _args, device) =>
      clear(context, [...chatOf(context, userID).seats.values()], device, false)
  }
}
