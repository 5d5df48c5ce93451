import type { FastifyReply, FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'

/** Who scanned. */
export interface ScanIdentity {
  /** Name of the account in the settings. */
  readonly account: string
  /** The user's id with that account. A name, not a credential. */
  readonly openid: string
  /** The user's id with all accounts of one Open Platform account, where there is one and it was asked for. */
  readonly unionid?: string
  /** `subscribe`: the scan has made the user a follower. */
  readonly event: 'SCAN' | 'subscribe'
  /** Milliseconds since the Unix epoch, by the clock of WeChat; it counts whole seconds. */
  readonly scannedAt: number
}

/** A message or an event of an official account that is no scan of ours. */
export interface AccountMessage {
  readonly account: string
  readonly openid: string
  /** `text`, `event`, … as WeChat names it. */
  readonly type: string
  /** Of an event, in lower case. */
  readonly event?: string
  /** All fields as WeChat sent them, opened and parsed. */
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Hears a message. What it returns is sent to the user as a text, if it comes within the deadline of the callback and
 * no earlier listener has answered. What it throws is logged, and WeChat hears nothing of it.
 */
export type MessageListener = (
  message: AccountMessage
) => string | undefined | void | Promise<string | undefined | void>

/** Hears of a login in the route that exchanges its code, so that a site in this process can set its own cookie. */
export type LoginListener = (
  request: FastifyRequest,
  reply: FastifyReply,
  identity: ScanIdentity
) => void | Promise<void>

/** What operators may see of an account. */
export interface AccountStatus {
  readonly name: string
  /** QR codes made since midnight in Beijing, by all nodes, and how many WeChat allows. */
  readonly qrToday: number
  readonly qrQuota: number
  /** QR codes that wait to be shown. */
  readonly stock: number
  /** When the access token ends, milliseconds since the Unix epoch; `undefined`: none is held. */
  readonly tokenEndsAt: number | undefined
  /** Why nothing can be shown at present. */
  readonly problem: string | undefined
}

export interface ScanStatus {
  readonly accounts: readonly AccountStatus[]
  /** Monotonic counters by their metric name without prefix. */
  readonly counters: Readonly<Record<string, number>>
}

/** Logins by scanning a QR code of a WeChat official account. */
export interface WechatScan {
  /**
   * Redeems the one-time code that a browser got when its user had scanned. A code is good once and for a minute.
   * @throws {ApiError} `scan.bad_code` for one that is unknown, used or over; nobody can tell which
   */
  exchange(code: string): Promise<ScanIdentity>
  /** Calls back for each login that a browser of this site completes by itself. */
  onLogin(listener: LoginListener): void
  /** Calls back for everything that is pushed and is no scan of ours. */
  onMessage(listener: MessageListener): void
  status(): Promise<ScanStatus>
}

export const WechatScan = service<WechatScan>('wechatScan')
