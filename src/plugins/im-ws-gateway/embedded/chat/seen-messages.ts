import type { AttachedInfo, Message } from '../../model.ts'
import type { ChatContext } from './context.ts'
import type { Seat } from './seat.ts'
import { messageOf } from './stored-message.ts'
import type { VisibleRow } from './visible-rows.ts'

/** Readers of a message that are named with it. */
const maxNamedReaders = 100

/** Messages as a user sees them: read or not, with his notes, and with who has read them in a group. */
export async function seenMessages(
  context: ChatContext,
  seat: Seat,
  rows: readonly VisibleRow[]
): Promise<readonly Message[]> {
  const reads = await readsOf(context, seat, rows)
  return rows.map(row => {
    const message = seat.seen(messageOf(row))
    const read = reads.get(row.seq)
    const localEx = row.localEx ?? ''
    if (!read) return localEx ? { ...message, localEx } : message
    const { attachedInfoElem: kept } = message
    const info: AttachedInfo = {
      isPrivateChat: false,
      burnDuration: 0,
      hasReadTime: 0,
      ...kept,
      // How many there were when it was sent, as long as that is known.
      groupHasReadInfo: {
        ...read,
        groupMemberCount: kept?.groupHasReadInfo?.groupMemberCount ?? read.groupMemberCount
      }
    }
    return { ...message, localEx, attachedInfoElem: info }
  })
}

async function readsOf(
  { db, groups }: ChatContext,
  seat: Seat,
  rows: readonly VisibleRow[]
): Promise<ReadonlyMap<number, NonNullable<AttachedInfo['groupHasReadInfo']>>> {
  const found = new Map<number, NonNullable<AttachedInfo['groupHasReadInfo']>>()
  if (!seat.thread.numbers.hasReads || !('groupID' in seat.place) || !rows.length) return found
  const groupMemberCount = (await groups().memberIDs(seat.place.groupID)).size
  const reads = await db
    .selectFrom('im_chat_group_reads')
    .select(['seq', 'userID'])
    .where('thread', '=', seat.row.thread)
    .where(
      'seq',
      'in',
      rows.map(({ seq }) => seq)
    )
    .orderBy('seq')
    .orderBy('readTime')
    .execute()
  const readers = new Map<number, string[]>()
  for (const { seq, userID } of reads) {
    const list = readers.get(seq)
    if (list) list.push(userID)
    else readers.set(seq, [userID])
  }
  for (const [seq, userIDs] of readers) {
    const hasReadUserIDList = userIDs.slice(0, maxNamedReaders)
    found.set(seq, { hasReadUserIDList, hasReadCount: userIDs.length, groupMemberCount })
  }
  return found
}
