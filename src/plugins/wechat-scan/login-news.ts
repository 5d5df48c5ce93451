import type { HubEvent } from '../sse-hub/service.ts'
import type { Clock } from '../../core/index.ts'
import type { Codes } from './exchange-codes.ts'
import type { Login, Logins } from './login.ts'
import type { SceneStore } from './scene-store.ts'
import type { Contract, Saying } from './login-streams.ts'
import type { Tickets } from './login-tickets.ts'

/** What a page is told of its login, by a stream or when it asks. */
export interface News {
  readonly state: 'ready' | 'scanned' | 'confirmed' | 'expired' | 'cancelled' | 'busy'
  /** `ready`: what the QR code says, and what `/v1/scan/qr.svg` calls it. */
  readonly url?: string
  readonly id?: string
  readonly svg?: string
  /** Milliseconds since the Unix epoch, and from now on by any clock. */
  readonly expiresAt?: number
  readonly expiresInMs?: number
  /** QR codes that the page still gets by itself. */
  readonly refreshesLeft?: number
  /** `confirmed`: good once, for a minute. */
  readonly code?: string
  /** `expired`: the user may ask for another QR code. */
  readonly refreshable?: boolean
  /** `busy`: when it is tried again. */
  readonly retryMs?: number
}

export interface NewsDeskParts {
  readonly logins: Logins
  readonly codes: Codes
  readonly scenes: SceneStore
  readonly tickets: Tickets
  readonly clock: Clock
  readonly streamMs: number
}

/** Puts logins into the words of `/v1/scan`. */
export class NewsDesk implements Contract {
  readonly announce = true
  readonly timeout: HubEvent = { event: 'timeout', data: {} }
  readonly #parts: NewsDeskParts

  constructor(parts: NewsDeskParts) {
    this.#parts = parts
  }

  /** Where a login stands. Whoever is told `confirmed` gets a code of its own. */
  async newsOf(login: Login): Promise<News> {
    const { handle, scene } = login
    if (scene.state === 'shown') {
      const { url, expiresAt } = scene
      const expiresInMs = Math.max(0, expiresAt - this.#parts.clock.now())
      const id = `${handle.account}.${handle.scene}`
      const refreshesLeft = this.#parts.logins.refreshesLeft(login)
      return { state: 'ready', id, url, svg: svgOf(id), expiresAt, expiresInMs, refreshesLeft }
    }
    if (scene.state === 'scanned' || scene.state === 'cancelled') return { state: scene.state }
    const code = scene.state === 'confirmed' ? await this.#parts.codes.issue(login) : undefined
    return code === undefined ? { state: 'expired', refreshable: true } : { state: 'confirmed', code }
  }

  /** True for a login that a page need not hear of again before its user asks for another QR code. */
  isDone({ scene }: Login): boolean {
    return scene.state === 'consumed' || scene.told === true
  }

  async say(login: Login, byTicket: boolean): Promise<Saying> {
    if (this.isDone(login)) return { end: true }
    const { state, ...data } = await this.newsOf(login)
    const { scenes, tickets, streamMs } = this.#parts
    // A ticket is good once, and these states may outlast the stream.
    const comesBack = byTicket && (state === 'ready' || state === 'scanned')
    const ticket = comesBack ? { ticket: await tickets.issue(login.hash, streamMs) } : {}
    const event: HubEvent = { event: state, data: { ...data, ...ticket } }
    if (state !== 'expired' && state !== 'cancelled') return { event, end: false }
    const { account, scene } = login.handle
    return { event, end: true, said: () => scenes.change({ account, scene }, () => ({ told: true })) }
  }

  busy(retryMs: number): HubEvent {
    return { event: 'busy', data: { retryMs } }
  }
}

/** Where the picture of a QR code is. */
export function svgOf(id: string): string {
  return `/v1/scan/qr.svg?id=${id}`
}
