import type { Clock, Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { expectedEndMs } from './admission.ts'
import { Device, type DeviceSettings, type DeviceState } from './device.ts'
import { Errors } from './errors.ts'
import type { Tell } from './events.ts'
import { nextId } from './frame.ts'
import { cancelled, shuttingDown, SignJob, type Signed } from './job.ts'
import type { ConnectionFacts } from './link.ts'
import { follow, type Passage } from './passage.ts'
import type { Attempt, PinGate } from './pin-guard.ts'
import { admit, note, settle } from './pin-gate.ts'
import { firstText } from './reply.ts'
import { SignQueue } from './queue.ts'
import type { SignRequest } from './service.ts'
import type { Connect } from './transport.ts'

/** Where a device is and what it should hold. */
export interface DevicePlace {
  readonly name: string
  readonly address: string
  /** Serial of the certificate that it must sign with; empty: any. */
  readonly certNo: string
  readonly connect: Connect
}

export type PoolSettings = DeviceSettings & {
  readonly deadlineMs: number
  readonly connectWaitMs: number
  readonly maxQueued: number
  readonly pingIntervalMs: number
}

export interface PoolOptions {
  readonly places: readonly DevicePlace[]
  readonly settings: PoolSettings
  readonly clock: Clock
  readonly random?: () => number
  readonly ids?: () => number
  readonly changed?: (device: Device, previous: DeviceState) => void
  /** Hears what somebody must act on. */
  readonly tell?: Tell
  /** Keeps PINs from cards that refused them. Default: none does. */
  readonly gate?: PinGate | undefined
  /** Hears how long each request that was sent has taken. */
  readonly passed?: ((passage: Passage) => void) | undefined
  /** Runs a task once everything that has arrived by now was heard. */
  readonly defer?: (task: () => void) => void
}

/** When to look again whether another process has ended its attempt with a PIN. */
const laterMs = 250

/** Devices that pull from one queue. */
export class SignPool {
  readonly devices: readonly Device[]
  readonly #options: PoolOptions
  readonly #defer: (task: () => void) => void
  readonly #queue: SignQueue<SignJob<Device>>
  readonly #ready = new Set<Device>()
  /** Devices whose next frame is being allowed, or whose last reply is being noted. */
  readonly #held = new Set<Device>()
  readonly #goneSince = new Map<Device, number>()
  readonly #asked = new WeakSet<ConnectionFacts>()
  readonly #open = new Set<Promise<unknown>>()
  #beatTimer: Timer | undefined
  /** Resolves when what waits has been handed to the devices that are free by now. */
  #pumping: Promise<void> | undefined
  #stopped = false

  constructor(options: PoolOptions) {
    const { places, settings, clock, random = Math.random, ids = nextId, defer = afterInput } = options
    const { tell = () => {} } = options
    this.#options = options
    this.#defer = defer
    this.#queue = new SignQueue({
      clock,
      limit: settings.maxQueued,
      connectWaitMs: settings.connectWaitMs,
      noDeviceSince: job => this.#noDeviceSince(job),
      expired: (job, because) => {
        if (because === 'deadline') job.fail(new ApiError(Errors['sign.deadline_in_queue']))
        else
          job.fail(this.#mightGo(job) ? this.#unavailable(job) : new ApiError(Errors['sign.no_device_fits']))
      }
    })
    const changed = (device: Device, previous: DeviceState): void => this.#changed(device, previous)
    this.devices = places.map(place => new Device({ ...place, settings, clock, random, ids, tell, changed }))
    for (const device of this.devices) this.#goneSince.set(device, clock.monotonic())
    if (places.length > 0) this.#beat()
  }

  /** Requests that wait for a device. */
  get queued(): number {
    return this.#queue.length
  }

  /**
   * Signs with the device that has been free for longest.
   * @throws {ApiError} with a `sign.…` key
   */
  async sign(request: SignRequest): Promise<Signed<Device>> {
    if (request.signal?.aborted) throw cancelled()
    this.assertRoom()
    const queuedAt = this.#options.clock.monotonic()
    const expiresAt = queuedAt + this.#deadlineMs(request)
    const job = new SignJob<Device>(request, { queuedAt, expiresAt }, this.#options.gate?.keyOf(request.pin))
    if (!this.#mightGo(job)) throw new ApiError(Errors['sign.no_device_fits'])
    if (this.#isElsewhere(job)) throw elsewhere()
    const endMs = this.#expectedEndMs(job)
    if (endMs > expiresAt - queuedAt) throw queueFull(endMs)
    job.onAbort(() => {
      if (this.#queue.remove(job)) job.fail(cancelled())
    })
    const ended = this.#ended(job)
    this.#open.add(ended)
    this.#queue.add(job)
    this.#pump()
    try {
      const signed = await ended
      // The card comes first: everything else that is done with this signature would keep it idle.
      await this.#pumping
      return signed
    } finally {
      this.#open.delete(ended)
    }
  }

  /**
   * Refuses whatever might come now.
   * @throws {ApiError} `sign.shutting_down`, `sign.device_unavailable`, `sign.device_elsewhere` or `sign.queue_full`; all
   * say when to come back
   */
  assertRoom(): void {
    if (this.#stopped) throw shuttingDown()
    if (this.devices.length === 0) throw this.#unavailable()
    if (this.#isElsewhere()) throw elsewhere()
    const endMs = this.#expectedEndMs()
    // While some wait for certain devices, others may be idle, and only the request itself tells.
    const late = endMs > this.#options.settings.deadlineMs && !this.#queue.some(({ bound }) => bound)
    if (late || this.#queue.full) throw queueFull(endMs)
  }

  /** Takes no more requests, and fails those that no device has yet. */
  stop(): void {
    this.#stopped = true
    for (const job of this.#queue.clear()) job.fail(shuttingDown())
  }

  /** Resolves when no request is under way any more. Call `stop` first. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#open)
  }

  /** Ends all connections, and with them the requests that are still out. */
  async close(): Promise<void> {
    this.stop()
    this.#beatTimer?.cancel()
    await Promise.all(this.devices.map(device => device.close()))
    await this.settled()
  }

  #changed(device: Device, previous: DeviceState): void {
    this.#options.changed?.(device, previous)
    if (device.state === 'ready') this.#ready.add(device)
    else this.#ready.delete(device)
    const wasGone = this.#goneSince.has(device)
    if (device.usable) this.#goneSince.delete(device)
    else if (!wasGone) this.#goneSince.set(device, this.#options.clock.monotonic())
    if (device.usable === wasGone) this.#queue.rearm()
    if (device.state === 'ready') this.#pumpSoon()
  }

  /** A control may end the connection, or repeat itself, in the same breath as it replies: hear it out first. */
  #pumpSoon(): void {
    if (this.#queue.length === 0 || this.#pumping) return
    let pumped = (): void => {}
    this.#pumping = new Promise(resolve => (pumped = resolve))
    this.#defer(() => {
      this.#pumping = undefined
      this.#pump()
      pumped()
    })
  }

  /** Not before what it says of its PIN is noted. */
  async #ended(job: SignJob<Device>): Promise<Signed<Device>> {
    try {
      return await job.signed
    } finally {
      await job.noted
    }
  }

  #pump(): void {
    const { gate } = this.#options
    for (const device of this.#ready) {
      if (this.#queue.length === 0) return
      if (this.#held.has(device)) continue
      const job = this.#queue.take(one => one.fits(device))
      if (!job) this.#identify(device)
      else if (gate) void this.#startThrough(gate, device, job)
      else this.#start(device, job)
    }
  }

  /** False: it was not handed to the socket. */
  #start(device: Device, job: SignJob<Device>): boolean {
    if (device.start(job)) {
      follow(job, device, this.#options)
      return true
    }
    // Nothing was sent, so it may go to another device, once.
    if (++job.misses > 1) job.fail(this.#unavailable(job))
    else this.#queue.add(job)
    return false
  }

  /** Sends a request if its PIN may go to this card. Until its outcome is noted, the card gets no other. */
  async #startThrough(gate: PinGate, device: Device, job: SignJob<Device>): Promise<void> {
    this.#held.add(device)
    const attempt = gate.admitNow(device, job.pinKey ?? '')
    await (attempt ? this.#attempt(attempt, device, job) : this.#lookUp(gate, device, job))
    this.#held.delete(device)
    this.#pumpSoon()
  }

  async #lookUp(gate: PinGate, device: Device, job: SignJob<Device>): Promise<void> {
    const admission = await admit(gate, device, job.pinKey)
    if (admission === undefined) job.fail(new ApiError(Errors['sign.guard_unavailable']))
    else if (typeof admission === 'string') this.#refuse(admission, device, job)
    else if (this.#mayStillGo(device, job)) await this.#attempt(admission, device, job)
    else await settle(admission, 'unsent')
  }

  /** Resolves when the outcome is noted. Never rejects. */
  #attempt(attempt: Attempt, device: Device, job: SignJob<Device>): Promise<void> {
    if (!this.#start(device, job)) return settle(attempt, 'unsent')
    job.noted = note(attempt, job)
    job.onLate(pin => void settle(attempt, pin))
    return job.noted
  }

  #refuse(because: 'blocked' | 'later', device: Device, job: SignJob<Device>): void {
    const allow = job.exclude(device)
    if (because === 'later')
      this.#options.clock.after(laterMs, () => {
        allow()
        this.#pump()
      })
    if (because === 'blocked' && !this.#mightGo(job)) job.fail(new ApiError(Errors['sign.pin_blocked']))
    else if (this.#stopped) job.fail(shuttingDown())
    else this.#queue.add(job)
  }

  /** Whether nothing has happened to a request or its device while its PIN was looked up. */
  #mayStillGo(device: Device, job: SignJob<Device>): boolean {
    if (this.#stopped) job.fail(shuttingDown())
    else if (job.withdrawn) job.fail(cancelled())
    else if (this.#ready.has(device)) return true
    else this.#queue.add(job)
    return false
  }

  /** Asks a device for its serial, once a connection, when somebody waits for a certain card and it may be this one. */
  #identify(device: Device): void {
    const { connection } = device
    if (this.#asked.has(connection) || !this.#queue.some(job => job.mightFit(device))) return
    this.#asked.add(connection)
    const read = async (): Promise<void> => {
      const ending = await device.read('cus-sec_SpcGetCertNo')
      if (typeof ending === 'object') connection.certNo ??= firstText(ending)
      this.#queue.rearm()
      this.#pumpSoon()
    }
    void read()
  }

  #mightGo(job: SignJob<Device>): boolean {
    return this.devices.some(device => job.mightFit(device))
  }

  /** Whether another gateway holds what might sign this, so that asking that one is better than to wait here. */
  #isElsewhere(job?: SignJob<Device>): boolean {
    const devices = job ? this.devices.filter(device => job.mightFit(device)) : this.devices
    return !devices.some(({ usable }) => usable) && devices.some(({ state }) => state === 'standby')
  }

  #noDeviceSince(job: SignJob<Device>): number | undefined {
    let since = 0
    for (const device of this.devices.filter(one => job.mightFit(one))) {
      if (device.usable && job.fits(device)) return undefined
      since = Math.max(since, this.#goneSince.get(device) ?? 0)
    }
    return since
  }

  #beat(): void {
    for (const device of this.devices) device.beat()
    this.#beatTimer = this.#options.clock.after(this.#options.settings.pingIntervalMs, () => this.#beat())
  }

  #expectedEndMs(job?: SignJob<Device>): number {
    const usable = this.devices.filter(device => device.usable)
    const own = job?.bound ? usable.filter(device => job.mightFit(device)) : usable
    // Of the requests that may go anywhere, the devices of this one get their share.
    const share = own.length / usable.length
    const ahead =
      own.length === usable.length
        ? this.#queue.length
        : this.#queue.sum(other => (other.bound ? Number(own.some(one => other.mightFit(one))) : share))
    return expectedEndMs(
      ahead,
      own.map(device => ({ free: this.#ready.has(device), paceMs: device.paceMs }))
    )
  }

  #deadlineMs({ deadlineMs = Infinity }: SignRequest): number {
    return Math.min(deadlineMs, this.#options.settings.deadlineMs)
  }

  #unavailable(job?: SignJob<Device>): ApiError {
    if (this.#isElsewhere(job)) return elsewhere()
    const { reconnectMaxMs } = this.#options.settings
    return new ApiError(Errors['sign.device_unavailable'], { retryAfter: Math.ceil(reconnectMaxMs / 1_000) })
  }
}

/** The first turn of the event loop reads what has arrived meanwhile. */
export function afterInput(task: () => void): void {
  setImmediate(() => setImmediate(task))
}

function elsewhere(): ApiError {
  return new ApiError(Errors['sign.device_elsewhere'], { retryAfter: 1 })
}

function queueFull(waitMs: number): ApiError {
  return new ApiError(Errors['sign.queue_full'], { retryAfter: Math.max(1, Math.ceil(waitMs / 1_000)) })
}
