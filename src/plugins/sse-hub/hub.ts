import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import { Drain, networkOf, Wheel, type Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Config } from './config.ts'
import { Counters } from './counters.ts'
import { Errors } from './errors.ts'
import { encodeEvent } from './event-text.ts'
import { FanOut } from './fan-out.ts'
import { gapBlock, openBlock } from './hub-events.ts'
import { lastEventIdOf } from './last-event-id.ts'
import { Limits, type Share } from './limits.ts'
import { OpenStream } from './open-stream.ts'
import { formatPosition, newEpoch } from './position.ts'
import { refuse, type Refusal } from './refusal.ts'
import { Readers } from './readers.ts'
import { isGone, isQueued, openBody, sendHead, takeOver } from './response.ts'
import { resume } from './resume.ts'
import type { EventStream, HubStatus, SseHub, StreamEnd, SubscribeOptions, TopicEvent } from './service.ts'
import type { StreamHost } from './stream-host.ts'
import { Sweeper } from './sweeper.ts'
import { topicFault, topicNames } from './topic-name.ts'
import { Topics } from './topics.ts'

/** How long readers may take for what was sent to them, after the last was told to go. */
const drainGraceMs = 1_000

/** What a hub is made of. */
export interface HubParts {
  readonly settings: Config
  readonly clock: Clock
  /** True once the gateway closes. */
  readonly closing?: () => boolean
  /** From 0 up to 1, for spreading what should not happen all at once. */
  readonly random?: () => number
}

/** The hub of one process. */
export class Hub implements SseHub {
  readonly #settings: Config
  readonly #closing: () => boolean
  readonly #random: () => number
  readonly #epoch = newEpoch(randomBytes)
  readonly #topics: Topics
  readonly #limits: Limits
  readonly #wheel: Wheel
  readonly #sweeper: Sweeper
  readonly #fanOut: FanOut
  readonly #counters = new Counters()
  readonly #readers: Readers
  readonly #host: StreamHost
  #seq = 0
  #drain: Drain<OpenStream> | undefined

  constructor({ settings, clock, closing = () => false, random = Math.random }: HubParts) {
    const { maxEventBytes, historyEvents, historyBytes, historyMs, slowReaders } = settings
    const maxStreams = settings.maxStreamsPerTopic
    this.#settings = settings
    this.#closing = closing
    this.#random = random
    const byDefault = {
      historyEvents,
      historyBytes,
      historyMs,
      slowReaders,
      maxStreams,
      authorize: undefined
    }
    this.#topics = new Topics(settings, byDefault)
    this.#limits = new Limits(settings)
    this.#readers = new Readers(this.#topics, this.#limits)
    this.#wheel = new Wheel(clock)
    this.#sweeper = new Sweeper(this.#topics, this.#wheel)
    this.#fanOut = new FanOut(() => this.#wheel.now())
    this.#host = {
      epoch: this.#epoch,
      wheel: this.#wheel,
      counters: this.#counters,
      maxQueueBytes: settings.maxQueueBytes,
      stalledMs: settings.stalledMs,
      heartbeatMs: settings.heartbeatMs,
      encode: event => encodeEvent(event, maxEventBytes),
      retryMs: () => this.#jittered(settings.retryMs),
      settle: stream => this.#fanOut.settle(stream),
      settledSeq: () => (this.#fanOut.busy ? undefined : this.#seq),
      leave: stream => this.#readers.leave(stream),
      gone: (stream, end) => {
        this.#readers.remove(stream)
        this.#counters.ended[end]++
        this.#drain?.left()
      }
    }
  }

  define(...rule: Parameters<SseHub['define']>): void {
    this.#topics.define(...rule)
  }

