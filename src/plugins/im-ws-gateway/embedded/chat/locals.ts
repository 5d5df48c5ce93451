import { ImError } from '../../codes.ts'
import { sessionType, type Message } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { Device } from '../../user-core.ts'
import { isStorable, storable } from '../people/storable.ts'
import type { ChatContext } from './context.ts'
import { conversationOf } from './conversation-of.ts'
import { elemNameOf } from './elems.ts'
import type { FoundMessage } from './find-message.ts'
import { textOf } from './message-text.ts'
import { newClientMsgID } from './new-message.ts'
import { conversationIDOf, type Place } from './place.ts'
import { assertSize, readMessage } from './read-message.ts'
import { changeSeats } from './seat-changes.ts'
import { endOf } from './seat-row.ts'
import { bodyOf } from './stored-message.ts'
import { localRows, spotOf } from './visible-rows.ts'

/**
 * Puts a message into a conversation of a user that he alone sees, at its end.
 * @throws {ImError} `noRecipient`, `contentType`, `badArguments`, `tooLarge`, `recordNotFound`, `messageRepeated`
 */
export async function insertLocal(
  context: ChatContext,
  userID: string,
  args: Arguments['insertMessage'],
  device: Device
): Promise<Message> {
  const given = readMessage(args.message)
  if (!elemNameOf(given.contentType)) throw new ImError('contentType')
  const place = placeOfLocal(userID, args)
  const seat = await conversationOf(context, userID, conversationIDOf(place))
  const now = context.clock.now()
  const { groupID = '', recvID = '' } = 'groupID' in place ? { groupID: place.groupID } : args
  const message: Message = {
    ...given,
    clientMsgID: given.clientMsgID || newClientMsgID(context, userID),
    createTime: given.createTime || now,
    sendTime: now,
    sessionType: seat.place.type,
    sendID: args.sendID,
    recvID,
    groupID,
    msgFrom: given.msgFrom || 100,
    senderPlatformID: given.senderPlatformID || device.platformID,
    seq: 0,
    isRead: true,
    status: 2
  }
  const { clientMsgID, sendID, contentType, sendTime } = message
  if (![clientMsgID, sendID].every(id => id.length <= 160 && isStorable(id)))
    throw new ImError('badArguments', 'an id has at most 160 characters that can be kept')
  const body = bodyOf(message)
  assertSize(body)
  await changeSeats(context, [seat], device, async (row, numbers, turn) => {
    if (await spotOf(turn.db, { row }, clientMsgID)) throw new ImError('messageRepeated')
    const maxSeq = endOf(row, numbers).seq
    const last = await localRows(turn.db, { row })
      .where('afterSeq', '=', maxSeq)
      .orderBy('ordinal', 'desc')
      .limit(1)
      .executeTakeFirst()
    const at = { userID, thread: row.thread, afterSeq: maxSeq, ordinal: (last?.ordinal ?? 0) + 1 }
    const columns = { clientMsgID, sendID, contentType, sendTime, text: textOf(message), body }
    await turn.db
      .insertInto('im_chat_locals')
      .values({ ...at, ...columns, localEx: storable(message.localEx) })
      .execute()
    turn.setOwnLatest(row, { message, afterSeq: maxSeq, whileLatest: numbers.latestSeq })
    return { ...row, hasLocals: 1, hiddenSeq: -1 }
  })
  return message
}

/** @throws {ImError} `noRecipient` */
function placeOfLocal(userID: string, { recvID, groupID, sendID }: Arguments['insertMessage']): Place {
  if (groupID) return { type: sessionType.superGroup, groupID }
  const peer = sendID === userID ? recvID : sendID
  if (!peer) throw new ImError('noRecipient')
  return { type: sessionType.single, sendID: userID, recvID: peer }
}

/** Notes something to a message, for a user and all of his devices. */
export async function setLocalEx(
  context: ChatContext,
  { seat, message, local }: FoundMessage,
  localEx: string
): Promise<void> {
  const noted = { localEx: storable(localEx) }
  const { userID, thread } = seat.row
  await context.turns.change(async ({ db }) => {
    if (message)
      await db
        .insertInto('im_chat_marks')
        .values({ userID, thread, seq: message.seq, isDeleted: 0, counts: 0, ...noted })
        .onConflict(on => on.columns(['userID', 'thread', 'seq']).doUpdateSet(noted))
        .execute()
    if (local)
      await db
        .updateTable('im_chat_locals')
        .set(noted)
        .where('userID', '=', userID)
        .where('thread', '=', thread)
        .where('afterSeq', '=', local.afterSeq)
        .where('ordinal', '=', local.ordinal)
        .execute()
  })
}
