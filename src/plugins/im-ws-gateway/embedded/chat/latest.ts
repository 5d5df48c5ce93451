import type { OwnLatest, Seat } from './seat.ts'
import { messageOf } from './stored-message.ts'
import type { ChatDb } from './tables.ts'
import { localRows, visibleRows } from './visible-rows.ts'

/** The latest message that a user sees of a conversation, which may not be that of the others. */
export async function latestSeenBy(db: ChatDb, seat: Pick<Seat, 'row' | 'end'>): Promise<OwnLatest> {
  const row = await visibleRows(db, seat).orderBy('message.seq', 'desc').limit(1).executeTakeFirst()
  const local = seat.row.hasLocals
    ? await localRows(db, seat)
        .orderBy('afterSeq', 'desc')
        .orderBy('ordinal', 'desc')
        .limit(1)
        .executeTakeFirst()
    : undefined
  if (local && local.afterSeq >= (row?.seq ?? 0))
    return { message: messageOf({ ...local, seq: 0 }), afterSeq: local.afterSeq }
  return { message: row ? messageOf(row) : null, afterSeq: row?.seq ?? 0 }
}
