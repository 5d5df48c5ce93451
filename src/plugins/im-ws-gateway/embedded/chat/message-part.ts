import type { HistoryPage } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { Part } from '../contracts.ts'
import type { ChatContext } from './context.ts'
import { knownConversation } from './conversation-of.ts'
import { findMessage } from './find-message.ts'
import { historyPage, type Direction } from './history.ts'
import { insertLocal, setLocalEx } from './locals.ts'
import { deleteMessage } from './removal.ts'
import { revokeMessage } from './revoke.ts'
import { findMessages, searchMessages } from './search.ts'
import { sendMessage } from './send.ts'
import { sendTyping } from './typing.ts'

type Names =
  | 'sendMessage'
  | 'getHistory'
  | 'getHistoryReverse'
  | 'revokeMessage'
  | 'deleteMessage'
  | 'typing'
  | 'searchMessages'
  | 'findMessages'
  | 'insertMessage'
  | 'setMessageLocalEx'

const emptyPage: HistoryPage = { messageList: [], lastMinSeq: 0, isEnd: true }

/** What users do with messages. */
export function messagePart(context: ChatContext): Part<Names> {
  const history = async (userID: string, args: Arguments['getHistory'], direction: Direction) => {
    const seat = await knownConversation(context, userID, args.conversationID)
    return seat ? historyPage(context, seat, args, direction) : emptyPage
  }
  return {
    sendMessage: (userID, args, device) => sendMessage(context, userID, args, device),
    getHistory: (userID, args) => history(userID, args, 'older'),
    getHistoryReverse: (userID, args) => history(userID, args, 'newer'),
    revokeMessage: async (userID, args, device) =>
      revokeMessage(context, userID, await findMessage(context, userID, args), device),
    deleteMessage: async (userID, args, device) =>
      deleteMessage(context, await findMessage(context, userID, args), device),
    typing: (userID, args, device) => sendTyping(context, userID, args, device),
    searchMessages: (userID, args) => searchMessages(context, userID, args),
    findMessages: (userID, args) => findMessages(context, userID, args),
    insertMessage: (userID, args, device) => insertLocal(context, userID, args, device),
    setMessageLocalEx: async (userID, args) =>
      setLocalEx(context, await findMessage(context, userID, args), args.localEx)
  }
}
