import type { Receipt } from '../../model.ts'
import type { ChatContext } from './context.ts'
import type { Seat } from './seat.ts'

/** In larger groups nobody is told who has read what: rows and receipts would grow with their square. */
const maxMembers = 500
/** What receipts say that they are. */
const hasReadInGroup = 2155

/** Notes that a member has read messages of others in a group, and tells those who sent them. */
export async function noteGroupReads(
  context: ChatContext,
  seat: Seat,
  clientMsgIDs: readonly string[]
): Promise<void> {
  const { place, thread, user, row } = seat
  if (!('groupID' in place) || !clientMsgIDs.length || row.hasLeft) return
  if ((await context.groups().memberIDs(place.groupID)).size > maxMembers) return
  await context.turns.change(async turn => {
    const messages = await turn.db
      .selectFrom('im_chat_messages')
      .select(['seq', 'clientMsgID', 'sendID'])
      .where('thread', '=', thread.key)
      .where('clientMsgID', 'in', clientMsgIDs)
      .where('seq', '>', row.minSeq)
      .where('sendID', '!=', user.userID)
      .where('contentType', '<', 1_000)
      .execute()
    if (!messages.length) return
    const noted = await turn.db
      .insertInto('im_chat_group_reads')
      .values(
        messages.map(({ seq }) => ({ thread: thread.key, seq, userID: user.userID, readTime: turn.now }))
      )
      .onConflict(on => on.doNothing())
      .returning('seq')
      .execute()
    const fresh = new Set(noted.map(({ seq }) => seq))
    const bySender = new Map<string, string[]>()
    for (const { seq, clientMsgID, sendID } of messages)
      if (fresh.has(seq)) bySender.set(sendID, [...(bySender.get(sendID) ?? []), clientMsgID])
    for (const [to, msgIDList] of bySender) {
      const receipt: Receipt = {
        groupID: place.groupID,
        userID: user.userID,
        msgIDList,
        readTime: turn.now,
        msgFrom: 100,
        contentType: hasReadInGroup,
        sessionType: place.type
      }
      turn.news.push({ what: 'event', to, event: { kind: 'groupReceipts', receipts: [receipt] } })
    }
    const numbers = await turn.thread(thread.key)
    if (!numbers || numbers.hasReads) return
    await turn.db.updateTable('im_chat_threads').set({ hasReads: 1 }).where('key', '=', thread.key).execute()
    turn.threads.set(thread.key, { ...numbers, hasReads: 1 })
  })
}
