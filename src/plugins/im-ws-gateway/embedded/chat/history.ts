import { ImError } from '../../codes.ts'
import type { HistoryPage, Message } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { ChatContext } from './context.ts'
import type { Seat } from './seat.ts'
import { seenMessages } from './seen-messages.ts'
import { localMessage } from './stored-message.ts'
import type { LocalRow } from './rows.ts'
import { localRows, spotOf, visibleRows, type Spot, type VisibleRow } from './visible-rows.ts'

/** Rows of one query, and bytes after which a page ends: messages may be large. */
const rowsPerQuery = 100
const maxPageBytes = 8_388_608

/** Which way pages go. */
export type Direction = 'older' | 'newer'
type Line = { readonly spot: Spot } & ({ readonly row: VisibleRow } | { readonly local: LocalRow })

/**
 * A page of messages, ascending: those strictly older (or newer) than a message, or the newest (oldest) ones.
 * `isEnd`: there is nothing beyond it. A page ends early after 8 MiB.
 * @throws {ImError} `recordNotFound` when there is no such message, unless `lastMinSeq` says where it was
 */
export async function historyPage(
  context: ChatContext,
  seat: Seat,
  { startClientMsgID = '', count, lastMinSeq = 0 }: Arguments['getHistory'],
  direction: Direction
): Promise<HistoryPage> {
  const start = startClientMsgID ? await startOf(context, seat, startClientMsgID, lastMinSeq) : undefined
  const { rows, isEnd: noMoreRows } = await rowsFrom(context, seat, start, direction, count)
  const locals = seat.row.hasLocals ? await localsFrom(context, seat, start, direction, count + 1) : []
  const bySpot = (a: Line, b: Line): number => a.spot.seq - b.spot.seq || a.spot.ordinal - b.spot.ordinal
  const lines: Line[] = [
    ...rows.map(row => ({ spot: { seq: row.seq, ordinal: 0 }, row })),
    ...locals.map(local => ({ spot: { seq: local.afterSeq, ordinal: local.ordinal }, local }))
  ].toSorted(bySpot)
  const taken = cut(lines, rows, noMoreRows, count, direction)
  const kept = taken.flatMap(line => ('row' in line ? [line.row] : []))
  const seen = new Map<VisibleRow, Message>()
  for (const [index, message] of (await seenMessages(context, seat, kept)).entries())
    seen.set(kept[index] as VisibleRow, message)
  return {
    messageList: taken.map(line =>
      'row' in line ? (seen.get(line.row) as Message) : localMessage(line.local)
    ),
    lastMinSeq: kept[0]?.seq ?? 0,
    isEnd: noMoreRows && taken.length === lines.length
  }
}

/**
 * The nearest `count` lines. While there are more rows than were read, local messages beyond the last of them wait for
 * the page on which it stands.
 */
function cut(
  lines: readonly Line[],
  rows: readonly VisibleRow[],
  noMoreRows: boolean,
  count: number,
  direction: Direction
): readonly Line[] {
  const bound = rows.at(-1)?.seq
  const within = noMoreRows
    ? lines
    : lines.filter(({ spot }) =>
        direction === 'older'
          ? spot.seq >= (bound ?? Infinity)
          : spot.seq < (bound ?? 0) || spot.ordinal === 0
      )
  return direction === 'older' ? within.slice(Math.max(0, within.length - count)) : within.slice(0, count)
}

async function startOf(
  { db }: ChatContext,
  seat: Seat,
  clientMsgID: string,
  lastMinSeq: number
): Promise<Spot> {
  const spot = await spotOf(db, seat, clientMsgID)
  if (spot) return spot
  if (lastMinSeq > 0) return { seq: lastMinSeq, ordinal: 0 }
  throw new ImError('recordNotFound', 'there is no message with this startClientMsgID')
}

/** The rows nearest to the start, the nearest first. */
async function rowsFrom(
  { db }: ChatContext,
  seat: Seat,
  start: Spot | undefined,
  direction: Direction,
  count: number
): Promise<{ readonly rows: readonly VisibleRow[]; readonly isEnd: boolean }> {
  const rows: VisibleRow[] = []
  let bytes = 0
  for (;;) {
    const wanted = Math.min(rowsPerQuery, count + 1 - rows.length)
    const last = rows.at(-1)
    const from = last ? last.seq : start?.seq
    const inclusive = !last && direction === 'older' && (start?.ordinal ?? 0) > 0
    let query = visibleRows(db, seat).limit(wanted)
    if (from !== undefined) {
      const operator = direction === 'newer' ? '>' : inclusive ? '<=' : '<'
      query = query.where('message.seq', operator, from)
    }
    const found = await query.orderBy('message.seq', direction === 'older' ? 'desc' : 'asc').execute()
    for (const row of found) {
      if (rows.length === count) return { rows, isEnd: false }
      bytes += row.body.length
      if (rows.length && bytes > maxPageBytes) return { rows, isEnd: false }
      rows.push(row)
    }
    if (found.length < wanted) return { rows, isEnd: true }
  }
}

/** The local messages nearest to the start. */
function localsFrom(
  { db }: ChatContext,
  seat: Seat,
  start: Spot | undefined,
  direction: Direction,
  limit: number
): Promise<LocalRow[]> {
  const order = direction === 'older' ? 'desc' : 'asc'
  let query = localRows(db, seat).orderBy('afterSeq', order).orderBy('ordinal', order).limit(limit)
  if (start) {
    const operator = direction === 'older' ? '<' : '>'
    query = query.where(eb =>
      eb.or([
        eb('afterSeq', operator, start.seq),
        eb.and([eb('afterSeq', '=', start.seq), eb('ordinal', operator, start.ordinal)])
      ])
    )
  }
  return query.execute()
}
