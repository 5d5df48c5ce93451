/** What a heap orders. */
export interface Expiring {
  /** Milliseconds of the monotonic clock. */
  expiresAt: number
  /** Where the heap keeps it; -1 while it is in none. Only the heap writes it. */
  slot: number
}

/** A binary heap with the entry that expires first on top. Entries know their slot, so that any can leave at once. */
export class ExpiryHeap<E extends Expiring> {
  readonly #entries: E[] = []

  /** The entry that expires first. */
  get top(): E | undefined {
    return this.#entries[0]
  }

  /** Adds an entry. O(log n). */
  add(entry: E): void {
    this.#raise(entry, this.#entries.length)
  }

  /** Takes an entry out, if it is in. O(log n). */
  remove(entry: E): void {
    const { slot } = entry
    if (slot < 0) return
    entry.slot = -1
    const last = this.#entries.pop()
    if (!last || last === entry) return
    this.#raise(last, slot)
    this.#sink(last, last.slot)
  }

  #raise(entry: E, from: number): void {
    let slot = from
    while (slot > 0) {
      const above = (slot - 1) >> 1
      const parent = this.#entries[above]
      if (!parent || parent.expiresAt <= entry.expiresAt) break
      this.#put(parent, slot)
      slot = above
    }
    this.#put(entry, slot)
  }

  #sink(entry: E, from: number): void {
    let slot = from
    for (;;) {
      const below = this.#firstBelow(slot)
      if (!below || below.expiresAt >= entry.expiresAt) break
      const { slot: freed } = below
      this.#put(below, slot)
      slot = freed
    }
    this.#put(entry, slot)
  }

  #firstBelow(slot: number): E | undefined {
    const left = this.#entries[2 * slot + 1]
    const right = this.#entries[2 * slot + 2]
    return left && right && right.expiresAt < left.expiresAt ? right : left
  }

  #put(entry: E, slot: number): void {
    this.#entries[slot] = entry
    entry.slot = slot
  }
}
