/** Something that did not go as it should, or only as a fault has it. */
export interface Failure {
  /** What was being done: the name of a load, or `log` for what the gateway complained of. */
  readonly load: string
  /** The key of the error that was answered, `HTTP <status>`, or what else happened in a few words. */
  readonly kind: string
  /** When it was begun and when it had failed, in milliseconds since the start of the run. */
  readonly beganMs: number
  readonly endedMs: number
  readonly detail: string
}

/** What happened since the last look. */
export interface Tally {
  /** Failures included. */
  readonly done: number
  /** By load and kind. */
  readonly failures: Readonly<Record<string, number>>
}

/** Everything that the loads did and what became of it. */
export class Ledger {
  readonly failures: Failure[] = []
  readonly done = new Map<string, number>()
  readonly #now: () => number
  #recent = 0
  #recentFailures: Record<string, number> = {}

  /** @param now milliseconds since the start of the run */
  constructor(now: () => number) {
    this.#now = now
  }

  now(): number {
    return this.#now()
  }

  /** Something went as it should. */
  did(load: string): void {
    this.done.set(load, (this.done.get(load) ?? 0) + 1)
    this.#recent++
  }

  failed(load: string, kind: string, beganMs: number, detail = ''): void {
    const endedMs = this.#now()
    this.failures.push({ load, kind, beganMs, endedMs, detail: detail.slice(0, 300) })
    const name = `${load}: ${kind}`
    this.#recentFailures[name] = (this.#recentFailures[name] ?? 0) + 1
    this.#recent++
  }

  /** What happened since the last call. */
  take(): Tally {
    const tally = { done: this.#recent, failures: this.#recentFailures }
    this.#recent = 0
    this.#recentFailures = {}
    return tally
  }

  get total(): number {
    return [...this.done.values()].reduce((sum, count) => sum + count, 0) + this.failures.length
  }
}
