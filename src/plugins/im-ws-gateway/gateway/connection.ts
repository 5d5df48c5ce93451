import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timed, Wheel } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import type { TokenFacts } from '../tokens/tokens.ts'
import type { CoreEvent, Snapshot } from '../user-core.ts'
import {
  encodeReply,
  errorReply,
  pushFrame,
  successReply,
  type Dialect,
  type LoginState,
  type ReplyFrame,
  type RequestName
} from '../wire/index.ts'
import type { ClientSocket } from './client-socket.ts'
import type { Counters, Ending } from './counters.ts'
import {
  drainFarewell,
  excessFarewell,
  expiryFarewell,
  kickFarewell,
  logoutFarewell,
  replacedFarewell,
  silenceFarewell,
  type Farewell
} from './endings.ts'
import type { EventFrames } from './event-frames.ts'
import { Line, type LineLimits, type LineOwner } from './line.ts'
import type { MethodTimes } from './method-times.ts'
import type { Outbox } from './outbox.ts'
import type { PastSession } from './returning-clients.ts'
import { RequestQueue, type QueueLimits, type QueueOwner } from './request-queue.ts'
import type { Member, Session } from './session.ts'
import { textFrame } from './ws-frame.ts'

/** What the query of the upgrade says, and where it came from. */
export interface Hello {
  readonly userID: string
  readonly platformID: number
  /** 3.x clients have one, which stays the same when they come back. */
  readonly operationID: string | undefined
  /** What counts as one address. */
  readonly network: string
  /** Why its login will be refused. */
  readonly refusal: ImError | undefined
}

/** What a connection needs of the gateway. */
export interface ConnectionHost {
  readonly settings: Pick<ImSettings, 'loginTimeoutMs'>
  readonly clock: Clock
  readonly wheel: Wheel
  readonly log: FastifyBaseLogger
  readonly counters: Counters
  readonly frames: EventFrames
  readonly methods: MethodTimes
  readonly lineLimits: LineLimits
  readonly queueLimits: QueueLimits
  /** Answers what a client sent. */
  dispatch(connection: Connection, raw: Buffer): void
  /** The connection is over. */
  gone(connection: Connection, ending: Ending): void
}

/** Endings after which a 2.0 client comes back with nothing to come back to. */
const returning: ReadonlySet<Ending> = new Set(['logged_out', 'kicked', 'refused', 'expired'] as const)

/** Bytes that a connection may send before its login has been answered. */
const loginBytes = 262_144

/** For so long a client that asks without a pause is answered when the gateway closes; then it is told to come back. */
const lastCallMs = 1_000

/** What follows the answer to a Login, before and behind what was missed (specification §2.1). */
const beforeSync = events('OnConnecting', 'OnConnectSuccess', 'OnSyncServerStart')
const afterSync = events('OnSyncServerFinish')

/** One socket of a client, from its upgrade to its end: who it is, what it asks, and what it is told. */
export class Connection implements Timed, Member, LineOwner, QueueOwner {
  dueAt = 0
  slot = -1
  readonly hello: Hello
  readonly userID: string
  readonly platformID: number
  readonly queue: RequestQueue
  /** A guess until the Login. */
  dialect: Dialect
  /** Whether a 2.3 client takes new messages in batches. */
  batch = false
  /** What it logged in with, and what that says. */
  token = ''
  facts: TokenFacts | undefined
  state: LoginState = 'none'
  session: Session<Connection> | undefined
  /** Another one of the same client, which uses this one from its login on. */
  replaces: Connection | undefined
  /** It is being ended in the middle of its login. */
  isKicked = false
  loginAt = 0
  readonly #host: ConnectionHost
  readonly #line: Line
  /** When its socket was opened, by the wheel. */
  readonly openedAt: number
  readonly #loginBy: number
  /** How far the core was when the last ping went out that was answered; 0: none was since the login. */
  #mark: number | undefined
  /** How far the core was when the last ping went out that was not answered yet. */
  #pingMark: number | undefined
  #expiresAt = Infinity
  #ending: Ending | undefined
  #endedAt = Infinity
  /** How far the core was when the client was told to come back, and whether there was anything for it after that. */
  #toldUntil: number | undefined
  #wasMissed = false

