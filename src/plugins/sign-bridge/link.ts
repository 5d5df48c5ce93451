import type { Clock, Timer } from '../../core/index.ts'
import type { BridgeSettings } from './config.ts'
import { Correlation } from './correlation.ts'
import { isHandshake, parseFrame, type Frame, type Method } from './frame.ts'
import { Heartbeat } from './heartbeat.ts'
import { Pacing } from './pacing.ts'
import { firstText, readReply, type Reply } from './reply.ts'
import { SignOfLife } from './sign-of-life.ts'
import type { Connect, Transport } from './transport.ts'

/**
 * `overdue`: a reply did not come in time; until it does, or the connection is replaced, nothing else is sent.
 * `standby`: another gateway has the connection.
 */
export type LinkState = Unconnected | 'handshaking' | 'free' | 'busy' | 'overdue'

type Unconnected = 'connecting' | 'standby' | 'closed'

const unconnected: ReadonlySet<LinkState> = new Set<Unconnected>(['connecting', 'standby', 'closed'])

/** How a request ends. `silent`: no reply in time. `lost`: the connection ended first. `garbage`: no frame at all came. */
export type Ending = Reply | 'silent' | 'lost' | 'garbage'

/** One request. The frame is made when it is handed to the socket. */
export interface Exchange {
  readonly method: Method
  readonly frame: (id: number) => string
  readonly timeoutMs: number
  /** What it asks to sign. Without it a missing reply costs the connection at once. */
  readonly text?: string
  readonly ended: (ending: Ending) => void
  /** The reply to it that came after it had ended as `silent`. */
  readonly late?: (reply: Reply) => void
}

export type LinkSettings = Pick<
  BridgeSettings,
  'handshake' | 'handshakeTimeoutMs' | 'bareReplies' | 'minGapMs'
> & {
  readonly recycleAfterMs: number
}

export interface LinkOptions {
  readonly settings: LinkSettings
  readonly connect: Connect
  readonly clock: Clock
  readonly ids: () => number
  /** Nothing is out: `exchange` may be called. */
  readonly free: () => void
  /** The state is another one. */
  readonly changed: () => void
  /** A reply came to something that was never asked. */
  readonly foreign: () => void
}

/** What is known of one connection and of no other. Its identity tells connections apart. */
export interface ConnectionFacts {
  certNo: string | undefined
  certNoRefused: boolean
  garbage: number
}

const garbageUntilReplaced = 5

/**
 * The connection to one control, and the one request that may be out on it. Whatever is ambiguous ends in a new
 * connection: what was meant for the old one cannot arrive on it.
 */
