import type { Clock, Timer } from '../../core/index.ts'
import type { Lease, State } from '../state/service.ts'
import type { Connect, Transport, TransportEvents } from './transport.ts'

export interface LeaseOptions {
  readonly state: Pick<State, 'lock' | 'publish' | 'subscribe'>
  /** Name of the lock, and of the channel that tells when it is free: the same wherever the same device is meant. */
  readonly key: string
  readonly leaseMs: number
  readonly clock: Clock
}

/** Why the lease is not held, in words; `elsewhere`: another gateway has it. */
const elsewhere = Symbol('elsewhere')
const unknown = 'It cannot be known whether another gateway holds this device'

/** Connects only while it holds a lock, so that of several gateways one drives a device. */
export function leased(connect: Connect, options: LeaseOptions): Connect {
  return events => new LeasedTransport(connect, options, events)
}

/**
 * Takes the lock when it is told that it is free, or finds that when a third of a lease has passed. Renews its lease as often. When that cannot be done it cuts the connection a sixth before the
 * end, whatever is out on it: nobody else may hold the device until then.
 */
class LeasedTransport implements Transport {
  readonly #connect: Connect
  readonly #options: LeaseOptions
  readonly #events: TransportEvents
  #inner: Transport | undefined
  #lease: Lease | undefined
  #safeUntil = 0
  #timer: Timer
  #turn = 0
  #waiting = false
  #listening: Promise<(() => Promise<void>) | undefined> | undefined
  #closed = false

  constructor(connect: Connect, options: LeaseOptions, events: TransportEvents) {
    this.#connect = connect
    this.#options = options
    this.#events = events
    this.#timer = options.clock.after(0, () => void this.#take())
  }

  send(frame: string): boolean {
    return this.#safeForMs > 0 && this.#inner !== undefined && this.#inner.send(frame)
  }

  ping(): void {
    this.#inner?.ping()
  }

  /** A connection is replaced after a sleep of the host too, when the lease may have ended: it is checked at once. */
  replace(): void {
    this.#inner?.replace()
    if (this.#lease) this.#after(0, () => void this.#renew())
  }

  settled(): void {
    this.#inner?.settled()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer.cancel()
    await this.#inner?.close()
    await this.#handOver().catch(() => undefined)
    void this.#listening?.then(end => end?.()).catch(() => undefined)
  }

  async #handOver(): Promise<void> {
    const { state, key } = this.#options
    if (await this.#lease?.release()) await state.publish(key, 'free')
  }

  /** Hears when the lock is free. While that cannot be, it is tried now and then. */
  #listen(): void {
    const { state, key } = this.#options
    const heard = (): void => {
      if (this.#waiting) this.#after(0, () => void this.#take())
    }
    this.#listening ??= state.subscribe(key, heard, heard).catch(() => {
      this.#listening = undefined
      return undefined
    })
  }

  get #safeForMs(): number {
    return this.#safeUntil - this.#options.clock.monotonic()
  }

  async #take(): Promise<void> {
    const { state, key, leaseMs, clock } = this.#options
    const askedAt = clock.monotonic()
    const turn = ++this.#turn
    this.#waiting = false
    this.#after(leaseMs, () => this.#wait(unknown))
    const lease = await state.lock(key, leaseMs).catch(() => 'unknown' as const)
    const isLate = this.#closed || turn !== this.#turn
    if (lease === undefined || lease === 'unknown')
      return isLate ? undefined : this.#wait(lease ? unknown : elsewhere)
    if (isLate) return void lease.release().catch(() => false)
    this.#lease = lease
    this.#hold(askedAt)
    if (this.#safeForMs > 0) this.#inner = this.#connect(this.#events)
    else this.#letGo(unknown)
  }

  async #renew(): Promise<void> {
    const lease = this.#lease
    if (!lease) return
    const { leaseMs, clock } = this.#options
    const askedAt = clock.monotonic()
    // An answer that comes too late is none.
    this.#after(this.#safeForMs, () => this.#letGo(unknown))
    const held = await lease.extend(leaseMs).catch(() => undefined)
    if (this.#closed || this.#lease !== lease) return
    if (held) this.#hold(askedAt)
    else if (held === false) this.#letGo(elsewhere)
    else this.#after(Math.min(1_000, this.#safeForMs), () => this.#retry())
  }

  #retry(): void {
    if (this.#safeForMs > 0) void this.#renew()
    else this.#letGo(unknown)
  }

  /** The lease counts from before it was asked for, so that the other side never thinks it shorter. */
  #hold(askedAt: number): void {
    const { leaseMs } = this.#options
    this.#safeUntil = askedAt + (leaseMs * 5) / 6
    this.#after(leaseMs / 3, () => void this.#renew())
  }

  #letGo(reason: string | typeof elsewhere): void {
    const [inner, lease] = [this.#inner, this.#lease]
    this.#inner = undefined
    this.#lease = undefined
    inner?.replace()
    void inner?.close()
    void lease?.release().catch(() => false)
    this.#wait(reason)
  }

  #wait(reason: string | typeof elsewhere): void {
    if (this.#closed) return
    this.#turn++
    this.#waiting = true
    this.#listen()
    if (reason === elsewhere) this.#events.heldElsewhere()
    else this.#events.closed(reason)
    this.#after(this.#options.leaseMs / 3, () => void this.#take())
  }

  #after(ms: number, task: () => void): void {
    this.#timer.cancel()
    if (!this.#closed) this.#timer = this.#options.clock.after(Math.max(0, ms), task)
  }
}
