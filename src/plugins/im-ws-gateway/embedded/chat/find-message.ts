import { ImError } from '../../codes.ts'
import { isStorable } from '../people/storable.ts'
import { chatOf, type ChatContext } from './context.ts'
import type { Seat } from './seat.ts'
import type { LocalRow, MessageRow } from './rows.ts'
import { localRows } from './visible-rows.ts'

/** A message that a user may see: of all who are in the conversation, or of him alone. */
export interface FoundMessage {
  readonly seat: Seat
  readonly message?: MessageRow
  readonly local?: LocalRow
}

/**
 * Finds a message of a user by its id, in one of his conversations or, without one, wherever it is.
 * @throws {ImError} `recordNotFound`
 */
export async function findMessage(
  context: ChatContext,
  userID: string,
  { conversationID, clientMsgID }: { readonly conversationID: string; readonly clientMsgID: string }
): Promise<FoundMessage> {
  if (!isStorable(clientMsgID)) throw noMessage()
  const { seats } = chatOf(context, userID)
  const known = seats.get(conversationID)
  const wanted = conversationID ? (known ? [known] : []) : [...seats.values()]
  const byThread = new Map(wanted.map(seat => [seat.thread.key, seat]))
  const rows = await context.db
    .selectFrom('im_chat_messages')
    .selectAll()
    .where('clientMsgID', '=', clientMsgID)
    .execute()
  for (const message of rows) {
    const seat = byThread.get(message.thread)
    if (seat && message.seq > seat.row.minSeq && message.seq <= seat.end.seq) return { seat, message }
  }
  for (const seat of wanted) {
    if (!seat.row.hasLocals) continue
    const local = await localRows(context.db, seat).where('clientMsgID', '=', clientMsgID).executeTakeFirst()
    if (local) return { seat, local }
  }
  throw noMessage()
}

const noMessage = (): ImError => new ImError('recordNotFound', 'there is no such message')
