import type { LogBounds, SharedLog } from '../../state/service.ts'

/** What a log remembers of a link, for those who were cut off for a moment. */
export const linkBounds: LogBounds = { maxEntries: 10_000, maxBytes: 16 * 1_048_576, ttlMs: 60_000 }

/** What is to be written. */
export interface BatchQueue {
  /** Takes all that waits, as one text; `undefined`: nothing does. */
  take(): string | undefined
}

/** What went over a link. */
export interface LinkTraffic {
  batches: number
  bytes: number
}

/**
 * Writes what waits to a log, one batch after the other, so that their order is that of the queue. What comes in one
 * turn of the event loop, or while a batch is on its way, is in the next one.
 */
export class BatchWriter {
  readonly #log: SharedLog
  readonly #queue: BatchQueue
  readonly #traffic: LinkTraffic
  readonly #failed: (error: unknown) => void
  #running: Promise<void> | undefined
  #isOver = false

  /** @param failed hears why a batch could not be written; nothing is written after it */
  constructor(log: SharedLog, queue: BatchQueue, traffic: LinkTraffic, failed: (error: unknown) => void) {
    this.#log = log
    this.#queue = queue
    this.#traffic = traffic
    this.#failed = failed
  }

  /** Something waits. */
  wake(): void {
    if (!this.#isOver) this.#running ??= this.#run()
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** Writes nothing any more. */
  end(): void {
    this.#isOver = true
  }

  async #run(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    try {
      for (let text = this.#take(); text !== undefined; text = this.#take()) {
        this.#traffic.batches++
        this.#traffic.bytes += text.length
        await this.#log.append(text, linkBounds)
      }
    } catch (error) {
      if (!this.#isOver) this.#failed(error)
      this.#isOver = true
    }
    // In one step with the look at what waits: what came between the two would wake nobody.
    this.#running = undefined
  }

  #take(): string | undefined {
    return this.#isOver ? undefined : this.#queue.take()
  }
}
