import { verify, type KeyObject, type X509Certificate } from 'node:crypto'
import type { Clock, Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Certificates } from './certificates.ts'
import type { BridgeSettings } from './config.ts'
import type { Device } from './device.ts'
import { Errors } from './errors.ts'
import type { Tell } from './events.ts'
import type { Signed } from './job.ts'
import { sm2Point, Sm2Verifier } from './sm2-verifier.ts'
import type { DeviceStage } from './stage.ts'

export interface VerificationOptions {
  readonly certificates: Pick<Certificates, 'known' | 'of'>
  readonly settings: Pick<BridgeSettings, 'verifySm2' | 'verifySampleRate' | 'deadlineMs'>
  readonly clock: Clock
  readonly tell: Tell
  readonly random?: () => number
  readonly sm2?: Pick<Sm2Verifier, 'verify' | 'close'>
}

/** How long a device must have had nothing to do before it is asked for its certificate. */
const idleMs = 10_000
/** When it is asked although it was never idle, between two requests. */
const patienceMs = 60_000
/** How long a signature that must be checked waits for that at least, though its deadline has come. */
const leastCheckMs = 5_000

/**
 * Returns signatures only when they are those of their texts. That takes the certificate, and many controls know
 * nothing but signing: one is asked for it after its first signature, when it is idle, and not again when it has none
 * to give. Until then signatures are returned unverified, and counted. A control that gave its certificate once is
 * asked again with the first signature of each later connection, which is held back until it is verified.
 *
 * A check of SM2 that is not to be had at once is left out where signatures are sampled. Where all are to be checked it
 * is waited for until the deadline of the request, and a signature without its check is withheld.
 */
export class Verification {
  readonly counters = { verified: 0, unverified: 0, invalid: 0 }
  readonly #options: VerificationOptions
  readonly #sm2: Pick<Sm2Verifier, 'verify' | 'close'>
  readonly #gives = new WeakSet<Device>()
  readonly #withholds = new WeakSet<Device>()
  readonly #wanted = new Map<Device, { readonly since: number; timer: Timer }>()

  constructor(options: VerificationOptions) {
    this.#options = options
    this.#sm2 = options.sm2 ?? new Sm2Verifier(options)
  }

  /** @throws {ApiError} `sign.unverified`, or `sign.signature_invalid`; with that the device is out of service */
  readonly stage: DeviceStage = async (request, next) => {
    const { clock, settings } = this.#options
    const endsAt = clock.monotonic() + Math.min(request.deadlineMs ?? Infinity, settings.deadlineMs)
    const signed = await next(request)
    const certificate = await this.#certificateFor(signed)
    const valid = certificate && (await this.#verifies(request.data, signed.sign, certificate, endsAt))
    if (valid === false) throw this.#invalid(signed.device)
    this.counters[valid ? 'verified' : 'unverified']++
    return signed
  }

  async close(): Promise<void> {
    for (const { timer } of this.#wanted.values()) timer.cancel()
    this.#wanted.clear()
    await this.#sm2.close()
  }

  async #certificateFor({ device, certNo }: Signed<Device>): Promise<X509Certificate | undefined> {
    const { certificates } = this.#options
    // It has been connected anew meanwhile, and another card may be in it.
    if (device.connection.certNo !== certNo) return undefined
    const known = certificates.known(device)
    if (known) return known
    if (this.#gives.has(device)) return this.#ask(device)
    this.#askLater(device)
    return undefined
  }

  async #ask(device: Device): Promise<X509Certificate | undefined> {
    const { connection } = device
    try {
      const certificate = await this.#options.certificates.of(device)
      if (certificate) this.#gives.add(device)
      else if (device.connection === connection || !this.#gives.has(device)) this.#withholds.add(device)
      return certificate
    } catch {
      return undefined
    }
  }

  #askLater(device: Device): void {
    if (this.#withholds.has(device)) return
    const { clock } = this.#options
    const now = clock.monotonic()
    const { since = now, timer } = this.#wanted.get(device) ?? {}
    timer?.cancel()
    const waitMs = Math.max(0, Math.min(idleMs, since + patienceMs - now))
    const ask = (): void => {
      this.#wanted.delete(device)
      void this.#ask(device)
    }
    this.#wanted.set(device, { since, timer: clock.after(waitMs, ask) })
  }

  /** `undefined`: it was not checked. */
  async #verifies(
    text: string,
    sign: string,
    certificate: X509Certificate,
    endsAt: number
  ): Promise<boolean | undefined> {
    const { point } = keyOf(certificate)
    if (point === undefined) return rsaVerifies(text, sign, certificate)
    const { settings, clock, random = Math.random } = this.#options
    const { verifySm2, verifySampleRate } = settings
    if (verifySm2 === 'off' || (verifySm2 === 'sampled' && random() >= verifySampleRate)) return undefined
    if (verifySm2 === 'sampled') return this.#sm2.verify(text, sign, point)
    const waitMs = Math.max(endsAt - clock.monotonic(), leastCheckMs)
    const valid = await this.#sm2.verify(text, sign, point, waitMs)
    if (valid === undefined) throw new ApiError(Errors['sign.unverified'])
    return valid
  }

  #invalid(device: Device): ApiError {
    this.counters.invalid++
    const reason = 'A signature of it did not verify'
    device.quarantine(reason)
    this.#options.tell({
      kind: 'signature-invalid',
      device: device.name,
      message: `${device.name}: a signature did not verify with the certificate of its card; it gets no more requests`
    })
    return new ApiError(Errors['sign.signature_invalid'])
  }
}

/**
 * Whether a signature of the control is that of `text` under the certificate: RSA PKCS#1 v1.5 with SHA-1 over UTF-8
 * (e-port control 1.5). `undefined`: it cannot be told here, since the key is of another kind.
 */
export function rsaVerifies(text: string, sign: string, certificate: X509Certificate): boolean | undefined {
  const { key } = keyOf(certificate)
  if (key.asymmetricKeyType !== 'rsa') return undefined
  return verify('sha1', Buffer.from(text), key, Buffer.from(sign, 'base64'))
}

interface VerifyingKey {
  readonly key: KeyObject
  /** Of an SM2 key, in hex. */
  readonly point: string | undefined
}

// An X509Certificate parses its key anew with each look at it, which takes longer than to verify a signature.
const keys = new WeakMap<X509Certificate, VerifyingKey>()

function keyOf(certificate: X509Certificate): VerifyingKey {
  const known = keys.get(certificate)
  if (known) return known
  const key = certificate.publicKey
  const found = { key, point: sm2PointOf(key) }
  keys.set(certificate, found)
  return found
}

function sm2PointOf(key: KeyObject): string | undefined {
  try {
    return sm2Point(key.export({ format: 'der', type: 'spki' }))
  } catch {
    return undefined
  }
}
