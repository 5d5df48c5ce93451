import type { Clock, Timer } from './clock.ts'

/** Something that has to be looked at when its time has come. */
export interface Timed {
  /** Monotonic milliseconds; only the wheel writes it. */
  dueAt: number
  /** Where the wheel keeps it; -1: nowhere. Only the wheel writes it. */
  slot: number
  /** Looks at it. Whoever wants to be looked at again schedules itself. */
  due(now: number): void
}

/** Milliseconds of a turn: everything is due up to this much late. */
export const turnMs = 100
const slots = 512

/** One timer for any number of deadlines. It rests while there are none. Changing a deadline costs O(1). */
export class Wheel {
  readonly #clock: Clock
  readonly #slots = Array.from({ length: slots }, () => new Set<Timed>())
  /** The last turn whose items were looked at. */
  #turn = 0
  #size = 0
  #timer: Timer | undefined
  #timerTurn = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.monotonic()
  }

  /** Sets the deadline of an item, in place of the one that it may have had. */
  schedule(item: Timed, dueAt: number): void {
    this.cancel(item)
    if (this.#size === 0) this.#turn = Math.floor(this.now() / turnMs)
    // What is due later than a whole round is met too early, and put off again.
    const turn = Math.min(Math.max(this.#turn + 1, Math.ceil(dueAt / turnMs)), this.#turn + slots - 1)
    item.dueAt = dueAt
    item.slot = turn % slots
    this.#slots[item.slot]?.add(item)
    this.#size++
    if (turn < this.#timerTurn) this.#arm(turn)
  }

  /** Brings the deadline of an item forward, or leaves it where it is. */
  hasten(item: Timed, dueAt: number): void {
    if (item.slot < 0 || dueAt < item.dueAt) this.schedule(item, dueAt)
  }

  /** Takes an item out, if it is in. */
  cancel(item: Timed): void {
    if (item.slot < 0) return
    this.#slots[item.slot]?.delete(item)
    item.slot = -1
    this.#size--
  }

  /** Forgets all items. */
  stop(): void {
    for (const slot of this.#slots) for (const item of slot) this.cancel(item)
    this.#timer?.cancel()
    this.#timerTurn = Infinity
  }

  #arm(turn: number): void {
    this.#timer?.cancel()
    this.#timerTurn = turn
    this.#timer = this.#clock.after(Math.max(0, turn * turnMs - this.now()), this.#go)
  }

  readonly #go = (): void => {
    this.#timerTurn = Infinity
    const now = this.now()
    const last = Math.floor(now / turnMs)
    // After a long pause every slot is looked at once.
    this.#turn = Math.max(this.#turn, last - slots)
    while (this.#turn < last) this.#visit(++this.#turn % slots, now)
    if (this.#size === 0) return
    let next = this.#turn + 1
    while (this.#slots[next % slots]?.size === 0) next++
    if (next < this.#timerTurn) this.#arm(next)
  }

  #visit(slot: number, now: number): void {
    // Whatever is scheduled meanwhile goes into another slot.
    for (const item of this.#slots[slot] ?? []) {
      if (item.dueAt > now) {
        this.schedule(item, item.dueAt)
        continue
      }
      this.cancel(item)
      item.due(now)
    }
  }
}
