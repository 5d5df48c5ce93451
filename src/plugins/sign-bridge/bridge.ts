import { ApiError } from '../api-error/service.ts'
import type { Certificates } from './certificates.ts'
import { Errors } from './errors.ts'
import type { Signed } from './job.ts'
import { checkRequest } from './limits.ts'
import type { Device } from './device.ts'
import type { SignPool } from './pool.ts'
import type { Signature, SignBridge, SignBridgeStatus, SignRequest } from './service.ts'
import { verifies } from './verify.ts'

export interface BridgeOptions {
  readonly pool: SignPool
  readonly certificates: Certificates
  readonly maxTextBytes: number
  readonly verifySignatures: boolean
}

/** The service over a pool of devices. */
export class PooledBridge implements SignBridge {
  readonly #options: BridgeOptions

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  async sign(request: SignRequest): Promise<Signature> {
    checkRequest(request, this.#options.maxTextBytes)
    const signed = await this.#options.pool.sign(request)
    if (this.#options.verifySignatures) await this.#verify(request.data, signed)
    return { sign: signed.sign, certNo: signed.certNo }
  }

  status(): SignBridgeStatus {
    const { pool } = this.#options
    return { devices: pool.devices.map(device => device.status()), queued: pool.queued }
  }

  certificate(certNo: string): Promise<string | undefined> {
    return this.#options.certificates.find(certNo)
  }

  /** @throws {Error} saying how many devices are ready, when none is */
  assertReady(): void {
    const { devices } = this.status()
    if (devices.some(({ state }) => state === 'ready' || state === 'busy')) return
    const each = devices.map(
      ({ name, address, state, reason = '' }) => `${name} (${address}) ${state}: ${reason}`
    )
    throw new Error(`0 of ${devices.length} devices are ready; ${each.join('; ') || 'none is configured'}`)
  }

  /** Lets what was sent finish, until `signal` aborts; everything else is refused. Then ends all connections. */
  async drain(signal: AbortSignal): Promise<void> {
    const { pool } = this.#options
    pool.stop()
    const aborted = new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([pool.settled(), aborted])
    await pool.close()
  }

  async #verify(text: string, { sign, device }: Signed<Device>): Promise<void> {
    const certificate = await this.#options.certificates.of(device)
    if (certificate && verifies(text, sign, certificate) === false)
      throw new ApiError(Errors['sign.signature_invalid'])
  }
}
