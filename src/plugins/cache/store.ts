import { LRUCache } from 'lru-cache'
import type { Entry } from './entry.ts'

/** How often a reader's interest in a value is noted at most: cheaper than at every read, and as good for what lies idle. */
export const touchMs = 1_000

/** What this process keeps, bounded in bytes: what nobody has wanted for longest goes first. */
export class Store {
  readonly #lru: LRUCache<Entry, Entry>
  readonly #ids = new Map<string, Entry>()
  readonly #tagged = new Map<string, Set<Entry>>()
  #evictions = 0

  constructor({ maxBytes, maxEntries }: { readonly maxBytes: number; readonly maxEntries: number }) {
    this.#lru = new LRUCache<Entry, Entry>({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: entry => entry.bytes,
      dispose: (entry, _key, reason) => {
        if (reason === 'evict') this.#evictions++
        this.#forget(entry)
      }
    })
  }

  get size(): number {
    return this.#lru.size
  }

  get bytes(): number {
    return this.#lru.calculatedSize
  }

  get evictions(): number {
    return this.#evictions
  }

  /** Puts it in the place of what its section has under its key. False: it is larger than all that may be kept. */
  set(entry: Entry): boolean {
    if (entry.bytes > this.#lru.maxSize) return false
    const held = entry.section.entries.get(entry.key)
    if (held) this.delete(held)
    entry.section.entries.set(entry.key, entry)
    this.#ids.set(entry.id, entry)
    for (const tag of entry.tags) {
      const tagged = this.#tagged.get(tag)
      if (tagged) tagged.add(entry)
      else this.#tagged.set(tag, new Set([entry]))
    }
    this.#lru.set(entry, entry)
    return true
  }

  delete(entry: Entry): void {
    this.#lru.delete(entry)
  }

  /** Notes that somebody wants it. */
  touch(entry: Entry, now: number): void {
    if (now - entry.touchedAt < touchMs) return
    entry.touchedAt = now
    this.#lru.get(entry)
  }

  withId(id: string): Entry | undefined {
    return this.#ids.get(id)
  }

  withTag(tag: string): ReadonlySet<Entry> {
    return this.#tagged.get(tag) ?? new Set()
  }

  /** Those that were wanted last come first. */
  entries(): Iterable<Entry> {
    return this.#lru.keys()
  }

  #forget(entry: Entry): void {
    const { section, key, id, tags } = entry
    if (section.entries.get(key) === entry) section.entries.delete(key)
    if (this.#ids.get(id) === entry) this.#ids.delete(id)
    for (const tag of tags) {
      const tagged = this.#tagged.get(tag)
      if (tagged?.delete(entry) && tagged.size === 0) this.#tagged.delete(tag)
    }
  }
}
