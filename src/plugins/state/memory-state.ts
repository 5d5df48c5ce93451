import type { FastifyBaseLogger } from 'fastify'
import { single, type Clock, type Metric } from '../../core/index.ts'
import { checkedBy, checkedLimit, lifetime } from './arguments.ts'
import { Channels } from './channels.ts'
import { ExpiringMap } from './expiring-map.ts'
import { commandCounts } from './figures.ts'
import { Logs } from './log/logs.ts'
import { MemoryLogs, type LogsByName } from './log/memory-logs.ts'
import { commandMetrics } from './metrics.ts'
import type { Expiry, Lease, SharedLog, State } from './service.ts'

/** What the memory driver works with. */
export interface MemoryStateOptions {
  /** Keys and held locks that it may hold, at least 1; and logs. */
  readonly maxKeys: number
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

const integer = /^(?:0|-?[1-9]\d*)$/

/** Keys and locks share one map, and with it one bound and one timer, but no names. */
const valueKey = (key: string): string => `value:${key}`
const lockKey = (key: string): string => `lock:${key}`

/** What is in the memory of a process, for the gateways that follow each other in it. */
export class MemoryFacts {
  readonly entries: ExpiringMap
  readonly channels: Channels
  readonly logs: LogsByName = new Map()
  /** Token of the last lock. */
  fence = 0

  constructor({ maxKeys, clock, log }: MemoryStateOptions) {
    this.entries = new ExpiringMap(clock, maxKeys)
    this.channels = new Channels(log)
  }
}

/** The facts of a single process, in its memory. They end with it. */
export class MemoryState implements State {
  readonly isShared = false
  readonly #facts: MemoryFacts
  readonly #areKept: boolean
  readonly #subscriptions = new Set<() => void>()
  readonly #clock: Clock
  readonly #maxKeys: number
  readonly #commands = commandCounts()
  readonly #memoryLogs: MemoryLogs
  readonly #logs: Logs
  #closed = false

  /** @param facts those that others use as well; default: facts of its own, which end with it */
  constructor(options: MemoryStateOptions, facts?: MemoryFacts) {
    const { clock, log, maxKeys } = options
    this.#facts = facts ?? new MemoryFacts(options)
    this.#areKept = facts !== undefined
    this.#clock = clock
    this.#maxKeys = maxKeys
    const { channels, logs } = this.#facts
    this.#memoryLogs = new MemoryLogs({
      channels,
      clock,
      maxLogs: maxKeys,
      logs,
      used: () => void this.#commands.log++
    })
    this.#logs = new Logs({ driver: this.#memoryLogs, clock, log })
  }

  async get(key: string): Promise<string | undefined> {
    this.#commands.get++
    return this.#open.get(valueKey(key))
  }

  async set(key: string, value: string, { ttlMs }: Expiry = {}): Promise<void> {
    this.#commands.set++
    this.#open.set(valueKey(key), value, lifetime(ttlMs))
  }

  async compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    { ttlMs }: Expiry = {}
  ): Promise<boolean> {
    this.#commands.compare_and_set++
    return this.#swap(valueKey(key), expected, next, lifetime(ttlMs))
  }

  async delete(key: string): Promise<boolean> {
    this.#commands.delete++
    return this.#open.delete(valueKey(key))
  }

  async increment(key: string, { by = 1, ttlMs }: Expiry & { readonly by?: number } = {}): Promise<number> {
    this.#commands.increment++
    const lifetimeMs = lifetime(ttlMs)
    checkedBy(by)
    const current = this.#open.get(valueKey(key)) ?? '0'
    if (!integer.test(current)) throw new TypeError('The value is not an integer')
    const sum = Number(current) + by
    if (!Number.isSafeInteger(sum) || !Number.isSafeInteger(Number(current)))
      throw new TypeError('The sum is not a safe integer')
    if (!this.#open.replace(valueKey(key), String(sum)))
      this.#open.set(valueKey(key), String(sum), lifetimeMs)
    return sum
  }

  async scan(prefix: string, limit = 1_000): Promise<ReadonlyMap<string, string>> {
    this.#commands.scan++
    checkedLimit(limit)
    const found = new Map<string, string>()
    const wanted = valueKey(prefix)
    for (const [key, value] of this.#open) {
      if (!key.startsWith(wanted)) continue
      found.set(key.slice(valueKey('').length), value)
      if (found.size === limit) break
    }
    return found
  }

  async lock(key: string, leaseMs: number): Promise<Lease | undefined> {
    this.#commands.lock++
    const name = lockKey(key)
    // Tokens follow the wall clock, so that they grow over a restart as well.
    const token = Math.max(this.#facts.fence + 1, this.#clock.now())
    if (!this.#swap(name, undefined, String(token), lifetime(leaseMs))) return undefined
    this.#facts.fence = token
    return {
      token,
      extend: async nextMs => {
        this.#commands.lock++
        return this.#swap(name, String(token), String(token), lifetime(nextMs))
      },
      release: async () => {
        this.#commands.lock++
        return this.#swap(name, String(token), undefined)
      }
    }
  }

  async publish(channel: string, message: string): Promise<void> {
    this.#commands.publish++
    this.#assertOpen()
    this.#facts.channels.publish(channel, message)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    this.#assertOpen()
    const end = this.#facts.channels.subscribe(channel, listener)
    this.#subscriptions.add(end)
    return async () => {
      this.#subscriptions.delete(end)
      end()
    }
  }

  log(name: string): SharedLog {
    return this.#logs.open(name)
  }

  async check(): Promise<void> {
    this.#assertOpen()
  }

  metrics(): readonly Metric[] {
    const { size, refusals } = this.#facts.entries
    return [
      ...commandMetrics(this.#commands, { full: refusals }),
      single('paifang_state_keys', 'Keys and locks that are held', size),
      single('paifang_state_keys_allowed', 'Keys and locks that may be held', this.#maxKeys)
    ]
  }

  /** Forgets everything that is not kept for others; every call from now on is rejected. */
  close(): void {
    this.#closed = true
    for (const end of this.#subscriptions) end()
    this.#subscriptions.clear()
    this.#memoryLogs.close()
    if (this.#areKept) return
    this.#facts.entries.clear()
    this.#facts.logs.clear()
  }

  get #open(): ExpiringMap {
    this.#assertOpen()
    return this.#facts.entries
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('The state is closed')
  }

  #swap(key: string, expected: string | undefined, next: string | undefined, ttlMs?: number): boolean {
    if (this.#open.get(key) !== expected) return false
    if (next === undefined) this.#open.delete(key)
    else this.#open.set(key, next, ttlMs)
    return true
  }
}
