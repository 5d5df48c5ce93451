import type { ControlRequest } from './frames.ts'

/** A frame that arrived. It holds PINs: keep it in memory. */
export interface ReceivedFrame {
  /** Counts from 1 over all connections. */
  readonly order: number
  /** Counts from 1. */
  readonly connection: number
  /** `undefined`: a binary frame. */
  readonly text: string | undefined
  /** `undefined`: not a request, and therefore ignored. */
  readonly request: ControlRequest | undefined
}

/** What arrived last, for tests to judge by. The oldest frames go when it is full. */
export class FrameRecord {
  readonly #limit: number
  readonly #frames: ReceivedFrame[] = []
  #waiting: { readonly count: number; readonly resolve: (frame: ReceivedFrame) => void }[] = []
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The frames that are still held, oldest first. */
  get frames(): readonly ReceivedFrame[] {
    return this.#frames
  }

  /** Frames received in all, the forgotten ones included. */
  get count(): number {
    return this.#count
  }

  add(connection: number, text: string | undefined, request: ControlRequest | undefined): void {
    const frame = { order: ++this.#count, connection, text, request }
    this.#frames.push(frame)
    if (this.#frames.length > this.#limit) this.#frames.shift()
    const due = this.#waiting.filter(({ count }) => count <= this.#count)
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#count)
    for (const { resolve } of due) resolve(frame)
  }

  /** Resolves once `count` frames have arrived in all, to the last of them (or to a later one). */
  received(count: number): Promise<ReceivedFrame> {
    const arrived = this.#frames.find(({ order }) => order >= count)
    if (arrived) return Promise.resolve(arrived)
    return new Promise(resolve => void this.#waiting.push({ count, resolve }))
  }
}
