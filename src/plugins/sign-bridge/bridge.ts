import type { Clock } from '../../core/index.ts'
import type { Callers } from './callers.ts'
import type { Certificates } from './certificates.ts'
import { checkRequest } from './limits.ts'
import type { SignMetrics } from './metrics.ts'
import type { OpenRequests } from './open-requests.ts'
import type { Operations } from './operations.ts'
import type { SignPool } from './pool.ts'
import type { Signature, SignBridge, SignBridgeStatus, SignRequest } from './service.ts'
import type { Supervision } from './supervision.ts'
import { through, type DeviceStage, type Next, type Stage } from './stage.ts'

export interface BridgeOptions {
  readonly pool: SignPool
  readonly certificates: Certificates
  readonly callers: Pick<Callers, 'authenticate'>
  readonly supervision: Pick<Supervision, 'measured' | 'assertReady'> & {
    readonly metrics: Pick<SignMetrics, 'refused'>
  }
  readonly operations: Operations
  readonly open: OpenRequests
  readonly clock: Clock
  /** For how long requests may go on because another gateway has taken the place of this one; 0: none has. */
  readonly patienceMs: () => number
  readonly maxTextBytes: number
  /** What happens to every request, outermost first. */
  readonly stages: readonly Stage[]
  /** What happens after that to those that go to a device, outermost first. */
  readonly deviceStages: readonly DeviceStage[]
}

/** How long an idle device may be silent before it is asked whether it is there, and how long it has to answer. */
const silenceMs = 400

/** The service over a pool of devices. */
export class PooledBridge implements SignBridge {
  readonly #options: BridgeOptions
  readonly #sign: Next

  constructor(options: BridgeOptions) {
    this.#options = options
    const onDevice = through(options.deviceStages, request => options.pool.sign(request))
    this.#sign = through(options.stages, onDevice)
  }

  async sign(request: SignRequest): Promise<Signature> {
    checkRequest(request, this.#options.maxTextBytes)
    const leave = this.#options.open.enter()
    try {
      const { sign, certNo, device } = await this.#sign(request)
      return { sign, certNo, device: device.name }
    } finally {
      leave()
    }
  }

  status(): SignBridgeStatus {
    const { pool, supervision } = this.#options
    const state = { devices: pool.devices.map(device => device.status()), queued: pool.queued }
    return { ...state, metrics: supervision.measured(state) }
  }

  authenticate(authorization: string | undefined): string | undefined {
    return this.#options.callers.authenticate(authorization)?.name
  }

  /** @throws {ApiError} as {@link SignPool.assertRoom} */
  assertRoom(): void {
    const { pool, supervision } = this.#options
    try {
      pool.assertRoom()
    } catch (error) {
      supervision.metrics.refused(error)
      throw error
    }
  }

  /** Resolves when the states of idle devices are no older than half a second: a line may have gone silent. */
  async confirmed(): Promise<void> {
    await Promise.all(this.#options.pool.devices.map(device => device.confirm(silenceMs)))
  }

  certificate(certNo: string): Promise<string | undefined> {
    return this.#options.certificates.find(certNo)
  }

  get operations(): Operations {
    return this.#options.operations
  }

  /**
   * A gateway whose devices another one holds is ready: it has other work, and takes over when that one is gone.
   * @throws {Error} saying how many devices are ready, when none is, or why nothing can be recorded
   */
  async assertReady(): Promise<void> {
    const { pool, supervision } = this.#options
    await Promise.all([supervision.assertReady(), this.confirmed()])
    const devices = pool.devices.map(device => device.status())
    if (devices.some(({ state }) => state === 'ready' || state === 'busy' || state === 'standby')) return
    const each = devices.map(
      ({ name, address, state, reason = '' }) => `${name} (${address}) ${state}: ${reason}`
    )
    throw new Error(`0 of ${devices.length} devices are ready; ${each.join('; ') || 'none is configured'}`)
  }

  /**
   * Lets what was sent finish, until `signal` aborts; everything else is refused. Then ends all connections. Where another
   * gateway has taken the place of this one, what has begun here is answered first: it cannot go there.
   */
  async drain(signal: AbortSignal): Promise<void> {
    const { pool, open, clock, patienceMs } = this.#options
    const waitMs = patienceMs()
    if (waitMs > 0) await open.none(signal, clock, waitMs)
    pool.stop()
    const aborted = new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([pool.settled(), aborted])
    await pool.close()
  }
}
