import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'

/** What arrives within this time is written together. */
const delayMs = 50
/** How long a database that fails is left alone. */
const retryMs = 1_000
/** Clicks of one transaction. */
const batchSize = 1_000

export interface ClickQueueOptions<T> {
  /** Writes clicks, all or none. */
  readonly write: (clicks: readonly T[]) => Promise<void>
  /** How many may wait. */
  readonly maxQueued: number
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Clicks that are to be written. Whoever adds one waits for nothing. */
export class ClickQueue<T> {
  readonly #options: ClickQueueOptions<T>
  readonly #counters = { recorded_total: 0, dropped_total: 0, failed_writes_total: 0 }
  #waiting: T[] = []
  #timer: Timer | undefined
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #overflowing = false

  constructor(options: ClickQueueOptions<T>) {
    this.#options = options
  }

  /** `dropped_total` are clicks that found no room, or were not written when the gateway closed. */
  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, queued: this.#waiting.length }
  }

  /** Why clicks are not written at present. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Adds a click, or drops and counts it when there is no room. */
  add(click: T): void {
    const { maxQueued, log } = this.#options
    if (this.#waiting.length < maxQueued) {
      this.#waiting.push(click)
      this.#arm(delayMs)
      return
    }
    this.#counters.dropped_total++
    if (!this.#overflowing) log.error({ maxQueued }, 'clicks are not counted: too many wait to be written')
    this.#overflowing = true
  }

  /** Writes what waits. It resolves when nothing does any more, or the database fails, which is not thrown. */
  flush(): Promise<void> {
    this.#disarm()
    return (this.#writing ??= this.#write())
  }

  /** Writes what waits for the last time. What the database does not take is dropped, counted and logged. */
  async close(): Promise<void> {
    do await this.flush()
    while (this.#waiting.length > 0 && !this.#failure)
    this.#disarm()
    const lost = this.#waiting.length
    if (lost === 0) return
    this.#counters.dropped_total += lost
    this.#waiting = []
    this.#options.log.error({ lost, err: this.#failure }, 'clicks were lost: the database does not take them')
  }

  async #write(): Promise<void> {
    const { log } = this.#options
    // Nothing is done before `#writing` is set, nor after it is unset: what is added then begins another one.
    await Promise.resolve()
    while (this.#waiting.length > 0 && (await this.#writeSome())) {
      if (this.#failure) log.info('clicks can be written again')
      this.#failure = undefined
    }
    if (this.#waiting.length === 0) this.#overflowing = false
    this.#writing = undefined
  }

  /** Writes a batch. False: the database does not take it. */
  async #writeSome(): Promise<boolean> {
    const { write, log } = this.#options
    const batch = this.#waiting.slice(0, batchSize)
    try {
      await write(batch)
    } catch (error) {
      this.#counters.failed_writes_total++
      if (!this.#failure) log.error({ err: error }, 'clicks cannot be written; they wait')
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#disarm()
      this.#arm(retryMs)
      return false
    }
    this.#waiting.splice(0, batch.length)
    this.#counters.recorded_total += batch.length
    return true
  }

  #arm(ms: number): void {
    this.#timer ??= this.#options.clock.after(ms, () => void this.flush())
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
