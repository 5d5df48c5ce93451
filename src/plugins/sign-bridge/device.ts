import type { Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { backoffMs, type BackoffRange } from './backoff.ts'
import { Errors } from './errors.ts'
import { requestFrame, type Method } from './frame.ts'
import type { SignJob } from './job.ts'
import { Link, type ConnectionFacts, type Ending, type LinkOptions, type LinkSettings } from './link.ts'
import { firstText, readSignature, type Reply } from './reply.ts'
import type { DeviceStatus } from './service.ts'

export type DeviceState = DeviceStatus['state']

/** The settings that a device follows. */
export type DeviceSettings = LinkSettings & BackoffRange & { readonly timeoutMs: number }

export interface DeviceOptions extends Omit<LinkOptions, 'free' | 'changed' | 'settings'> {
  readonly name: string
  /** Host and port, for people. */
  readonly address: string
  /** Serial of the certificate that it must sign with; empty: any. */
  readonly certNo: string
  readonly settings: DeviceSettings
  readonly random: () => number
  /** Called after each change of its state or of the reason for it. It may call `start` when the state is `ready`. */
  readonly changed: (device: Device, previous: DeviceState) => void
}

type Job = SignJob<Device>

interface Read {
  readonly method: Method
  readonly settle: (ending: Ending) => void
}

const askMs = 5_000
const timeoutsUntilFault = 3

/**
 * One control with its card, working through one request at a time. Knows neither sockets nor the machine's clock.
 *
 * connecting → handshaking → ready ⇄ busy → recovering (its reply is overdue) → ready or connecting. After a fault of
 * the reader, or several replies left out: down, until a request without a PIN shows that it works again.
 */
export class Device {
  readonly name: string
  readonly address: string
  readonly #options: DeviceOptions
  readonly #link: Link
  readonly #counters = { sent: 0, signed: 0, failed: 0, timeouts: 0, extraData: 0, probes: 0 }
  #reported: DeviceState = 'connecting'
  #reportedReason: string | undefined
  #meanSignMs = 0
  #read: Read | undefined
  #fault: string | undefined
  #quarantined = false
  #timeoutsInARow = 0
  #failedProbes = 0
  #knowsProbe = false
  #probeTimer: Timer | undefined

  constructor(options: DeviceOptions) {
    this.name = options.name
    this.address = options.address
    this.#options = options
    this.#link = new Link({ ...options, free: () => this.#free(), changed: () => this.#report() })
  }

  get state(): DeviceState {
    const { state } = this.#link
    if (state === 'connecting' || state === 'handshaking' || state === 'closed') return state
    if (this.#fault !== undefined) return state === 'overdue' ? 'recovering' : 'down'
    return state === 'free' ? 'ready' : state === 'busy' ? 'busy' : 'recovering'
  }

  /** Whether waiting for it makes sense. */
  get usable(): boolean {
    const { state } = this
    return state === 'ready' || state === 'busy' || state === 'recovering'
  }

  /** How long a signature takes, weighted towards the recent ones. 0 before the first. */
  get meanSignMs(): number {
    return this.#meanSignMs
  }

  /** What is known of the connection it has now. Another object: another connection, perhaps another card. */
  get connection(): ConnectionFacts {
    return this.#link.facts
  }

  status(): DeviceStatus {
    const { name, address, state } = this
    const reason = this.#reason
    const counters = { ...this.#counters, ...this.#link.counters }
    return { name, address, state, certNo: this.connection.certNo, reason, counters }
  }

  get #reason(): string | undefined {
    return this.#fault ?? this.#link.reason
  }

  /** Sends a request, when it is ready. False: nothing was handed to the socket, and the request may go elsewhere. */
  start(job: Job): boolean {
    const { clock, settings } = this.#options
    const sentAt = clock.monotonic()
    const handed = this.#link.exchange({
      method: 'cus-sec_SpcSignDataAsPEM',
      frame: id => job.frame(id),
      timeoutMs: settings.timeoutMs,
      text: job.text,
      ended: ending => this.#signed(job, ending, sentAt)
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

  /** To be called at a steady interval: notices that an idle connection is dead. */
  beat(): void {
    if (this.state === 'ready' && this.#link.beat()) this.#ask('cus-sec_SpcGetCertNo', () => {})
  }

  /** Ends it for good. A request that is out fails; its outcome stays unknown. */
  close(): Promise<void> {
    this.#probeTimer?.cancel()
    return this.#link.close()
  }

  /** Nothing is out: what next? */
  #free(): void {
    if (this.#fault !== undefined) {
      this.#report()
      return this.#quarantined ? undefined : this.#probeLater()
    }
    const read = this.#read
    if (!read) return this.#report()
    this.#read = undefined
    this.#ask(read.method, ending => {
      this.#fault = readerFault(ending)
      read.settle(ending)
    })
  }

  #ask(method: Method, ended: (ending: Ending) => void, timeoutMs = askMs): void {
    const limit = Math.min(timeoutMs, this.#options.settings.timeoutMs)
    const frame = (id: number): string => requestFrame(id, method, {})
    if (!this.#link.exchange({ method, frame, timeoutMs: limit, ended })) ended('lost')
  }

  #signed(job: Job, ending: Ending, sentAt: number): void {
    if (ending === 'silent') {
      this.#counters.timeouts++
      if (++this.#timeoutsInARow >= timeoutsUntilFault) this.#fault = 'It left several requests unanswered'
      return this.#failed(job, 'sign.timeout')
    }
    if (ending === 'lost') return this.#failed(job, 'sign.device_lost_after_send')
    if (ending === 'garbage') return this.#failed(job, 'sign.protocol_error')
    this.#timeoutsInARow = 0
    const outcome = readSignature(ending)
    if ('error' in outcome) {
      this.#counters.failed++
      this.#fault = readerFault(ending)
      return job.fail(outcome.error)
    }
    const tookMs = this.#options.clock.monotonic() - sentAt
    this.#meanSignMs = this.#meanSignMs === 0 ? tookMs : this.#meanSignMs * 0.8 + tookMs * 0.2
    if (outcome.extra) this.#counters.extraData++
    const { sign, certNo = this.connection.certNo } = outcome
    if (certNo !== undefined || this.connection.certNoRefused) return this.#complete(job, sign, certNo)
    const left = this.#options.settings.timeoutMs - tookMs
    const complete = (answer: Ending): void => this.#complete(job, sign, textIn(answer))
    this.#ask('cus-sec_SpcGetCertNo', complete, left)
  }

  #complete(job: Job, sign: string, certNo: string | undefined): void {
    const expected = this.#options.certNo.toLowerCase()
    if (certNo === undefined) {
      this.connection.certNoRefused = true
      return this.#failed(job, 'sign.cert_missing')
    }
    this.connection.certNo = certNo
    if (expected !== '' && expected !== certNo.toLowerCase()) {
      this.#quarantined = true
      this.#fault = 'It holds another card than it should'
      return this.#failed(job, 'sign.card_swapped')
    }
    this.#counters.signed++
    job.done({ sign, certNo, device: this })
  }

  #failed(job: Job, key: keyof typeof Errors): void {
    this.#counters.failed++
    job.fail(new ApiError(Errors[key]))
  }

  #probeLater(): void {
    const { settings, random, clock } = this.#options
    if (this.#failedProbes === 0) return this.#probe()
    this.#probeTimer?.cancel()
    this.#probeTimer = clock.after(backoffMs(this.#failedProbes, settings, random), () => this.#probe())
  }

  #probe(): void {
    this.#counters.probes++
    this.#ask('cus-sec_SpcGetCertNo', ending => this.#probed(ending))
  }

  #probed(ending: Ending): void {
    const works = typeof ending === 'object' && ending.kind === 'data'
    this.#knowsProbe ||= works || readerFault(ending) !== undefined
    this.#failedProbes++
    // A control that knows no probe tells nothing: let the next request show how it is.
    if (!works && (this.#knowsProbe || ending === 'lost')) return
    this.#fault = undefined
    this.#failedProbes = 0
    this.#timeoutsInARow = 0
    this.connection.certNo = textIn(ending) ?? this.connection.certNo
  }

  #report(): void {
    const previous = this.#reported
    const { state } = this
    const changed = state !== previous || this.#reason !== this.#reportedReason
    this.#reported = state
    this.#reportedReason = this.#reason
    if (state === 'connecting') this.#probeTimer?.cancel()
    if (!this.usable) {
      this.#read?.settle('lost')
      this.#read = undefined
    }
    if (changed) this.#options.changed(this, previous)
  }
}

function readerFault(ending: Ending): string | undefined {
  if (typeof ending === 'string' || ending.kind !== 'refused' || ending.because !== 'reader') return undefined
  return `Its reader failed: ${ending.code}`
}

function textIn(ending: Ending): string | undefined {
  return typeof ending === 'string' ? undefined : firstText(ending satisfies Reply)
}
