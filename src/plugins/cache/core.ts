import type { FastifyBaseLogger } from 'fastify'
import { Wheel, type Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { ClearBus, type Clearance } from './clear-bus.ts'
import type { Config } from './config.ts'
import { Engine, type EngineParts } from './engine.ts'
import type { Entry } from './entry.ts'
import type { Job } from './job.ts'
import { Jobs } from './jobs.ts'
import { digestOf } from './key-text.ts'
import { Policies } from './policies.ts'
import { Results } from './results.ts'
import type { Section } from './section.ts'
import { Sections } from './sections.ts'
import { SharedTurns } from './shared-turns.ts'
import { SharedValues } from './shared-values.ts'
import { Store } from './store.ts'
import { ownTag } from './tag.ts'

/** What a cache is made of. */
export interface CoreParts {
  readonly settings: Config
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Carries clears, and values where the settings say so. */
  readonly state?: State | undefined
  /** From 0 up to 1. */
  readonly random: () => number
  /** A text that was never there before. */
  readonly unique: () => string
  /** Hears what came of every read, where its reader is. Must not throw. */
  readonly told?: EngineParts['told']
}

/** The parts of a cache, wired, and the ways to clear it. */
export class Core {
  readonly wheel: Wheel
  readonly policies: Policies
  readonly sections: Sections
  readonly store: Store
  readonly results: Results
  readonly jobs: Jobs
  readonly engine: Engine
  readonly shared: SharedValues | undefined
  readonly #bus: ClearBus | undefined

  constructor({ settings, clock, log, state, random, unique, told }: CoreParts) {
    const { maxEntryBytes, maxBackground } = settings
    const isShared = state !== undefined && settings.shared
    this.wheel = new Wheel(clock)
    const now = (): number => this.wheel.now()
    this.policies = new Policies(settings)
    this.sections = new Sections(isShared)
    this.store = new Store(settings)
    this.results = new Results({ store: this.store, maxEntryBytes, now, random })
    this.shared = isShared
      ? new SharedValues({
          state,
          clock,
          wheel: this.wheel,
          log,
          timeoutMs: settings.sharedTimeoutMs,
          maxBytes: settings.maxSharedBytes,
          unique
        })
      : undefined
    const { wheel, results, shared, store } = this
    const turns =
      shared && state && settings.sharedJobs ? new SharedTurns({ state, wheel, shared }) : undefined
    this.jobs = new Jobs({ wheel, results, shared, turns, maxBackground, log })
    this.engine = new Engine({ wheel, store, jobs: this.jobs, random, ...(told && { told }) })
    const forget = (clearance: Clearance): void => this.#forget(clearance)
    const forgetAll = (): void =>
      forget({ ids: [], tags: [...this.sections].map(({ name }) => ownTag + name) })
    this.#bus = state && new ClearBus({ state, clock, log, node: unique(), forget, forgetAll })
  }

  /** Listens to what other nodes clear. */
  start(): void {
    void this.#bus?.start()
  }

  /** Clears a value of a section, or all of them. In this process it takes effect before it returns. */
  clear(section: Section, key?: string): Promise<void> {
    if (key === undefined) return this.forget({ ids: [], tags: [ownTag + section.name] })
    const job = section.jobs.get(key)
    const id = section.entries.get(key)?.id ?? job?.ask.id ?? section.idOf(digestOf(key))
    return this.forget({ ids: [id], tags: [] })
  }

  /** Clears by id and tag, on all nodes. Never rejects. */
  async forget(clearance: Clearance): Promise<void> {
    this.#forget(clearance)
    // The others look into the store again as soon as they have forgotten.
    if (this.shared) await this.shared.clear(clearance.ids, clearance.tags)
    await this.#bus?.tell(clearance)
  }

  /** Ends what would hold up a close. */
  drain(signal?: AbortSignal): Promise<void> {
    return this.jobs.drain(signal)
  }

  async stop(): Promise<void> {
    this.wheel.stop()
    await this.#bus?.stop()
  }

  #forget({ ids, tags }: Clearance): void {
    const isMeant = ({ ask, tags: own }: Job): boolean =>
      ids.includes(ask.id) || tags.some(tag => own.includes(tag) || tag === ownTag + ask.section.name)
    for (const job of [...this.jobs.running, ...this.jobs.late]) if (isMeant(job)) this.jobs.clear(job)
    const found = new Set<Entry | undefined>(ids.map(id => this.store.withId(id)))
    for (const tag of tags) {
      for (const entry of this.store.withTag(tag)) found.add(entry)
      const section = tag.startsWith(ownTag) ? this.sections.named(tag.slice(ownTag.length)) : undefined
      for (const entry of section?.entries.values() ?? []) found.add(entry)
    }
    for (const entry of found) {
      if (!entry) continue
      entry.section.counts.cleared++
      this.store.delete(entry)
    }
  }
}
