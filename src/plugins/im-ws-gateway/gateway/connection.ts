import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timed, Wheel } from '../../../core/index.ts'
import type { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import type { TokenFacts } from '../tokens/tokens.ts'
import type { CoreEvent } from '../user-core.ts'
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
import { watchBytes, type ClientSocket, type SocketOwner } from './client-socket.ts'
import type { Counters, Ending } from './counters.ts'
import { closeCodes, expiryFarewell, type Farewell } from './endings.ts'
import type { EventFrames } from './event-frames.ts'
import type { MethodTimes } from './method-times.ts'
import { Outbox, type OutboxLimits, type OutboxOwner } from './outbox.ts'
import { RequestQueue, type QueueLimits, type QueueOwner } from './request-queue.ts'
import type { Member, Session } from './session.ts'
import { pingFrame, textFrame } from './ws-frame.ts'

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
  readonly settings: ImSettings
  readonly clock: Clock
  readonly wheel: Wheel
  readonly log: FastifyBaseLogger
  readonly counters: Counters
  readonly frames: EventFrames
  readonly methods: MethodTimes
  readonly outboxLimits: OutboxLimits
  readonly queueLimits: QueueLimits
  /** From 0 up to 1, for spreading what should not happen all at once. */
  random(): number
  /** Answers what a client sent. */
  dispatch(connection: Connection, raw: Buffer): void
  /** The connection is over. */
  gone(connection: Connection, ending: Ending): void
}

/** How long a client may take to close once it was told to. */
const closeMs = 2_000

/** Bytes that a connection may send before its login has been answered. */
const loginBytes = 262_144

/** What follows the answer to a Login, and what was missed (specification §2.1). */
const beforeSync = events('OnConnecting', 'OnConnectSuccess', 'OnSyncServerStart')
const afterSync = events('OnSyncServerFinish')

/** One socket of a client, from its upgrade to its end. */
export class Connection implements Timed, Member, SocketOwner, OutboxOwner, QueueOwner {
  dueAt = 0
  slot = -1
  readonly hello: Hello
  readonly userID: string
  readonly platformID: number
  readonly outbox: Outbox
  readonly queue: RequestQueue
  readonly openedAt: number
  /** A guess until the Login. */
  dialect: Dialect
  /** Whether a 2.3 client takes new messages in batches. */
  batch = false
  token = ''
  facts: TokenFacts | undefined
  state: LoginState = 'none'
  session: Session<Connection> | undefined
  readonly #host: ConnectionHost
  readonly #socket: ClientSocket
  #ending: Ending | undefined
  #closeCode: number = closeCodes.normal
  #closeAt = Infinity
  /** The close frame is out: whatever comes in now is not read any more. */
  #isClosing = false
  #cutAt = Infinity
  #expiresAt = Infinity
  #pingAt: number
  /** Something came in since the last ping. */
  #isAlive = true
  #isCongested = false
  readonly #unwatch: () => void

