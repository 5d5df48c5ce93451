import { requestUrl } from './host-rules.ts'
import type { OpenOptions } from './service.ts'
import { UpstreamError } from './upstream-error.ts'

export interface ProbeOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Asks an upstream. @throws {UpstreamError} when it does not work */
  readonly ask: (url: URL, options: OpenOptions) => Promise<unknown>
  /** @throws {UpstreamError} `blocked` */
  readonly assertAllowed: (url: URL, plugin: string | undefined) => void
}

interface Probe {
  readonly at: number
  failure: UpstreamError | undefined
}

const intervalMs = 60_000
const maxProbes = 500

/** Knows of upstreams whether they worked when they were last asked, and asks again at most once a minute. */
export class Probes {
  readonly #options: ProbeOptions
  readonly #byUrl = new Map<string, Probe>()

  constructor(options: ProbeOptions) {
    this.#options = options
  }

  /** @throws {UpstreamError} what the last probe ended with */
  readonly guard = (given: string | URL, options: OpenOptions): void => {
    const { now, assertAllowed } = this.#options
    const url = requestUrl(given)
    assertAllowed(url, options.plugin)
    const last = this.#byUrl.get(url.href)
    if (!last || now() - last.at >= intervalMs) this.#probe(url, options, last?.failure)
    if (!last?.failure) return
    const { kind, host, status, message } = last.failure
    throw new UpstreamError(kind, {
      host,
      ...(status !== undefined && { status }),
      sent: false,
      detail: message
    })
  }

  #probe(url: URL, options: OpenOptions, failure: UpstreamError | undefined): void {
    const probe: Probe = { at: this.#options.now(), failure }
    this.#byUrl.delete(url.href)
    this.#byUrl.set(url.href, probe)
    const [oldest] = this.#byUrl.keys()
    if (this.#byUrl.size > maxProbes && oldest !== undefined) this.#byUrl.delete(oldest)
    this.#options.ask(url, options).then(
      () => (probe.failure = undefined),
      (error: unknown) => {
        if (error instanceof UpstreamError) probe.failure = error
      }
    )
  }
}
