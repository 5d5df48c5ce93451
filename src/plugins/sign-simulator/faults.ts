import type { ReaderCode } from './control-error.ts'

/** Where a frame that does not belong goes: ahead of the true reply, in its place (default), or behind it. */
export type Place = 'before' | 'instead' | 'after'

/**
 * When a connection ends: with the request unread (nothing is done), after the card did its work but before the
 * reply, or right after the reply.
 */
export type Moment = 'unread' | 'before-reply' | 'after-reply'

/** How the first frame of a connection looks. */
export type Handshake = 'open' | 'none' | 'wrong-method' | 'wrong-status' | 'garbage'

/** What can go wrong with a request and its reply. Several may strike the same request. */
export type RequestFault =
  /** The card takes this much longer; requests behind it wait. */
  | { readonly do: 'delay'; readonly ms: number }
  /** The card is done in time and goes on with other requests, the reply leaves this much later. */
  | { readonly do: 'late'; readonly ms: number }
  /** As `late`, until `release()` is called. */
  | { readonly do: 'hold' }
  /** The request is swallowed: nothing is done, nothing is answered, the card is free. */
  | { readonly do: 'ignore' }
  /** Half-open: from now on nothing is read from or written to the connection, pongs included. */
  | { readonly do: 'freeze' }
  /** The TCP connection is cut without a closing handshake. */
  | { readonly do: 'drop'; readonly when: Moment }
  /** A WebSocket close with this code (RFC 6455, 7.4; default moment: `unread`). */
  | { readonly do: 'close'; readonly code: number; readonly reason?: string; readonly when?: Moment }
  /** The reply is sent this often in all. Default 2. */
  | { readonly do: 'duplicate'; readonly times?: number }
  /** The reply arrives in this many fragments, `everyMs` apart. */
  | { readonly do: 'drip'; readonly parts: number; readonly everyMs: number }
  /** A reply with another `_id`. Default: the request's plus 1, which the next request may well have. */
  | { readonly do: 'foreign-id'; readonly id?: unknown; readonly place?: Place }
  /** A reply with another `_method`. Default `cus-sec_SpcGetUName`. */
  | { readonly do: 'wrong-method'; readonly method?: string; readonly place?: Place }
  /** Text that is not JSON, a binary frame, JSON that is not an object. */
  | { readonly do: 'garbage' | 'binary' | 'not-an-object'; readonly place?: Place }
  /** Any frame you like. */
  | { readonly do: 'frame'; readonly frame: string | Buffer; readonly place?: Place }
  /** Only the inner `{Result, Data, Error}`, without an id. */
  | { readonly do: 'bare' }
  /** A `_status` other than `00`. Default `99`. */
  | { readonly do: 'status'; readonly status?: string }
  /** A `Result` that is not a boolean. Default the text `true`. */
  | { readonly do: 'result'; readonly value?: unknown }
  /** `Data` without what it should hold. */
  | { readonly do: 'data'; readonly as: DataFault }
  /** A certificate number that is not the card's. Default `00000000`. */
  | { readonly do: 'cert-no'; readonly certNo?: string }
  /** A well-formed signature that does not verify: the one of another text. */
  | { readonly do: 'bad-signature' }
  /** The request is refused with this text and code; the card does nothing. */
  | { readonly do: 'fail'; readonly text: string; readonly code: string }
  /** The reader fails for this request. */
  | { readonly do: 'reader'; readonly code: ReaderCode }

/** How `Data` of a successful reply may be spoilt. */
export type DataFault =
  | 'missing'
  | 'empty'
  | 'empty-string'
  | 'not-strings'
  | 'not-an-array'
  | 'one-element'
  | 'three-elements'

/** What can go wrong with a connection. */
export type ConnectFault =
  /** The upgrade is answered with this HTTP status. Default 503. */
  | { readonly do: 'refuse'; readonly status?: number }
  /** Another handshake than the one that is set. */
  | { readonly do: 'handshake'; readonly as: Handshake; readonly delayMs?: number }
  /** The TCP connection is cut after the handshake. `afterMs`: default 0. */
  | { readonly do: 'drop'; readonly afterMs?: number }
  /** A WebSocket close after the handshake. `afterMs`: default 0. */
  | { readonly do: 'close'; readonly code: number; readonly reason?: string; readonly afterMs?: number }
  /** Half-open from the start: not even a handshake. */
  | { readonly do: 'freeze' }

/** The requests that a step is for: those that sign, all others, or one method. */
export type Target = 'sign' | 'read' | `cus-sec_${string}`

/**
 * One entry of a script. It strikes the first request that it fits (or connection, with `on: 'connect'`), and is
 * then used up; with `times` it strikes as often (`Infinity`: always).
 */
export type Step = { readonly times?: number } & (
  | (ConnectFault & { readonly on: 'connect' })
  | (RequestFault & { readonly on?: Target })
)

/** Decides which faults strike. Lists of {@link Step} are turned into one. */
export interface FaultSource {
  /** Asked for each connection; `connection` counts from 1. */
  connect?(connection: number): readonly ConnectFault[]
  /** Asked for each request, with its method. */
  request?(method: string): readonly RequestFault[]
}

/** Faults in order, or a source of them. */
export type Script = readonly Step[] | FaultSource