  constructor(socket: ClientSocket, tcp: Socket, hello: Hello, host: ConnectionHost) {
    this.hello = hello
    this.userID = hello.userID
    this.platformID = hello.platformID
    this.dialect = hello.operationID === undefined ? '2.0' : '3'
    this.#host = host
    this.#line = new Line(socket, tcp, this, host.lineLimits)
    this.#line.watch(loginBytes)
    this.queue = new RequestQueue(this, host.queueLimits)
    this.openedAt = host.wheel.now()
    this.#loginBy = this.openedAt + host.settings.loginTimeoutMs
    this.#schedule()
  }

  /** Takes what the socket has to say from now on. */
  get line(): Line {
    return this.#line
  }

  get outbox(): Outbox {
    return this.#line.outbox
  }

  get mark(): number | undefined {
    return this.#mark && this.isOpen && this.#line.isSettled ? this.#markNow() : this.#mark
  }

  set mark(mark: number | undefined) {
    this.#mark = mark
  }

  /** False once it is known how the connection ends. */
  get isOpen(): boolean {
    return this.#ending === undefined
  }

  /** Sends a frame that nobody asked for. */
  push(frame: ReplyFrame): void {
    this.outbox.push(textFrame(encodeReply(frame)))
  }

  /** Answers a request, with its `data` or with why it failed. */
  reply(request: RequestName, answer: string | ImError): void {
    if (typeof answer === 'string') return this.push(successReply(request, answer))
    this.#host.counters.requestErrors++
    this.push(errorReply(this.dialect, request, answer))
  }

