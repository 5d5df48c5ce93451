import type { App, Clock } from '../../core/index.ts'

/** What has yet to be answered: requests to the routes of the plugin from their heads on, and calls of other plugins. */
export class OpenRequests {
  #count = 0
  readonly #waiting = new Set<() => void>()

  /** Counts the requests to the routes that `app` has by now and later. */
  watch(app: Pick<App, 'addHook'>): void {
    app.addHook('onRequest', (_, reply, done) => {
      reply.raw.once('close', this.enter())
      done()
    })
  }

  /** One more. @returns what ends it */
  enter(): () => void {
    this.#count++
    return () => {
      this.#count--
      if (this.#count === 0) for (const tell of this.#waiting) tell()
    }
  }

  /** Resolves when there are none, when `signal` aborts, or after `patienceMs`. */
  async none(signal: AbortSignal, clock: Clock, patienceMs: number): Promise<void> {
    if (this.#count === 0 || signal.aborted) return
    await new Promise<void>(resolve => {
      const tell = (): void => {
        this.#waiting.delete(tell)
        timer.cancel()
        signal.removeEventListener('abort', tell)
        resolve()
      }
      const timer = clock.after(patienceMs, tell)
      this.#waiting.add(tell)
      signal.addEventListener('abort', tell)
    })
  }
}
