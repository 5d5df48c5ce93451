import type { CoreEvent, Device } from '../../user-core.ts'
import type { Message } from '../../model.ts'
import type { Memory } from './memory.ts'
import { keyOf, type Place } from './place.ts'
import { messageOf } from './stored-message.ts'
import type { Appearance, OwnLatest } from './seat.ts'
import type { SeatRow, ThreadRow } from './rows.ts'
import type { ChatTransaction } from './tables.ts'

/** Rows in one statement. */
const rowsPerStatement = 400

/** A message that was kept. */
export interface KeptMessage {
  readonly message: Message
  readonly position: number
  /** The sender sees it as his own, and not as news. */
  readonly isOwn: boolean
  /** From where it was sent. */
  readonly device: Device | undefined
}

/** What users are to be told once the turn is committed, in this order. */
export type News =
  | { readonly what: 'messages'; readonly place: Place; readonly kept: readonly KeptMessage[] }
  /** To those who are in the conversation. */
  | { readonly what: 'event'; readonly to: Place | string; readonly event: CoreEvent; readonly by?: Cause }
  /** Something of it has changed for all who are in it … */
  | {
      readonly what: 'thread'
      readonly place: Place
      readonly by?: Cause
      /** Only for those whose latest message is this one. */
      readonly withLatest?: number
    }
  /** … or for this user. */
  | {
      readonly what: 'seat'
      readonly userID: string
      readonly place: Place
      readonly cause?: Device | undefined
    }

/** That the messages of one side of a single chat were marked as read by the other. */
export interface Reading {
  readonly after: number
  readonly upTo: number
  readonly sendID: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Whose device has caused an event. */
export interface Cause {
  readonly userID: string
  readonly device: Device | undefined
}

const keyNames: ReadonlySet<keyof SeatRow> = new Set(['userID', 'thread'])
const seatKey = (userID: string, thread: string): string => `${userID}\n${thread}`

/**
 * One transaction, in which messages are kept and conversations change. What was changed in it is seen by what comes
 * after it in the same turn; memory follows when it is committed.
 */
export class Turn {
  readonly db: ChatTransaction
  /** Milliseconds since the epoch: when all of it happens. */
  readonly now: number
  readonly news: News[] = []
  /** Names of conversations that users did not have before, by user and conversation. */
  readonly appearances = new Map<string, Appearance>()
  readonly seats = new Map<string, { readonly row: SeatRow; readonly place: Place }>()
  readonly threads = new Map<string, ThreadRow>()
  /** The newest message of conversations where that has changed. */
  readonly latest = new Map<string, Message | undefined>()
  /** Messages that have become others, where they are somebody's latest. */
  readonly revised = new Map<string, Message[]>()
  /** Messages of single chats that were marked as read, by conversation. */
  readonly reads = new Map<string, Reading[]>()
  /** The latest message of users who do not see that of the others, by user and conversation; `undefined`: they do. */
  readonly ownLatest = new Map<string, OwnLatest | undefined>()
  /** Conversations whose rows are all there once this is committed. */
  readonly completed = new Set<string>()
  readonly #memory: Memory
  readonly #added = new Map<string, SeatRow>()
  #position: number

  constructor(db: ChatTransaction, memory: Memory, now: number) {
    this.db = db
    this.#memory = memory
    this.#position = memory.position
    this.now = now
  }

  /** The position of what happened last. */
  get position(): number {
    return this.#position
  }

  /** The position that what changes now will have at least. */
  get changePosition(): number {
    return this.#position + (this.#hasAdvanced ? 0 : 1)
  }

  get #hasAdvanced(): boolean {
    return this.#position > this.#memory.position
  }

  /** Takes the next `count` positions. @returns the one before them */
  async advance(count: number): Promise<number> {
    const { position } = await this.db
      .updateTable('im_chat_head')
      .set(eb => ({ position: eb('position', '+', count) }))
      .where('id', '=', 1)
      .returning('position')
      .executeTakeFirstOrThrow()
    this.#position = position
    return position - count
  }

  /** The numbers of a conversation; `undefined` where nothing was ever said. */
  async thread(key: string): Promise<ThreadRow | undefined> {
    const known = this.threads.get(key) ?? this.#memory.threads.get(key)?.numbers
    if (known) return known
    const row = await this.#threadRow(key)
    if (row) this.threads.set(key, row)
    return row
  }

