import type { FastifyBaseLogger } from 'fastify'
import { ApiError } from '../api-error/service.ts'
import type { State } from '../state/service.ts'
import { Errors } from './errors.ts'
import type { Counters } from './login-counters.ts'
import { hashOf, newSecret, type HandleStore } from './login-handle.ts'
import type { Login } from './login.ts'
import type { SceneName } from './scene.ts'
import type { SceneStore } from './scene-store.ts'
import type { ScanIdentity } from './service.ts'
import type { WechatApi } from './wechat-api.ts'

export interface CodesParts {
  readonly state: State
  readonly scenes: SceneStore
  readonly handles: HandleStore
  /** Tells all nodes that something about a login is new. */
  readonly announce: (handle: string) => Promise<void>
  readonly counters: Counters
  readonly log: FastifyBaseLogger
  /** Where unionids are asked for; empty: nowhere. */
  readonly apis: ReadonlyMap<string, Pick<WechatApi, 'userInfo'>>
}

/** How long a code is good. */
const ttlMs = 60_000

/** Codes for one login: each stream of each tab gets its own, also when it comes back. */
const maxCodes = 20

/** Tries of one browser. */
const maxTries = 5

interface CodeFacts extends SceneName {
  /** Hash of the handle of the browser that got it. */
  readonly handle: string
}

/** One-time codes: what a browser gets for a scan, and what becomes an identity once. Only their hashes are kept. */
export class Codes {
  readonly #parts: CodesParts

  constructor(parts: CodesParts) {
    this.#parts = parts
  }

  /** Makes a code for a confirmed login. `undefined`: it is not confirmed, or has had its share of codes. */
  async issue({ hash, handle: { account, scene } }: Login): Promise<string | undefined> {
    const { scenes, state, counters } = this.#parts
    const change = await scenes.change({ account, scene }, ({ state: is, codes = 0 }) =>
      is === 'confirmed' && codes < maxCodes ? { codes: codes + 1 } : undefined
    )
    if (!change?.done) return undefined
    const code = newSecret()
    const facts: CodeFacts = { account, scene, handle: hash }
    await state.set(keyOf(code), JSON.stringify(facts), { ttlMs })
    counters.add('codes_total')
    return code
  }

  /**
   * Redeems a code, whatever comes of it: it is deleted when it is first read.
   * @param handle hash of the handle of the browser that must have got it; absent: whose it is, does not matter
   * @throws {ApiError} `scan.bad_code`, `scan.too_many`
   */
  async redeem(code: string, handle?: string): Promise<ScanIdentity> {
    if (handle !== undefined) await this.#countTry(handle)
    const { state, counters, announce, log } = this.#parts
    const raw = await state.get(keyOf(code))
    const mine = raw !== undefined && (await state.compareAndSet(keyOf(code), raw, undefined))
    const facts = mine ? (JSON.parse(raw) as CodeFacts) : undefined
    const isTheirs = facts && (handle === undefined || facts.handle === handle)
    const change = isTheirs ? await this.#consume(facts, code) : undefined
    if (!facts || !change?.done) {
      counters.add('codes_refused_total')
      throw new ApiError(Errors['scan.bad_code'])
    }
    counters.add('logins_total')
    await announce(facts.handle).catch((error: unknown) => {
      log.warn({ err: error }, 'pages of a login that is done were not told; they will look for themselves')
    })
    const { openid = '', event = 'SCAN', scannedAt = 0 } = change.scene
    const unionid = await this.#unionidOf(facts.account, openid)
    return { account: facts.account, openid, ...(unionid !== undefined && { unionid }), event, scannedAt }
  }

  /** Consumes the login of a code that was deleted. When that cannot be told, a backend may try its only code again. */
  async #consume(facts: CodeFacts, code: string): ReturnType<SceneStore['change']> {
    const { scenes, state } = this.#parts
    try {
      return await scenes.change(facts, ({ state: is }) =>
        is === 'confirmed' ? { state: 'consumed' } : undefined
      )
    } catch (error) {
      await state.set(keyOf(code), JSON.stringify(facts), { ttlMs }).catch(() => {})
      throw error
    }
  }

  /** Counts the tries of a browser, and ends the login of one that keeps guessing. */
  async #countTry(handle: string): Promise<void> {
    const { state, scenes, handles, counters, announce } = this.#parts
    const tries = await state.increment(`wechat-scan:tries:${handle}`, { ttlMs: 10 * ttlMs })
    if (tries <= maxTries) return
    counters.add('codes_refused_total')
    const name = await handles.read(handle)
    if (name && (await scenes.change(name, () => ({ state: 'failed' })))?.done) await announce(handle)
    throw new ApiError(Errors['scan.too_many'], { retryAfter: (10 * ttlMs) / 1_000 })
  }

  async #unionidOf(account: string, openid: string): Promise<string | undefined> {
    try {
      return (await this.#parts.apis.get(account)?.userInfo(openid))?.unionid
    } catch (error) {
      this.#parts.log.warn({ account, err: error }, 'the unionid of a login is not known')
      return undefined
    }
  }
}

const keyOf = (code: string): string => `wechat-scan:code:${hashOf(code)}`
