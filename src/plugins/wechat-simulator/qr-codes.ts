import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { QrRequest } from './qr-request.ts'
import { WechatError } from './wechat-error.ts'

/** A QR code that can be scanned. */
export interface SimulatedQrCode {
  readonly ticket: string
  /** What it says: 45 characters. */
  readonly url: string
  readonly scene: string
  readonly kind: QrRequest['kind']
  /** By {@link Clock.monotonic}; `Infinity`: permanent. */
  readonly endsAt: number
  /** How often it was scanned. */
  scans: number
}

/** All QR codes of the account that have not ended. */
export class QrCodes {
  readonly #clock: Clock
  readonly #maxPermanent: number
  readonly #byTicket = new Map<string, SimulatedQrCode>()
  readonly #byUrl = new Map<string, SimulatedQrCode>()
  readonly #byScene = new Map<string, SimulatedQrCode>()
  #permanent = 0
  #sweepAt = 1_000

  constructor(clock: Clock, maxPermanent = 100_000) {
    this.#clock = clock
    this.#maxPermanent = maxPermanent
  }

  /**
   * Makes a QR code. A permanent one for the same scene is the same one again.
   * @throws {WechatError} 40053 when there are as many permanent ones as there may be
   */
  create({ scene, kind, ttlS }: QrRequest): SimulatedQrCode {
    const same = ttlS === undefined && this.#byScene.get(scene)
    if (same && same.kind === kind && same.endsAt === Number.POSITIVE_INFINITY) return same
    if (ttlS === undefined && this.#permanent++ >= this.#maxPermanent) throw new WechatError(40053)
    const endsAt = this.#clock.monotonic() + (ttlS ?? Number.POSITIVE_INFINITY) * 1000
    const code = { ticket: drawTicket(), url: drawUrl(), scene, kind, endsAt, scans: 0 }
    this.#byTicket.set(code.ticket, code)
    this.#byUrl.set(code.url, code)
    this.#byScene.set(scene, code)
    if (this.#byTicket.size >= this.#sweepAt) this.#sweep()
    return code
  }

  /** The code that a ticket, the text of a QR code, or a scene (the newest of that name) stands for. */
  find(by: { ticket?: string | undefined; url?: string | undefined; scene?: string | undefined }) {
    const { ticket = '', url = '', scene = '' } = by
    const code = this.#byTicket.get(ticket) ?? this.#byUrl.get(url) ?? this.#byScene.get(scene)
    return code && this.#isLive(code) ? code : undefined
  }

  /** The newest live codes, newest first. */
  newest(count: number): readonly SimulatedQrCode[] {
    return [...this.#byTicket.values()]
      .filter(code => this.#isLive(code))
      .slice(-count)
      .toReversed()
  }

  /** Milliseconds until a code ends; `undefined`: never. */
  msLeft({ endsAt }: SimulatedQrCode): number | undefined {
    return Number.isFinite(endsAt) ? Math.max(0, Math.round(endsAt - this.#clock.monotonic())) : undefined
  }

  #isLive({ endsAt }: SimulatedQrCode): boolean {
    return endsAt > this.#clock.monotonic()
  }

  #sweep(): void {
    for (const code of this.#byTicket.values()) {
      if (this.#isLive(code)) continue
      this.#byTicket.delete(code.ticket)
      this.#byUrl.delete(code.url)
      if (this.#byScene.get(code.scene) === code) this.#byScene.delete(code.scene)
    }
    this.#sweepAt = 2 * this.#byTicket.size + 1_000
  }
}

/** 96 characters, among them `+`, `/` and `=`: whoever does not encode them in a URL shall notice. */
function drawTicket(): string {
  const start = Buffer.of(0x81, 0x01, 0xfb, 0xfb, 0xf1)
  return Buffer.concat([start, randomBytes(65)]).toString('base64')
}

function drawUrl(): string {
  return `http://weixin.qq.com/q/02${randomBytes(15).toString('base64url')}`
}
