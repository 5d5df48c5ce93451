import type { AnswerListener, Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { RecentFailure } from './service.ts'

const kept = 100

/** The last failures of the gateway. */
export class RecentFailures {
  readonly #clock: Clock
  readonly #errors: ApiErrors | undefined
  readonly #changed: () => void
  /** The newest last. */
  readonly #failures: RecentFailure[] = []
  #count = 0

  /** @param changed is called after each failure */
  constructor(clock: Clock, errors: ApiErrors | undefined, changed: () => void) {
    this.#clock = clock
    this.#errors = errors
    this.#changed = changed
  }

  /** The newest first. */
  list(): readonly RecentFailure[] {
    return this.#failures.toReversed()
  }

  /** Takes an answer, and keeps it when it is a failure. Routes that are too dull for the log (probes) are so here. */
  readonly take: AnswerListener = (request, reply, error) => {
    const kind = this.#errors?.failureOf(request)
    if (!kind && !error && reply.statusCode < 400) return
    const { url: route, logLevel } = request.routeOptions
    if (logLevel === 'silent') return
    this.#failures.push({
      number: ++this.#count,
      at: this.#clock.now(),
      method: request.method,
      route,
      http: kind?.http ?? reply.statusCode,
      key: kind?.key,
      requestId: request.id
    })
    if (this.#failures.length > kept) this.#failures.shift()
    this.#changed()
  }
}
