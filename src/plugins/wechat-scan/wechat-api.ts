import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import type { ScanAccount } from './account.ts'

/** A QR code that WeChat has made. */
export interface QrCode {
  readonly ticket: string
  /** What the QR code says. */
  readonly url: string
  /** Milliseconds since the Unix epoch, by our clock; never later than WeChat's own. */
  readonly expiresAt: number
}

export interface WechatApiParts {
  readonly account: ScanAccount
  /** Base URL, `https://api.weixin.qq.com`. */
  readonly base: string
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Which call gives access tokens. */
  readonly kind: 'stable' | 'classic'
  /** Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** The calls of the WeChat API that a scan login needs, for one account. */
export class WechatApi {
  constructor(_parts: WechatApiParts) {}

  /**
   * Makes a temporary QR code.
   * @param scene 1–64 characters
   * @throws {WechatApiError}
   */
  createQr(_scene: string, _ttlS: number, _signal?: AbortSignal): Promise<QrCode> {
    throw new Error('not built yet')
  }

  /** @throws {WechatApiError} */
  userInfo(_openid: string): Promise<{ readonly unionid?: string }> {
    throw new Error('not built yet')
  }

  /** When the access token that was last used ends, milliseconds since the Unix epoch. */
  get tokenEndsAt(): number | undefined {
    return undefined
  }

  /** Why the last call failed; `undefined` after one that did not. */
  get problem(): string | undefined {
    return undefined
  }
}