  /** Reads the newest message of a conversation that nobody has open, for those who are about to get it. */
  async knowLatest(key: string): Promise<void> {
    const numbers = await this.thread(key)
    if (!numbers || this.#memory.threads.has(key) || this.latest.has(key)) return
    const row = await this.db
      .selectFrom('im_chat_messages')
      .selectAll()
      .where('thread', '=', key)
      .where('seq', '=', numbers.latestSeq)
      .executeTakeFirst()
    if (row) this.latest.set(key, messageOf(row))
  }

  /** How a conversation stands for a user; `undefined` where he does not have it. */
  async seat(userID: string, place: Place): Promise<SeatRow | undefined> {
    return (await this.seatsOf([userID], place)).get(userID)
  }

  /** The same for several users. */
  async seatsOf(userIDs: readonly string[], place: Place): Promise<ReadonlyMap<string, SeatRow>> {
    const thread = keyOf(place)
    const found = new Map<string, SeatRow>()
    const unknown: string[] = []
    for (const userID of new Set(userIDs)) {
      const user = this.#memory.users.get(userID)
      const row = this.seats.get(seatKey(userID, thread))?.row ?? user?.seatAt(place)?.row
      if (row) found.set(userID, row)
      else if (!user) unknown.push(userID)
    }
    for (let at = 0; at < unknown.length; at += rowsPerStatement) {
      const rows = await this.db
        .selectFrom('im_chat_seats')
        .selectAll()
        .where('thread', '=', thread)
        .where('userID', 'in', unknown.slice(at, at + rowsPerStatement))
        .execute()
      for (const row of rows) found.set(row.userID, row)
    }
    return found
  }

  /** Changes how a conversation stands for a user. */
  put(row: SeatRow, place: Place, appearance?: Appearance): void {
    const key = seatKey(row.userID, row.thread)
    this.seats.set(key, { row, place })
    if (appearance) this.appearances.set(key, appearance)
  }

  /** Makes a row unless it is there. For users whose core is not open. */
  add(row: SeatRow): void {
    this.#added.set(seatKey(row.userID, row.thread), row)
  }

  /** What a user sees as the latest message, once this is committed. `undefined`: what the others see. */
  setOwnLatest(row: SeatRow, latest: OwnLatest | undefined): void {
    this.ownLatest.set(seatKey(row.userID, row.thread), latest)
  }

  /** A message has become another one. */
  revise(thread: string, message: Message): void {
    this.revised.set(thread, [...(this.revised.get(thread) ?? []), message])
  }

  isOpen(userID: string): boolean {
    return this.#memory.users.has(userID)
  }

  isComplete(thread: string): boolean {
    return this.completed.has(thread) || (this.#memory.threads.get(thread)?.isComplete ?? false)
  }

  /** Writes the rows of seats. The last thing to be done before the commit. A change has a position as a message has. */
  async flush(): Promise<void> {
    const added = [...this.#added].filter(([key]) => !this.seats.has(key)).map(([, row]) => row)
    for (const rows of chunks(added))
      await this.db
        .insertInto('im_chat_seats')
        .values(rows)
        .onConflict(on => on.doNothing())
        .execute()
    if (this.seats.size && !this.#hasAdvanced) await this.advance(1)
    for (const [key, { row, place }] of this.seats)
      this.seats.set(key, { row: { ...row, changedAt: this.#position }, place })
    const changed = [...this.seats.values()].map(({ row }) => row)
    for (const rows of chunks(changed)) await this.#writeSeats(rows)
  }

  async #writeSeats(rows: readonly SeatRow[]): Promise<void> {
    const names = (Object.keys(rows[0] ?? {}) as (keyof SeatRow)[]).filter(name => !keyNames.has(name))
    await this.db
      .insertInto('im_chat_seats')
      .values(rows)
      .onConflict(on =>
        on
          .columns(['userID', 'thread'])
          .doUpdateSet(eb => Object.fromEntries(names.map(name => [name, eb.ref(`excluded.${name}`)])))
      )
      .execute()
  }

  #threadRow(key: string): Promise<ThreadRow | undefined> {
    return this.db.selectFrom('im_chat_threads').selectAll().where('key', '=', key).executeTakeFirst()
  }
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += rowsPerStatement) yield items.slice(at, at + rowsPerStatement)
}
