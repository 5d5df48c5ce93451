import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { AccessTokens, type AccessToken } from './access-token.ts'
import type { ScanAccount } from './account.ts'
import { unanswered, WechatApiError } from './wechat-api-error.ts'
import { callWechat, type Answer, type CallParts, type WechatCall } from './wechat-call.ts'

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

/** What WeChat answers when it does not know an access token, or knows that it is over. */
const tokenErrors = new Set([40001, 40014, 42001])

/** The calls of the WeChat API that a scan login needs, for one account. */
export class WechatApi {
  readonly #parts: CallParts
  readonly #appSecret: string
  readonly #tokens: AccessTokens
  #tokenEndsAt: number | undefined
  #problem: string | undefined

  constructor(parts: WechatApiParts) {
    const { base, clock } = parts
    this.#parts = { base, clock, fetch: parts.fetch ?? fetch }
    this.#appSecret = parts.account.appSecret
    this.#tokens = new AccessTokens({ ...parts, ...this.#parts })
  }

  /**
   * Makes a temporary QR code.
   * @param scene 1–64 characters
   * @param ttlS whole seconds, up to 30 days
   * @throws {WechatApiError} or what `signal` aborts with
   */
  async createQr(scene: string, ttlS: number, signal?: AbortSignal): Promise<QrCode> {
    const startedAt = this.#parts.clock.now()
    const path = '/cgi-bin/qrcode/create'
    const body = {
      // Without it a code would last half a minute, or one: WeChat's documents differ.
      expire_seconds: ttlS,
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: scene } }
    }
    const { ticket, url, expire_seconds: lifeS } = await this.#call({ path, body, signal })
    if (typeof ticket !== 'string' || typeof url !== 'string' || !/^https?:\/\/[!-~]{1,256}$/.test(url))
      throw unanswered(path, 'what came is no QR code')
    const life = typeof lifeS === 'number' && lifeS > 0 ? Math.min(lifeS, ttlS) : ttlS
    return { ticket, url, expiresAt: startedAt + life * 1000 }
  }

  /** What WeChat tells of a follower; of others, nothing. @throws {WechatApiError} */
  async userInfo(openid: string): Promise<{ readonly unionid?: string }> {
    const { unionid } = await this.#call({ path: '/cgi-bin/user/info', query: { openid, lang: 'zh_CN' } })
    return typeof unionid === 'string' && unionid !== '' ? { unionid } : {}
  }

  /** When the access token that was last used ends, milliseconds since the Unix epoch. */
  get tokenEndsAt(): number | undefined {
    return this.#tokenEndsAt
  }

  /** Why the last call failed; `undefined` after one that did not. */
  get problem(): string | undefined {
    return this.#problem
  }

  async #call(call: WechatCall): Promise<Answer> {
    try {
      const answer = await this.#authorized(call)
      this.#problem = undefined
      return answer
    } catch (error) {
      if (error instanceof WechatApiError) this.#problem = error.message
      throw error
    }
  }

  // One more try with another token, and no third: who ends our tokens would end that one, too.
  async #authorized(call: WechatCall): Promise<Answer> {
    const token = await this.#tokens.current()
    try {
      return await this.#withToken(call, token)
    } catch (error) {
      if (!(error instanceof WechatApiError) || !tokenErrors.has(error.errcode)) throw error
      return this.#withToken(call, await this.#tokens.insteadOf(token, error))
    }
  }

  #withToken(call: WechatCall, { token, endsAt }: AccessToken): Promise<Answer> {
    this.#tokenEndsAt = endsAt
    const query = { access_token: token, ...call.query }
    return callWechat({ ...call, query }, this.#parts, token, this.#appSecret)
  }
}
