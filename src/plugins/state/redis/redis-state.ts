import type { FastifyBaseLogger } from 'fastify'
import type { Cluster, Redis } from 'ioredis'
import type { Clock, Metric } from '../../../core/index.ts'
import type { StateCommand } from '../figures.ts'
import { checkedBy, checkedLimit, lifetime } from '../arguments.ts'
import { Logs } from '../log/logs.ts'
import { StateFullError, type Expiry, type Lease, type SharedLog, type State } from '../service.ts'
import { dropSilent } from './drop-silent.ts'
import type { Outage } from './outage.ts'
import { failureOf, type RedisFigures } from './redis-figures.ts'
import { RedisLogs } from './redis-logs.ts'
import type { ScriptCommands } from './scripts.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface RedisStateParts {
  /** For commands. */
  readonly client: (Redis | Cluster) & ScriptCommands
  readonly subscriptions: Subscriptions
  readonly outage: Pick<Outage, 'reason'>
  /** What all keys and channels begin with. */
  readonly prefix: string
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Counts what happens; it knows of connections already. */
  readonly figures: RedisFigures
  /** Ends the connections. */
  readonly disconnect: () => void
}

/** For how long the last token of a lock is known after it was taken. Milliseconds. */
const fenceMs = 24 * 3_600_000
const scanCount = 1_000

/** The facts of all nodes, in Redis: one server, one behind Sentinels, or a cluster. */
export class RedisState implements State {
  readonly isShared = true
  readonly #parts: RedisStateParts
  readonly #logs: Logs
  #isAsking = false
  #closed = false

  constructor(parts: RedisStateParts) {
    const { subscriptions, prefix, clock, log } = parts
    this.#parts = parts
    const driver = new RedisLogs({ run: command => this.#run('log', command), subscriptions, prefix })
    this.#logs = new Logs({ driver, clock, log })
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#run('get', client => client.get(this.#value(key)))) ?? undefined
  }

  async set(key: string, value: string, { ttlMs }: Expiry = {}): Promise<void> {
    const ms = lifetime(ttlMs)
    const name = this.#value(key)
    await this.#run('set', client =>
      ms === undefined ? client.set(name, value) : client.set(name, value, 'PX', ms)
    )
  }

  async compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    { ttlMs }: Expiry = {}
  ): Promise<boolean> {
    const ms = lifetime(ttlMs)
    const [hasExpected, before] = asArguments(expected)
    const [hasNext, after] = asArguments(next)
    const swapped = await this.#run('compare_and_set', client =>
      client.paifangSwap(this.#value(key), hasExpected, before, hasNext, after, String(ms ?? ''))
    )
    return swapped === 1
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#run('delete', client => client.del(this.#value(key)))) === 1
  }

  async increment(key: string, { by = 1, ttlMs }: Expiry & { readonly by?: number } = {}): Promise<number> {
    const ms = lifetime(ttlMs)
    const step = String(checkedBy(by))
    const sum = await this.#run('increment', client =>
      client.paifangAdd(this.#value(key), step, String(ms ?? ''))
    )
    if (sum === 'not an integer') throw new TypeError('The value is not an integer')
    if (sum === 'not safe') throw new TypeError('The sum is not a safe integer')
    return Number(sum)
  }

  async scan(prefix: string, limit = 1_000): Promise<ReadonlyMap<string, string>> {
    checkedLimit(limit)
    const found = new Map<string, string>()
    this.#assertOpen()
    const start = this.#value('')
    for (const server of this.#servers()) {
      let cursor = '0'
      do {
        // One page after the other: where the next begins is in the one before.
        // eslint-disable-next-line no-await-in-loop
        const [next, names] = await this.#run('scan', () =>
          server.scan(cursor, 'MATCH', `${literal(start + prefix)}*`, 'COUNT', scanCount)
        )
        // eslint-disable-next-line no-await-in-loop
        const values = await Promise.all(names.map(name => this.#run('scan', client => client.get(name))))
        for (const [index, name] of names.entries()) {
          const value = values[index]
          if (typeof value === 'string' && found.size < limit) found.set(name.slice(start.length), value)
        }
        cursor = next
      } while (cursor !== '0' && found.size < limit)
    }
    return found
  }

  async lock(key: string, leaseMs: number): Promise<Lease | undefined> {
    const ms = String(lifetime(leaseMs))
    const { prefix } = this.#parts
    const [name, fence] = [`${prefix}{lock:${key}}`, `${prefix}fence:{lock:${key}}`]
    const token = await this.#run('lock', client => client.paifangLock(name, fence, ms, String(fenceMs)))
    if (token === null) return undefined
    return {
      token: Number(token),
      extend: async nextMs => {
        const next = String(lifetime(nextMs))
        return (await this.#run('lock', client => client.paifangExtend(name, token, next))) === 1
      },
      release: async () => (await this.#run('lock', client => client.paifangRelease(name, token))) === 1
    }
  }

  async publish(channel: string, message: string): Promise<void> {
    const name = `${this.#parts.prefix}channel:${channel}`
    await this.#run('publish', client =>
      'nodes' in client ? client.paifangPublish(name, message) : client.publish(name, message)
    )
  }

  async subscribe(
    channel: string,
    listener: (message: string) => void,
    missed?: () => void
  ): Promise<() => Promise<void>> {
    this.#assertOpen()
    return this.#parts.subscriptions.subscribe(channel, listener, missed)
  }

  log(name: string): SharedLog {
    return this.#logs.open(name)
  }

  async check(): Promise<void> {
    await this.#run('get', client => client.get(this.#value('health')))
    if (!this.#parts.subscriptions.isReady)
      throw new Error('no messages arrive: the connection that listens is down')
  }

  metrics(): readonly Metric[] {
    const { client, subscriptions, figures } = this.#parts
    return figures.metrics({ commands: client.status === 'ready', messages: subscriptions.isReady })
  }

  /** Ends the connections; every call from now on is rejected. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#parts.subscriptions.close()
    this.#parts.disconnect()
  }

  #value(key: string): string {
    return `${this.#parts.prefix}value:${key}`
  }

  #servers(): readonly Pick<Redis, 'scan'>[] {
    const { client } = this.#parts
    if (!('nodes' in client)) return [client]
    const masters = client.nodes('master')
    if (masters.length === 0) throw new Error('No node of the cluster is known')
    return masters
  }

  async #run<T>(name: StateCommand, command: (client: RedisStateParts['client']) => Promise<T>): Promise<T> {
    this.#assertOpen()
    const { client, figures, clock } = this.#parts
    const began = clock.monotonic()
    try {
      return await command(client)
    } catch (error) {
      const failure = failureOf(error)
      figures.errors[failure]++
      if (failure === 'full') throw new StateFullError('Redis holds as much as it may', { cause: error })
      if (failure === 'timeout') void this.#ask()
      if (isUnconnected(error)) throw new Error(this.#parts.outage.reason, { cause: error })
      throw error
    } finally {
      figures.commands[name]++
      figures.times.observeMs(clock.monotonic() - began)
    }
  }

  /** Asks, once at a time, whether anybody is there. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    await dropSilent(this.#parts.client)
    this.#isAsking = false
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('The state is closed')
  }
}

/** Whether there was no connection to send a command by; ioredis says so in the words of its settings. */
function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message.includes('enableOfflineQueue options is false')
}

function asArguments(value: string | undefined): readonly ['0' | '1', string] {
  return value === undefined ? ['0', ''] : ['1', value]
}

/** A text as a glob of Redis that matches nothing else. */
function literal(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, character => `\\${character}`)
}
