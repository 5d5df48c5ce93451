import type { Part } from '../contracts.ts'
import type { ChatContext } from './context.ts'
import { conversationOf } from './conversation-of.ts'
import { historyPage } from './history.ts'
import { sendMessage } from './send.ts'

type Names = 'sendMessage' | 'getHistory' | 'getHistoryReverse'

/** What users do with messages. */
export function messagePart(context: ChatContext): Part<Names> {
  return {
    sendMessage: (userID, args, device) => sendMessage(context, userID, args, device),
    getHistory: async (userID, args) =>
      historyPage(context, await conversationOf(context, userID, args.conversationID), args, 'older'),
    getHistoryReverse: async (userID, args) =>
      historyPage(context, await conversationOf(context, userID, args.conversationID), args, 'newer')
  }
}
