import type { FastifyBaseLogger } from 'fastify'
import type { Lease, State } from '../state/service.ts'
import type { ScanAccount } from './account.ts'
import { unanswered, type WechatApiError } from './wechat-api-error.ts'
import { callWechat, pause, type CallParts } from './wechat-call.ts'

/** An access token, as all nodes share it. */
export interface AccessToken {
  readonly token: string
  /** Milliseconds since the Unix epoch. */
  readonly endsAt: number
}

export interface AccessTokenParts extends CallParts {
  readonly account: ScanAccount
  readonly state: State
  readonly log: FastifyBaseLogger
  /** Which call gives access tokens. Repeated, the classic one ends those it gave before. */
  readonly kind: 'stable' | 'classic'
}

/** A token, and how WeChat refused it. */
interface BadToken {
  readonly refused: AccessToken
  readonly failure: WechatApiError
}

/** In the last five minutes of a token WeChat already gives its successor. */
const overlapS = 300
/** A new token may have just those five minutes: kept for a moment, so that it is not fetched for every call. */
const leastS = 10
const leaseMs = 20_000
const patienceMs = 30_000
const pollMs = 100
/** WeChat lets an account end its stable token 20 times a day, half a minute apart. */
const forced = { perDay: 20, apartMs: 30_000, dayMs: 86_400_000 }

/** The access token of an account: fetched once for all nodes, kept in `State`, renewed when it fails. */
export class AccessTokens {
  readonly #parts: AccessTokenParts
  readonly #key: string
  #fetching: Promise<AccessToken> | undefined

  constructor(parts: AccessTokenParts) {
    this.#parts = parts
    this.#key = `wechat-scan:token:${parts.account.appId}:${parts.kind}`
  }

  /** @throws {WechatApiError} */
  async current(): Promise<AccessToken> {
    const shared = await this.#shared()
    if (shared) return shared
    this.#fetching ??= this.#renewed().finally(() => (this.#fetching = undefined))
    return this.#fetching
  }

  /**
   * Another token instead of one that WeChat has refused with `failure`. Only that one is forgotten: another node may
   * have fetched its successor.
   * @throws {WechatApiError} `failure` when there is no other
   */
  async insteadOf(refused: AccessToken, failure: WechatApiError): Promise<AccessToken> {
    await this.#parts.state.compareAndSet(this.#key, JSON.stringify(refused), undefined)
    const next = await this.current()
    if (next.token !== refused.token) return next
    // Just fetched, and refused before: WeChat itself takes it for the current one.
    if (this.#parts.kind === 'classic' || failure.errcode !== 40001) throw failure
    return this.#renewed({ refused, failure })
  }

  async #shared(): Promise<AccessToken | undefined> {
    const text = await this.#parts.state.get(this.#key)
    return text === undefined ? undefined : (JSON.parse(text) as AccessToken)
  }

  async #renewed(bad?: BadToken): Promise<AccessToken> {
    const { state, clock } = this.#parts
    const patience = clock.monotonic() + patienceMs
    for (;;) {
      // eslint-disable-next-line no-await-in-loop
      const lease = await state.lock(this.#key, leaseMs)
      if (lease) return this.#fetchedUnder(lease, bad)
      // eslint-disable-next-line no-await-in-loop
      await pause(clock, pollMs)
      if (clock.monotonic() > patience)
        throw unanswered('for an access token', 'other nodes have been fetching it for too long')
    }
  }

  async #fetchedUnder(lease: Lease, bad: BadToken | undefined): Promise<AccessToken> {
    try {
      return await this.#fetched(bad)
    } finally {
      // It ends by itself.
      await lease.release().catch(() => false)
    }
  }

  async #fetched(bad: BadToken | undefined): Promise<AccessToken> {
    const shared = await this.#shared()
    if (shared && shared.token !== bad?.refused.token) return shared
    if (bad && !(await this.#mayForce())) throw bad.failure
    return this.#fetch(bad !== undefined)
  }

  async #mayForce(): Promise<boolean> {
    const { state, log, account } = this.#parts
    const last = `${this.#key}:forced`
    const { perDay, apartMs, dayMs } = forced
    if (!(await state.compareAndSet(last, undefined, '1', { ttlMs: apartMs }))) return false
    if ((await state.increment(`${last}-today`, { ttlMs: dayMs })) > perDay) return false
    log.warn(
      { account: account.name },
      'WeChat refuses the access token that it gives: ended it, for a new one'
    )
    return true
  }

  async #fetch(force: boolean): Promise<AccessToken> {
    const { kind, account, clock, state, log } = this.#parts
    const startedAt = clock.now()
    const credentials = { appid: account.appId, secret: account.appSecret }
    const call =
      kind === 'stable'
        ? {
            path: '/cgi-bin/stable_token',
            body: { grant_type: 'client_credential', ...credentials, force_refresh: force }
          }
        : { path: '/cgi-bin/token', query: { grant_type: 'client_credential', ...credentials } }
    const answer = await callWechat(call, this.#parts, account.appSecret)
    const { access_token: token, expires_in: lifeS } = answer
    if (
      typeof token !== 'string' ||
      !/^[!-~]{1,1024}$/.test(token) ||
      typeof lifeS !== 'number' ||
      !(lifeS > 0)
    )
      throw unanswered(call.path, 'what came is no access token')
    const fetched = { token, endsAt: startedAt + lifeS * 1000 }
    const keepS = Math.max(lifeS - overlapS, Math.min(leastS, lifeS / 2))
    await state.set(this.#key, JSON.stringify(fetched), { ttlMs: keepS * 1000 })
    log.info({ account: account.name, lifeS }, 'fetched an access token')
    return fetched
  }
}
