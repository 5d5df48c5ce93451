import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

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

/**
 * Checks SM2 signatures (SM3, default user id 1234567812345678, GM/T 0009; r and s of 32 bytes each) in a worker
 * thread, since one takes a millisecond or more. The worker starts with the first of them.
 */
export class Sm2Verifier {
  readonly #maxWaiting: number
  readonly #waiting = new Map<number, (valid: boolean | undefined) => void>()
  #worker: Worker | undefined
  #lastId = 0

  constructor(maxWaiting = 128) {
    this.#maxWaiting = maxWaiting
  }

  /** `undefined`: it cannot be told, because too many wait or the worker died. */
  verify(text: string, sign: string, point: string): Promise<boolean | undefined> {
    const raw = Buffer.from(sign, 'base64')
    if (raw.length !== 64) return Promise.resolve(false)
    if (this.#waiting.size >= this.#maxWaiting) return Promise.resolve(undefined)
    const worker = (this.#worker ??= this.#start())
    const id = ++this.#lastId
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, text, sign: raw.toString('hex'), point })
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const workerData = createRequire(import.meta.url).resolve('sm-crypto-v2')
    const worker = new Worker(program, { eval: true, workerData, execArgv: [] })
    worker.unref()
    worker.on('message', ({ id, valid }: { readonly id: number; readonly valid: boolean }) => {
      this.#waiting.get(id)?.(valid)
      this.#waiting.delete(id)
    })
    // An exit follows; without a listener an error would end the process.
    worker.on('error', () => {})
    worker.on('exit', () => {
      this.#worker = undefined
      for (const resolve of this.#waiting.values()) resolve(undefined)
      this.#waiting.clear()
    })
    return worker
  }
}
