import type { UpstreamErrorKind } from './upstream-error.ts'

/** What happened since the start. */
export class Counters {
  requests = 0
  redirects = 0
  retries = 0
  receivedBytes = 0
  byWorkers = 0
  workerFallbacks = 0
  breakersOpened = 0
  refusedByBreaker = 0
  readonly answers: Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number> = {
    '1xx': 0,
    '2xx': 0,
    '3xx': 0,
    '4xx': 0,
    '5xx': 0
  }
  readonly errors: Record<UpstreamErrorKind, number> = {
    timeout: 0,
    connect: 0,
    dns: 0,
    tls: 0,
    status: 0,
    body: 0,
    redirect: 0,
    aborted: 0,
    blocked: 0,
    circuit: 0
  }

  answered(status: number): void {
    const kind = `${Math.trunc(status / 100)}xx`
    if (kind in this.answers) this.answers[kind as keyof typeof this.answers]++
  }

  /** All but `answers` and `errors`, by metric name. */
  snapshot(): Record<string, number> {
    return {
      requests_total: this.requests,
      redirects_total: this.redirects,
      retries_total: this.retries,
      received_bytes_total: this.receivedBytes,
      by_workers_total: this.byWorkers,
      worker_fallbacks_total: this.workerFallbacks,
      breakers_opened_total: this.breakersOpened,
      refused_by_breaker_total: this.refusedByBreaker
    }
  }
}
