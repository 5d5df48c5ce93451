import type { Clock } from '../../../core/index.ts'
import type { Channels } from '../channels.ts'
import { StateFullError, type LogPosition } from '../service.ts'
import type { LogDriver, NewEntry, Page, Place, ReadFrom } from './driver.ts'
import { formatMessage, noTag, parseMessage } from './message.ts'

interface Log {
  epoch: string
  seq: number
  tag: string
  messages: string[]
  bytes: number
  /** Monotonic. */
  expiresAt: number
}

/** What is in logs, by their names. */
export type LogsByName = Map<string, Log>

/** Messages of a page. */
const pageSize = 200

/** Logs in the memory of one process, for as many nodes as there are in it. */
export class MemoryLogs implements LogDriver {
  readonly isListening = true
  readonly #channels: Channels
  readonly #clock: Clock
  readonly #maxLogs: number
  readonly #logs: LogsByName
  readonly #used: (() => void) | undefined
  readonly #listening = new Set<() => void>()
  #closed = false

  /** @param parts `logs`: what is in them, which whoever closes this may keep */
  constructor(parts: {
    readonly channels: Channels
    readonly clock: Clock
    readonly maxLogs: number
    readonly logs: LogsByName
    /** Called with every use of one. */
    readonly used?: () => void
  }) {
    this.#used = parts.used
    this.#logs = parts.logs
    this.#channels = parts.channels
    this.#clock = parts.clock
    this.#maxLogs = parts.maxLogs
  }

  async append(name: string, { tag, text, bounds, newEpoch }: NewEntry): Promise<LogPosition> {
    this.#used?.()
    const log = this.#open(name, newEpoch)
    const { epoch } = log
    const message = formatMessage({ epoch, seq: ++log.seq, prev: log.tag, tag, text })
    log.tag = tag
    log.messages.push(message)
    log.bytes += Buffer.byteLength(message)
    const isOver = (): boolean => log.messages.length > bounds.maxEntries || log.bytes > bounds.maxBytes
    while (log.messages.length > 1 && isOver()) log.bytes -= Buffer.byteLength(log.messages.shift() ?? '')
    log.expiresAt = this.#clock.monotonic() + (bounds.ttlMs ?? Infinity)
    this.#channels.publish(channelOf(name), message)
    return { epoch, seq: log.seq }
  }

  async read(name: string, { epoch, after, newEpoch }: ReadFrom): Promise<Page> {
    this.#used?.()
    const log = this.#open(name, newEpoch)
    const known = epoch === '' || epoch === log.epoch ? after : 0
    const skipped = Math.max(0, known - (log.seq - log.messages.length))
    const messages = log.messages.slice(skipped, skipped + pageSize)
    return { epoch: log.epoch, top: log.seq, tag: log.tag, messages }
  }

  async restart(name: string, { epoch, seq, tag }: Place, newEpoch: string): Promise<boolean> {
    const log = this.#open(name, newEpoch)
    if (log.epoch !== epoch) return false
    const next = log.messages.at(seq - log.seq)
    const there = seq === log.seq ? log.tag : next && parseMessage(next)?.prev
    if (seq <= log.seq && (there === undefined || there === tag)) return false
    this.#logs.set(name, newLog(newEpoch))
    const start = { epoch: newEpoch, seq: 0, prev: noTag, tag: noTag, text: '' }
    this.#channels.publish(channelOf(name), formatMessage(start))
    return true
  }

  async listen(name: string, heard: (message: string) => void): Promise<() => Promise<void>> {
    this.#assertOpen()
    const end = this.#channels.subscribe(channelOf(name), heard)
    this.#listening.add(end)
    return async () => {
      this.#listening.delete(end)
      end()
    }
  }

  /** Hears nothing any more; every call from now on is rejected. */
  close(): void {
    this.#closed = true
    for (const end of this.#listening) end()
    this.#listening.clear()
  }

  #open(name: string, newEpoch: string): Log {
    this.#assertOpen()
    const known = this.#logs.get(name)
    if (!known && this.#logs.size >= this.#maxLogs)
      throw new StateFullError(`The state is full: it holds ${this.#maxLogs} logs (setting maxKeys)`)
    const log = known ?? newLog(newEpoch)
    if (!known) this.#logs.set(name, log)
    if (this.#clock.monotonic() >= log.expiresAt) Object.assign(log, { messages: [], bytes: 0 })
    return log
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('The state is closed')
  }
}

function newLog(epoch: string): Log {
  return { epoch, seq: 0, tag: noTag, messages: [], bytes: 0, expiresAt: Infinity }
}

/** No plugin's name begins so. */
function channelOf(name: string): string {
  return `:log:${name}`
}
