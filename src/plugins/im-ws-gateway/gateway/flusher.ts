import type { Outbox } from './outbox.ts'

/** Connections that are written to before everything else in the process gets its turn. */
const sliceSize = 1_000

/** Writes what was put into outboxes, at the end of each turn of the event loop. */
export class Flusher {
  readonly #now: () => number
  #dirty: Outbox[] = []
  #scheduled = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** Writes for this one in this turn, or in one of the next when there are thousands. */
  add(outbox: Outbox): void {
    this.#dirty.push(outbox)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    const slice = this.#dirty.length > sliceSize ? this.#dirty.splice(0, sliceSize) : this.#dirty
    if (slice === this.#dirty) this.#dirty = []
    this.#scheduled = this.#dirty.length > 0
    if (this.#scheduled) setImmediate(this.#turn)
    const now = this.#now()
    for (const outbox of slice) outbox.flush(now)
  }
}
