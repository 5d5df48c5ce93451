import type { Writable } from 'node:stream'
import type { Timed } from '../../core/index.ts'
import { Backlog } from './backlog.ts'
import type { OpenEnd } from './counters.ts'
import { encodeBlock } from './encoder.ts'
import { privateFrame, type Frame } from './frame.ts'
import type { Group } from './group.ts'
import { beatBlock, comment, gapBlock } from './hub-events.ts'
import type { Share } from './limits.ts'
import { formatPosition } from './position.ts'
import type { OpenResponse } from './response.ts'
import type { Gap } from './resume.ts'
import type { EventStream, HubEvent } from './service.ts'
import type { Topic } from './topic.ts'
import type { StreamHost, StreamOptions } from './stream-host.ts'

/** Every so many signs of life one is an event, which scripts can see. */
const beatEvery = 4
/** So much of an event is written at a time: that a reader takes some of a large one can be seen. */
const pieceBytes = 65_536

/** One open response and what waits for it. Nothing is sent before `release`. */
export class OpenStream implements EventStream, Timed {
  dueAt = 0
  slot = -1
  /** What the fan-out has in hand for this stream. */
  group: Group | undefined
  readonly topics: readonly Topic[]
  readonly share: Share
  readonly #announce: boolean
  readonly #gapText: string
  readonly #host: StreamHost
  readonly #raw: OpenResponse['raw']
  readonly #out: Writable
  /** The rest of an event that was written in part. */
  #rest: Buffer | undefined
  /** There while something waits, and until the stream is released. */
  #backlog: Backlog | undefined
  #held = true
  #pressed = false
  #ending: OpenEnd | undefined
  #over: OpenEnd | undefined
  #closed: Promise<OpenEnd> | undefined
  #resolve: ((end: OpenEnd) => void) | undefined
  #endsAt: number
  #wroteAt: number
  #beats = 0
  #written = 0
  /** Since when the reader has taken nothing, and how much it had by then; -1: nothing waits for it. */
  #stalledAt = -1
  #takenThen = 0

  constructor(host: StreamHost, { raw, out }: OpenResponse, options: StreamOptions) {
    this.#host = host
    this.#raw = raw
    this.#out = out
    this.topics = options.topics
    this.share = options.share
    this.#announce = options.announce
    this.#gapText = options.gapText
    this.#backlog = new Backlog(options.replay)
    this.#wroteAt = host.wheel.now()
    this.#endsAt = this.#wroteAt + options.lifeMs
    raw.once('close', () => this.#close())
    this.#schedule()
  }

  get closed(): Promise<OpenEnd> {
    this.#closed ??= new Promise(resolve => {
      if (this.#over) resolve(this.#over)
      else this.#resolve = resolve
    })
    return this.#closed
  }

