import { isStorable } from '../people/storable.ts'
import type { Seat } from './seat.ts'
import type { LocalRow, MessageRow } from './rows.ts'
import type { ChatDb } from './tables.ts'

/** A message that a user may see, with what he has noted to it. */
export type VisibleRow = Omit<MessageRow, 'text' | 'counts' | 'counted'> & { readonly localEx: string | null }

/** Where a message stands for a user: after a message with a number, and among his local ones after that. */
export interface Spot {
  readonly seq: number
  /** 0: the message itself. */
  readonly ordinal: number
}

/** The messages of a conversation that a user may see: not those that he has cleared or deleted. */
export function visibleRows(db: ChatDb, { row, end }: Pick<Seat, 'row' | 'end'>) {
  return db
    .selectFrom('im_chat_messages as message')
    .leftJoin('im_chat_marks as mark', join =>
      join
        .onRef('mark.thread', '=', 'message.thread')
        .onRef('mark.seq', '=', 'message.seq')
        .on('mark.userID', '=', row.userID)
    )
    .select([
      'message.position',
      'message.thread',
      'message.seq',
      'message.clientMsgID',
      'message.sendID',
      'message.contentType',
      'message.sendTime',
      'message.body',
      'message.burnDuration',
      'message.burnTime',
      'message.readTime',
      'mark.localEx'
    ])
    .where('message.thread', '=', row.thread)
    .where('message.seq', '>', row.minSeq)
    .where('message.seq', '<=', end.seq)
    .where(eb => eb.or([eb('mark.isDeleted', 'is', null), eb('mark.isDeleted', '=', 0)]))
}

/** The messages of a conversation that a user alone sees. */
export function localRows(db: ChatDb, { row }: Pick<Seat, 'row'>) {
  return db
    .selectFrom('im_chat_locals')
    .selectAll()
    .where('userID', '=', row.userID)
    .where('thread', '=', row.thread)
}

/** Where a message stands, whether the user may see it or not. */
export async function spotOf(
  db: ChatDb,
  { row }: Pick<Seat, 'row'>,
  clientMsgID: string
): Promise<Spot | undefined> {
  if (!isStorable(clientMsgID)) return undefined
  const kept = await db
    .selectFrom('im_chat_messages')
    .select('seq')
    .where('clientMsgID', '=', clientMsgID)
    .where('thread', '=', row.thread)
    .executeTakeFirst()
  if (kept) return { seq: kept.seq, ordinal: 0 }
  if (!row.hasLocals) return undefined
  const local: LocalRow | undefined = await localRows(db, { row })
    .where('clientMsgID', '=', clientMsgID)
    .executeTakeFirst()
  return local && { seq: local.afterSeq, ordinal: local.ordinal }
}