  constructor(socket: ClientSocket, tcp: Socket, hello: Hello, host: ConnectionHost) {
    this.hello = hello
    this.userID = hello.userID
    this.platformID = hello.platformID
    this.dialect = hello.operationID === undefined ? '2.0' : '3'
    this.#host = host
    this.#socket = socket
    this.outbox = new Outbox(tcp, this, host.outboxLimits)
    this.queue = new RequestQueue(this, host.queueLimits)
    const now = host.wheel.now()
    this.openedAt = now
    this.#pingAt = now + host.settings.pingMs * (0.5 + host.random() / 2)
    this.#unwatch = watchBytes(tcp, loginBytes, () => this.#hasSentMuch())
    this.#schedule(now)
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

  take(event: CoreEvent, isCause: boolean): void {
    if (!this.isOpen) return
    const bytes = this.#host.frames.of(event, this, this.userID)
    if (!bytes) return
    this.#host.counters.events++
    if (isCause && this.queue.isBusy) this.outbox.hold()
    this.outbox.pushHeld(bytes)
  }

  /** The login has been answered: tells the client what every client waits for, and what it missed. */
  welcome(missed: readonly CoreEvent[]): void {
    this.state = 'loggedIn'
    this.#unwatch()
    this.outbox.push(beforeSync)
    for (const event of missed) {
      const bytes = this.#host.frames.of(event, this, this.userID)
      if (bytes) this.outbox.push(bytes)
    }
    this.outbox.push(afterSync)
    const { clock, wheel } = this.#host
    if (this.facts) this.#expiresAt = wheel.now() + this.facts.expiresAt - clock.now()
    wheel.hasten(this, this.#expiresAt)
  }

  /** Brings the connection to its end. Only the first time counts. */
  end({ ending, state, push, closeMs: delayMs, code }: Farewell): void {
    if (!this.isOpen) return
    this.#ending = ending
    this.#closeCode = code
    this.#expiresAt = Infinity
    if (state) this.state = state
    this.outbox.dropHeld()
    this.session?.leave(this)
    this.session = undefined
    if (push) this.push(push)
    const now = this.#host.wheel.now()
    if (delayMs === 0) return this.#close(now)
    this.#closeAt = now + delayMs
    this.#host.wheel.hasten(this, this.#closeAt)
  }

  /** Cuts the connection off. */
  cut(ending: Ending): void {
    this.#ending ??= ending
    this.#socket.terminate()
  }

  /** The gateway closes: ends the connection once what is under way has been answered. */
  drain(): void {
    this.queue.whenIdle(() => this.end(goingAway))
  }

  received(raw: Buffer): void {
    this.#isAlive = true
    if (this.#isClosing) return
    this.#host.counters.frames++
    this.#host.dispatch(this, raw)
  }

  ponged(): void {
    this.#isAlive = true
  }

  closed(): void {
    this.#host.wheel.cancel(this)
    this.queue.drop()
    this.session?.leave(this)
    this.session = undefined
    this.#host.gone(this, (this.#ending ??= 'client'))
  }

  due(now: number): void {
    const { settings } = this.#host
    if (now >= this.#cutAt) return this.cut('dead')
    if (now >= this.outbox.stallsAt(settings.stalledMs)) return this.cut('slow')
    this.queue.due(now)
    if (now >= this.#closeAt) this.#close(now)
    if (now >= this.#loginBy) this.end(silence)
    if (now >= this.#expiresAt) this.end(expiryFarewell())
    if (now >= this.#pingAt && !this.#ping(now)) return
    this.#schedule(now)
  }

  overflowed(): void {
    this.cut('slow')
  }

  waiting(): void {
    this.#host.wheel.hasten(this, this.outbox.stallsAt(this.#host.settings.stalledMs))
  }

  started(): void {
    this.#host.counters.requests++
    this.#host.wheel.hasten(this, this.queue.dueAt)
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
    this.#isCongested = isCongested
    if (isCongested) this.#socket.pause()
    else this.#socket.resume()
  }

  /** Whoever is not logged in has no use for so much memory. */
  #hasSentMuch(): void {
    if (this.state === 'loggingIn') return
    this.#unwatch()
    this.#ending ??= 'silent'
    this.#closeCode = closeCodes.tooLarge
    this.#socket.pause()
    this.#close(this.#host.wheel.now())
  }

  /** When the client must have sent a Login. */
  get #loginBy(): number {
    if (!this.isOpen || this.state !== 'none') return Infinity
    return this.openedAt + this.#host.settings.loginTimeoutMs
  }

  #close(now: number): void {
    this.#closeAt = Infinity
    this.#cutAt = now + closeMs
    this.outbox.whenEmpty(() => {
      this.#isClosing = true
      this.#socket.close(this.#closeCode)
    })
    this.#host.wheel.hasten(this, this.#cutAt)
  }

  /** @returns false: the connection is dead */
  #ping(now: number): boolean {
    this.#pingAt = now + this.#host.settings.pingMs
    // Nothing is read from it, or nothing gets through to it, for a reason that is looked after elsewhere.
    if (this.#isCongested || this.outbox.isPressed || this.#isClosing) return true
    if (!this.#isAlive) {
      this.cut('dead')
      return false
    }
    this.#isAlive = false
    this.#host.counters.pings++
    this.outbox.push(pingFrame)
    return true
  }

  #schedule(now: number): void {
    const { settings, wheel } = this.#host
    const stallsAt = this.outbox.stallsAt(settings.stalledMs)
    const own = Math.min(
      this.#loginBy,
      stallsAt,
      this.queue.dueAt,
      this.#closeAt,
      this.#cutAt,
      this.#expiresAt
    )
    wheel.schedule(this, Math.max(now, Math.min(own, this.#pingAt)))
  }
}

/** A connection that does not log in. */
const silence: Farewell = {
  ending: 'silent',
  state: 'failed',
  push: undefined,
  closeMs: 0,
  code: closeCodes.policy
}

/** The gateway closes. Nothing is said before: clients are to come back. */
const goingAway: Farewell = {
  ending: 'drained',
  state: undefined,
  push: undefined,
  closeMs: 0,
  code: closeCodes.goingAway
}

/** The frames of events that have no data, in one piece. */
function events(...names: readonly string[]): Buffer {
  return Buffer.concat(names.map(name => textFrame(encodeReply(pushFrame(name)))))
}
