import type { Ask } from './ask.ts'
import { Histogram } from '../../core/index.ts'
import { bounds } from './counts.ts'
import { Entry, type Content } from './entry.ts'
import type { FailureKind } from './failure-kind.ts'
import type { Done, Failed, Job } from './job.ts'
import type { SharedRecord } from './shared-record.ts'
import { snapshotOf } from './snapshot.ts'
import type { Store } from './store.ts'
import { backoffMs } from './timing.ts'

/** What results are kept with. */
export interface ResultsParts {
  readonly store: Store
  /** Larger values are not stored. */
  readonly maxEntryBytes: number
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** From 0 up to 1. */
  readonly random: () => number
}

/** What an entry takes beside its value: itself, its promise, its places in the maps. */
const overheadBytes = 640
const failureBytes = 1_024

interface Made extends Pick<Done, 'value' | 'copy'> {
  readonly kept: ConstructorParameters<typeof Entry>[1]
  readonly bytes: number
}

/** What results of work do to what is stored. */
export class Results {
  readonly fetchTimes = new Histogram(bounds)
  readonly #parts: ResultsParts

  constructor(parts: ResultsParts) {
    this.#parts = parts
  }

  /** Stores the value of work, unless it was cleared meanwhile, is not to be stored, or there is a newer one. */
  succeeded(job: Job, value: unknown): Done {
    const { store, now } = this.#parts
    const { ask, startedAt } = job
    const createdAt = now()
    this.fetchTimes.observeMs(createdAt - startedAt)
    if (value === undefined || ask.keep?.(value) === false) return { ok: true, value }
    const made = this.#make(ask, value)
    if (!made) {
      ask.section.counts.unstorable++
      return { ok: true, value }
    }
    const held = ask.section.entries.get(ask.key)
    const isOlder = held !== undefined && !held.failure && held.startedAt >= startedAt
    if (job.cleared || isOlder) return { ok: true, value: made.value, copy: made.copy }
    const entry = new Entry(this.#contentOf(ask, made.bytes, startedAt, createdAt), made.kept)
    if (store.set(entry)) return { ok: true, value: made.value, copy: made.copy, entry }
    ask.section.counts.unstorable++
    return { ok: true, value: made.value, copy: made.copy }
  }

  /** Does to the old value what the kind of the failure says. True: it is gone. */
  failed(job: Job, error: unknown, kind: FailureKind): Failed & { readonly evicted: boolean } {
    const { section } = job.ask
    section.counts.failures++
    return { ok: false, error, kind, evicted: !job.cleared && this.#applyFailure(job, error, kind) }
  }

  /** Takes over what another node has made, when it is newer and not too old. */
  adopt(ask: Ask, { value, bytes, ageMs, workMs }: SharedRecord): Done | undefined {
    const { store, now } = this.#parts
    const createdAt = now() - ageMs
    const held = ask.section.entries.get(ask.key)
    if (held && !held.failure && held.createdAt >= createdAt) return undefined
    const made = this.#open(ask, value, bytes)
    if (!made) return undefined
    const entry = new Entry(this.#contentOf(ask, made.bytes, createdAt - workMs, createdAt), made.kept)
    if (now() >= entry.usableUntil(ask.policy) || !store.set(entry)) return undefined
    return { ok: true, value: made.value, copy: made.copy, entry, found: true }
  }

  #applyFailure({ ask }: Job, error: unknown, kind: FailureKind): boolean {
    const { store, now } = this.#parts
    const { section, policy } = ask
    const held = section.entries.get(ask.key)
    const isUsable = held !== undefined && !held.failure && now() < held.usableUntil(policy)
    if (!isUsable) {
      if (kind === 'transient' && policy.negativeMs > 0) store.set(this.#failureEntry(ask, error))
      return false
    }
    if (kind === 'unauthorized' || kind === 'gone') {
      const isFresh = now() < held.freshUntil(policy)
      if (isFresh && !(kind === 'unauthorized' && section.scope === 'user')) return false
      store.delete(held)
      return true
    }
    if (kind === 'transient' || policy.lazy) {
      held.failures++
      held.retryAt = now() + backoffMs(policy, held.failures)
    }
    return false
  }

  #failureEntry(ask: Ask, error: unknown): Entry {
    const now = this.#parts.now()
    const until = now + ask.policy.negativeMs
    return new Entry(this.#contentOf(ask, failureBytes, now, now), { failure: { error, until } })
  }

  #make(ask: Ask, value: unknown): Made | undefined {
    const { maxEntryBytes } = this.#parts
    try {
      if (ask.box) {
        const { sealed, copy } = ask.box.seal(value)
        if (sealed.byteLength > maxEntryBytes) return undefined
        return { kept: { sealed }, value, copy, bytes: sealed.byteLength }
      }
      return this.#plain(value)
    } catch {
      return undefined
    }
  }

  #plain(given: unknown): Made | undefined {
    const snapshot = snapshotOf(given, this.#parts.maxEntryBytes)
    if (!snapshot) return undefined
    const { value, bytes, plain } = snapshot
    return { kept: { promise: Promise.resolve(value), plain }, value, bytes }
  }

  #open({ box, section }: Ask, plain: unknown, bytes: Uint8Array | undefined): Made | undefined {
    try {
      if (!box) return this.#plain(bytes ?? plain)
      if (!bytes) return undefined
      const value = box.open(bytes)
      return { kept: { sealed: bytes }, value, copy: () => box.open(bytes), bytes: bytes.byteLength }
    } catch {
      section.counts.unopened++
      return undefined
    }
  }

  #contentOf(ask: Ask, valueBytes: number, startedAt: number, createdAt: number): Content {
    const { section, key, id, tags, policy } = ask
    const texts = [key, id, ...tags].reduce((sum, { length }) => sum + 2 * length, 0)
    const bytes = overheadBytes + valueBytes + texts
    return { section, key, id, tags, bytes, policy, startedAt, createdAt, draw: this.#parts.random() }
  }
}
