import { Writable } from 'node:stream'
import type { Flusher } from '../../../../src/plugins/im-ws-gateway/gateway/flusher.ts'
import { JointWrites } from '../../../../src/plugins/im-ws-gateway/gateway/joint-writes.ts'
import { Outbox } from '../../../../src/plugins/im-ws-gateway/gateway/outbox.ts'
import type { Snapshot } from '../../../../src/plugins/im-ws-gateway/user-core.ts'

/** A socket whose reader takes what it is told to take. */
export class Reader extends Writable {
  readonly writes: Buffer[] = []
  /** In how many pieces each of them came. */
  readonly pieces: number[] = []
  #reading = true
  #done: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 16_384 })
  }

  get text(): string {
    return Buffer.concat(this.writes).toString()
  }

  set reading(reading: boolean) {
    this.#reading = reading
    if (!reading) return
    const done = this.#done
    this.#done = undefined
    done?.()
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done
    )
  }

  /** As the system does: what is not taken at once is looked at when it is. */
  #take(chunks: readonly Buffer[], done: () => void): void {
    const place = this.writes.push(Buffer.concat(chunks)) - 1
    this.pieces.push(chunks.length)
    if (this.#reading) return done()
    this.#done = () => {
      this.writes[place] = Buffer.concat(chunks)
      done()
    }
  }
}

/** An outbox, what it hands to the flusher, and its reader. */
export function outboxOf(maxQueueBytes = 1_000_000, writes = new JointWrites()) {
  const reader = new Reader()
  const due: Outbox[] = []
  const urgent: boolean[] = []
  const seen = { overflowed: 0, waiting: 0, told: 0 }
  const owner = {
    isWritable: true,
    told: () => void seen.told++,
    overflowed: () => void seen.overflowed++,
    waiting: () => void seen.waiting++,
    framesOf: (snapshot: Snapshot) => {
      const { text } = snapshot as Standing
      return text === untold ? [] : [frame('<'), frame(`${text}>`)]
    }
  }
  const add = (one: Outbox, isUrgent: boolean): void => {
    due.push(one)
    urgent.push(isUrgent)
  }
  const flusher = { add } as unknown as Flusher
  const outbox = new Outbox(reader, owner, { flusher, writes, maxQueueBytes })
  const flush = (now = 0): void => {
    for (const one of due.splice(0)) one.flush(now)
  }
  const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  return { reader, outbox, due, urgent, seen, flush, tick }
}

export const frame = (text: string): Buffer => Buffer.from(text)

/** The client is not told that something stands so. */
export const untold = 'untold'

/** Something that stands as `text` says. */
export class Standing implements Snapshot {
  readonly kind = 'snapshot'
  readonly isTotal: boolean
  text: string

  constructor(text: string, isTotal = false) {
    this.text = text
    this.isTotal = isTotal
  }

  take(): never {
    throw new Error('its owner knows')
  }
}
