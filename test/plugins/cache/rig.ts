import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../../src/plugins/cache/config.ts'
import { LayeredCache } from '../../../src/plugins/cache/layered-cache.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute

/** What a cache is made with in tests: nothing is drawn at random. */
export const settings: Config = {
  maxBytes: 64 * 1024 * 1024,
  maxEntries: 100_000,
  maxEntryBytes: 1024 * 1024,
  minTtlMs: 5 * second,
  timeoutMs: 8 * second,
  maxBackground: 256,
  preset: 'default',
  shared: false,
  sharedJobs: false,
  sharedTimeoutMs: 300,
  maxSharedBytes: 256 * 1024
}

/** What a test's cache is made with, where it differs. */
export interface RigOptions {
  readonly config?: Partial<Config>
  readonly clock?: FakeClock
  readonly state?: State
  readonly random?: () => number
}

/** A cache whose time stands still. */
export interface Rig {
  readonly clock: FakeClock
  readonly cache: LayeredCache
  /** `level: message` of every line. */
  readonly logs: string[]
}

let nodes = 0

export function makeRig({ config = {}, clock = fakeClock(), state, random = () => 0 }: RigOptions = {}): Rig {
  const logs: string[] = []
  const at = (level: string) => (_: unknown, message: string) => void logs.push(`${level}: ${message}`)
  const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map(level => [level, at(level)]))
  const node = ++nodes
  let drawn = 0
  const cache = new LayeredCache({
    settings: { ...settings, ...config },
    clock,
    log: log as unknown as FastifyBaseLogger,
    state,
    random,
    unique: () => `${node}.${++drawn}`
  })
  cache.core.start()
  return { clock, cache, logs }
}

/** Work whose end the test decides. */
export class Source {
  readonly #waiting: { resolve(value: unknown): void; reject(error: unknown): void }[] = []
  calls = 0

  /** Given to a cache. */
  readonly run = (): Promise<unknown> => {
    this.calls++
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** How many have not ended. */
  get open(): number {
    return this.#waiting.length
  }

  /** Ends the work that has waited for longest. */
  succeed(value: unknown): void {
    this.#waiting.shift()?.resolve(value)
  }

  fail(error: unknown): void {
    this.#waiting.shift()?.reject(error)
  }

  /** The same for the newest. */
  succeedLast(value: unknown): void {
    this.#waiting.pop()?.resolve(value)
  }
}

/** What became of a promise, as far as is known. */
export interface Seen {
  readonly value?: unknown
  readonly error?: unknown
}

/** Watches a promise without waiting for it; the state is that after the clock has been advanced. */
export function watch(promise: Promise<unknown>): { readonly seen: Seen | undefined } {
  const state: { seen: Seen | undefined } = { seen: undefined }
  promise.then(
    value => (state.seen = { value }),
    (error: unknown) => (state.seen = { error })
  )
  return state
}

/** An error with a status, as libraries throw it. */
export function failure(statusCode: number): Error {
  return Object.assign(new Error(`status ${statusCode}`), { statusCode })
}
