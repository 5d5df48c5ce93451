import { sessionType, type Message } from '../../model.ts'
import type { Deliver } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import { latestSeenBy } from './latest.ts'
import { Seat, type Appearance } from './seat.ts'
import { messageOf } from './stored-message.ts'
import type { SeatRow, ThreadRow } from './tables.ts'
import { Thread } from './thread.ts'
import { UserChat } from './user-chat.ts'

const seatColumns = [
  'userID',
  'thread',
  'type',
  'sourceID',
  'hasReadSeq',
  'readCounted',
  'unreadLess',
  'peerReadSeq',
  'peerReadAt',
  'minSeq',
  'hasLeft',
  'lastSeq',
  'lastCounted',
  'hiddenSeq',
  'keptTime',
  'atSeq',
  'atResetSeq',
  'recvMsgOpt',
  'isPinned',
  'isPrivateChat',
  'burnDuration',
  'draftText',
  'draftTextTime',
  'updateUnreadCountTime',
  'hasLocals',
  'changedAt'
] as const satisfies readonly (keyof SeatRow)[]

/** Brings the conversations of a user into memory, and keeps them there until they are removed. */
export function loadUser(context: ChatContext, userID: string, tell: Deliver): Promise<UserChat> {
  return context.turns.between(async () => {
    const rows = await readSeats(context, userID)
    const appearances = await readAppearances(context, userID, rows)
    const user = new UserChat(userID, tell)
    for (const { seat: row, numbers, latest, isLatestDeleted } of rows) {
      const kept = context.memory.threads.get(row.thread)
      const thread = kept ?? new Thread(row.thread, numbers, latest)
      const seat = new Seat(
        user,
        thread,
        row,
        appearances.get(`${row.type}\n${row.sourceID}`) ?? nameless(row)
      )
      if (seat.needsOwnLatest || isLatestDeleted) {
        const own = await latestSeenBy(context.db, seat, thread.numbers.latestSeq)
        if (own.message?.seq !== thread.latest?.seq) seat.setOwnLatest(own)
      }
      user.add(seat)
      user.recount(seat)
      seat.wasListed = seat.isListed
    }
    user.toldTotal = user.total
    for (const seat of user.seats.values()) context.memory.threads.set(seat.thread.key, seat.thread)
    context.memory.users.set(userID, user)
    return user
  })
}

const nameless = ({ sourceID }: SeatRow): Appearance => ({ showName: sourceID, faceURL: '' })

interface ReadSeat {
  readonly seat: SeatRow
  readonly numbers: ThreadRow
  readonly latest: Message | undefined
  readonly isLatestDeleted: boolean
}

async function readSeats({ db }: ChatContext, userID: string): Promise<ReadSeat[]> {
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
    .select([
      'thread.latestSeq',
      'thread.maxSeq',
      'thread.counted',
      'thread.position',
      'thread.atAllSeq',
      'thread.announcedSeq',
      'thread.hasReads',
      'message.clientMsgID',
      'message.seq',
      'message.sendTime',
      'message.sendID',
      'message.contentType',
      'message.body',
      'mark.isDeleted'
    ])
    .where('seat.userID', '=', userID)
    .execute()
  return rows.map(row => {
    const { clientMsgID, seq, sendTime, sendID, contentType, body } = row
    const stored =
      clientMsgID !== null && seq !== null && sendTime !== null && sendID !== null && contentType !== null
        ? { clientMsgID, seq, sendTime, sendID, contentType, body: body ?? '{}' }
        : undefined
    return {
      seat: Object.fromEntries(seatColumns.map(name => [name, row[name]])) as unknown as SeatRow,
      numbers: {
        key: row.thread,
        latestSeq: row.latestSeq ?? 0,
        maxSeq: row.maxSeq ?? 0,
        counted: row.counted ?? 0,
        position: row.position ?? 0,
        atAllSeq: row.atAllSeq ?? 0,
        announcedSeq: row.announcedSeq ?? 0,
        hasReads: row.hasReads ?? 0
      },
      latest: stored && messageOf(stored),
      isLatestDeleted: row.isDeleted === 1
    }
  })
}

/** Names and faces, by type and source. */
async function readAppearances(
  context: ChatContext,
  userID: string,
  rows: readonly ReadSeat[]
): Promise<ReadonlyMap<string, Appearance>> {
  const sources = (isGroup: boolean): string[] =>
    rows
      .filter(
        ({ seat: { type } }) => (type === sessionType.group || type === sessionType.superGroup) === isGroup
      )
      .map(({ seat }) => seat.sourceID)
  const [people, groups] = await Promise.all([
    context.people().shown(userID, [...new Set(sources(false))]),
    context.groups().groups(sources(true))
  ])
  const appearances = new Map<string, Appearance>()
  for (const { seat } of rows) {
    const key = `${seat.type}\n${seat.sourceID}`
    const group = groups.get(seat.sourceID)
    const person = people.get(seat.sourceID)
    if (seat.type === sessionType.single || seat.type === sessionType.notification) {
      if (person)
        appearances.set(key, { showName: person.shownName || seat.sourceID, faceURL: person.faceURL })
    } else if (group) appearances.set(key, { showName: group.groupName, faceURL: group.faceURL })
  }
  return appearances
}
