import { backoffMs, type BackoffRange } from './backoff.ts'

/**
 * Why a device gets no request. `reader`: the control said that its reader failed. `silent`: it left out replies.
 * `swapped`: it holds another card than it should. `quarantined`: somebody said so.
 */
export type FaultCause = 'reader' | 'silent' | 'swapped' | 'quarantined'

/** What a question without a PIN showed. `deaf`: it was not understood. `lost`: the connection ended first. */
export type Probe = 'works' | 'faulty' | 'deaf' | 'lost'

/**
 * Keeps requests from a device that does not work. Breakers of libraries let a request through to see whether it works
 * again; here that would cost a PIN, so the trial is a question that takes none, and what is known of the card decides.
 */
export class Breaker {
  readonly #limit: number
  #fault: { readonly cause: FaultCause; readonly reason: string } | undefined
  #silent = 0
  #failedProbes = 0
  #answersProbes = false

  /** `limit`: replies left out in a row until it opens. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Why it is open, in a sentence. `undefined`: requests may pass. */
  get reason(): string | undefined {
    return this.#fault?.reason
  }

  /** Whether a probe may close it. */
  get probes(): boolean {
    return this.#fault !== undefined && this.#fault.cause !== 'quarantined'
  }

  /** Whether the control has ever answered a question that takes no PIN. */
  get answersProbes(): boolean {
    return this.#answersProbes
  }

  /** Opens it. A quarantine stands until it is lifted. True: it was not open for this reason before. */
  open(cause: FaultCause, reason: string): boolean {
    if (this.#fault?.cause === 'quarantined' || this.#fault?.reason === reason) return false
    this.#fault = { cause, reason }
    return true
  }

  /** Closes it, whatever the reason. */
  close(): void {
    this.#fault = undefined
    this.#failedProbes = 0
    this.#silent = 0
  }

  answered(): void {
    this.#silent = 0
  }

  silent(): void {
    if (++this.#silent >= this.#limit) this.open('silent', 'It left several requests unanswered')
  }

  /** Half-open: notes what a probe showed, and closes or stays open. While it is closed it stays so. */
  probed(result: Probe): void {
    this.#answersProbes ||= result === 'works' || result === 'faulty'
    if (!this.probes) return
    this.#failedProbes++
    // A control that knows no probe tells nothing: let the next request show how it is, unless that is dangerous.
    const blind = result === 'deaf' && !this.#answersProbes && this.#fault?.cause !== 'swapped'
    if (result === 'works' || blind) this.close()
  }

  /** How long to wait before the next probe: not at all before the first, then with full jitter. */
  waitMs(range: BackoffRange, random: () => number): number {
    return this.#failedProbes === 0 ? 0 : backoffMs(this.#failedProbes, range, random)
  }
}
