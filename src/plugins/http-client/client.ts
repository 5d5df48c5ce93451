import { CookieJar } from 'tough-cookie'
import type { FastifyBaseLogger } from 'fastify'
import { Wheel, type Clock } from '../../core/index.ts'
import type { FetchWorkers } from '../fetch-workers/service.ts'
import type { Telemetry } from '../telemetry/service.ts'
import { Call, type CallParts } from './call.ts'
import type { HttpSettings } from './config.ts'
import { Connections, type Lookup } from './connections.ts'
import { Counters } from './counters.ts'
import { Durations } from './durations.ts'
import { exchangeOver } from './exchange.ts'
import { HostRules } from './host-rules.ts'
import { Probes } from './probes.ts'
import { RequestHttp } from './request-http.ts'
import type { Http, HttpClient, HttpClientStatus, OpenOptions } from './service.ts'
import { Upstreams } from './upstreams.ts'

/** What a client is made of. */
export interface ClientParts {
  readonly settings: HttpSettings
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly workers?: FetchWorkers | undefined
  /** Where traces are exported. */
  readonly telemetry?: Telemetry
  /** Default: that of the system. */
  readonly lookup?: Lookup
}

const probeTimeoutMs = 3_000

/** The requests of a gateway to its upstreams. */
export class UpstreamClient implements HttpClient {
  readonly #counters = new Counters()
  readonly #durations = new Durations()
  readonly #wheel: Wheel
  readonly #connections: Connections
  readonly #upstreams: Upstreams
  readonly #calls: CallParts
  readonly #probes: Probes
  #inFlight = 0

  constructor(parts: ClientParts) {
    const { settings, clock, log, workers, lookup, telemetry } = parts
    const counters = this.#counters
    const wheel = new Wheel(clock)
    const now = (): number => wheel.now()
    const retried = (): void => void counters.retries++
    this.#wheel = wheel
    this.#connections = new Connections({ settings, wheel, retried, ...(lookup && { lookup }) })
    this.#upstreams = new Upstreams({ settings, counters, log, now })
    const rules = new HostRules(settings)
    const local = exchangeOver(this.#connections)
    this.#calls = {
      settings,
      wheel,
      rules,
      upstreams: this.#upstreams,
      counters,
      durations: this.#durations,
      log,
      local,
      workers,
      telemetry
    }
    this.#probes = new Probes({
      now,
      assertAllowed: (url, plugin) => rules.assertAllowed(url, plugin),
      ask: (url, options) => this.#probe(url, options)
    })
  }

  open(options: OpenOptions = {}): Http {
    return new RequestHttp({
      options,
      calls: this.#calls,
      makeJar: () => new CookieJar(undefined, { looseMode: true }),
      guard: this.#probes.guard,
      counted: call => this.#counted(call)
    })
  }

  guard(url: string | URL, { plugin }: Pick<OpenOptions, 'plugin'> = {}): void {
    this.#probes.guard(url, plugin === undefined ? {} : { plugin })
  }

  status(): HttpClientStatus {
    const { answers, errors } = this.#counters
    return {
      inFlight: this.#inFlight,
      upstreams: this.#upstreams.status(),
      durations: this.#durations.snapshot(),
      counters: this.#counters.snapshot(),
      answers: { ...answers },
      errors: { ...errors }
    }
  }

  /** Ends all connections, and what is under way. */
  async close(): Promise<void> {
    await this.#connections.close()
    this.#wheel.stop()
  }

  /** Without the signal of who asks: others want to know, too. */
  #probe(url: URL, { plugin, route, workers }: OpenOptions): Promise<unknown> {
    const options = { ...(plugin !== undefined && { plugin }), ...(route !== undefined && { route }) }
    const context = { ...options, ...(workers && { workers }), jar: () => undefined, keep: () => undefined }
    const request = { url, timeoutMs: probeTimeoutMs, accept: (status: number) => status < 500 }
    return this.#counted(new Call(request, { ...context, headersOnly: true }, this.#calls).run())
  }

  async #counted<T>(call: Promise<T>): Promise<T> {
    this.#inFlight++
    return call.finally(() => this.#inFlight--)
  }
}