  publish(name: string, event: TopicEvent): string {
    const fault = topicFault(name)
    if (fault) throw new TypeError(fault)
    if (event.key !== undefined && typeof event.key !== 'string') throw new TypeError('a key is a string')
    const id = formatPosition(this.#epoch, this.#seq + 1)
    const bytes = Buffer.from(encodeEvent(event, this.#settings.maxEventBytes, id))
    const topic = this.#topics.open(name)
    const isKeyed = event.key !== undefined && topic.options.slowReaders === 'coalesce'
    // No topic has a space, so that no two pairs make one key.
    const key = isKeyed ? `${name} ${event.key}` : undefined
    const frame = { bytes, seq: ++this.#seq, topic, key, at: this.#wheel.now() }
    this.#topics.remember(topic, frame)
    this.#sweeper.wake()
    this.#fanOut.add(topic, frame)
    this.#counters.published++
    this.#counters.publishedBytes += bytes.length
    return id
  }

  async subscribe(
    request: FastifyRequest,
    reply: FastifyReply,
    options: SubscribeOptions
  ): Promise<EventStream> {
    const names = topicNames(options.topics, this.#settings.maxTopicsPerStream)
    await this.#authorize(request, names)
    if (request.method === 'HEAD') return (sendHead(reply), ended('ended'))
    if (isGone(request, reply)) return (reply.hijack(), ended('client'))
    const share = { network: networkOf(request.ip), principal: options.principal }
    const refusal = this.#refusal(request, reply, share, names)
    if (refusal) return this.#refuse(request, reply, refusal)

    // From here on to the first await nothing else runs: no event is lost between history and subscription.
    const stream = this.#open(request, reply, { ...options, names, share })
    const { greeting } = options
    try {
      const first = await greeting?.()
      stream.release(first ? encodeEvent(first, this.#settings.maxEventBytes) : '')
    } catch (error) {
      stream.release('')
      stream.finish('ended', { retryMs: this.#host.retryMs() })
      throw error
    }
    return stream
  }

  closePrincipal(principal: string, last?: Parameters<SseHub['closePrincipal']>[1]): number {
    const streams = this.#readers.of(principal)
    for (const stream of streams) stream.finish('revoked', last ? { last } : {})
    return streams.length
  }

  status(): HubStatus {
    const { size: topics, historyBytes, historyEvents, remembered } = this.#topics
    const gauges = {
      history_topics: remembered,
      history_bytes: historyBytes,
      history_events: historyEvents,
      networks: this.#limits.networks,
      principals: this.#limits.principals
    }
    return {
      streams: this.#limits.streams,
      topics,
      counters: { ...this.#counters.snapshot(), ...gauges }
    }
  }

  /** Ends all streams over some time and takes no more; resolves when all are over. `signal`: there is no more time. */
  drain(signal?: AbortSignal): Promise<void> {
    const { drainMs } = this.#settings
    const retryMs = (): number => this.#host.retryMs()
    this.#drain ??= new Drain(this.#readers.streams, {
      wheel: this.#wheel,
      drainMs,
      graceMs: drainGraceMs,
      end: stream => stream.finish('drained', { retryMs: retryMs() }),
      cut: stream => stream.destroy('drained')
    })
    const drain = this.#drain
    signal?.addEventListener('abort', () => drain.cut(), { once: true })
    if (signal?.aborted) drain.cut()
    return drain.done
  }

  /** Stops the timer. */
  stop(): void {
    this.#wheel.stop()
  }

  async #authorize(request: FastifyRequest, names: readonly string[]): Promise<void> {
    const guarded = names.filter(name => this.#topics.optionsOf(name).authorize)
    if (guarded.length === 0) return
    const ask = async (name: string): Promise<unknown> =>
      this.#topics.optionsOf(name).authorize?.(request, name)
    const answers = await Promise.all(guarded.map(ask))
    if (!answers.every(answer => answer === true)) throw new ApiError(Errors['sse.forbidden'])
  }

  #refusal(
    request: FastifyRequest,
    reply: FastifyReply,
    share: Share,
    names: readonly string[]
  ): Refusal | undefined {
    if (this.#drain !== undefined || this.#closing()) return 'draining'
    return isQueued(request, reply) ? 'pipelined' : this.#limits.refusal(share, names, this.#topics)
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): EventStream {
    this.#counters.refused[refusal]++
    const { retryMs, busyRetryMs } = this.#settings
    // Elsewhere there is room now.
    refuse(request, reply, refusal, this.#jittered(refusal === 'draining' ? retryMs : busyRetryMs))
    return ended('refused')
  }

  #open(
    request: FastifyRequest,
    reply: FastifyReply,
    { names, share, announce = true, maxLifeMs, lastEventId }: Opening
  ): OpenStream {
    const raw = takeOver(reply)
    // Who listens already gets what was published; the newcomer has it from the history.
    this.#fanOut.flush()
    const topics = names.map(name => this.#topics.open(name))
    const now = this.#wheel.now()
    for (const topic of topics) this.#topics.expire(topic, now)
    const id = lastEventId ?? lastEventIdOf(request)
    const { seq, recovered, gap, frames } = resume(id, topics, { epoch: this.#epoch, top: this.#seq })
    const first = announce
      ? openBlock(formatPosition(this.#epoch, seq), recovered, this.#host.retryMs())
      : ':\n\n'
    const response = openBody(raw, request, first)
    const lifeMs = Math.min(this.#settings.maxLifeMs * (0.8 + 0.2 * this.#random()), maxLifeMs ?? Infinity)
    const gapText = gap && announce ? gapBlock(gap) : ''
    const stream = new OpenStream(this.#host, response, {
      topics,
      share,
      announce,
      lifeMs,
      gapText,
      replay: frames
    })
    this.#readers.add(stream)
    this.#counters.opened++
    if (recovered) this.#counters.resumed++
    if (gap) this.#counters.gaps[gap.reason]++
    return stream
  }

  #jittered(ms: number): number {
    return ms + Math.floor(ms * this.#random())
  }
}

type Opening = SubscribeOptions & {
  readonly names: readonly string[]
  readonly share: Share
}

/** A stream that was over before it began. */
function ended(end: StreamEnd): EventStream {
  return { send: () => false, end: () => undefined, closed: Promise.resolve(end) }
}
