import { randomBytes } from 'node:crypto'

/** Where a shown scene stands. One that waits to be shown is in a stock, and nowhere else. */
export type SceneState = 'shown' | 'scanned' | 'confirmed' | 'consumed' | 'expired' | 'cancelled' | 'failed'

/** Which scene is meant. */
export interface SceneName {
  /** Name of the account in the settings. */
  readonly account: string
  /** What the QR code holds. */
  readonly scene: string
}

/** One QR code, from when it is shown on. */
export interface Scene {
  /** Grows with every change. */
  readonly version: number
  readonly state: SceneState
  /** Hash of the handle of the browser that it was shown to. */
  readonly handle: string
  /** What the QR code says. */
  readonly url: string
  readonly ticket: string
  /** When its present state ends by itself, milliseconds since the Unix epoch. */
  readonly expiresAt: number
  /** The browser in words, for the person who is asked to confirm. */
  readonly from: string
  readonly openid?: string
  readonly event?: 'SCAN' | 'subscribe'
  /** Milliseconds since the Unix epoch, by the clock of WeChat. */
  readonly scannedAt?: number
  /** One-time codes that were given out. */
  readonly codes?: number
  /** A page has been told that it is over. */
  readonly told?: boolean
}

const successors: Readonly<Record<SceneState, readonly SceneState[]>> = {
  shown: ['scanned', 'confirmed', 'expired', 'cancelled'],
  scanned: ['confirmed', 'expired', 'cancelled'],
  confirmed: ['consumed', 'expired', 'failed'],
  consumed: [],
  expired: [],
  cancelled: [],
  failed: []
}

/** Whether a scene in the state `from` may come to be in `to`. To stay is always allowed. */
export function mayBecome(from: SceneState, to: SceneState): boolean {
  return from === to || successors[from].includes(to)
}

/** True for a scene that nothing can happen to any more. */
export function isOver({ state }: Pick<Scene, 'state'>): boolean {
  return successors[state].length === 0
}

/** A new scene: 128 random bits in 22 characters. */
export function newScene(): string {
  return randomBytes(16).toString('base64url')
}

/** Whether a text can be a scene of ours. */
export function isScene(text: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(text)
}
