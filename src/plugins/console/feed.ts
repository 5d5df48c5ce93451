import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Clock, Timer } from '../../core/index.ts'
import { ApiError, Errors } from '../api-error/service.ts'
import type { Snapshot } from './snapshot.ts'

const everyMs = 2_000
/** What changes together is told together. */
const soonMs = 100
const beatEvery = 8
const maxReaders = 32

/** What one reader has. */
interface Reader {
  /** The last event that was sent. */
  has: string
}

/**
 * Event streams that say how the gateway is, whenever that is something else. Only the last word counts: a reader that is
 * slow misses what was in between, and nothing waits for it.
 */
export class Feed {
  readonly #readers = new Map<ServerResponse, Reader>()
  readonly #take: () => Promise<Snapshot>
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger
  #timer: Timer | undefined
  #isTaking = false
  #isHurried = false
  #beats = 0
  #ended = false

  constructor(take: () => Promise<Snapshot>, clock: Clock, log: FastifyBaseLogger) {
    this.#take = take
    this.#clock = clock
    this.#log = log
  }

  /**
   * Answers with a stream.
   * @throws {ApiError} `rate.limited` when 32 are open
   */
  open(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (this.#readers.size >= maxReaders) throw new ApiError(Errors['rate.limited'], { retryAfter: 10 })
    const { raw } = reply.hijack()
    const { socket } = request.raw
    if (socket instanceof Socket) socket.setTimeout(0)
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      connection: 'close'
    })
    raw.write('retry: 2000\n\n')
    if (this.#ended) {
      raw.end()
      return reply
    }
    this.#readers.set(raw, { has: '' })
    raw.once('close', () => this.#readers.delete(raw))
    this.#schedule(0)
    return reply
  }

  /** Has a look soon. */
  hurry(): void {
    if (!this.#isHurried) this.#schedule(soonMs)
    this.#isHurried = true
  }

  /** Ends all streams, and those that are still to come. */
  end(): void {
    this.#ended = true
    this.#timer?.cancel()
    for (const raw of this.#readers.keys()) raw.end()
  }

  #schedule(delayMs: number): void {
    if (this.#isTaking || this.#ended || this.#readers.size === 0) return
    this.#timer?.cancel()
    this.#timer = this.#clock.after(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#isTaking = true
    this.#isHurried = false
    try {
      const event = `data: ${JSON.stringify(await this.#take())}\n\n`
      const isBeat = ++this.#beats % beatEvery === 0
      for (const [raw, reader] of this.#readers) send(raw, reader, event, isBeat)
    } catch (err) {
      this.#log.error({ err }, 'the console cannot tell how the gateway is')
    }
    this.#isTaking = false
    this.#schedule(this.#isHurried ? soonMs : everyMs)
  }
}

function send(raw: ServerResponse, reader: Reader, event: string, isBeat: boolean): void {
  if (raw.writableNeedDrain || raw.writableEnded) return
  if (reader.has !== event) raw.write(event)
  else if (isBeat) raw.write(':\n\n')
  reader.has = event
}
