import { service } from '../../core/index.ts'

/** One signature to be made. */
export interface SignRequest {
  /** The text to sign. Its bytes (UTF-8) are signed as they are. */
  readonly data: string
  /** The card's PIN. It goes into one frame and nowhere else. */
  readonly pin: string
  /** Aborts while queued; a frame already sent is let finish. */
  readonly signal?: AbortSignal
}

/** A signature and the certificate it was made with. */
export interface Signature {
  /** Base64. */
  readonly sign: string
  /** Serial of the certificate, lower-case hex. */
  readonly certNo: string
}

/** What operators may see of a device. */
export interface DeviceStatus {
  readonly name: string
  /** The host and port of the device; never its user information or query. */
  readonly address: string
  readonly state: 'connecting' | 'handshaking' | 'ready' | 'busy' | 'recovering' | 'down' | 'closed'
  readonly certNo: string | undefined
  /** Why it is not ready, when it is not. */
  readonly reason: string | undefined
  readonly counters: Readonly<Record<string, number>>
}

/** A pool of signing devices. */
export interface SignBridge {
  /**
   * Signs with the first device that is free.
   * @throws {ApiError} with a `sign.…` key; `retryable` in its detail tells whether the frame had left
   */
  sign(request: SignRequest): Promise<Signature>
  /** The devices and the length of the queue that they share. */
  status(): { readonly devices: readonly DeviceStatus[]; readonly queued: number }
  /** The certificate with this serial as PEM, or `undefined` when no device has it. */
  certificate(certNo: string): Promise<string | undefined>
}

export const SignBridge = service<SignBridge>('signBridge')
