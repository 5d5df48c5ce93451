import type { SharedLog } from '../../state/service.ts'
import { ImError } from '../codes.ts'
import { BatchWriter, type LinkTraffic } from './batch-writer.ts'
import type { ToHost } from './items.ts'
import type { ToHostWay } from './link.ts'

/** What the way to a host in another process needs. */
export interface RemoteHostParts {
  readonly log: SharedLog
  readonly version: number
  readonly term: number
  /** Whom it is for, and from whom it is. */
  readonly host: string
  readonly node: string
  readonly session: string
  /** Where the node reads what the host says to it. */
  readonly inbox: number
  readonly traffic: LinkTraffic
  /** Nothing gets through any more. */
  broken(error: unknown): void
}

/** Bytes that may wait before what comes next; more is refused. */
const maxBytes = 32 * 1_048_576

/** The way to a host over a log. */
export class RemoteHost implements ToHostWay {
  readonly #head: string
  readonly #broken: (error: unknown) => void
  readonly #writer: BatchWriter
  #lines: string[] = []
  #ids: number[] = []
  #bytes = 0

  constructor(parts: RemoteHostParts) {
    const { log, version, term, host, node, session, inbox, traffic } = parts
    const broken = (error: unknown): void => parts.broken(error)
    this.#broken = broken
    this.#head = JSON.stringify({ version, term, host, node, session, inbox })
    this.#writer = new BatchWriter(log, { take: () => this.#take() }, traffic, broken)
  }

  /** @throws {ImError} `busy` when too much waits for another request */
  send(item: ToHost): void {
    if (this.#bytes > maxBytes) {
      if ('id' in item) throw new ImError('busy')
      return this.#broken(new Error('too much waits for the node that runs the chat'))
    }
    const line = JSON.stringify(item)
    this.#lines.push(line)
    this.#bytes += line.length
    if ('id' in item) this.#ids.push(item.id)
    this.#writer.wake()
  }

  end(): ReadonlySet<number> {
    this.#writer.end()
    return new Set(this.#ids)
  }

  /** Resolves when what was sent is on its way. */
  idle(): Promise<void> {
    return this.#writer.idle()
  }

  #take(): string | undefined {
    if (!this.#lines.length) return undefined
    const text = [this.#head, ...this.#lines].join('\n')
    this.#lines = []
    this.#ids = []
    this.#bytes = 0
    return text
  }
}