  take(event: CoreEvent | Snapshot, isCause: boolean): void {
    if (!this.isOpen) return void (this.#wasMissed = true)
    if (event.kind === 'snapshot') return this.#outboxFor(isCause).pushLatest(event)
    const frames = this.framesOf(event)
    if (frames.length > 0) this.#outboxFor(isCause).pushHeld(frames)
  }

  /** The login has been answered: tells the client what every client waits for, and what it missed. */
  welcome(missed: readonly CoreEvent[]): void {
    const { clock, wheel } = this.#host
    this.state = 'loggedIn'
    this.#line.unwatch()
    this.outbox.push(beforeSync)
    for (const event of missed) this.outbox.push(...this.framesOf(event))
    this.outbox.push(afterSync)
    this.outbox.release()
    this.#line.ping()
    if (!this.facts) return
    this.#expiresAt = wheel.now() + this.facts.expiresAt - clock.now()
    this.hasten(this.#expiresAt)
  }

  /** Of a 2.0 client that comes back though its session is over. In browsers those that log out know it, and close. */
  get pastSession(): PastSession | undefined {
    if (this.dialect !== '2.0' || !this.#ending || !returning.has(this.#ending)) return undefined
    const isLoggedOut = this.#ending === 'logged_out'
    const sinceMs = this.#host.wheel.now() - this.#endedAt
    if (isLoggedOut && sinceMs < logoutFarewell.closeMs) return undefined
    const { userID, platformID, token } = this
    return { userID, platformID, token, endedAt: this.#endedAt, isLoggedOut }
  }

  /** Whether it is a session of 2.0 that was logged in from there with that token. */
  isOf(network: string, token: string): boolean {
    const { dialect, hello } = this
    return this.isOpen && dialect === '2.0' && this.token === token && hello.network === network
  }

  /** Its client uses another socket from now on. */
  replace(): void {
    this.end(replacedFarewell)
  }

  /** Brings the connection to its end. Only the first time counts. */
  end({ ending, state, push, closeMs, code }: Farewell): void {
    if (!this.isOpen) return
    this.#ending = ending
    this.#endedAt = this.#host.wheel.now()
    if (state) this.state = state
    this.#expiresAt = Infinity
    this.outbox.dropHeld()
    // What a client that is told to come back has got is known when it has closed.
    if (ending === 'drained') this.#toldUntil = this.#markNow()
    else this.#leave(ending === 'logged_out')
    if (push) this.push(push)
    this.#line.close(code, closeMs)
  }

  /**
   * Ends the connection because of another login, or of a forced logout. A login under way is refused before: 3.5.2
   * forgets what it has asked when it hears OnKickedOffline, and its program would wait for ever.
   */
  kick(): void {
    if (this.state !== 'loggingIn') return this.end(kickFarewell)
    this.isKicked = true
    this.queue.refuse(new ImError('tokenKicked'))
  }

  /**
   * The gateway closes: ends the connection in the first moment in which everything that it has asked is answered. What
   * comes before the close is out is answered as well, what comes after it is not begun.
   * @param givesUpAt when whatever is not answered yet is given up, in milliseconds of the wheel
   */
  drain(givesUpAt: number): void {
    const refusesAt = Math.min(givesUpAt, this.#host.wheel.now() + lastCallMs)
    this.queue.conclude({ refusesAt, givesUpAt }, () => {
      if (this.isOpen) this.end(drainFarewell)
      else this.#line.close(drainFarewell.code, 0)
    })
    this.hasten(this.queue.dueAt)
  }

  /** Cuts the connection off. */
  cut(ending: Ending): void {
    this.#ending ??= ending
    this.#line.cut()
  }

  due(now: number): void {
    const loss = this.#line.due(now)
    if (loss) return this.cut(loss)
    this.queue.due(now)
    if (this.#isLate(now)) this.end(silenceFarewell)
    if (now >= this.#expiresAt) this.end(expiryFarewell)
    this.#schedule()
  }

  hasten(at: number): void {
    this.#host.wheel.hasten(this, at)
  }

  received(raw: Buffer): void {
    this.#host.counters.frames++
    try {
      this.#host.dispatch(this, raw)
    } catch (err) {
      this.#host.log.error({ err }, 'a frame could not be answered')
      this.cut('failed')
    }
  }

  pinged(): void {
    this.#pingMark = this.outbox.isHolding ? undefined : this.#markNow()
  }

  ponged(): void {
    this.#mark = this.#pingMark ?? this.#mark
    this.#pingMark = undefined
  }

  closed(isClean: boolean): void {
    this.#host.wheel.cancel(this)
    this.queue.drop()
    if (isClean && this.#wasMissed) this.#mark = this.#toldUntil
    this.#leave(isClean && (this.isOpen ? this.#line.isAnswered : !this.#wasMissed))
    this.#host.gone(this, (this.#ending ??= 'client'))
  }

  tooSlow(): void {
    this.cut('slow')
  }

  /** Whoever is not logged in has no use for so much memory. */
  sentTooMuch(): void {
    if (this.state === 'loggingIn') return
    this.#line.unwatch()
    this.#line.pause(true)
    if (this.isOpen) this.end(excessFarewell)
    else this.#line.close(excessFarewell.code, 0)
  }

  started(): void {
    this.#host.counters.requests++
    this.hasten(this.queue.dueAt)
  }

  framesOf(told: CoreEvent | Snapshot): readonly Buffer[] {
    try {
      const event = told.kind === 'snapshot' ? told.take() : told
      const frames = this.#host.frames.of(event, this, this.userID)
      if (frames.length > 0) this.#host.counters.events++
      return frames
    } catch (err) {
      this.#host.log.error({ err, kind: told.kind }, 'an event could not be told')
      return []
    }
  }

  settled(): void {
    this.outbox.release()
  }

  failed({ reqFuncName }: RequestName, err: unknown): void {
    this.#host.log.error({ err, method: reqFuncName }, 'a request failed')
  }

  measured(method: string, ms: number, isError: boolean): void {
    this.#host.methods.add(method, ms, isError)
  }

  congested(isCongested: boolean): void {
    this.#line.pause(isCongested)
  }

  /** The outbox, for an event; when that has a cause, it and whatever comes meanwhile is held back until the answer. */
  #outboxFor(isCause: boolean): Outbox {
    if (isCause && this.queue.isBusy) this.outbox.hold()
    return this.outbox
  }

  /** True when the client should have sent a Login by now. */
  #isLate(now: number): boolean {
    return this.state === 'none' && this.isOpen && now >= this.#loginBy
  }

  #leave(isCertain: boolean): void {
    this.session?.leave(this, isCertain)
    this.session = undefined
  }

  #markNow(): number | undefined {
    return this.state === 'loggedIn' ? this.session?.core.mark?.() : undefined
  }

  #schedule(): void {
    const loginBy = this.state === 'none' && this.isOpen ? this.#loginBy : Infinity
    const dueAt = Math.min(this.#line.dueAt, this.queue.dueAt, this.#expiresAt, loginBy)
    this.#host.wheel.schedule(this, dueAt)
  }
}

/** The frames of events that have no data, in one piece. */
function events(...names: readonly string[]): Buffer {
  return Buffer.concat(names.map(name => textFrame(encodeReply(pushFrame(name)))))
}
