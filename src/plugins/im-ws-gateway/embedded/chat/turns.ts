import type { Clock } from '../../../../core/index.ts'
import { ImError } from '../../codes.ts'
import { announce } from './announce.ts'
import { keepMessages, type Kept } from './keep-messages.ts'
import type { Memory } from './memory.ts'
import type { OutgoingMessage } from './outgoing-message.ts'
import type { ChatDb } from './tables.ts'
import { Turn } from './turn.ts'

/** What reads between two transactions at most. */
const readersPerPause = 50
/** Changes that one transaction takes at most; the others wait for the next one. */
const changesPerTurn = 500
/** By how much the clocks of two nodes may differ without a message that seems older than the one before it. */
const clocksDifferMs = 60_000

type Change = { readonly message: OutgoingMessage } | { readonly task: (turn: Turn) => Promise<unknown> }

interface Waiting {
  readonly change: Change
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A refusal concerns nobody else in the transaction: it is a result. */
function refused(error: unknown): ImError {
  if (error instanceof ImError) return error
  throw error
}

/**
 * Writes whatever changes of conversations and messages, one transaction after the other. What comes in one turn of
 * the event loop, or while a transaction is under way, shares the next one: it costs one commit. Nothing is
 * acknowledged, and nobody is told, before the commit.
 */
export class Turns {
  readonly #db: ChatDb
  readonly #memory: Memory
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  #waiting: Waiting[] = []
  #readers: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined
  #lastTime = 0

  /**
   * @param onError hears why something that was committed could not be told
   * @param latestTime when the last message was sent, maybe by another clock
   */
  constructor(
    db: ChatDb,
    memory: Memory,
    clock: Clock,
    onError: (error: unknown) => void,
    latestTime: number
  ) {
    this.#db = db
    this.#memory = memory
    this.#clock = clock
    this.#onError = onError
    this.#lastTime = Math.min(latestTime, clock.now() + clocksDifferMs)
  }

  /** Changes that wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** Keeps a message. @throws why it could not be kept; then it was not */
  keep(message: OutgoingMessage): Promise<Kept> {
    return this.#add({ message }) as Promise<Kept>
  }

  /**
   * Changes something. `task` awaits nothing but queries of the turn; before it changes anything it may refuse to with
   * an {@link ImError}.
   * @throws what it throws; then nothing changed
   */
  change<Result>(task: (turn: Turn) => Promise<Result>): Promise<Result> {
    return this.#add({ task }) as Promise<Result>
  }

  /** Runs while no transaction is under way, so that what it reads and what is in memory are of the same moment. */
  between<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#readers.push(async () => {
        try {
          resolve(await task())
        } catch (error) {
          reject(error)
        }
      })
      this.#start()
    })
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  #add(change: Change): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject })
      this.#start()
    })
  }

  #start(): void {
    this.#running ??= this.#run()
  }

  /** Never rejects: what cannot be read or written fails for whoever waits for it. */
  async #run(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    while (this.#waiting.length || this.#readers.length) {
      await Promise.all(this.#readers.splice(0, readersPerPause).map(read => read()))
      const taken = this.#waiting.splice(0, changesPerTurn)
      if (taken.length) await this.#write(taken)
    }
    // In one step with the look at what waits: what came between the two would begin nothing, and wait for ever.
    this.#running = undefined
  }

  /**
   * Most messages are new: whether they are is asked only when the database has refused them. When that is not the
   * reason, the two halves of what was in the transaction are tried again: others are not to suffer for one.
   */
  async #write(taken: readonly Waiting[], isCareful = false): Promise<void> {
    let written
    try {
      written = await this.#transaction(taken, isCareful)
    } catch (error) {
      const [first] = taken
      const mayBeRepeated = !isCareful && taken.some(({ change }) => 'message' in change)
      if (mayBeRepeated) return this.#write(taken, true)
      if (taken.length <= 1) return first?.reject(error)
      const middle = Math.ceil(taken.length / 2)
      await this.#write(taken.slice(0, middle), true)
      return this.#write(taken.slice(middle), true)
    }
    const { turn, results } = written
    try {
      announce(turn, this.#memory)
    } catch (error) {
      this.#onError(error)
    }
    for (const [index, { resolve, reject }] of taken.entries()) {
      const result = results[index]
      if (result instanceof ImError) reject(result)
      else resolve(result)
    }
  }

  #transaction(
    taken: readonly Waiting[],
    isCareful: boolean
  ): Promise<{ readonly turn: Turn; readonly results: readonly unknown[] }> {
    this.#lastTime = Math.max(this.#lastTime, this.#clock.now())
    return this.#db.transaction().execute(async db => {
      const turn = new Turn(db, this.#memory, this.#lastTime)
      const results: unknown[] = []
      let messages: OutgoingMessage[] = []
      const keep = async (): Promise<void> => {
        if (messages.length) results.push(...(await keepMessages(turn, messages, isCareful)))
        messages = []
      }
      for (const { change } of taken) {
        if ('message' in change) messages.push(change.message)
        else {
          await keep()
          results.push(await change.task(turn).catch(refused))
        }
      }
      await keep()
      await turn.flush()
      return { turn, results }
    })
  }
}
