import type { Clock, Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { Device, type DeviceSettings, type DeviceState } from './device.ts'
import { Errors } from './errors.ts'
import type { Tell } from './events.ts'
import { nextId } from './frame.ts'
import { cancelled, SignJob, type Signed } from './job.ts'
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
  /** Runs a task once everything that has arrived by now was heard. */
  readonly defer?: (task: () => void) => void
}

/** Devices that pull from one queue. */
export class SignPool {
  readonly devices: readonly Device[]
  readonly #options: PoolOptions
  readonly #defer: (task: () => void) => void
  readonly #queue: SignQueue<SignJob<Device>>
  readonly #ready = new Set<Device>()
  readonly #open = new Set<Promise<unknown>>()
  #beatTimer: Timer | undefined
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
      expired: (job, because) =>
        job.fail(
          because === 'deadline' ? new ApiError(Errors['sign.deadline_in_queue']) : this.#unavailable()
        )
    })
    this.#queue.deviceThere(false)
    const changed = (device: Device, previous: DeviceState): void => this.#changed(device, previous)
    this.devices = places.map(place => new Device({ ...place, settings, clock, random, ids, tell, changed }))
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
    if (this.#stopped) throw shuttingDown()
    if (request.signal?.aborted) throw cancelled()
    if (this.devices.length === 0) throw this.#unavailable()
    if (this.#queue.full) throw new ApiError(Errors['sign.queue_full'], { retryAfter: this.#expectedWaitS() })
    const queuedAt = this.#options.clock.monotonic()
    const expiresAt = queuedAt + this.#options.settings.deadlineMs
    const job = new SignJob<Device>(request, { queuedAt, expiresAt })
    job.onAbort(() => {
      if (this.#queue.remove(job)) job.fail(cancelled())
    })
    this.#open.add(job.signed)
    this.#queue.add(job)
    this.#pump()
    try {
      return await job.signed
    } finally {
      this.#open.delete(job.signed)
    }
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
  }

  #changed(device: Device, previous: DeviceState): void {
    this.#options.changed?.(device, previous)
    if (device.state === 'ready') this.#ready.add(device)
    else this.#ready.delete(device)
    this.#queue.deviceThere(this.devices.some(({ usable }) => usable))
    // A control may end the connection, or repeat itself, in the same breath as it replies: hear it out first.
    if (device.state === 'ready') this.#defer(() => this.#pump())
  }

  #pump(): void {
    for (const device of this.#ready) {
      const job = this.#queue.take()
      if (!job) return
      if (device.start(job)) continue
      // Nothing was sent, so it may go to another device, once.
      if (++job.misses > 1) job.fail(this.#unavailable())
      else this.#queue.add(job)
    }
  }

  #beat(): void {
    for (const device of this.devices) device.beat()
    this.#beatTimer = this.#options.clock.after(this.#options.settings.pingIntervalMs, () => this.#beat())
  }

  /** Until the queue has emptied once, at the pace of the recent past. */
  #expectedWaitS(): number {
    const signsMs = this.devices.map(({ meanSignMs }) => meanSignMs)
    const perSignMs = Math.max(...signsMs) / signsMs.length
    return Math.min(60, Math.max(1, Math.ceil((this.#queue.length * perSignMs) / 1_000)))
  }

  #unavailable(): ApiError {
    const { reconnectMaxMs } = this.#options.settings
    return new ApiError(Errors['sign.device_unavailable'], { retryAfter: Math.ceil(reconnectMaxMs / 1_000) })
  }
}

/** The first turn of the event loop reads what has arrived meanwhile. */
function afterInput(task: () => void): void {
  setImmediate(() => setImmediate(task))
}

function shuttingDown(): ApiError {
  return new ApiError(Errors['sign.shutting_down'], { retryAfter: 1, headers: { connection: 'close' } })
}
