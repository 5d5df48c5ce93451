import { Worker } from 'node:worker_threads'
import { Mutex } from 'async-mutex'
import type { Answer, FileSettings, Request, Result, ThreadSettings } from './sqlite-message.ts'

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/**
 * The thread that has a file open. It keeps the process alive only while something waits for its answer. When it dies,
 * all that waits fails, and so does all that is asked of it afterwards.
 */
export class SqliteThread {
  readonly file: string
  readonly busyTimeoutMs: number
  /** Then it has one connection, and reads wait for writes. */
  readonly inMemory: boolean
  /** Whoever writes holds it. Waiting for it ends when the thread does. */
  readonly writer = new Mutex()
  readonly #worker: Worker
  readonly #exited: Promise<void>
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting[] = []
  readonly #gate = new Int32Array(new SharedArrayBuffer(4))
  #closing: Promise<void> | undefined
  #refusal: Error | undefined
  #died = false

  constructor({ file, busyTimeoutMs }: FileSettings) {
    this.file = file
    this.busyTimeoutMs = busyTimeoutMs
    this.inMemory = file === ':memory:'
    const program = new URL('./sqlite-worker.js', import.meta.url)
    const workerData: ThreadSettings = { file, busyTimeoutMs, gate: this.#gate }
    this.#worker = new Worker(program, { name: 'database', workerData, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', error => this.#die(error))
    // Which of the answers it was cannot be told.
    this.#worker.on('messageerror', error => {
      this.#die(error)
      this.#send({ do: 'close' })
    })
    process.once('exit', this.#shut)
    this.#exited = new Promise(resolve => {
      this.#worker.on('exit', () => {
        process.off('exit', this.#shut)
        this.#die(new Error('it was ended'))
        resolve()
      })
    })
  }

  /** Why nothing can be asked of it any more: it was closed, or it died. */
  get refusal(): Error | undefined {
    return this.#refusal
  }

  /** Whether it ended by itself, and another could take its place. Rows that were in memory are gone. */
  get replaceable(): boolean {
    return this.#died && !this.#closing && !this.inMemory
  }

  /** @throws {Error} with `code` and `rawCode` when it is SQLite's; or why nothing can be asked any more */
  async ask(request: Request): Promise<Result> {
    const answer = await this.#post(request)
    // Made here, and not where the answer arrives, the error has the caller in its stack.
    if ('failure' in answer) throw Object.assign(new Error(answer.failure.message), answer.failure)
    return answer
  }

  /** Finishes what was asked, rolls back what is not committed, and closes the file. Closing twice is harmless. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    if (this.#died) return
    const closed = this.#post({ do: 'close' })
    this.#refuse(new Error(`The database file ${this.file} is not open: it was closed`))
    await closed.catch(() => undefined)
    this.#worker.ref()
    await this.#exited
  }

  /**
   * A process that ends interrupts its threads, and libsql aborts the process when it is interrupted. So the statement
   * that is under way ends first, as it would on the main thread.
   */
  readonly #shut = (): void => {
    while (Atomics.compareExchange(this.#gate, 0, 0, 2) === 1) Atomics.wait(this.#gate, 0, 1)
  }

  #post(request: Request): Promise<Answer> {
    if (this.#refusal) return Promise.reject(this.#refusal)
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ resolve, reject }) === 1) this.#worker.ref()
      this.#send(request)
    })
  }

  #send(request: Request): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request)
  }

  #settle(answer: Answer): void {
    this.#waiting.shift()?.resolve(answer)
    if (this.#waiting.length === 0) this.#worker.unref()
  }

  #die(cause: Error): void {
    if (this.#died) return
    this.#died = true
    const death = new Error(`The thread of the database file ${this.file} died: ${cause.message}`, { cause })
    this.#refuse(death)
    for (const { reject } of this.#waiting.splice(0)) reject(death)
  }

  #refuse(error: Error): void {
    this.#refusal ??= error
    this.writer.cancel()
  }
}
