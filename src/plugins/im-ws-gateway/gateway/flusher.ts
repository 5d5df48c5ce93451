import type { Clock } from '../../../core/index.ts'
import type { Outbox } from './outbox.ts'

/** Connections that are written to before everything else in the process gets its turn. */
const sliceSize = 1_000
/** Up to so many in a turn are no crowd. */
const fewSize = 64
/** A pass that took longer than this has written to a crowd. */
const crowdMs = 2
/** How many times as long as such a pass took the pause after it is: crowds take a ninth of the time, where the pause has room. */
const pauseShare = 8
const longestPauseMs = 60

/**
 * Writes what was put into outboxes. What is urgent goes out at the end of the turn of the event loop. The rest goes out
 * in passes: at the end of the turn, too, but not soon after one that has written to a crowd. One write costs the system
 * about as much as encoding what is in it, so a crowd that is told much gets several events in one. A few who were not
 * in that crowd do not wait for it.
 */
export class Flusher {
  readonly #clock: Clock
  #urgent: Outbox[] = []
  /** Those of the pass that is under way, and how many of them were written for. */
  #pass: Outbox[] = []
  #passed = 0
  #passNumber = 0
  /** Those of the next one: they are in this pass, or were in the last one, or are another crowd. */
  #next: Outbox[] = []
  /** Those that are in neither pass. */
  #others: Outbox[] = []
  /** What the pass has cost so far, and until when there is none after it, in milliseconds. */
  #costMs = 0
  #pausesUntil = -Infinity
  #isScheduled = false
  #isWaiting = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Flushes this one in this turn, or in one of the next when there are thousands; where it is not urgent, up to 60 ms
   * after the pass that is under way. It may be added again once it was flushed, and before that to say that it is
   * urgent after all; then it is flushed once more, in vain maybe, when the pass comes by.
   */
  add(outbox: Outbox, isUrgent: boolean): void {
    if (isUrgent) {
      this.#urgent.push(outbox)
      return this.#schedule()
    }
    if (outbox.awaitsPass) return
    outbox.awaitsPass = true
    if (outbox.lastPass !== this.#passNumber) {
      this.#others.push(outbox)
      return this.#schedule()
    }
    this.#next.push(outbox)
    if (!this.#isPassing) this.#await()
  }

  get #isPassing(): boolean {
    return this.#passed < this.#pass.length
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
    this.#takeOthers(now)
    if (this.#isPassing || now >= this.#pausesUntil) this.#continuePass()
    if (this.#urgent.length > 0 || this.#isPassing) this.#schedule()
    else if (this.#next.length > 0) this.#await()
  }

  /** Writes for those who were not in the last pass, unless they are a crowd of their own. */
  #takeOthers(now: number): void {
    const others = this.#others
    if (others.length === 0) return
    this.#others = []
    if (others.length > fewSize) this.#next = this.#next.concat(others)
    else for (const outbox of others) visit(outbox, now)
  }

  #continuePass(): void {
    const now = this.#clock.monotonic()
    if (!this.#isPassing) {
      if (this.#next.length === 0) return
      this.#pass = this.#next
      this.#passNumber++
      this.#next = []
      this.#costMs = 0
    }
    const until = Math.min(this.#passed + sliceSize, this.#pass.length)
    while (this.#passed < until) {
      const outbox = this.#pass[this.#passed++] as Outbox
      outbox.lastPass = this.#passNumber
      visit(outbox, now)
    }
    if (!this.#isPassing) {
      this.#pass = []
      this.#passed = 0
    }
    const ended = this.#clock.monotonic()
    this.#costMs += ended - now
    this.#pausesUntil =
      this.#costMs > crowdMs ? ended + Math.min(this.#costMs * pauseShare, longestPauseMs) : -Infinity
  }
}

function visit(outbox: Outbox, now: number): void {
  outbox.awaitsPass = false
  outbox.flush(now)
}
