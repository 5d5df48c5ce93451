import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Wheel } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { Ask } from './ask.ts'
import type { Entry } from './entry.ts'
import { decodeRecord, encodeRecord, type SharedRecord, type TagMarks } from './shared-record.ts'
import { ownTag } from './tag.ts'

/** What a reader saw, and with it the right to write, unless somebody else has written or cleared since. */
export interface WriteToken {
  readonly text: string | undefined
  readonly tags: TagMarks
}

/** What the store that nodes share works with. */
export interface SharedValuesParts {
  readonly state: State
  readonly clock: Clock
  readonly wheel: Wheel
  readonly log: FastifyBaseLogger
  /** After which a look at it is given up. */
  readonly timeoutMs: number
  /** Longer records are not written, nor read. */
  readonly maxBytes: number
  /** A text that was never there before. */
  readonly unique: () => string
}

/** A mark must outlive every record that was written before it. */
const longestLifeMs = 31 * 86_400_000
/** As long as work may take that began before a clear. */
const tombstoneMs = 900_000
const pauseMs = 5_000
const tombstone = '-'

/** Values that all nodes share. Whatever goes wrong with it, readers do the work themselves. */
export class SharedValues {
  readonly counts = { hits: 0, misses: 0, writes: 0, conflicts: 0, oversized: 0, waits: 0, failures: 0 }
  readonly #parts: SharedValuesParts
  readonly #writing = new Set<Promise<void>>()
  #pausedUntil = -Infinity

  constructor(parts: SharedValuesParts) {
    this.#parts = parts
  }

  covers({ section }: Ask): boolean {
    return section.shared
  }

  /** What is there, and the right to write. `undefined`: it cannot be reached, or was not a moment ago. Never rejects. */
  async load(ask: Ask): Promise<{ readonly token: WriteToken; readonly record?: SharedRecord } | undefined> {
    const { state, clock, wheel, maxBytes } = this.#parts
    if (wheel.now() < this.#pausedUntil) return undefined
    try {
      const names = tagsOf(ask)
      const reads = [valueKey(ask.id), ...names.map(tagKey)].map(key => state.get(key))
      const [text, ...marks] = await this.inTime(Promise.all(reads))
      const tags = Object.fromEntries(names.map((name, at) => [name, marks[at] ?? '']))
      const token = { text, tags }
      const isRecord = text !== undefined && !text.startsWith(tombstone) && text.length <= maxBytes
      const record = isRecord ? decodeRecord(text, tags, clock.now()) : undefined
      if (record) this.counts.hits++
      else this.counts.misses++
      return record ? { token, record } : { token }
    } catch (error) {
      this.#failed(error, 'read')
      return undefined
    }
  }

  /** Writes a value for the others, some time. */
  write(ask: Ask, entry: Entry, value: unknown, token: WriteToken): void {
    const writing = this.#write(ask, entry, value, token).catch((error: unknown) =>
      this.#failed(error, 'write')
    )
    this.#writing.add(writing)
    void writing.then(() => this.#writing.delete(writing))
  }

  /** Resolves when everything is written that was to be. */
  async written(): Promise<void> {
    await Promise.all(this.#writing)
  }

  /** What comes of it. @throws when it fails, or takes too long */
  inTime<T>(work: Promise<T>): Promise<T> {
    const { wheel, timeoutMs } = this.#parts
    return new Promise((resolve, reject) => {
      const late = { dueAt: 0, slot: -1, due: () => reject(new Error('took too long')) }
      wheel.schedule(late, wheel.now() + timeoutMs)
      work.then(resolve, reject).finally(() => wheel.cancel(late))
    })
  }

  /** Makes values void for all nodes, by id and by tag. Never rejects: what cannot be reached is logged. */
  async clear(ids: readonly string[], tags: readonly string[]): Promise<void> {
    const { state, unique } = this.#parts
    const clears = [
      ...ids.map(id => state.set(valueKey(id), tombstone + unique(), { ttlMs: tombstoneMs })),
      ...tags.map(tag => state.set(tagKey(tag), unique(), { ttlMs: longestLifeMs }))
    ]
    for (const result of await Promise.allSettled(clears))
      if (result.status === 'rejected') this.#failed(result.reason, 'clear')
  }

  async #write(ask: Ask, entry: Entry, value: unknown, token: WriteToken): Promise<void> {
    const { state, clock, wheel, maxBytes } = this.#parts
    const createdAt = clock.now() - (wheel.now() - entry.createdAt)
    const text = encodeRecord(entry, value, { createdAt, tags: token.tags })
    if (text === undefined) return
    if (text.length > maxBytes) {
      this.counts.oversized++
      return
    }
    const leftMs = entry.usableUntil(entry.policy) - wheel.now()
    const ttlMs = Math.max(1, Math.min(leftMs, longestLifeMs))
    const wasWritten = await state.compareAndSet(valueKey(ask.id), token.text, text, { ttlMs })
    if (wasWritten) this.counts.writes++
    else this.counts.conflicts++
  }

  #failed(error: unknown, what: string): void {
    this.counts.failures++
    const { wheel, log } = this.#parts
    // Clears are tried in any case, and matter to more than one reader.
    if (what === 'clear') log.error({ err: error }, 'values that nodes share could not be cleared')
    else if (wheel.now() >= this.#pausedUntil)
      log.warn({ err: error }, `values that nodes share: ${what} failed`)
    this.#pausedUntil = wheel.now() + pauseMs
  }
}

function tagsOf(ask: Ask): readonly string[] {
  return [ownTag + ask.section.name, ...ask.tags]
}

function valueKey(id: string): string {
  return `cache:v:${id}`
}

function tagKey(tag: string): string {
  return `cache:t:${tag}`
}
