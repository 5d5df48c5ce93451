import { Type } from 'typebox'
import type { Conversation } from '../model.ts'
import { Count, Id, Ids, None, Offset, RecvMsgOpt } from './fields.ts'

const One = Type.Object({ conversationID: Id })
/** `sourceID`: the other user, or the group. Groups are found under both of their numbers, 2 and 3. */
const Source = Type.Object({ sourceID: Id, sessionType: Type.Integer({ minimum: 1, maximum: 4 }) })

/** Arguments of what concerns conversations. */
export const conversationOperations = {
  getAllConversations: None,
  getConversationPage: Type.Object({ offset: Type.Optional(Offset), count: Type.Optional(Count) }),
  /** Makes it when it is missing. */
  getOneConversation: Source,
  getConversations: Type.Object({ conversationIDList: Ids }),
  getConversationID: Source,
  getTotalUnread: None,
  markConversationRead: One,
  markMessagesRead: Type.Object({ conversationID: Id, clientMsgIDList: Ids }),
  setConversationDraft: Type.Object({ conversationID: Id, draftText: Type.String({ maxLength: 65_536 }) }),
  pinConversation: Type.Object({ conversationID: Id, isPinned: Type.Boolean() }),
  setConversationRecvMessageOpt: Type.Object({ conversationIDList: Ids, opt: RecvMsgOpt }),
  getConversationRecvMessageOpt: Type.Object({ conversationIDList: Ids }),
  setConversationPrivateChat: Type.Object({ conversationID: Id, isPrivate: Type.Boolean() }),
  setConversationBurnDuration: Type.Object({
    conversationID: Id,
    burnDuration: Type.Integer({ minimum: 0, maximum: 31_536_000 })
  }),
  resetConversationGroupAtType: One,
  hideConversation: One,
  hideAllConversations: None,
  /** Its messages go, for this user; the conversation stays. */
  clearConversation: One,
  /** Its messages go, for this user, and the conversation with them until there is a new message. */
  deleteConversation: One,
  deleteAllConversations: None
}

export interface ConversationResults {
  /** Those with a message; pinned ones first, then by the time of the last message or draft. */
  getAllConversations: readonly Conversation[]
  getConversationPage: readonly Conversation[]
  getOneConversation: Conversation
  getConversations: readonly Conversation[]
  getConversationID: string
  getTotalUnread: number
  markConversationRead: void
  markMessagesRead: void
  setConversationDraft: void
  pinConversation: void
  setConversationRecvMessageOpt: void
  getConversationRecvMessageOpt: readonly { readonly conversationID: string; readonly result: number }[]
  setConversationPrivateChat: void
  setConversationBurnDuration: void
  resetConversationGroupAtType: void
  hideConversation: void
  hideAllConversations: void
  clearConversation: void
  deleteConversation: void
  deleteAllConversations: void
}
