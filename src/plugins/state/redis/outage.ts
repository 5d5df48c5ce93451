import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import type { RedisSettings } from './redis-options.ts'

/** After which an outage that lasts is told again. Milliseconds. */
const repeatMs = 60_000

export interface OutageParts {
  /** What is not there, as {@link serverName} says it. */
  readonly server: string
  readonly connections: readonly string[]
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>
}

/** What is known of why Redis does not answer. Each outage is told once, and again from time to time while it lasts. */
export class Outage {
  readonly #parts: OutageParts
  readonly #down: Set<string>
  #reason: string
  /** By connection. */
  readonly #told = new Map<string, { readonly reason: string; readonly at: number }>()
  #attempts = 0

  constructor(parts: OutageParts) {
    this.#parts = parts
    this.#down = new Set(parts.connections)
    this.#reason = `${parts.server} cannot be reached: no connection`
  }

  /** Why commands are refused while there is no connection. */
  get reason(): string {
    return this.#reason
  }

  /** A connection could not be made, or has broken. */
  failed(connection: string, error: Error): void {
    const { server, clock, log } = this.#parts
    this.#down.add(connection)
    this.#reason = reasonOf(server, error)
    this.#attempts++
    const now = clock.monotonic()
    const reason = this.#reason
    // What one connection has told, the other need not repeat.
    if ([...this.#told.values()].some(told => told.reason === reason && now - told.at < repeatMs)) return
    this.#told.set(connection, { reason, at: now })
    log.warn({ attempts: this.#attempts }, this.#reason)
  }

  /** A connection can be used. */
  ready(connection: string): void {
    const { server, log } = this.#parts
    if (!this.#down.delete(connection) || this.#down.size > 0) return
    this.#told.clear()
    this.#attempts = 0
    this.#reason = `${server} cannot be reached: no connection`
    log.info(`connected to ${server}`)
  }
}

/** Where Redis is, without user and password. */
export function serverName({ url, sentinels, sentinelName, cluster }: RedisSettings): string {
  if (cluster.length > 0) return `Redis cluster ${cluster.join(', ')}`
  if (sentinels.length > 0) return `Redis ${sentinelName} of the Sentinels ${sentinels.join(', ')}`
  const { hostname, port } = new URL(url)
  return `Redis ${hostname || '127.0.0.1'}:${port || '6379'}`
}

function reasonOf(server: string, error: Error): string {
  const { lastNodeError } = error as { readonly lastNodeError?: Error }
  const { code, message } = (lastNodeError ?? error) as NodeJS.ErrnoException
  const [, refusal] = /\b(NOAUTH|WRONGPASS|NOPERM)\b/.exec(message) ?? []
  if (refusal) return `${server} refused the login: ${refusal}`
  return `${server} cannot be reached: ${code ?? message}`
}
