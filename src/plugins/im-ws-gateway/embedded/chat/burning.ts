import { sql } from 'kysely'
import type { Clock, Timer } from '../../../../core/index.ts'
import type { Message } from '../../model.ts'
import type { Memory } from './memory.ts'
import type { Place } from './place.ts'
import { latestSeenBy, silentType } from './latest.ts'
import { endOf } from './seat-row.ts'
import { messageOf } from './stored-message.ts'
import type { MessageRow } from './rows.ts'
import type { ChatDb } from './tables.ts'
import type { Turn } from './turn.ts'
import type { Turns } from './turns.ts'

/** Messages removed in one turn. */
const messagesPerTurn = 500
/** Milliseconds between two sweeps: what burns in the meantime goes with the next one. */
const restMs = 500
const longestWaitMs = 3_600_000
/** A literal: only with it the database knows that the index of what burns has all that is wanted. */
const burns = sql.lit(0)

/**
 * Removes private messages, for both sides, when their time after reading is over. One timer for all of them; what
 * burned while nothing ran is removed at the start.
 */
export class Burning {
  readonly #db: ChatDb
  readonly #turns: Turns
  readonly #memory: Memory
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  #timer: Timer | undefined
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(
    { db, turns, memory, clock }: { db: ChatDb; turns: Turns; memory: Memory; clock: Clock },
    onError: (error: unknown) => void
  ) {
    this.#db = db
    this.#turns = turns
    this.#memory = memory
    this.#clock = clock
    this.#onError = onError
  }

  /** Looks when the next message burns. Call it when one was read. */
  arm(): void {
    this.#work = this.#work.then(() => this.#schedule()).catch(this.#onError)
  }

  /** Resolves when no sweep is under way, and none comes any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#work
  }

  async #schedule(): Promise<void> {
    if (this.#isClosed) return
    const next = await this.#db
      .selectFrom('im_chat_messages')
      .select('burnTime')
      .where('burnTime', '>', burns)
      .orderBy('burnTime')
      .limit(1)
      .executeTakeFirst()
    this.#timer?.cancel()
    if (!next) return
    const wait = Math.min(Math.max(next.burnTime - this.#clock.now(), restMs), longestWaitMs)
    this.#timer = this.#clock.after(wait, () => {
      this.#work = this.#work.then(() => this.#sweep()).catch(this.#onError)
    })
  }

  async #sweep(): Promise<void> {
    if (this.#isClosed) return
    await this.#turns.change(turn => this.#burn(turn))
    await this.#schedule()
  }

  async #burn(turn: Turn): Promise<void> {
    const rows = await turn.db
      .selectFrom('im_chat_messages')
      .selectAll()
      .where('burnTime', '>', burns)
      .where('burnTime', '<=', turn.now)
      .orderBy('burnTime')
      .limit(messagesPerTurn)
      .execute()
    if (!rows.length) return
    await turn.db
      .deleteFrom('im_chat_messages')
      .where(
        'position',
        'in',
        rows.map(({ position }) => position)
      )
      .execute()
    const threads = new Map<string, MessageRow[]>()
    for (const row of rows) threads.set(row.thread, [...(threads.get(row.thread) ?? []), row])
    for (const [key, burned] of threads) await this.#close(turn, key, burned)
  }

  /** Sees to what stands over a conversation when messages of it are gone. */
  async #close(turn: Turn, key: string, burned: readonly MessageRow[]): Promise<void> {
    const numbers = await turn.thread(key)
    const last = burned.toSorted((a, b) => a.seq - b.seq).at(-1)
    if (!numbers || !last) return
    const { sendID, recvID } = messageOf(last)
    const place: Place = { type: 1, sendID, recvID }
    const latest = await latestOf(turn, key)
    const latestSeq = latest?.seq ?? 0
    await turn.db.updateTable('im_chat_threads').set({ latestSeq }).where('key', '=', key).execute()
    turn.threads.set(key, { ...numbers, latestSeq })
    turn.latest.set(key, latest)
    for (const [userID, row] of await turn.seatsOf([sendID, recvID], place)) {
      const own = await latestSeenBy(turn.db, { row, end: endOf(row, numbers) }, latestSeq)
      turn.setOwnLatest(row, own)
      const wasListed = this.#memory.seat(userID, place)?.isListed ?? true
      const keptTime = own.message || !wasListed ? row.keptTime : Math.max(row.keptTime, last.sendTime)
      turn.put({ ...row, keptTime }, place)
    }
    turn.news.push({ what: 'thread', place })
  }
}

async function latestOf({ db }: Turn, thread: string): Promise<Message | undefined> {
  const row = await db
    .selectFrom('im_chat_messages')
    .selectAll()
    .where('thread', '=', thread)
    .where('contentType', '!=', silentType)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && messageOf(row)
}
