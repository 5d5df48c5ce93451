import type { FastifyBaseLogger } from 'fastify'
import { Breaker, type Admission, type Outcome } from './breaker.ts'
import type { HttpSettings } from './config.ts'
import type { Counters } from './counters.ts'
import type { UpstreamStatus } from './service.ts'
import { UpstreamError } from './upstream-error.ts'

export interface UpstreamParts {
  readonly settings: HttpSettings
  readonly counters: Counters
  readonly log: FastifyBaseLogger
  /** Monotonic milliseconds. */
  readonly now: () => number
}

interface Upstream {
  readonly breaker: Breaker
  requests: number
  failures: number
}

/** A request that was let through. */
export interface Passage {
  /** To be called once, when it is over. */
  end(outcome: Outcome): void
}

const maxUpstreams = 1_000

/** The hosts that were asked last, each with its breaker. */
export class Upstreams {
  readonly #parts: UpstreamParts
  /** The one that was asked last is the last. */
  readonly #byHost = new Map<string, Upstream>()

  constructor(parts: UpstreamParts) {
    this.#parts = parts
  }

  /**
   * Lets a request to a host through.
   * @param exempt it passes whatever the breaker says, and shows it nothing
   * @throws {UpstreamError} `circuit`
   */
  enter(host: string, exempt: boolean): Passage {
    const { now, counters } = this.#parts
    const upstream = this.#upstreamOf(host)
    const began = now()
    const admission = exempt ? 'normal' : upstream.breaker.admit(began)
    if (typeof admission === 'number') {
      counters.refusedByBreaker++
      const retryAfter = Math.ceil(admission / 1_000)
      throw new UpstreamError('circuit', { host, sent: false, detail: 'it has failed too often', retryAfter })
    }
    upstream.requests++
    return {
      end: outcome => {
        const isSlow = outcome === 'good' && now() - began > this.#parts.settings.slowCallMs
        const shown = isSlow ? 'bad' : outcome
        if (shown === 'bad') upstream.failures++
        if (!exempt) this.#note(host, upstream.breaker, admission, shown)
      }
    }
  }

  status(): UpstreamStatus[] {
    const now = this.#parts.now()
    return [...this.#byHost].toReversed().map(([host, { breaker, requests, failures }]) => ({
      host,
      breaker: breaker.state(now),
      requests,
      failures
    }))
  }

  #note(host: string, breaker: Breaker, admission: Admission, outcome: Outcome): void {
    const { counters, log, now } = this.#parts
    const change = breaker.ended(admission, outcome, now())
    if (change === 'opened') {
      counters.breakersOpened++
      log.warn({ host }, 'an upstream has failed too often: it gets no request for some time')
    } else if (change === 'closed') log.info({ host }, 'an upstream works again')
  }

  #upstreamOf(host: string): Upstream {
    const found = this.#byHost.get(host)
    const upstream = found ?? { breaker: new Breaker(this.#parts.settings), requests: 0, failures: 0 }
    this.#byHost.delete(host)
    this.#byHost.set(host, upstream)
    const [oldest] = this.#byHost.keys()
    if (this.#byHost.size > maxUpstreams && oldest !== undefined) this.#byHost.delete(oldest)
    return upstream
  }
}
