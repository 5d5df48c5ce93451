import type { Clock, Timer } from '../../../core/index.ts'

/** How the others are told. */
export interface AnnouncerParts<Item> {
  readonly clock: Clock
  /** How many may be told at a time. */
  readonly maxItems: number
  /** Tells some. Rejects when the others cannot be told now. */
  readonly tell: (items: readonly Item[]) => Promise<void>
  /** They could not be told, for the first time since they last could. */
  readonly failed: (error: unknown) => void
}

const firstRetryMs = 1_000
const maxRetryMs = 30_000

/**
 * Tells others what they are to know, at once and one batch after the other: what comes while one is under way goes out
 * together. What could not be told is tried again, for as long as it takes.
 */
export class Announcer<Item> {
  readonly #parts: AnnouncerParts<Item>
  readonly #waiting = new Set<Item>()
  #telling: Set<Item> | undefined
  #retry: Timer | undefined
  #retryMs = firstRetryMs
  #stopped = false

  constructor(parts: AnnouncerParts<Item>) {
    this.#parts = parts
  }

  /** What has not been told yet. */
  get size(): number {
    return this.#waiting.size + (this.#telling?.size ?? 0)
  }

  /** Tells an item, once more where it has been told. */
  add(item: Item): void {
    this.#waiting.add(item)
    if (!this.#retry) void this.#run()
  }

  /** An item need not be told any more. */
  forget(item: Item): void {
    this.#waiting.delete(item)
    this.#telling?.delete(item)
  }

  /** The others may be there again: tries at once. */
  hasten(): void {
    this.#retry?.cancel()
    this.#retry = undefined
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
    this.#waiting.clear()
    this.#retry?.cancel()
  }

  async #run(): Promise<void> {
    if (this.#telling) return
    while (this.#waiting.size > 0 && !this.#stopped) {
      this.#telling = this.#next()
      try {
        // One batch after the other.
        // eslint-disable-next-line no-await-in-loop
        await this.#parts.tell([...this.#telling])
        this.#retryMs = firstRetryMs
      } catch (error) {
        return this.#failed(error)
      } finally {
        this.#telling = undefined
      }
    }
  }

  #next(): Set<Item> {
    const batch = new Set<Item>()
    for (const item of this.#waiting) {
      if (batch.size === this.#parts.maxItems) break
      batch.add(item)
      this.#waiting.delete(item)
    }
    return batch
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    if (this.#retryMs === firstRetryMs) this.#parts.failed(error)
    for (const item of this.#telling ?? []) this.#waiting.add(item)
    this.#retry = this.#parts.clock.after(this.#retryMs, () => this.hasten())
    this.#retryMs = Math.min(this.#retryMs * 2, maxRetryMs)
  }
}
