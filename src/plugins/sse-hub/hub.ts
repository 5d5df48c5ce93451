import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import { Drain, networkOf, Wheel, type Clock } from '../../core/index.ts'
import type { SharedLog } from '../state/service.ts'
import { Admission, endedStream } from './admission.ts'
import type { Config } from './config.ts'
import { Counters } from './counters.ts'
import { encodeEvent } from './event-text.ts'
import { FanOut } from './fan-out.ts'
import { gapBlock, openBlock } from './hub-events.ts'
import { lastEventIdOf } from './last-event-id.ts'
import { Limits, type Share } from './limits.ts'
import { OpenStream } from './open-stream.ts'
import { formatPosition, newEpoch } from './position.ts'
import { Readers } from './readers.ts'
import { isGone, openBody, sendHead, takeOver } from './response.ts'
import { resume } from './resume.ts'
import type { EventStream, HubEvent, HubStatus, SseHub, SubscribeOptions, TopicEvent } from './service.ts'
import { SharedEvents } from './shared-events.ts'
import type { StreamHost } from './stream-host.ts'
import { Timeline } from './timeline.ts'
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
  /** Where several nodes have the same events. */
  readonly shared?: { readonly events: SharedLog; readonly log: FastifyBaseLogger } | undefined
}

/** Bytes that the shared log remembers at least, for nodes that are away. */
const leastLogBytes = 1024 * 1024

/** The hub of one process, by itself or together with those of other nodes. */
export class Hub implements SseHub {
  readonly #settings: Config
  readonly #random: () => number
  readonly #topics: Topics
  readonly #limits: Limits
  readonly #wheel: Wheel
  readonly #fanOut: FanOut
  readonly #timeline: Timeline
  readonly #shared: SharedEvents | undefined
  readonly #admission: Admission
  readonly #counters = new Counters()
  readonly #readers: Readers
  readonly #host: StreamHost
  #drain: Drain<OpenStream> | undefined

  constructor({ settings, clock, closing = () => false, random = Math.random, shared }: HubParts) {
    const { maxEventBytes, historyEvents, historyBytes, historyMs, slowReaders } = settings
    const maxStreams = settings.maxStreamsPerTopic
    this.#settings = settings
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
    this.#fanOut = new FanOut(() => this.#wheel.now())
    const timeline = new Timeline({
      epoch: newEpoch(randomBytes),
      topics: this.#topics,
      readers: this.#readers,
      fanOut: this.#fanOut,
      wheel: this.#wheel
    })
    this.#timeline = timeline
    this.#shared = shared && this.#share(shared, clock)
    this.#admission = new Admission({
      settings,
      topics: this.#topics,
      limits: this.#limits,
      counters: this.#counters,
      shared: this.#shared,
      closing: () => this.#drain !== undefined || closing(),
      jittered: ms => this.#jittered(ms)
    })
    this.#host = {
      get epoch() {
        return timeline.epoch
      },
      wheel: this.#wheel,
      counters: this.#counters,
      maxQueueBytes: settings.maxQueueBytes,
      stalledMs: settings.stalledMs,
      heartbeatMs: settings.heartbeatMs,
      encode: event => encodeEvent(event, maxEventBytes),
      retryMs: () => this.#jittered(settings.retryMs),
      settle: stream => this.#fanOut.settle(stream),
      settledSeq: () => (this.#fanOut.busy ? undefined : timeline.seq),
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

  async publish(topic: string, event: TopicEvent): Promise<string> {
    const fault = topicFault(topic)
    if (fault) throw new TypeError(fault)
    if (event.key !== undefined && typeof event.key !== 'string') throw new TypeError('a key is a string')
    if (this.#shared) {
      const { id, bytes } = await this.#shared.publish(topic, event)
      return this.#published(bytes, id)
    }
    const bytes = this.#timeline.add(topic, event, this.#settings.maxEventBytes)
    return this.#published(bytes, this.#timeline.position)
  }

  async subscribe(
    request: FastifyRequest,
    reply: FastifyReply,
    options: SubscribeOptions
  ): Promise<EventStream> {
    const names = topicNames(options.topics, this.#settings.maxTopicsPerStream)
    await this.#admission.authorize(request, names)
    if (request.method === 'HEAD') return (sendHead(reply), endedStream('ended'))
    const id = options.lastEventId ?? lastEventIdOf(request)
    const isHere = this.#shared && names.length > 0 ? await this.#admission.isHere(id) : true
    if (isGone(request, reply)) return (reply.hijack(), endedStream('client'))
    const share = { network: networkOf(request.ip), principal: options.principal }
    const refusal = isHere ? this.#admission.refusal(request, reply, share, names) : 'behind'
    if (refusal) return this.#admission.refuse(request, reply, refusal)

    // From here on to the first await nothing else runs: no event is lost between history and subscription.
    const stream = this.#open(request, reply, { ...options, names, share, id })
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

  async closePrincipal(principal: string, last?: Parameters<SseHub['closePrincipal']>[1]): Promise<number> {
    if (last) encodeEvent(last, this.#settings.maxEventBytes)
    const count = this.#close(principal, last)
    await this.#shared?.close(principal, last)
    return count
  }

  /** Follows what other nodes publish, if there are any. */
  async start(): Promise<void> {
    await this.#shared?.start()
  }

  /** @throws {Error} while events of other nodes may not arrive */
  check(): void {
    if (this.#shared?.isCurrent === false) throw new Error('the shared log of events cannot be followed')
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
    const { ended, gaps, refused } = this.#counters
    return {
      streams: this.#limits.streams,
      topics,
      counters: { ...this.#counters.snapshot(), ...gauges, ...this.#shared?.snapshot() },
      ended: { ...ended },
      gaps: { ...gaps },
      refused: { ...refused }
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

  /** Stops the timer, and follows nothing any more. */
  async stop(): Promise<void> {
    this.#wheel.stop()
    await this.#shared?.stop()
  }

  #share({ events, log }: NonNullable<HubParts['shared']>, clock: Clock): SharedEvents {
    const { maxEventBytes, maxLogEvents, maxHistoryBytes } = this.#settings
    return new SharedEvents({
      shared: events,
      timeline: this.#timeline,
      counters: this.#counters,
      clock,
      log,
      node: newEpoch(randomBytes),
      maxEventBytes,
      maxLogEvents,
      maxLogBytes: Math.max(maxHistoryBytes, leastLogBytes),
      historyMs: () => this.#topics.longestHistoryMs,
      close: (principal, last) => void this.#close(principal, last)
    })
  }

  #published(bytes: number, id: string): string {
    this.#counters.published++
    this.#counters.publishedBytes += bytes
    return id
  }

  #close(principal: string, last: HubEvent | undefined): number {
    const streams = this.#readers.of(principal)
    for (const stream of streams) stream.finish('revoked', last ? { last } : {})
    return streams.length
  }

  #open(
    request: FastifyRequest,
    reply: FastifyReply,
    { names, share, announce = true, maxLifeMs, id }: Opening
  ): OpenStream {
    const raw = takeOver(reply)
    // Who listens already gets what was published; the newcomer has it from the history.
    this.#fanOut.flush()
    const topics = names.map(name => this.#topics.open(name))
    const now = this.#wheel.now()
    for (const topic of topics) this.#topics.expire(topic, now)
    const { epoch, seq: top } = this.#timeline
    const { seq, recovered, gap, frames } = resume(id, topics, { epoch, top })
    const first = announce ? openBlock(formatPosition(epoch, seq), recovered, this.#host.retryMs()) : ':\n\n'
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
  /** Behind which the reader goes on. */
  readonly id: string | undefined
}
