import type { Writable } from 'node:stream'
import type { Snapshot } from '../user-core.ts'
import type { Flusher } from './flusher.ts'
import type { JointWrites } from './joint-writes.ts'

/** So much is handed to the socket at a time, so that a reader who takes some of it can be told from one who is stuck. */
const batchBytes = 65_536
/** A larger frame may take its time, at this pace. */
const slowestBytesPerMs = 16
/** Snapshots that may wait for a reader who is slow. */
const maxSnapshots = 1_000
/** Places of a list that are kept when it is empty. */
const keptLength = 32

/** Whose outbox it is. */
export interface OutboxOwner {
  /** False once the reader has said that it leaves, or was told to: what is written then is read by nobody. */
  readonly isWritable: boolean
  /** What tells the reader how something stands now, in pieces. */
  framesOf(snapshot: Snapshot): readonly Buffer[]
  /** Something is to be sent that nobody asked for. */
  told(): void
  /** More waits than may. */
  overflowed(): void
  /** The reader takes less than there is: see `stallsAt`. */
  waiting(): void
}

/** What all outboxes have in common. */
export interface OutboxLimits {
  readonly flusher: Flusher
  readonly writes: JointWrites
  /** Bytes that may wait before what comes next. */
  readonly maxQueueBytes: number
}

/** When an outbox is to be flushed next: not at all, in the next pass of the flusher, or in this turn. */
type Due = 'never' | 'passing' | 'urgent'

/**
 * Frames on their way to one connection. All that is put in during one turn of the event loop, or until the next pass of
 * the flusher, goes out in one write; what the reader does not take waits here.
 *
 * A snapshot becomes a frame, behind all others, when something is to be sent that comes after it, or when all is
 * written; while something is held back, it waits. So it says how it is after all that was told before it, and what is
 * told after it is never older.
 */
export class Outbox {
  /** For the flusher: it is going to come by, although nothing is urgent. */
  awaitsPass = false
  /** For the flusher: which of its passes came by last. */
  lastPass = -1
  readonly #socket: Writable
  readonly #owner: OutboxOwner
  readonly #limits: OutboxLimits
  /** Each in its pieces, which stay together: between two writes `ws` may send something of its own. */
  #frames: (readonly Buffer[])[] = []
  /** What must not leave before an answer that is still to come. */
  #held: (readonly Buffer[])[] | undefined
  /** Bytes in both. */
  #bytes = 0
  /** What comes after both, each once. */
  readonly #snapshots: Snapshot[] = []
  #due: Due = 'never'
  /** Since when the reader has taken nothing, in milliseconds of the wheel; -1: it takes all there is. */
  #pressedAt = -1
  #whenEmpty: (() => void) | undefined

  constructor(socket: Writable, owner: OutboxOwner, limits: OutboxLimits) {
    this.#socket = socket
    this.#owner = owner
    this.#limits = limits
  }

  /** Bytes that wait for the reader, those in the socket's own buffer included. */
  get queuedBytes(): number {
    return this.#bytes + this.#socket.writableLength
  }

  /** True while the reader takes less than there is. */
  get isPressed(): boolean {
    return this.#pressedAt >= 0
  }

  /** True when nothing waits to be handed to the socket. */
  get isEmpty(): boolean {
    return this.#frames.length === 0 && !this.#held?.length && this.#snapshots.length === 0
  }

