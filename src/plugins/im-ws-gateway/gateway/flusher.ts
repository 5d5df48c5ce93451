import type { Clock } from '../../../core/index.ts'
import type { Outbox } from './outbox.ts'

/** Connections that are written to before everything else in the process gets its turn. */
const sliceSize = 1_000
/** A pass that took longer than this has written to a crowd. */
const crowdMs = 2
/** How many times as long as such a pass took the pause after it is: crowds take a ninth of the time, where the pause has room. */
const pauseShare = 8
const longestPauseMs = 60

/**
 * Writes what was put into outboxes. What is urgent goes out at the end of the turn of the event loop. The rest goes out
 * in passes: at the end of the turn, too, but not soon after one that has written to a crowd. One write costs the system
 * about as much as encoding what is in it, so a crowd that is told much gets several events in one.
 */
export class Flusher {
  readonly #clock: Clock
  #urgent: Outbox[] = []
  /** Those of the pass that is under way. */
  #pass = new Set<Outbox>()
  /** Those of the next one. */
  #next = new Set<Outbox>()
  /** What the pass has cost so far, and until when there is none after it, in milliseconds. */
  #costMs = 0
  #pausesUntil = -Infinity
  #isScheduled = false
  #isWaiting = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Writes for this one in this turn, or in one of the next when there are thousands; where it is not urgent, up to
   * 60 ms after the pass that is under way. It may be added again once it was written for, and before that to say that it is urgent after all.
   */
  add(outbox: Outbox, isUrgent: boolean): void {
    if (isUrgent) {
      this.#pass.delete(outbox)
      this.#next.delete(outbox)
      this.#urgent.push(outbox)
      this.#schedule()
    } else {
      this.#next.add(outbox)
      if (this.#pass.size === 0) this.#await()
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#turn)
  }

  /** Sees to it that there is a turn when the next pass may begin. */
  #await(): void {
    if (this.#isScheduled || this.#isWaiting) return
    const waitMs = this.#pausesUntil - this.#clock.monotonic()
    if (waitMs <= 0) return this.#schedule()
    this.#isWaiting = true
    this.#clock.after(waitMs, () => {
      this.#isWaiting = false
      this.#schedule()
    })
  }

  readonly #turn = (): void => {
    this.#isScheduled = false
    const now = this.#clock.monotonic()
    const urgent = this.#urgent
    this.#urgent = urgent.length > sliceSize ? urgent.splice(sliceSize) : []
    for (const outbox of urgent) outbox.flush(now)
    if (this.#pass.size > 0 || now >= this.#pausesUntil) this.#continuePass()
    if (this.#urgent.length > 0 || this.#pass.size > 0) this.#schedule()
    else if (this.#next.size > 0) this.#await()
  }

  #continuePass(): void {
    const now = this.#clock.monotonic()
    if (this.#pass.size === 0) {
      if (this.#next.size === 0) return
      ;[this.#pass, this.#next] = [this.#next, this.#pass]
      this.#costMs = 0
    }
    let left = sliceSize
    for (const outbox of this.#pass) {
      if (left-- === 0) break
      this.#pass.delete(outbox)
      outbox.flush(now)
    }
    const ended = this.#clock.monotonic()
    this.#costMs += ended - now
    this.#pausesUntil =
      this.#costMs > crowdMs ? ended + Math.min(this.#costMs * pauseShare, longestPauseMs) : -Infinity
  }
}
