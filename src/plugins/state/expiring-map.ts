import type { Clock, Timer } from '../../core/index.ts'
import { ExpiryHeap, type Expiring } from './expiry-heap.ts'
import { StateFullError } from './service.ts'

interface Entry extends Expiring {
  readonly key: string
  value: string
}

/** The shortest and longest time between two sweeps. `setTimeout` overflows after 24.8 days. */
const sweepMs = { min: 1_000, max: 3_600_000 }

/** Entries that one sweep drops at most, so that a mass expiry does not hold up the event loop (7 ms). */
const sweepBatch = 10_000

/**
 * A map of strings with a bound, whose entries may expire. An expired entry is never seen and never the reason for
 * a refusal; a single timer gives its memory back.
 */
export class ExpiringMap {
  readonly #entries = new Map<string, Entry>()
  readonly #heap = new ExpiryHeap<Entry>()
  readonly #clock: Clock
  readonly #maxKeys: number
  #refusals = 0
  #sweep: { readonly at: number; readonly timer: Timer } | undefined

  constructor(clock: Clock, maxKeys: number) {
    this.#clock = clock
    this.#maxKeys = maxKeys
  }

  /** Entries in memory, expired ones that no sweep has met included. */
  get size(): number {
    return this.#entries.size
  }

  /** How often there was no room. */
  get refusals(): number {
    return this.#refusals
  }

  get(key: string): string | undefined {
    return this.#live(key)?.value
  }

  /**
   * Sets a value, which lives for `ttlMs` or, without it, until it is deleted.
   * @throws {StateFullError} when `key` is new and there is no room for it
   */
  set(key: string, value: string, ttlMs = Infinity): void {
    const entry = this.#live(key) ?? this.#add(key)
    entry.value = value
    this.#heap.remove(entry)
    entry.expiresAt = this.#clock.monotonic() + ttlMs
    if (ttlMs === Infinity) return
    this.#heap.add(entry)
    this.#schedule()
  }

  /** Changes a value and leaves its expiry alone. False: there is none. */
  replace(key: string, value: string): boolean {
    const entry = this.#live(key)
    if (entry) entry.value = value
    return entry !== undefined
  }

  delete(key: string): boolean {
    const entry = this.#live(key)
    if (entry) this.#drop(entry)
    return entry !== undefined
  }

  /** Keys and values, in the order in which the keys were added. */
  *[Symbol.iterator](): Generator<readonly [string, string]> {
    const now = this.#clock.monotonic()
    for (const { key, value, expiresAt } of this.#entries.values()) if (expiresAt > now) yield [key, value]
  }

  /** Forgets everything and stops the timer. */
  clear(): void {
    for (const entry of this.#entries.values()) this.#drop(entry)
    this.#sweep?.timer.cancel()
    this.#sweep = undefined
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (!entry || entry.expiresAt > this.#clock.monotonic()) return entry
    this.#drop(entry)
    return undefined
  }

  #add(key: string): Entry {
    if (this.#entries.size >= this.#maxKeys) this.#reclaim(1)
    if (this.#entries.size >= this.#maxKeys) {
      this.#refusals++
      throw new StateFullError(`The state is full: it holds ${this.#maxKeys} keys (setting maxKeys)`)
    }
    const entry = { key, value: '', expiresAt: Infinity, slot: -1 }
    this.#entries.set(key, entry)
    return entry
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#heap.remove(entry)
  }

  /** Drops up to `count` expired entries, O(log n) each. */
  #reclaim(count: number): void {
    const now = this.#clock.monotonic()
    for (let left = count; left > 0; left--) {
      const { top } = this.#heap
      if (!top || top.expiresAt > now) return
      this.#drop(top)
    }
  }

  #schedule(): void {
    const first = this.#heap.top
    if (!first) return
    const now = this.#clock.monotonic()
    const delayMs = Math.min(Math.max(first.expiresAt - now, sweepMs.min), sweepMs.max)
    if (this.#sweep && this.#sweep.at <= now + delayMs) return
    this.#sweep?.timer.cancel()
    const timer = this.#clock.after(delayMs, () => {
      this.#sweep = undefined
      this.#reclaim(sweepBatch)
      this.#schedule()
    })
    this.#sweep = { at: now + delayMs, timer }
  }
}
