import type { FastifyReply, FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'

/** One event. What cannot be sent as it is makes `publish` and `send` throw; nothing is ever cleaned. */
export interface HubEvent {
  /** A string is sent as it is, but for its line ends, which arrive as LF; anything else as JSON. */
  readonly data: unknown
  /** Type of the event. Default: none, which browsers take for `message`. Those that begin with `hub.` are the hub's. */
  readonly event?: string
}

/** An event for everybody who listens to a topic. */
export interface TopicEvent extends HubEvent {
  /** Under the policy `coalesce`: of the events with one key that wait for a slow reader only the newest is kept. */
  readonly key?: string
}

/**
 * What happens to a reader whose queue is full. `disconnect`: it is cut off, comes back, and has what it missed from the
 * history. `coalesce`: of the events with one key only the newest waits; what is still too much disconnects.
 * `drop-oldest`: the oldest events are left out, and `hub.gap` says so.
 */
export type SlowReaderPolicy = 'disconnect' | 'coalesce' | 'drop-oldest'

/** How a topic is kept. What is left out has the value from the settings. */
export interface TopicOptions {
  /** Events that are remembered for those who come back. 0: none. */
  readonly historyEvents?: number
  readonly historyBytes?: number
  readonly historyMs?: number
  readonly slowReaders?: SlowReaderPolicy
  /**
   * Says whether a request may read the topic. Asked for every subscription, so also when a reader comes back: before
   * any history is looked at.
   */
  readonly authorize?: (request: FastifyRequest, topic: string) => boolean | Promise<boolean>
  /** Streams at the same time. */
  readonly maxStreams?: number
}

/** What a stream listens to and how. */
export interface SubscribeOptions {
  readonly topics: readonly string[]
  /** Who reads: the streams of a principal are counted together, and closed together. */
  readonly principal?: string
  /** Resume behind this id. Default: the `Last-Event-ID` of the request, else `lastEventId` in its query. */
  readonly lastEventId?: string
  /** False: none of the hub's own events (`hub.open`, `hub.gap`, `hub.beat`), for contracts that know none. */
  readonly announce?: boolean
  /** How long the stream may last, milliseconds, at most; the hub's own limit holds beside it. */
  readonly maxLifeMs?: number
  /** Sent to this reader alone, before anything else but `hub.open`; it is asked for after the reader is subscribed. */
  readonly greeting?: () => HubEvent | undefined | Promise<HubEvent | undefined>
}

/** Why a stream ended. */
export type StreamEnd =
  | 'client' // the reader went away
  | 'slow' // it did not read what was sent
  | 'expired' // it reached its life time
  | 'revoked' // its principal was closed
  | 'refused' // a limit was reached; the reader was told to come back
  | 'ended' // `end` was called
  | 'drained' // the gateway closes

/** One open response. */
export interface EventStream {
  /** Sends to this reader alone; such an event has no id. False: the stream has ended. */
  send(event: HubEvent): boolean
  /** Ends it after what was sent. `retryMs`: when its reader shall come back, whole milliseconds. */
  end(options?: { readonly retryMs?: number; readonly last?: HubEvent }): void
  /** Resolves when it is over. Never rejects. */
  readonly closed: Promise<StreamEnd>
}

/** What the hub counts. */
export interface HubStatus {
  readonly streams: number
  readonly topics: number
  /** Monotonic counters, and gauges beside them: `published_total`, `history_bytes`, … */
  readonly counters: Readonly<Record<string, number>>
  /** Streams that have ended since the start, by {@link StreamEnd}; those that were refused are in `refused`. */
  readonly ended: Readonly<Record<string, number>>
  /** `hub.gap` that readers were told, by the reason in it. */
  readonly gaps: Readonly<Record<string, number>>
  /** Streams that were refused, by what stood in the way: `principal`, `draining`, … */
  readonly refused: Readonly<Record<string, number>>
}

/**
 * Event streams over topics. Nodes that share their events have the same ones in the same places. Within the bounds of its history a reader that stays or comes back gets every event of a
 * topic once and in order; wherever something may be missing it gets `hub.gap` instead, never silence.
 */
export interface SseHub {
  /** Sets how a topic is kept, or, with a `*` at the end, all topics that begin so. The longest name that fits wins. */
  define(topic: string, options: TopicOptions): void
  /**
   * Sends an event to all readers of a topic, on all nodes where they share their events, and resolves to its id,
   * `<epoch>-<sequence>`. It is in the history before anybody gets it; without other nodes it is there when this returns.
   * Where other nodes cannot be reached it rejects, and the event is sent to nobody, or to everybody.
   * @throws {TypeError} for a topic, type or key that cannot be one, or data that has no JSON
   * @throws {RangeError} when the event is larger than `maxEventBytes`
   */
  publish(topic: string, event: TopicEvent): Promise<string>
  /**
   * Answers a request with an event stream. The reply is taken over: the handler returns nothing else. Where a limit
   * refuses the stream, a native EventSource is told to come back later and a client that accepts no event stream
   * gets the status.
   * @throws {ApiError} `sse.forbidden` when a topic's `authorize` says no, `sse.bad_topic` for one that cannot be,
   * `sse.busy` or `sse.too_many` where a limit refuses a client that accepts no event stream
   * @throws what `greeting` throws; the stream has begun by then, and is ended
   */
  subscribe(request: FastifyRequest, reply: FastifyReply, options: SubscribeOptions): Promise<EventStream>
  /**
   * Ends all streams of a principal; `last` is sent to each before. Resolves to how many there were on this node. It
   * rejects where other nodes cannot be told; those of this node have ended then.
   * @throws as `publish` for a `last` that cannot be sent, and ends none
   */
  closePrincipal(principal: string, last?: HubEvent): Promise<number>
  status(): HubStatus
}

export const SseHub = service<SseHub>('sseHub')
