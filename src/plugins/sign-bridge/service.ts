import { service, type Metric } from '../../core/index.ts'

/** One signature to be made. */
export interface SignRequest {
  /** The text to sign. Its bytes (UTF-8) are signed as they are. */
  readonly data: string
  /** The card's PIN. It goes into one frame and nowhere else. */
  readonly pin: string
  /** Withdraws the request while it is queued; a frame already sent is let finish. */
  readonly signal?: AbortSignal
  /** Name of the caller, whose limits hold. Absent: code of the gateway itself, which none hold. */
  readonly caller?: string
  /** Names of the devices that may sign. Absent: any. */
  readonly devices?: readonly string[]
  /** Serials of the certificates that it may be signed with, in hex. Absent: any. */
  readonly certNos?: readonly string[]
  /** How long it may wait for a device, in milliseconds. More than the setting of this name counts as that. */
  readonly deadlineMs?: number
  /**
   * Names the request, 1 to 255 characters, a caller's own: the outcome of the first with a key is that of all with
   * this key, and nothing is signed twice. Not for failures that are `transient`: after those it may be tried again.
   */
  readonly idempotencyKey?: string
}

/** A signature and the certificate it was made with, as the card gave them. */
export interface Signature {
  /** Base64. */
  readonly sign: string
  /** Serial of the certificate, in hex. */
  readonly certNo: string
  /** Name of the device that made it. */
  readonly device: string
}

/** What operators may see of a device. */
export interface DeviceStatus {
  readonly name: string
  /** The host and port of the device; never its user information or query. */
  readonly address: string
  readonly state:
    | 'connecting'
    | 'handshaking'
    | 'ready'
    | 'busy'
    | 'recovering'
    | 'down'
    | 'standby'
    | 'closed'
  /** Serial of the certificate of the card, once it is known on the present connection. */
  readonly certNo: string | undefined
  /** Why it is not ready, when it is not. */
  readonly reason: string | undefined
  /** What happened on it since the start. */
  readonly counters: Readonly<Record<string, number>>
}

/** The devices, the length of the queue that they share, and what was measured. */
export interface SignBridgeStatus {
  readonly devices: readonly DeviceStatus[]
  readonly queued: number
  readonly metrics: readonly Metric[]
}

/** A pool of signing devices. */
export interface SignBridge {
  /**
   * Signs with a device that is free, or with the first that falls free.
   * @throws {ApiError} with a `sign.…` key. `entry.transient` tells whether the same request may be made again: the
   * PIN had not left. After any other failure it had, and the outcome may be unknown.
   */
  sign(request: SignRequest): Promise<Signature>
  /**
   * The name of the caller whose token an `Authorization` header holds, for `sign`; `undefined` when nobody needs one.
   * Routes that sign for others call it first.
   * @throws {ApiError} `auth.required` or `auth.token_invalid`, both 401
   */
  authenticate(authorization: string | undefined): string | undefined
  status(): SignBridgeStatus
  /**
   * The certificate with this serial as PEM, or `undefined` when no device has it.
   * @throws {ApiError} `sign.device_unavailable` when a device that may have it cannot be asked
   */
  certificate(certNo: string): Promise<string | undefined>
}

export const SignBridge = service<SignBridge>('signBridge')
