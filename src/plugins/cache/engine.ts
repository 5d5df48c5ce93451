import type { Wheel } from '../../core/index.ts'
import type { Ask } from './ask.ts'
import { Histogram } from '../../core/index.ts'
import { bounds } from './counts.ts'
import type { Entry } from './entry.ts'
import type { Job, Outcome } from './job.ts'
import type { Jobs } from './jobs.ts'
import type { Section } from './section.ts'
import type { CacheOrigin, CacheServed } from './service.ts'
import type { Store } from './store.ts'
import { isEarly } from './timing.ts'

/** What reads are made with. */
export interface EngineParts {
  readonly wheel: Wheel
  readonly store: Store
  readonly jobs: Jobs
  /** From 0 up to 1. */
  readonly random: () => number
  /** Hears what came of every read, where its reader is. Must not throw. */
  readonly told?: (section: Section, outcome: CacheOrigin | 'error') => void
}

/** A new value of a key can be forced this often. */
const forceMs = 1_000

/** A stored value that is fresh or may still serve, opened. */
interface Found {
  readonly entry: Entry
  readonly value: Promise<unknown>
}

/**
 * Decides what a reader gets: one cell of the table of states after the other. Absent: the work's result. Fresh: the stored
 * value. Stale: by a lazy policy the old value, renewed behind it; else the work's result, or the old value when it fails.
 */
export class Engine {
  readonly staleAges = new Histogram(bounds)
  /** As in {@link EngineParts}, for those who serve by themselves. */
  readonly told: EngineParts['told']
  readonly #parts: EngineParts

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.told = parts.told
  }

  /** @throws what the work throws, unless an old value may stand in */
  read(ask: Ask): Promise<unknown> {
    const now = this.#parts.wheel.now()
    const found = this.#find(ask, now)
    if (ask.force && !this.#wasTriedJustNow(ask, now)) return this.#fetch(ask, found, 'forced')
    if (!found) return this.#absent(ask, now)
    if (now < found.entry.freshUntil(ask.policy)) return this.#fresh(ask, found, now)
    if (ask.policy.lazy) return this.#lazy(ask, found, now)
    const isPaused = ask.policy.swrErrors && now < found.entry.retryAt
    return isPaused ? this.#serve(ask, found, 'stale-error') : this.#fetch(ask, found, 'expired')
  }

  /** Does the work, without a look at what is stored, and without storing anything. */
  async bypass(ask: Ask): Promise<unknown> {
    ask.section.counts.bypass++
    this.told?.(ask.section, 'bypass')
    const value = await ask.run()
    ask.served?.({ origin: 'bypass', collapsed: false, stored: false, ageMs: 0, freshForMs: 0 })
    return value
  }

  #absent(ask: Ask, now: number): Promise<unknown> {
    const failure = ask.section.entries.get(ask.key)?.failure
    if (!failure || now >= failure.until) return this.#fetch(ask, undefined, 'miss')
    ask.section.counts.error++
    this.told?.(ask.section, 'error')
    return Promise.reject(failure.error)
  }

  #fresh(ask: Ask, found: Found, now: number): Promise<unknown> {
    const { jobs, random } = this.#parts
    const { entry } = found
    const mayRenew = ask.policy.early > 0 && now >= entry.retryAt && !jobs.find(ask)
    if (mayRenew && isEarly(entry, ask.policy, now, random) && jobs.startBehind(ask))
      ask.section.counts.early++
    return this.#serve(ask, found, 'hit')
  }

  #lazy(ask: Ask, found: Found, now: number): Promise<unknown> {
    const { jobs } = this.#parts
    const running = jobs.find(ask)
    if (!running && now < found.entry.retryAt) return this.#serve(ask, found, 'stale-error')
    const job = running ?? jobs.startBehind(ask)
    const { waitMs } = ask.policy
    if (!job || waitMs === 0) return this.#serve(ask, found, 'stale')
    return this.#await(ask, found, job, running !== undefined)
  }

  /** The new value if it comes soon, else the old one; but not one that was cleared meanwhile. */
  async #await(ask: Ask, found: Found, job: Job, collapsed: boolean): Promise<unknown> {
    const outcome = await this.#parts.jobs.within(job, job.startedAt + ask.policy.waitMs)
    if (outcome?.ok || job.cleared)
      return this.#settle(ask, job, outcome ?? (await job.settled), { found, origin: 'expired', collapsed })
    return this.#serve(ask, found, outcome ? 'stale-error' : 'stale')
  }

  #fetch(ask: Ask, found: Found | undefined, origin: CacheOrigin): Promise<unknown> {
    const { jobs } = this.#parts
    const running = jobs.find(ask)
    const job = running ?? jobs.start(ask, origin === 'forced')
    const collapsed = running !== undefined
    return job.settled.then(outcome => this.#settle(ask, job, outcome, { found, origin, collapsed }))
  }

  #settle(
    ask: Ask,
    job: Job,
    outcome: Outcome,
    { found, origin, collapsed }: { found: Found | undefined; origin: CacheOrigin; collapsed: boolean }
  ): unknown {
    const { counts } = ask.section
    if (collapsed) counts.collapsed++
    const now = this.#parts.wheel.now()
    if (outcome.ok) {
      const { entry } = outcome
      const isOld = entry !== undefined && now >= entry.freshUntil(ask.policy)
      this.#note(ask, entry, outcome.found ? (isOld ? 'stale' : 'hit') : origin, collapsed)
      return outcome.copy ? outcome.copy() : outcome.value
    }
    const { lazy, swrErrors } = ask.policy
    if (outcome.kind === 'transient' && !job.cleared && (lazy || swrErrors || ask.force)) {
      const old = found ?? this.#find(ask, now)
      if (old) return this.#serve(ask, old, 'stale-error', collapsed)
    }
    counts.error++
    this.told?.(ask.section, 'error')
    throw outcome.error
  }

  #serve(ask: Ask, { entry, value }: Found, origin: CacheOrigin, collapsed = false): Promise<unknown> {
    const { store, wheel } = this.#parts
    store.touch(entry, wheel.now())
    this.#note(ask, entry, origin, collapsed)
    return value
  }

  #note(ask: Ask, entry: Entry | undefined, origin: CacheOrigin, collapsed: boolean): void {
    ask.section.counts.served(origin)
    this.told?.(ask.section, origin)
    const now = this.#parts.wheel.now()
    const ageMs = entry ? now - entry.createdAt : 0
    if (origin === 'stale' || origin === 'stale-error') this.staleAges.observeMs(ageMs)
    if (!ask.served) return
    const stored = entry !== undefined && (origin === 'miss' || origin === 'expired' || origin === 'forced')
    const freshForMs = entry ? entry.freshUntil(ask.policy) - now : 0
    ask.served({ origin, collapsed, stored, ageMs, freshForMs } satisfies CacheServed)
  }

  #find(ask: Ask, now: number): Found | undefined {
    const { section, key, policy, box } = ask
    const entry = section.entries.get(key)
    if (!entry || entry.failure || now >= entry.usableUntil(policy)) return undefined
    if (!box) return entry.promise && { entry, value: entry.promise }
    try {
      return entry.sealed && { entry, value: Promise.resolve(box.open(entry.sealed)) }
    } catch {
      section.counts.unopened++
      this.#parts.store.delete(entry)
      return undefined
    }
  }

  #wasTriedJustNow({ section, key }: Ask, now: number): boolean {
    const entry = section.entries.get(key)
    return entry !== undefined && now - entry.attemptedAt < forceMs
  }
}
