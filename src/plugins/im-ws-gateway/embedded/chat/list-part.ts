import { ImError } from '../../codes.ts'
import { sessionType } from '../../model.ts'
import type { Part } from '../contracts.ts'
import { chatOf, placeOfGroup, type ChatContext } from './context.ts'
import { conversationIDOf, type Place } from './place.ts'
import { inOrder } from './conversation-order.ts'
import { makeConversation, placeFrom } from './conversation-of.ts'

type Names =
  | 'getAllConversations'
  | 'getConversationPage'
  | 'getOneConversation'
  | 'getConversations'
  | 'getConversationID'
  | 'getTotalUnread'
  | 'getConversationRecvMessageOpt'

/** What users ask about their conversations. Answered from memory. */
export function listPart(context: ChatContext): Part<Names> {
  const listed = (userID: string) =>
    inOrder(
      [...chatOf(context, userID).seats.values()]
        .filter(seat => seat.isListed)
        .map(seat => seat.toConversation())
    )
  return {
    getAllConversations: async userID => listed(userID),
    getConversationPage: async (userID, { offset = 0, count = 0 }) =>
      listed(userID).slice(offset, offset + count),
    async getOneConversation(userID, args) {
      const place = await placeFrom(context, userID, args)
      const known = chatOf(context, userID).seatAt(place)
      if (known) return known.toConversation()
      await assertMayBegin(context, userID, place)
      return (await makeConversation(context, userID, place)).toConversation()
    },
    getConversations: async (userID, { conversationIDList }) =>
      conversationIDList.flatMap(id => chatOf(context, userID).seats.get(id)?.toConversation() ?? []),
    getConversationID: async (userID, args) => conversationIDOf(await placeFrom(context, userID, args)),
    getTotalUnread: async userID => chatOf(context, userID).total,
    getConversationRecvMessageOpt: async (userID, { conversationIDList }) =>
      conversationIDList.flatMap(conversationID => {
        const seat = chatOf(context, userID).seats.get(conversationID)
        return seat ? [{ conversationID, result: seat.row.recvMsgOpt }] : []
      })
  }
}

/** @throws {ImError} `userNotFound`, `groupNotFound`, `notInGroup`, or `recordNotFound` for notifications */
async function assertMayBegin(context: ChatContext, userID: string, place: Place): Promise<void> {
  if (place.type === sessionType.notification) throw new ImError('recordNotFound')
  if ('groupID' in place) {
    await placeOfGroup(context, place.groupID)
    if (!(await context.groups().memberIDs(place.groupID)).has(userID)) throw new ImError('notInGroup')
  } else if (!(await context.people().user(place.recvID))) throw new ImError('userNotFound')
}