export class Link {
  readonly counters = {
    connections: 0,
    refusedHandshakes: 0,
    late: 0,
    duplicate: 0,
    foreign: 0,
    stray: 0,
    garbage: 0,
    replaced: 0
  }
  readonly #options: LinkOptions
  readonly #transport: Transport
  readonly #correlation: Correlation
  readonly #heartbeat = new Heartbeat()
  readonly #life: SignOfLife
  readonly #pacing: Pacing
  #state: LinkState = 'connecting'
  #reason: string | undefined
  #facts = noFacts()
  #out: Exchange | undefined
  #late: Exchange['late']
  #timer: Timer | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#life = new SignOfLife(options.clock)
    this.#correlation = new Correlation(options.settings.bareReplies)
    this.#pacing = new Pacing(options.clock, options.settings.minGapMs)
    this.#transport = options.connect({
      opened: () => this.#opened(),
      received: text => this.#received(text),
      ponged: () => {
        this.#heartbeat.ponged()
        this.#life.heard()
      },
      closed: reason => this.#end('connecting', reason),
      heldElsewhere: () => this.#end('standby', 'Another gateway holds this device')
    })
  }

  get state(): LinkState {
    return this.#state
  }

  /** Whether the control is at the other end. */
  get isConnected(): boolean {
    return !unconnected.has(this.#state)
  }

  /** Why it is neither free nor busy. */
  get reason(): string | undefined {
    return this.#reason
  }

  get facts(): ConnectionFacts {
    return this.#facts
  }

  /** Sends a request, when it is free. False: it was not handed to the socket, and `ended` is not called. */
  exchange(exchange: Exchange): boolean {
    const id = this.#options.ids()
    if (!this.#transport.send(exchange.frame(id))) {
      this.replace('Its socket was closing')
      return false
    }
    this.#out = exchange
    this.#correlation.expect(id, exchange.method, exchange.text)
    this.#arm(exchange.timeoutMs, () => this.#silent())
    this.#enter('busy')
    return true
  }

  /** Sends a request as soon as the control has had its rest, when nothing else is out. `ended` is always called. */
  ask(exchange: Exchange): void {
    if (!this.isConnected) return exchange.ended('lost')
    this.#out = exchange
    const timeoutMs = Math.max(0, exchange.timeoutMs - this.#pacing.restMs)
    this.#afterRest(() => this.exchange({ ...exchange, timeoutMs }))
  }

  /** To be called at a steady interval while it is free. True: it should be asked something, since it ignores pings. */
  beat(): boolean {
    const beat = this.#heartbeat.beat()
    if (beat === 'replace') this.replace('It did not answer a ping')
    else if (beat === 'ping') this.#transport.ping()
    return beat === 'ask'
  }

  /** Replaces a free connection at whose other end nobody is heard, nor answers a ping, within so many milliseconds. */
  async confirm(withinMs: number): Promise<void> {
    const { facts } = this
    if (this.#state !== 'free') return
    const heard = await this.#life.within(withinMs, {
      ping: () => this.#transport.ping(),
      // One that has never answered a ping may know none: its silence says nothing, and nobody waits for it.
      patienceMs: this.#heartbeat.answersPings ? withinMs : 0
    })
    const alive = heard || !this.#heartbeat.answersPings
    if (!alive && this.#state === 'free' && this.#facts === facts) this.replace('It did not answer a ping')
  }

  /** Ends the connection; another one follows. */
  replace(reason: string): void {
    if (this.#state === 'closed') return
    this.counters.replaced++
    this.#end('connecting', reason)
    this.#transport.replace()
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#end('closed', 'The gateway is shutting down')
    await this.#transport.close()
  }

  #opened(): void {
    const { handshake, handshakeTimeoutMs } = this.#options.settings
    this.counters.connections++
    if (handshake === 'off') return this.#established()
    this.#arm(handshakeTimeoutMs, () => {
      if (handshake === 'lenient') this.#established()
      else this.#refuse('It sent no opening frame')
    })
    this.#enter('handshaking', 'It has not sent its opening frame')
  }

  #received(text: string | undefined): void {
    this.#heartbeat.heard()
    this.#life.heard()
    const frame = parseFrame(text)
    if (this.#state === 'handshaking') return this.#greeted(frame)
    if (!frame) return this.#garbage()
    if (frame.method === 'open') return
    const verdict = this.#correlation.judge(frame)
    if (verdict === 'reply' || verdict === 'released') this.#pacing.replied()
    if (verdict === 'reply') return this.#answered(frame)
    this.counters[verdict === 'released' ? 'late' : verdict]++
    if (verdict === 'foreign') this.#options.foreign()
    if (verdict === 'released') this.#released(frame)
    else if (verdict === 'stray' && this.#options.settings.bareReplies && !this.#out)
      this.replace('A reply without an id came when none was due')
  }

  #greeted(frame: Frame | undefined): void {
    if (isHandshake(frame)) return this.#established()
    if (frame && this.#correlation.isPast(frame.id)) return void this.counters.late++
    this.#refuse('It opened with something else than its handshake')
  }

  #refuse(reason: string): void {
    this.counters.refusedHandshakes++
    this.replace(reason)
  }

  #established(): void {
    this.#transport.settled()
    this.#free()
  }

  #answered(frame: Frame): void {
    const reply = readReply(frame)
    this.#conclude(reply)
    if (this.#out || this.#state !== 'busy') return
    // Nothing tells a second copy of this from the next answer, and from then on each would be taken for another.
    if (frame.id === undefined && firstText(reply) === undefined) this.replace('A failure came without an id')
    else this.#free()
  }

  #released(frame: Frame): void {
    this.#late?.(readReply(frame))
    this.#late = undefined
    this.#free()
  }

  #silent(): void {
    const reason = 'It did not reply in time'
    const signing = this.#out?.text !== undefined
    this.#late = this.#out?.late
    const { recycleAfterMs } = this.#options.settings
    this.#conclude('silent')
    if (!signing || recycleAfterMs === 0) return this.replace(reason)
    this.#correlation.abandon()
    this.#arm(recycleAfterMs, () => this.replace(reason))
    this.#enter('overdue', reason)
  }

  #garbage(): void {
    this.counters.garbage++
    const wasOut = this.#out !== undefined
    this.#conclude('garbage')
    if (wasOut || ++this.#facts.garbage >= garbageUntilReplaced)
      this.replace('It sent something that is no reply')
  }

  #conclude(ending: Ending): void {
    const exchange = this.#out
    if (!exchange) return
    this.#out = undefined
    this.#timer?.cancel()
    exchange.ended(ending)
  }

  #free(): void {
    this.#timer?.cancel()
    this.#afterRest(() => {
      this.#state = 'free'
      this.#reason = undefined
      this.#options.free()
    })
  }

  #afterRest(task: () => void): void {
    const { restMs } = this.#pacing
    if (restMs === 0) return task()
    this.#arm(restMs, task)
    this.#enter('busy')
  }

  #end(state: Unconnected, reason: string): void {
    if (this.#state === 'closed') return
    this.#timer?.cancel()
    this.#correlation.reset()
    this.#late = undefined
    this.#heartbeat.heard()
    this.#facts = noFacts()
    this.#enter(state, reason)
    this.#conclude('lost')
  }

  #arm(ms: number, task: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(ms, task)
  }

  #enter(state: LinkState, reason?: string): void {
    this.#state = state
    this.#reason = reason
    this.#options.changed()
  }
}

function noFacts(): ConnectionFacts {
  return { certNo: undefined, certNoRefused: false, garbage: 0 }
}
