import type { FastifyBaseLogger } from 'fastify'
import { Breaker, type Outcome } from './breaker.ts'
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

/** How a request ended, and what that shows of its upstream. */
export type Ended<T> = { readonly outcome: Outcome } & ({ readonly value: T } | { readonly error: unknown })

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
   * Makes a request to a host, if that is not known to fail.
   * @param exempt it goes out whatever the breaker says, and shows it nothing
   * @param request never rejects
   * @throws {UpstreamError} `circuit`, or what the request ended with
   */
  async pass<T>(host: string, exempt: boolean, request: () => Promise<Ended<T>>): Promise<T> {
    const { now, counters, settings } = this.#parts
    const upstream = this.#upstreamOf(host)
    const waitMs = exempt ? 0 : upstream.breaker.waitMs
    if (waitMs > 0) {
      counters.refusedByBreaker++
      const retryAfter = Math.ceil(waitMs / 1_000)
      throw new UpstreamError('circuit', { host, sent: false, detail: 'it has failed too often', retryAfter })
    }
    upstream.requests++
    const began = now()
    const answer = request()
    const shown = answer.then(({ outcome }) => {
      const isSlow = outcome === 'good' && now() - began > settings.slowCallMs
      if (isSlow || outcome === 'bad') upstream.failures++
      return isSlow ? 'bad' : outcome
    })
    await (exempt ? shown : upstream.breaker.watch(shown))
    const ended = await answer
    if ('error' in ended) throw ended.error
    return ended.value
  }

  status(): UpstreamStatus[] {
    return [...this.#byHost].toReversed().map(([host, { breaker, requests, failures }]) => ({
      host,
      breaker: breaker.state,
      requests,
      failures
    }))
  }

  #upstreamOf(host: string): Upstream {
    const found = this.#byHost.get(host)
    const upstream = found ?? { breaker: this.#breakerOf(host), requests: 0, failures: 0 }
    this.#byHost.delete(host)
    this.#byHost.set(host, upstream)
    const [oldest] = this.#byHost.keys()
    if (this.#byHost.size > maxUpstreams && oldest !== undefined) this.#byHost.delete(oldest)
    return upstream
  }

  #breakerOf(host: string): Breaker {
    const { settings, now, counters, log } = this.#parts
    return new Breaker({
      settings,
      now,
      opened: () => {
        counters.breakersOpened++
        log.warn({ host }, 'an upstream has failed too often: it gets no request for some time')
      },
      closed: () => log.info({ host }, 'an upstream works again')
    })
  }
}
