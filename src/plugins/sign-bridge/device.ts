import type { Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { DeviceOptions, DeviceSettings, DeviceState } from './device-options.ts'
import { Errors } from './errors.ts'
import { Fitness } from './fitness.ts'
import { requestFrame, type Method } from './frame.ts'
import type { SignJob } from './job.ts'
import { Link, type ConnectionFacts, type Ending } from './link.ts'
import type { PinOutcome } from './pin-verdict.ts'
import { firstText, readSignature } from './reply.ts'
import type { DeviceStatus } from './service.ts'
import { SignTimes } from './sign-times.ts'

export type { DeviceSettings, DeviceState }

type Job = SignJob<Device>

interface Read {
  readonly method: Method
  readonly settle: (ending: Ending) => void
}

const askMs = 5_000

/**
 * One control with its card, working through one request at a time. Knows neither sockets nor the machine's clock.
 *
 * connecting → handshaking (until its card is known, where it must be a certain one) → ready ⇄ busy → recovering (its
 * reply is overdue) → ready or connecting. While it is not fit to sign: down, until a request without a PIN shows that
 * it works again. standby: another gateway holds it, so that this one does not connect.
 */
export class Device {
  readonly name: string
  readonly address: string
  readonly #options: DeviceOptions
  readonly #link: Link
  readonly #counters = { sent: 0, signed: 0, failed: 0, timeouts: 0, extraData: 0, probes: 0 }
  readonly #fitness: Fitness
  readonly #times = new SignTimes()
  /** Since when it has nothing to do, by the monotonic clock. */
  #freeAt = 0
  #reported: DeviceState = 'connecting'
  #reportedReason: string | undefined
  #read: Read | undefined
  #probeTimer: Timer | undefined

  constructor(options: DeviceOptions) {
    this.name = options.name
    this.address = options.address
    this.#options = options
    this.#fitness = new Fitness({ ...options, ...options.settings })
    this.#link = new Link({
      ...options,
      free: () => this.#free(),
      changed: () => this.#report(),
      foreign: () => this.#fitness.gotForeignReply(this.connection)
    })
  }

  get state(): DeviceState {
    const { state } = this.#link
    if (state === 'connecting' || state === 'standby' || state === 'closed' || state === 'handshaking')
      return state
    if (this.#fitness.reason !== undefined) return state === 'overdue' ? 'recovering' : 'down'
    if (this.#fitness.mustIdentify(this.connection)) return 'handshaking'
    return state === 'free' ? 'ready' : state === 'busy' ? 'busy' : 'recovering'
  }

  /** Whether waiting for it makes sense. */
  get usable(): boolean {
    const { state } = this
    return state === 'ready' || state === 'busy' || state === 'recovering'
  }

  /** How long a request keeps it from the next, on the long side. 0 before the first. */
  get paceMs(): number {
    return this.#times.paceMs
  }

  /** What is known of the connection it has now. Another object: another connection, perhaps another card. */
  get connection(): ConnectionFacts {
    return this.#link.facts
  }

  /** Serial of the card in it: as it said on this connection, or as it must be. `undefined`: not known. */
  get cardNo(): string | undefined {
    return this.connection.certNo ?? (this.#options.certNo || undefined)
  }

  status(): DeviceStatus {
    const { name, address, state } = this
    const counters = { ...this.#counters, ...this.#link.counters }
    return { name, address, state, certNo: this.connection.certNo, reason: this.#reason, counters }
  }

  get #reason(): string | undefined {
    return this.#fitness.reason ?? this.#link.reason
  }

  /** Sends a request, when it is ready. False: nothing was handed to the socket, and the request may go elsewhere. */
  start(job: Job): boolean {
    const { clock, settings } = this.#options
    const { timeoutMs, adaptiveTimeout } = settings
    const sentAt = clock.monotonic()
    const idleMs = sentAt - Math.max(this.#freeAt, job.queuedAt)
    const handed = this.#link.exchange({
      method: 'cus-sec_SpcSignDataAsPEM',
      frame: id => job.frame(id),
      timeoutMs: adaptiveTimeout ? this.#times.capMs(timeoutMs) : timeoutMs,
      text: job.text,
      ended: ending => this.#signed(job, ending, { sentAt, idleMs }),
      late: reply => job.late(readSignature(reply))
    })
    if (!handed) return false
    this.#counters.sent++
    job.sent()
    return true
  }

  /** Asks for something that takes no PIN, after what is under way. One such request at a time may wait. */
  read(method: Method): Promise<Ending> {
    return new Promise(resolve => {
      if (!this.usable || this.#read) return resolve('lost')
      this.#read = { method, settle: resolve }
      if (this.#link.state === 'free') this.#free()
    })
  }

  /** To be called at a steady interval: notices that an idle connection is dead, and a card that is gone if so set. */
  beat(): void {
    if (this.state !== 'ready') return
    const ask = this.#link.beat() || this.#options.settings.checkCards
    if (ask && this.state === 'ready') this.#identify(askMs)
  }

  /** Makes sure that an idle connection has somebody at its other end; else the state says so from then on. */
  confirm(withinMs: number): Promise<void> {
    return this.#link.confirm(withinMs)
  }

  /** Connects anew, unless it does already. A request that is out fails; its outcome stays unknown. */
  reconnect(reason: string): void {
    if (this.#link.isConnected) this.#link.replace(reason)
  }

  /** Gives it no request until `release`. One that is out may finish. */
  quarantine(reason: string): void {
    this.#probeTimer?.cancel()
    if (this.#fitness.quarantine(reason)) this.#report()
  }

  /** Lifts a quarantine, and whatever else is against it. */
  release(): void {
    this.#probeTimer?.cancel()
    this.#fitness.release(this.connection)
    if (this.#link.state === 'free') this.#free()
    else this.#report()
  }

  /** Ends it for good. A request that is out fails; its outcome stays unknown. */
  close(): Promise<void> {
    this.#probeTimer?.cancel()
    return this.#link.close()
  }

  /** Nothing is out: what next? */
  #free(): void {
    if (this.#fitness.reason !== undefined) {
      this.#report()
      return this.#fitness.probes ? this.#probeLater() : undefined
    }
    if (this.#fitness.mustIdentify(this.connection))
      return this.#identify(this.#options.settings.handshakeTimeoutMs)
    const read = this.#read
    if (!read) return this.#report()
    this.#read = undefined
    this.#ask(read.method, ending => {
      this.#fitness.readerFailed(ending)
      read.settle(ending)
    })
  }

  #identify(timeoutMs: number): void {
    const { connection } = this
    this.#ask('cus-sec_SpcGetCertNo', ending => this.#fitness.identified(ending, connection), timeoutMs)
  }

  #ask(method: Method, ended: (ending: Ending) => void, timeoutMs = askMs): void {
    const limit = Math.min(timeoutMs, this.#options.settings.timeoutMs)
    this.#link.ask({ method, frame: id => requestFrame(id, method, {}), timeoutMs: limit, ended })
  }

  #signed(job: Job, ending: Ending, { sentAt, idleMs }: { sentAt: number; idleMs: number }): void {
    if (ending === 'silent') {
      this.#counters.timeouts++
      this.#times.missed()
      this.#fitness.silent()
      return this.#failed(job, 'sign.timeout')
    }
    if (ending === 'lost') return this.#failed(job, 'sign.device_lost_after_send')
    if (ending === 'garbage') return this.#failed(job, 'sign.protocol_error')
    this.#fitness.answered()
    const outcome = readSignature(ending)
    if ('error' in outcome) {
      this.#counters.failed++
      this.#fitness.readerFailed(ending)
      return job.fail(outcome.error, outcome.pin)
    }
    const tookMs = this.#options.clock.monotonic() - sentAt
    this.#times.add(tookMs, idleMs)
    if (outcome.extra) this.#counters.extraData++
    const { sign, certNo = this.connection.certNo } = outcome
    if (certNo !== undefined || this.connection.certNoRefused) return this.#complete(job, sign, certNo)
    const left = this.#options.settings.timeoutMs - tookMs
    const complete = (answer: Ending): void =>
      this.#complete(job, sign, typeof answer === 'string' ? undefined : firstText(answer))
    this.#ask('cus-sec_SpcGetCertNo', complete, left)
  }

  #complete(job: Job, sign: string, certNo: string | undefined): void {
    if (certNo === undefined) {
      this.connection.certNoRefused = true
      return this.#failed(job, 'sign.cert_missing', 'accepted')
    }
    if (!this.#fitness.isRightCard(certNo, this.connection))
      return this.#failed(job, 'sign.card_swapped', 'accepted')
    this.#counters.signed++
    job.done({ sign, certNo, device: this })
  }

  #failed(job: Job, key: keyof typeof Errors, pin?: PinOutcome): void {
    this.#counters.failed++
    job.fail(new ApiError(Errors[key]), pin)
  }

  #probeLater(): void {
    const { settings, random, clock } = this.#options
    const probe = (): void => {
      this.#counters.probes++
      this.#identify(askMs)
    }
    this.#probeTimer?.cancel()
    const waitMs = this.#fitness.waitMs(settings, random)
    if (waitMs === 0) probe()
    else this.#probeTimer = clock.after(waitMs, probe)
  }

  #report(): void {
    const previous = this.#reported
    const { state } = this
    if (state === 'ready' && previous !== 'ready') this.#freeAt = this.#options.clock.monotonic()
    const changed = state !== previous || this.#reason !== this.#reportedReason
    this.#reported = state
    this.#reportedReason = this.#reason
    if (!this.#link.isConnected) this.#probeTimer?.cancel()
    if (!this.usable) {
      this.#read?.settle('lost')
      this.#read = undefined
    }
    if (changed) this.#options.changed(this, previous)
  }
}
