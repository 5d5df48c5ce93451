import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Clock, Timer } from '../../core/index.ts'

/** SubjectPublicKeyInfo of an SM2 key up to its point (GB/T 32918.5, RFC 5480): 04, x and y follow. */
const sm2Prefix = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex')
const pointBytes = 65

/** The point of an SM2 key in hex. `undefined`: the key is of another kind. */
export function sm2Point(publicKeyInfo: Buffer): string | undefined {
  const at = sm2Prefix.length
  if (publicKeyInfo.length !== at + pointBytes || !publicKeyInfo.subarray(0, at).equals(sm2Prefix))
    return undefined
  return publicKeyInfo.subarray(at).toString('hex')
}

/** It runs in the worker: keys in use are precomputed, which makes a check four times as fast. */
const program = `
const { parentPort, workerData } = require('node:worker_threads')
const { sm2 } = require(workerData)
const keys = new Map()
const keyOf = point => {
  if (keys.size > 64) keys.clear()
  const key = keys.get(point) ?? sm2.precomputePublicKey(point)
  keys.set(point, key)
  return key
}
parentPort.on('message', ({ id, text, sign, point }) => {
  let valid = false
  try {
    valid = sm2.doVerifySignature(Buffer.from(text), sign, keyOf(point), { hash: true })
  } catch {}
  parentPort.postMessage({ id, valid })
})
`

interface Question {
  readonly id: number
  readonly text: string
  readonly sign: string
  readonly point: string
}

interface Waiting {
  readonly question: Question
  readonly answer: (valid: boolean | undefined) => void
  /** Set: it waits for its turn, and outlives its worker once. */
  readonly timer: Timer | undefined
  asked: number
}

export interface Sm2VerifierOptions {
  readonly clock: Clock
  /** Those that do not wait are not checked while so many are. Default: 128. */
  readonly maxWaiting?: number
  /** Makes a thread that answers questions. Default: one with sm-crypto-v2. */
  readonly startWorker?: () => Worker
}

/**
 * Checks SM2 signatures (SM3, default user id 1234567812345678, GM/T 0009; r and s of 32 bytes each) in a worker
 * thread, since one takes a millisecond or more. The worker starts with the first of them.
 */
export class Sm2Verifier {
  readonly #clock: Clock
  readonly #maxWaiting: number
  readonly #startWorker: () => Worker
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #closing = false
  #lastId = 0

  constructor({ clock, maxWaiting = 128, startWorker = startSm2Worker }: Sm2VerifierOptions) {
    this.#clock = clock
    this.#maxWaiting = maxWaiting
    this.#startWorker = startWorker
  }

  /**
   * `undefined`: it cannot be told, because too many wait or the worker died.
   * @param waitMs with it, only because there was no answer within this time, or two workers died
   */
  verify(text: string, sign: string, point: string, waitMs = 0): Promise<boolean | undefined> {
    const raw = Buffer.from(sign, 'base64')
    if (raw.length !== 64) return Promise.resolve(false)
    if (waitMs === 0 && this.#waiting.size >= this.#maxWaiting) return Promise.resolve(undefined)
    const question = { id: ++this.#lastId, text, sign: raw.toString('hex'), point }
    return new Promise(answer => {
      const giveUp = (): void => this.#answer(question.id, undefined)
      const timer = waitMs > 0 ? this.#clock.after(waitMs, giveUp) : undefined
      const waiting = { question, answer, timer, asked: 0 }
      this.#waiting.set(question.id, waiting)
      this.#ask(waiting)
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#worker?.terminate()
    this.#closing = false
  }

  #ask(waiting: Waiting): void {
    waiting.asked++
    this.#worker ??= this.#start()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(waiting.question)
  }

  #answer(id: number, valid: boolean | undefined): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.timer?.cancel()
    waiting?.answer(valid)
  }

  #start(): Worker {
    const worker = this.#startWorker()
    worker.unref()
    worker.on('message', ({ id, valid }: { readonly id: number; readonly valid: boolean }) =>
      this.#answer(id, valid)
    )
    // An exit follows; without a listener an error would end the process.
    worker.on('error', () => {})
    worker.on('exit', () => {
      this.#worker = undefined
      for (const waiting of this.#waiting.values())
        if (waiting.timer && waiting.asked < 2 && !this.#closing) this.#ask(waiting)
        else this.#answer(waiting.question.id, undefined)
    })
    return worker
  }
}

function startSm2Worker(): Worker {
  const workerData = createRequire(import.meta.url).resolve('sm-crypto-v2')
  return new Worker(program, { eval: true, workerData, execArgv: [] })
}
