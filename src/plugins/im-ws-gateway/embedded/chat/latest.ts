import type { OwnLatest, Seat } from './seat.ts'
import { localMessage, messageOf } from './stored-message.ts'
import type { ChatDb } from './tables.ts'
import { localRows, visibleRows } from './visible-rows.ts'

/** Custom messages that stand in the history and nowhere else. */
export const silentType = 119

/** The latest message that a user sees of a conversation, which may not be that of the others. */
export async function latestSeenBy(
  db: ChatDb,
  seat: Pick<Seat, 'row' | 'end'>,
  whileLatest: number
): Promise<OwnLatest> {
  const row = await visibleRows(db, seat)
    .where('message.contentType', '!=', silentType)
    .orderBy('message.seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const local = seat.row.hasLocals
    ? await localRows(db, seat)
        .orderBy('afterSeq', 'desc')
        .orderBy('ordinal', 'desc')
        .limit(1)
        .executeTakeFirst()
    : undefined
  if (local && local.afterSeq >= (row?.seq ?? 0))
    return { message: localMessage(local), afterSeq: local.afterSeq, whileLatest }
  return { message: row ? messageOf(row) : null, afterSeq: row?.seq ?? 0, whileLatest }
}
