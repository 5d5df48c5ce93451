import type { SharedLog } from '../../state/service.ts'
import type { Message } from '../model.ts'
import type { CoreEvent, Snapshot } from '../user-core.ts'
import { BatchWriter, type LinkTraffic } from './batch-writer.ts'
import type { FromHost } from './items.ts'
import { packEvent } from './packed-event.ts'
import { snapshotLines } from './snapshot-lines.ts'

/** The way from the host to a node. */
export interface ToNode {
  send(item: FromHost): void
  /** @param cause the number of the device, of those of the core, that has caused it @param except of the one that is not told */
  tell(core: number, event: CoreEvent | Snapshot, cause?: number, except?: number): void
  /** Resolves when all is on its way. */
  idle(): Promise<void>
  end(): void
  /** A mark: up to there everything that a device was told has arrived. Missing: nothing is known of such things. */
  arrived?(core: number, device: number): number | undefined
}

/** What the way of a node that is another process needs. */
export interface RemoteNodeParts {
  readonly log: SharedLog
  readonly term: number
  readonly session: string
  /** How far events have been handed out. */
  mark(): number
  readonly traffic: LinkTraffic
  /** Nothing gets through any more. */
  broken(error: unknown): void
}

/** Bytes that may wait before what comes next. */
const maxBytes = 32 * 1_048_576

interface Line {
  readonly text: string
  readonly event?: CoreEvent
  readonly cores?: number[]
}

/**
 * The way to a node over a log. An event that many users are told one after the other is written once, with all of
 * them; a message that is in many events is written once. How something stands (a snapshot) is written once a batch,
 * behind all that was told before, as it is then.
 */
export class RemoteNode implements ToNode {
  readonly #parts: RemoteNodeParts
  readonly #writer: BatchWriter
  #lines: Line[] = []
  #bytes = 0
  #numbers = new Map<Message, number>()
  readonly #snapshots = new Map<Snapshot, number>()
  #isOver = false

  constructor(parts: RemoteNodeParts) {
    this.#parts = parts
    this.#writer = new BatchWriter(parts.log, { take: () => this.#take() }, parts.traffic, error =>
      this.#fail(error)
    )
  }

  send(item: FromHost): void {
    // Nothing that comes after this one is heard.
    if (item.k === 'bye') this.#addSnapshots()
    this.#add({ text: JSON.stringify(item) })
    this.#wake()
  }

  tell(core: number, event: CoreEvent | Snapshot, cause?: number, except?: number): void {
    if (this.#isOver) return
    if (event.kind === 'snapshot') this.#snapshots.set(event, core)
    else this.#addEvent(core, event, cause, except)
    this.#wake()
  }

  idle(): Promise<void> {
    return this.#writer.idle()
  }

  end(): void {
    this.#isOver = true
    this.#writer.end()
    this.#clear()
    this.#snapshots.clear()
  }

  #wake(): void {
    if (!this.#isOver) this.#writer.wake()
  }

  #addSnapshots(): void {
    const snapshots = [...this.#snapshots]
    this.#snapshots.clear()
    const lines = snapshotLines(
      snapshots,
      message => this.#numberOf(message),
      (core, event) => this.#addEvent(core, event)
    )
    for (const text of lines) this.#add({ text })
  }

  #addEvent(core: number, event: CoreEvent, cause?: number, except?: number): void {
    const last = this.#lines.at(-1)
    const isPlain = cause === undefined && except === undefined
    if (isPlain && last?.cores && last.event === event) {
      last.cores.push(core)
      this.#bytes += 8
      return
    }
    const packed = packEvent(event, message => this.#numberOf(message))
    const text = JSON.stringify({ k: 'event', cause, except, event: packed })
    this.#add({ text, cores: [core], ...(isPlain && { event }) })
  }

  #numberOf(message: Message): number {
    const known = this.#numbers.get(message)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(message, number)
    this.#add({ text: `m${JSON.stringify(message)}` })
    return number
  }

  #add(line: Line): void {
    if (this.#isOver) return
    if (this.#bytes > maxBytes) return this.#fail(new Error('too much waits for another node'))
    this.#lines.push(line)
    this.#bytes += line.text.length
  }

  #take(): string | undefined {
    this.#addSnapshots()
    if (!this.#lines.length) return undefined
    const { term, session } = this.#parts
    const lines = this.#lines.map(({ text, cores }) =>
      cores ? `${text.slice(0, -1)},"cores":${JSON.stringify(cores)}}` : text
    )
    this.#clear()
    return [JSON.stringify({ term, session, mark: this.#parts.mark() }), ...lines].join('\n')
  }

  #clear(): void {
    this.#lines = []
    this.#bytes = 0
    this.#numbers = new Map()
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.end()
    this.#parts.broken(error)
  }
}
