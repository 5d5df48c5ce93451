import { Histogram } from '../../core/index.ts'
import type { UpstreamDuration } from './service.ts'

/** Upper bounds in seconds, those of OpenTelemetry's `http.client.request.duration`. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const

/** Hosts that are timed by name: URLs may be chosen by callers, and each host is some series of numbers more. */
const maxHosts = 50
/** Name of the hosts after those. */
const others = '(other)'

/** Times requests to upstreams by host and by what came of them. */
export class Durations {
  readonly #byHost = new Map<string, Map<string, Histogram>>()

  /** @param outcome one of few words */
  observe(host: string, outcome: string, ms: number): void {
    const upstream = this.#byHost.has(host) || this.#byHost.size < maxHosts ? host : others
    const byOutcome = this.#byHost.get(upstream) ?? new Map<string, Histogram>()
    this.#byHost.set(upstream, byOutcome)
    const times = byOutcome.get(outcome) ?? new Histogram(bounds)
    byOutcome.set(outcome, times)
    times.observeMs(ms)
  }

  snapshot(): UpstreamDuration[] {
    return [...this.#byHost].flatMap(([upstream, byOutcome]) =>
      [...byOutcome].map(([outcome, times]) => ({ upstream, outcome, seconds: times.snapshot() }))
    )
  }
}
