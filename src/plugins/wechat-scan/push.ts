import type { AccountMessage } from './service.ts'

/** A scan that WeChat has pushed, verified and opened. */
export interface ScanPush {
  /** Name of the account in the settings. */
  readonly account: string
  readonly openid: string
  /** What the QR code held, without the prefix that new followers' events have. Numbers arrive as text, too. */
  readonly scene: string
  readonly event: 'SCAN' | 'subscribe'
  /** Milliseconds since the Unix epoch, by the clock of WeChat; it counts whole seconds. */
  readonly createdAt: number
  /** The account's original id, `gh_…`. */
  readonly toUser: string
}

/** Who is told of what was pushed. Each push comes once, as far as the callback can tell. */
export interface ScanSink {
  /** What happened to a scan, and the text for the chat. `undefined`: the scene is none of ours. */
  scanned(push: ScanPush): Promise<{ readonly reply?: string } | undefined>
  /** A tap or a word in the chat that answers a question of ours. `undefined`: it does not. */
  answered(message: AccountMessage): Promise<{ readonly reply?: string } | undefined>
}
