import type { Static } from 'typebox'
import { conversationOperations, type ConversationResults } from './conversations.ts'
import { friendOperations, type FriendResults } from './friends.ts'
import { groupOperations, type GroupResults } from './groups.ts'
import { messageOperations, type MessageResults } from './messages.ts'
import { signalOperations, type SignalResults } from './signals.ts'
import { userOperations, type UserResults } from './users.ts'

/** All that a user can ask of his core, with the schema of the arguments of each. */
export const operations = {
  ...userOperations,
  ...friendOperations,
  ...groupOperations,
  ...conversationOperations,
  ...messageOperations,
  ...signalOperations
}

export type OperationName = keyof typeof operations

export type Arguments = { readonly [Name in OperationName]: Static<(typeof operations)[Name]> }

export interface Results
  extends UserResults, FriendResults, GroupResults, ConversationResults, MessageResults, SignalResults {}