  /** True from `hold` to `release`. */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** When a reader who takes nothing has to be given up, in milliseconds of the wheel; `Infinity`: it takes all. */
  stallsAt(stalledMs: number): number {
    if (this.#pressedAt < 0) return Infinity
    const extraMs = Math.max(0, this.#socket.writableLength - batchBytes) / slowestBytesPerMs
    return this.#pressedAt + stalledMs + extraMs
  }

  /** Sends the pieces of a frame in this turn, after all that waits, and before what is held back. */
  push(...pieces: readonly Buffer[]): void {
    this.#takeSnapshots()
    this.#add(pieces, true)
  }

  /** Sends a frame after all that waits, and before what is held back, in the next pass of the flusher. */
  pushSoon(frame: Buffer): void {
    this.#takeSnapshots()
    this.#add([frame], false)
  }

  /** From now on keeps back what is given to `pushHeld`. */
  hold(): void {
    this.#held ??= []
  }

  /** Sends the pieces of a frame after what is held back; when nothing is, in the next pass of the flusher. */
  pushHeld(pieces: readonly Buffer[]): void {
    this.#owner.told()
    if (!this.#held) return this.#add(pieces, false)
    if (this.#isFull()) return
    this.#held.push(pieces)
    this.#bytes += lengthOf(pieces)
  }

  /** Sends how something stands, behind what is held back and what else comes until the next pass of the flusher. */
  pushLatest(snapshot: Snapshot): void {
    if (this.#snapshots.includes(snapshot)) return
    if ((this.#held || this.isPressed) && this.#isFull()) return
    this.#snapshots.push(snapshot)
    this.#owner.told()
    if (!this.#held) this.#schedule(false)
  }

  /** Sends what was held back, and holds back nothing any more. */
  release(): void {
    const held = this.#held
    this.#held = undefined
    for (const pieces of held ?? []) this.#frames.push(pieces)
    if (this.#isWaiting) this.#schedule(true)
  }

  /** Forgets what is held back, and the snapshots that would come after it. */
  dropHeld(): void {
    this.#takeSnapshots()
    for (const pieces of this.#held ?? []) this.#bytes -= lengthOf(pieces)
    this.#held = undefined
    clear(this.#snapshots)
  }

  /** Writes what waits, as much as the reader takes. To be called by the flusher. */
  flush(now: number): void {
    this.#due = 'never'
    if (this.isPressed || !this.#owner.isWritable) return
    this.#takeSnapshots()
    if (this.#write()) return this.#emptied()
    this.#pressedAt = now
    this.#socket.once('drain', () => {
      this.#pressedAt = -1
      if (this.#isWaiting) this.#schedule(true)
      else this.#emptied()
    })
    this.#owner.waiting()
  }

  /** Calls `then` once all that was pushed is out. */
  whenEmpty(then: () => void): void {
    this.#whenEmpty = then
    this.#schedule(true)
  }

  /** @returns false: the reader does not take all */
  #write(): boolean {
    const frames = this.#frames
    const socket = this.#socket
    let from = 0
    while (from < frames.length) {
      let to = from
      let batch = 0
      for (; batch < batchBytes && to < frames.length; to++) batch += lengthOf(frames[to] ?? [])
      this.#limits.writes.write(socket, frames, from, to, batch)
      this.#bytes -= batch
      from = to
      if (socket.writableLength > 0 && socket.writableNeedDrain) break
    }
    if (from === frames.length) clear(frames)
    else this.#frames = frames.slice(from)
    return !socket.writableNeedDrain || socket.writableLength === 0
  }

  /** True when there is something that may be sent. */
  get #isWaiting(): boolean {
    return this.#frames.length > 0 || (this.#snapshots.length > 0 && !this.#held)
  }

  /** Makes frames of the snapshots, unless something is held back that comes before them. */
  #takeSnapshots(): void {
    if (this.#snapshots.length === 0 || this.#held) return
    const snapshots = this.#snapshots.slice()
    clear(this.#snapshots)
    for (const snapshot of snapshots) if (!snapshot.isTotal) this.#append(this.#owner.framesOf(snapshot))
    for (const snapshot of snapshots) if (snapshot.isTotal) this.#append(this.#owner.framesOf(snapshot))
  }

  #append(pieces: readonly Buffer[]): void {
    if (pieces.length === 0 || (this.isPressed && this.#isFull())) return
    this.#frames.push(pieces)
    this.#bytes += lengthOf(pieces)
  }

  #add(pieces: readonly Buffer[], isUrgent: boolean): void {
    this.#append(pieces)
    // More than one write takes has no reason to wait for more.
    this.#schedule(isUrgent || this.#bytes >= batchBytes)
  }

  #schedule(isUrgent: boolean): void {
    if (this.isPressed || this.#due === 'urgent' || (this.#due === 'passing' && !isUrgent)) return
    this.#due = isUrgent ? 'urgent' : 'passing'
    this.#limits.flusher.add(this, isUrgent)
  }

  #emptied(): void {
    const then = this.#whenEmpty
    this.#whenEmpty = undefined
    then?.()
  }

  #isFull(): boolean {
    const isFull = this.#bytes > this.#limits.maxQueueBytes || this.#snapshots.length >= maxSnapshots
    if (isFull) this.#owner.overflowed()
    return isFull
  }
}

/**
 * Empties a list that is going to be filled again. What is popped leaves its place behind: without that it would be
 * made anew before each write, and outlive the young generation where a crowd waits for the next pass.
 */
function clear(list: unknown[]): void {
  if (list.length > keptLength) list.length = 0
  while (list.length > 0) list.pop()
}

function lengthOf(pieces: readonly Buffer[]): number {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}
