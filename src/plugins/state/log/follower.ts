import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../../core/index.ts'
import type { Following, LogListener, LogLoss } from '../service.ts'
import type { LogDriver, Place } from './driver.ts'
import { parseMessage, type Message } from './message.ts'
import { contradicted, parsePage, startOf, type ParsedPage } from './page.ts'
import { Promises } from './promises.ts'
import { Recent } from './recent.ts'

/** What a follower works with. */
export interface FollowerParts {
  readonly driver: LogDriver
  readonly name: string
  readonly listener: LogListener
  readonly from: 'now' | 'start'
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly newEpoch: () => string
  /** Called when it follows no more. */
  readonly ended: () => void
}

/** How often the newest entry is compared with what was heard, as the message about it may be the one that got lost. */
const checkMs = 30_000
const retryMs = 1_000
/** Messages that wait while entries are read. */
const maxPending = 1_000

/**
 * Follows a log by its messages, and reads from it wherever they leave a hole. A log whose history is another than the
 * one that was heard, as after a failover that lost the newest entries, is begun anew.
 */
export class Follower implements Following {
  readonly started: Promise<void>
  #start: () => void = () => undefined
  #holes = 0
  #catchUps = 0
  readonly #parts: FollowerParts
  readonly #recent = new Recent()
  readonly #promises = new Promises()
  #leave: (() => Promise<void>) | undefined
  /** Everything up to here was handed over. */
  #place: Place | undefined
  /** A place that should be in the log and may not be. */
  #suspect: Place | undefined
  #pending: string[] = []
  /** Entries are being read, or are about to be: messages wait. */
  #isBehind = true
  /** Entries had to be read, and could not be. */
  #isStale = true
  #running: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined
  #timer: Timer | undefined
  #ended = false

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.started = new Promise(resolve => (this.#start = resolve))
    void this.#listen()
  }

  get isCurrent(): boolean {
    return !this.#isStale && !this.#ended && this.#parts.driver.isListening
  }

  get holes(): number {
    return this.#holes
  }

  get catchUps(): number {
    return this.#catchUps
  }

  async sync(): Promise<void> {
    if (!this.#leave || this.#ended) throw new Error('The log is not followed')
    await this.#catchUp()
  }

  async end(): Promise<void> {
    this.#ended = true
    this.#parts.ended()
    this.#timer?.cancel()
    this.#pending = []
    this.#start()
    await this.#leave?.()
  }

  /** Takes note of the place that an append of this process was given. */
  appended(place: Place): void {
    const { epoch, seq = 0 } = this.#place ?? {}
    if (place.epoch === epoch && place.seq <= seq) {
      if ((this.#recent.at(place.seq) ?? place.tag) !== place.tag) this.#suspectOf(place)
    } else {
      const broken = this.#promises.add(place)
      if (broken) this.#suspectOf(broken)
    }
  }

  #suspectOf(place: Place): void {
    this.#suspect = place
    this.#readSoon()
  }

  async #listen(): Promise<void> {
    const { driver, name, clock, log } = this.#parts
    try {
      const leave = await driver.listen(
        name,
        message => this.#heard(message),
        () => this.#missed()
      )
      if (this.#ended) return await leave()
      this.#leave = leave
      this.#readSoon()
    } catch (error) {
      if (this.#ended) return
      log.warn({ err: error, log: name }, 'a log cannot be followed')
      this.#timer = clock.after(retryMs, () => void this.#listen())
    }
  }

  #missed(): void {
    this.#isStale = true
    this.#readSoon()
  }

  #heard(message: string): void {
    if (this.#ended) return
    if (!this.#isBehind) return this.#take(message)
    // What is dropped leaves a hole, and is read.
    if (this.#pending.length === maxPending) this.#pending = []
    this.#pending.push(message)
  }

  #take(text: string): void {
    const message = parseMessage(text)
    const place = this.#place
    if (message && place && message.epoch === place.epoch) {
      const { seq, prev, tag } = message
      if (seq <= place.seq && this.#recent.at(seq) === tag) return
      const isNext = seq === place.seq + 1 && prev === place.tag
      if (isNext && !this.#promises.brokenBy(message)) return this.#apply(message)
    }
    // When a read has just failed, the next is due soon.
    if (this.#isStale) return
    this.#holes++
    this.#readSoon()
  }

  #readSoon(): void {
    void this.#catchUp().catch(() => undefined)
  }

  /** Reads what is there, with a read that begins after this call. */
  #catchUp(): Promise<void> {
    this.#isBehind = true
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined
        this.#running = this.#read()
        return this.#running
      })
    return this.#queued
  }

  async #read(): Promise<void> {
    const { log, name } = this.#parts
    const before = this.#place
    this.#timer?.cancel()
    try {
      await this.#readAll()
      if (this.#ended) throw new Error('The log is not followed any more')
      if (before && before !== this.#place) this.#catchUps++
      if (!this.#queued) this.#isStale = false
      this.#readAfter(checkMs)
      this.#start()
    } catch (error) {
      if (this.#ended) throw error
      this.#isStale = true
      log.warn({ err: error, log: name }, 'a log cannot be read')
      this.#readAfter(retryMs)
      throw error
    } finally {
      this.#isBehind = this.#queued !== undefined
      const pending = this.#pending
      this.#pending = []
      for (const message of pending) this.#heard(message)
    }
  }

  async #readAll(): Promise<void> {
    const { driver, name, from, newEpoch } = this.#parts
    for (let futile = 0; ;) {
      const place = this.#place
      const promised = this.#promises.newest
      const after = place?.seq ?? (from === 'start' ? 0 : Number.MAX_SAFE_INTEGER)
      const read = await driver.read(name, { epoch: place?.epoch ?? '', after, newEpoch: newEpoch() })
      if (this.#ended) return
      const page = parsePage(read)
      const broken = (): Place | undefined => this.#promises.brokenIn(page, promised, place?.epoch)
      const seen = this.#suspect ?? contradicted(place, page) ?? broken()
      this.#suspect = undefined
      if (!seen) {
        if (this.#goTo(page) >= page.top) return
      } else if (!(await driver.restart(name, seen, newEpoch())) && ++futile === 3)
        // What was read is older than what was compared: a replica answers that does not know it.
        throw new Error('the log contradicts what was heard of it')
    }
  }

  /** Hands over what was read, and first what is lost. Returns the sequence of the last. */
  #goTo(page: ParsedPage): number {
    const { listener } = this.#parts
    const { epoch } = page
    const start = startOf(page)
    const { seq: through } = start
    const place = this.#place
    if (place && place.epoch === epoch && through <= place.seq) {
      for (const message of page.messages) this.#apply(message)
      return Math.max(place.seq, page.messages.at(-1)?.seq ?? 0)
    }
    this.#place = start
    if (place?.epoch !== epoch) this.#leaveEpoch(place?.epoch, epoch)
    this.#recent.add(start)
    if (place) this.#lose({ reason: place.epoch === epoch ? 'trimmed' : 'restart', epoch, through })
    else this.#call(() => listener.begin?.({ epoch, seq: through }))
    for (const message of page.messages) this.#apply(message)
    return page.messages.at(-1)?.seq ?? through
  }

  #leaveEpoch(epoch: string | undefined, next: string): void {
    this.#recent.clear()
    this.#promises.turnTo(next)
    if (epoch !== undefined) this.#promises.end(epoch)
  }

  #lose(loss: LogLoss): void {
    const { log, name, listener } = this.#parts
    log.warn({ log: name, ...loss }, 'entries of a log are lost')
    this.#call(() => listener.lost(loss))
  }

  #apply({ epoch, seq, tag, text }: Message): void {
    this.#place = { epoch, seq, tag }
    this.#recent.add(this.#place)
    this.#promises.kept(seq)
    if (!this.#ended) this.#call(() => this.#parts.listener.entry({ epoch, seq, text }))
  }

  #call(listener: () => unknown): void {
    try {
      listener()
    } catch (error) {
      this.#parts.log.error({ err: error, log: this.#parts.name }, 'a listener of a log failed')
    }
  }

  #readAfter(ms: number): void {
    this.#timer = this.#parts.clock.after(ms, () => this.#readSoon())
  }
}