  /** Lets everything out that waits, after `first`. */
  release(first: string): void {
    this.#held = false
    if (this.#over) return
    const text = first + this.#gapText
    if (text) this.#write(Buffer.from(text), this.#host.wheel.now())
    this.#pump()
  }

  /** Sends what the fan-out has for this stream. */
  takeGroup(now: number): void {
    const { group } = this
    if (!group) return
    this.group = undefined
    if (this.#ending) return
    this.#host.counters.delivered += group.frames.length
    for (const { bytes, frames } of group.chunks) {
      if (this.#backlog) this.#wait(frames)
      else this.#write(bytes, now)
      if (this.#ending) return
    }
    this.#watch(now)
  }

  send(event: HubEvent): boolean {
    const frame = privateFrame(this.#host.encode(event))
    this.#host.settle(this)
    return this.#append(frame)
  }

  /** Says that something behind all that was published before may be missing, and cannot be had any more. */
  tellGap(gap: Omit<Gap, 'topics'>): void {
    if (!this.#announce || this.topics.length === 0) return
    const topics = this.topics.map(({ name }) => name)
    if (this.#append(privateFrame(gapBlock({ topics, ...gap }, gap.to))))
      this.#host.counters.gaps[gap.reason]++
  }

  end(options: Parameters<EventStream['end']>[0] = {}): void {
    this.finish('ended', options)
  }

  /** Ends the stream after all that was sent, for a reason. Does nothing when it is ending. */
  finish(reason: OpenEnd, { retryMs, last }: NonNullable<Parameters<EventStream['end']>[0]> = {}): void {
    const retry = retryMs === undefined ? '' : encodeBlock({ retry: retryMs })
    const text = (last ? this.#host.encode(last) : '') + retry
    this.#host.settle(this)
    if (text) this.#append(privateFrame(text))
    if (this.#ending) return
    this.#ending = reason
    this.#host.leave(this)
    if (!this.#backlog) this.#raw.end()
    this.#endsAt = this.#host.wheel.now() + this.#host.stalledMs
    this.#schedule()
  }

  /** Cuts the stream off, whatever waits. */
  destroy(reason: OpenEnd): void {
    if (!this.#ending) this.#host.leave(this)
    this.#ending ??= reason
    this.#backlog = undefined
    this.#raw.destroy()
  }

  due(now: number): void {
    if (now >= this.#endsAt) {
      if (this.#ending) return this.destroy(this.#ending)
      return this.finish('expired', { retryMs: this.#host.retryMs() })
    }
    if (this.#isStalled(now)) return this.destroy('slow')
    if (now - this.#wroteAt >= this.#host.heartbeatMs) this.#beat(now)
    this.#schedule()
  }

  #append(frame: Frame): boolean {
    if (this.#ending || this.#over) return false
    if (this.#backlog) this.#wait([frame])
    else {
      const now = this.#host.wheel.now()
      this.#write(frame.bytes, now)
      this.#watch(now)
    }
    return !this.#ending
  }

  #write(bytes: Buffer, now: number): void {
    const { counters } = this.#host
    // A connection that the reader has half closed is about to be over.
    if (!this.#out.writable) return
    let from = 0
    let isTaken = true
    while (isTaken && from < bytes.length) {
      const piece = bytes.length > pieceBytes ? bytes.subarray(from, from + pieceBytes) : bytes
      isTaken = this.#out.write(piece)
      from += piece.length
    }
    this.#written += from
    this.#wroteAt = now
    counters.writes++
    counters.writtenBytes += from
    this.#rest = from < bytes.length ? bytes.subarray(from) : undefined
    if (isTaken) return
    this.#pressed = true
    this.#backlog ??= new Backlog()
    this.#out.once('drain', () => {
      this.#pressed = false
      this.#stalledAt = -1
      this.#pump()
    })
  }

  /** Puts events into the queue, and keeps it within its bound. */
  #wait(frames: readonly Frame[]): void {
    const backlog = this.#backlog as Backlog
    const { counters, maxQueueBytes } = this.#host
    for (const frame of frames) if (backlog.add(frame)) counters.slowCoalesced++
    const room = maxQueueBytes - this.#out.writableLength - (this.#rest?.length ?? 0)
    if (backlog.bytes <= room) return
    // Who is cut off while it catches up would only begin to catch up again.
    counters.slowDropped += backlog.shrink(Math.floor(room * 0.75), this.#held || backlog.replaying)
    if (backlog.bytes > room) this.destroy('slow')
  }

  /** Writes what waits, as much as the reader takes. */
  #pump(): void {
    const backlog = this.#backlog
    if (!backlog || this.#held || this.#over) return
    const now = this.#host.wheel.now()
    this.#out.cork()
    while (!this.#pressed) {
      const bytes = this.#nextOf(backlog)
      if (!bytes) break
      this.#write(bytes, now)
      if (!this.#out.writable) break
    }
    this.#out.uncork()
    this.#watch(now)
    if (this.#pressed) return
    this.#backlog = undefined
    if (this.#ending) this.#raw.end()
  }

  #nextOf(backlog: Backlog): Buffer | undefined {
    if (this.#rest) return this.#rest
    const lost = backlog.takeLost()
    if (!lost || !this.#announce) return backlog.take()?.bytes
    const { first, last } = lost
    const range = {
      from: formatPosition(first.epoch, first.seq - 1),
      to: formatPosition(last.epoch, last.seq)
    }
    this.#host.counters.gaps.slow++
    return Buffer.from(gapBlock({ topics: [...lost.topics], ...range, reason: 'slow' }))
  }

  #beat(now: number): void {
    if (this.#backlog || this.#ending) return
    const settled = this.#announce && ++this.#beats % beatEvery === 0 ? this.#host.settledSeq() : undefined
    const bytes =
      settled === undefined ? comment : Buffer.from(beatBlock(formatPosition(this.#host.epoch, settled)))
    this.#write(bytes, now)
    this.#watch(now)
    this.#host.counters.heartbeats++
  }

  /** Notes that bytes wait in the connection. */
  #watch(now: number): void {
    if (this.#stalledAt >= 0 || this.#out.writableLength === 0) return
    this.#stalledAt = now
    this.#takenThen = this.#written - this.#out.writableLength
    this.#host.wheel.hasten(this, now + this.#host.stalledMs)
  }

  #isStalled(now: number): boolean {
    if (this.#stalledAt < 0) return false
    const taken = this.#written - this.#out.writableLength
    if (this.#out.writableLength === 0) this.#stalledAt = -1
    else if (taken !== this.#takenThen) {
      this.#stalledAt = now
      this.#takenThen = taken
    } else return now - this.#stalledAt >= this.#host.stalledMs
    return false
  }

  #schedule(): void {
    if (this.#over) return
    const { stalledMs, heartbeatMs, wheel } = this.#host
    const now = wheel.now()
    const stalls = this.#stalledAt < 0 ? Infinity : this.#stalledAt + stalledMs
    const quiet = this.#wroteAt + heartbeatMs
    wheel.schedule(this, Math.min(this.#endsAt, stalls, quiet > now ? quiet : now + heartbeatMs))
  }

  #close(): void {
    if (this.#over) return
    this.#over = this.#ending ?? 'client'
    this.#ending = this.#over
    this.#backlog = undefined
    this.group = undefined
    this.#host.wheel.cancel(this)
    this.#host.gone(this, this.#over)
    this.#resolve?.(this.#over)
  }
}
