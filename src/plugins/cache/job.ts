import type { Timed } from '../../core/index.ts'
import type { Ask } from './ask.ts'
import type { Entry } from './entry.ts'
import type { FailureKind } from './failure-kind.ts'
import type { WriteToken } from './shared-values.ts'

/** How work ended. */
export type Outcome = Done | Failed

export interface Done {
  readonly ok: true
  /** As everybody who waited gets it, unless each gets a copy. */
  readonly value: unknown
  readonly copy?: (() => unknown) | undefined
  /** What was stored, or found in the store that nodes share. */
  readonly entry?: Entry
  /** It was found there, and no work was done. */
  readonly found?: boolean
}

export interface Failed {
  readonly ok: false
  readonly error: unknown
  readonly kind: FailureKind
}

/** How to begin it. */
export interface JobOptions {
  /** Nobody waits for it. */
  readonly background: boolean
  /** What the store that nodes share has does not count. */
  readonly forced?: boolean
}

/** Work for one key. All who want its value meanwhile wait for it. */
export class Job implements Timed {
  dueAt = 0
  slot = -1
  readonly ask: Ask
  readonly tags: readonly string[]
  /** Monotonic milliseconds. */
  readonly startedAt: number
  readonly background: boolean
  readonly forced: boolean
  /** Never rejects. */
  readonly settled: Promise<Outcome>
  /** A clear came after it had begun: whoever waits for it gets what it brings, and nobody else. */
  cleared = false
  /** Its time was up before it ended. */
  late = false
  /** The right to write to the store that nodes share, unless somebody else has written since. */
  token: WriteToken | undefined
  readonly #due: (job: Job) => void
  #resolve: (outcome: Outcome) => void = () => {}

  constructor(ask: Ask, startedAt: number, options: JobOptions, due: (job: Job) => void) {
    this.ask = ask
    this.tags = ask.tags
    this.startedAt = startedAt
    this.background = options.background
    this.forced = options.forced ?? false
    this.#due = due
    this.settled = new Promise(resolve => (this.#resolve = resolve))
  }

  due(): void {
    this.#due(this)
  }

  settle(outcome: Outcome): void {
    this.#resolve(outcome)
  }
}
