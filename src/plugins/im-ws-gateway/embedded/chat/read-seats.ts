import type { Message } from '../../model.ts'
import type { SeatRow, ThreadRow } from './rows.ts'
import { messageOf } from './stored-message.ts'
import { seatColumns, type ChatDb } from './tables.ts'
import { silentThread } from './thread.ts'

/** A conversation of a user, as it is in the database. */
export interface ReadSeat {
  readonly row: SeatRow
  readonly numbers: ThreadRow
  /** The newest message that still exists. */
  readonly latest: Message | undefined
  /** The user has deleted that one. */
  readonly isLatestDeleted: boolean
}

/** Reads all conversations of a user with one query. */
export async function readSeats(db: ChatDb, userID: string): Promise<ReadSeat[]> {
  const rows = await db
    .selectFrom('im_chat_seats as seat')
    .leftJoin('im_chat_threads as thread', 'thread.key', 'seat.thread')
    .leftJoin('im_chat_messages as message', join =>
      join.onRef('message.thread', '=', 'thread.key').onRef('message.seq', '=', 'thread.latestSeq')
    )
    .leftJoin('im_chat_marks as mark', join =>
      join
        .onRef('mark.userID', '=', 'seat.userID')
        .onRef('mark.thread', '=', 'seat.thread')
        .onRef('mark.seq', '=', 'thread.latestSeq')
    )
    .select(seatColumns.map(name => `seat.${name}` as const))
    .select(['thread.key', 'thread.maxSeq', 'thread.latestSeq', 'thread.counted', 'thread.position'])
    .select(['thread.atAllSeq', 'thread.announcedSeq', 'thread.hasReads'])
    .select(['message.clientMsgID', 'message.seq', 'message.sendTime', 'message.sendID'])
    .select(['message.contentType', 'message.body', 'message.readTime', 'mark.isDeleted'])
    .where('seat.userID', '=', userID)
    .execute()
  return rows.map(read => ({
    row: Object.fromEntries(seatColumns.map(name => [name, read[name]])) as unknown as SeatRow,
    numbers: read.key === null ? silentThread(read.thread) : threadIn(read as ThreadRow),
    latest: read.clientMsgID === null ? undefined : messageOf(read as Parameters<typeof messageOf>[0]),
    isLatestDeleted: read.isDeleted === 1
  }))
}

function threadIn(read: ThreadRow): ThreadRow {
  const { key, maxSeq, latestSeq, counted, position, atAllSeq, announcedSeq, hasReads } = read
  return { key, maxSeq, latestSeq, counted, position, atAllSeq, announcedSeq, hasReads }
}
