import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'
import type { Following, LogEntry, LogLoss, LogPosition, SharedLog } from '../state/service.ts'
import type { Counters } from './counters.ts'
import { dataText, encodeEvent } from './event-text.ts'
import { formatEntry, parseEntry, type Entry } from './log-entry.ts'
import { formatPosition, parsePosition } from './position.ts'
import type { HubEvent, TopicEvent } from './service.ts'
import type { Timeline } from './timeline.ts'

/** What the events of several nodes are shared with. */
export interface SharedEventsParts {
  readonly shared: SharedLog
  readonly timeline: Timeline
  readonly counters: Counters
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Names this node, unlike all others. */
  readonly node: string
  readonly maxEventBytes: number
  readonly maxLogEvents: number
  /** Bytes of all events that the log remembers. */
  readonly maxLogBytes: number
  /** How long the events of any topic are kept at most. */
  readonly historyMs: () => number
  /** Ends the streams of a principal. */
  readonly close: (principal: string, last: HubEvent | undefined) => void
}

/** How long the start waits for the log. Without it the hub starts all the same, and takes no streams until it is there. */
const startMs = 2_000
/** How long events are kept for nodes that are away, at least. */
const leastKeptMs = 60_000

/**
 * The events of all nodes, in a log that they share. Every node takes in every entry, its own included, in the same
 * place: so all have the same positions and histories, and a reader may change from one to another.
 */
export class SharedEvents {
  readonly #parts: SharedEventsParts
  readonly #longestId = formatPosition('x'.repeat(16), 999_999_999_999_999)
  #following: Following | undefined
  /** How late the latest entry came. Milliseconds. */
  #lagMs = 0

  constructor(parts: SharedEventsParts) {
    this.#parts = parts
  }

  /** Follows the log from its start. Resolves when all is there that it remembers, or after a while. */
  async start(): Promise<void> {
    const { shared, timeline, clock } = this.#parts
    const begin = ({ epoch, seq }: LogPosition): void => timeline.restart(epoch, seq)
    const entry = (given: LogEntry): void => this.#take(given)
    const lost = (loss: LogLoss): void => this.#lose(loss)
    const following = shared.follow({ begin, entry, lost }, { from: 'start' })
    this.#following = following
    let timer: Timer | undefined
    const enough = new Promise<void>(resolve => (timer = clock.after(startMs, resolve)))
    await Promise.race([following.started, enough])
    timer?.cancel()
  }

  /** Whether events of other nodes reach this one. */
  get isCurrent(): boolean {
    return this.#following?.isCurrent === true
  }

  /** Whether a position may be one that other nodes have come to and this one has not. */
  isAhead(id: string | undefined): boolean {
    const position = id === undefined ? undefined : parsePosition(id)
    const { epoch, seq } = this.#parts.timeline
    return position !== undefined && (position.epoch !== epoch || position.seq > seq)
  }

  /**
   * Resolves when everything is here that any node had published before the call.
   * @throws when the log is away
   */
  async catchUp(): Promise<void> {
    await this.#following?.sync()
  }

  /** Publishes an event to all nodes. @returns how many bytes it has, and its id. @throws as `SseHub.publish` */
  async publish(topic: string, { data, event, key }: TopicEvent): Promise<{ id: string; bytes: number }> {
    const text = dataText(data)
    const sent = { data: text, ...(event !== undefined && { event }), ...(key !== undefined && { key }) }
    const block = encodeEvent(sent, this.#parts.maxEventBytes, this.#longestId)
    const { epoch, seq } = await this.#append({ kind: 'event', at: this.#now(), topic, event: sent })
    return { id: formatPosition(epoch, seq), bytes: Buffer.byteLength(block) }
  }

  /** Ends the streams of a principal on all other nodes. */
  async close(principal: string, last: HubEvent | undefined): Promise<void> {
    const { node } = this.#parts
    const sent = last && { data: dataText(last.data), ...(last.event !== undefined && { event: last.event }) }
    await this.#append({ kind: 'close', at: this.#now(), node, principal, last: sent })
  }

  /** By metric name. */
  snapshot(): Record<string, number> {
    return {
      log_current: this.isCurrent ? 1 : 0,
      log_lag_ms: this.#lagMs,
      log_holes_total: this.#following?.holes ?? 0,
      log_catch_ups_total: this.#following?.catchUps ?? 0
    }
  }

  async stop(): Promise<void> {
    await this.#following?.end()
  }

  async #append(entry: Entry): Promise<LogPosition> {
    const { shared, counters, maxLogEvents, maxLogBytes, historyMs } = this.#parts
    try {
      return await shared.append(formatEntry(entry), {
        maxEntries: maxLogEvents,
        maxBytes: maxLogBytes,
        ttlMs: Math.max(historyMs(), leastKeptMs)
      })
    } catch (error) {
      counters.logFailed++
      throw error
    }
  }

  #take({ seq, text }: LogEntry): void {
    const { timeline, counters, node, close, log } = this.#parts
    const entry = parseEntry(text)
    counters.logEntries++
    try {
      if (!entry) throw new Error('it is none')
      const ageMs = Math.max(0, this.#now() - entry.at)
      if (this.isCurrent) this.#lagMs = ageMs
      if (entry.kind === 'event') return void timeline.add(entry.topic, entry.event, Infinity, ageMs)
      timeline.pass(seq)
      if (entry.node !== node) close(entry.principal, entry.last)
    } catch (error) {
      log.error({ err: error }, 'an entry of the shared log cannot be used')
      timeline.lose(seq)
    }
  }

  #lose({ reason, epoch, through }: LogLoss): void {
    const { timeline } = this.#parts
    if (reason === 'restart') timeline.restart(epoch, through)
    else timeline.lose(through)
  }

  #now(): number {
    return this.#parts.clock.now()
  }
}
