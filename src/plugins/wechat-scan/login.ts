import type { FastifyBaseLogger } from 'fastify'
import { StateFullError, type State } from '../state/service.ts'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { Limits } from './limits.ts'
import type { Counters } from './login-counters.ts'
import { hashOf, newSecret, type Handle, type HandleStore } from './login-handle.ts'
import { isOver, type Scene } from './scene.ts'
import type { SceneStore } from './scene-store.ts'
import type { FreshScene, Stock } from './stock.ts'

/** A browser and what it shows. */
export interface Login {
  /** Hash of the handle. */
  readonly hash: string
  readonly handle: Handle
  readonly scene: Scene
}

/** Who asks for a QR code. */
export interface Asker {
  readonly account: string
  readonly ip: string
  /** The browser in words. */
  readonly from: string
  /** The secret of the login that it has, if any. */
  readonly secret?: string | undefined
  /** QR codes that its address may have in a minute, where that is not the usual number. */
  readonly perAddress?: number
  /** Aborts when nobody is left to take the answer. */
  readonly signal: AbortSignal
}

export interface LoginsParts {
  readonly scenes: SceneStore
  readonly handles: HandleStore
  readonly stocks: ReadonlyMap<string, Stock>
  readonly limits: Limits
  readonly counters: Counters
  readonly state: Pick<State, 'publish'>
  readonly log: FastifyBaseLogger
  readonly maxRefreshes: number
}

/** Where the hash of a handle is published when something about its login is new. */
export const channel = 'wechat-scan'

/** Rounds of a change that others keep getting ahead of. */
const maxRounds = 8

/** The logins that wait for a scan: which browser shows which scene. */
export class Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  /**
   * The login of a browser: the one that it has while that may still come to something, else a new one under a new
   * secret, which is returned with it.
   * @throws {ApiError} `scan.unknown_account`, `scan.too_many`, `scan.busy`
   */
  begin(asker: Asker): Promise<{ readonly login: Login; readonly secret: string }> {
    return orBusy(this.#begin(asker))
  }

  async #begin(asker: Asker): Promise<{ readonly login: Login; readonly secret: string }> {
    const { account, secret, ip, from, signal, perAddress } = asker
    this.#stockOf(account)
    const known = secret === undefined ? undefined : hashOf(secret)
    if (secret !== undefined && known !== undefined) {
      const login = await this.#read(known)
      if (login && login.handle.account === account && !isOver(login.scene)) return { login, secret }
    }
    await this.#parts.limits.take(ip, known, perAddress)
    const own = newSecret()
    const fresh = await this.#reserve(account, signal)
    const login = await this.#place(hashOf(own), undefined, { account, refreshes: 0, from }, fresh)
    if (!login) throw new Error('a new handle was there before')
    return { login, secret: own }
  }

  /**
   * The login behind a handle as it is at this moment. Where its QR code is over, it gets a new one by itself, as
   * often as that is allowed. `undefined`: there is no such login.
   * @throws {ApiError} `scan.busy` when a new QR code is due and cannot be made
   */
  async look(hash: string): Promise<Login | undefined> {
    for (let round = 0; round < maxRounds; round++) {
      // eslint-disable-next-line no-await-in-loop
      const login = await this.#read(hash)
      if (!login || !this.#mayRefresh(login)) return login
      const { account, refreshes, from } = login.handle
      const facts = { account, refreshes: refreshes + 1, from }
      // eslint-disable-next-line no-await-in-loop
      const fresh = await this.#reserve(account)
      // eslint-disable-next-line no-await-in-loop
      const renewed = await this.#place(hash, login.handle, facts, fresh)
      if (!renewed) continue
      this.#parts.counters.add('refreshes_total')
      return renewed
    }
    throw new ApiError(Errors['scan.busy'], { retryAfter: 1 })
  }

  /**
   * A new QR code because somebody asked for it; the old one is over. A login that only waits to be taken stays.
   * @throws {ApiError} `scan.no_login`, `scan.too_many`, `scan.busy`
   */
  renew(hash: string, ip: string, signal: AbortSignal): Promise<Login> {
    return orBusy(this.#renew(hash, ip, signal))
  }

  async #renew(hash: string, ip: string, signal: AbortSignal): Promise<Login> {
    const { scenes, limits } = this.#parts
    const login = await this.#read(hash)
    if (!login) throw new ApiError(Errors['scan.no_login'])
    if (login.scene.state === 'confirmed') return login
    await limits.take(ip, hash)
    const { account, scene, from } = login.handle
    const fresh = await this.#reserve(account, signal)
    // The old one ends before the new one is there: a scan is either too late or seen here.
    const ended = await scenes.change({ account, scene }, ({ state: is }) => {
      if (is === 'shown' || is === 'scanned') return { state: 'cancelled', told: true }
      return undefined
    })
    if (ended?.scene.state === 'confirmed') {
      this.#stockOf(account).giveBack(fresh)
      return { ...login, scene: ended.scene }
    }
    const renewed = await this.#place(hash, login.handle, { account, refreshes: 0, from }, fresh)
    await this.announce(hash)
    // Another tab was first, and both show what it got.
    const current = renewed ?? (await this.#read(hash))
    if (!current) throw new ApiError(Errors['scan.no_login'])
    return current
  }

  /** QR codes that a login may still get by itself. */
  refreshesLeft({ handle }: Login): number {
    return Math.max(0, this.#parts.maxRefreshes - handle.refreshes)
  }

  /**
   * Tells all nodes that something about a login is new. Never rejects: what is new is in `State`, and streams look
   * there now and then.
   */
  async announce(hash: string): Promise<void> {
    const { state, log } = this.#parts
    await state.publish(channel, hash).catch((err: unknown) => log.warn({ err }, 'a scan was not announced'))
  }

  #stockOf(account: string): Stock {
    const stock = this.#parts.stocks.get(account)
    if (!stock) throw new ApiError(Errors['scan.unknown_account'])
    return stock
  }

  async #read(hash: string): Promise<Login | undefined> {
    const { handles, scenes } = this.#parts
    const handle = await handles.read(hash)
    if (!handle) return undefined
    const scene = await scenes.read({ account: handle.account, scene: handle.scene })
    return { hash, handle, scene: scene ?? forgotten(hash) }
  }

  #mayRefresh(login: Login): boolean {
    return login.scene.state === 'expired' && !login.scene.openid && this.refreshesLeft(login) > 0
  }

  async #reserve(account: string, signal?: AbortSignal): Promise<FreshScene> {
    const stock = this.#stockOf(account)
    const fresh = await stock.take()
    if (!signal?.aborted) return fresh
    stock.giveBack(fresh)
    throw new ApiError(Errors['scan.busy'], { detail: 'the browser has left' })
  }

  /** Shows a fresh scene to a browser. `undefined`: the browser shows another one meanwhile, and it is kept. */
  async #place(
    hash: string,
    before: Handle | undefined,
    facts: Pick<Handle, 'account' | 'refreshes' | 'from'>,
    fresh: FreshScene
  ): Promise<Login | undefined> {
    const { scenes, handles, counters } = this.#parts
    const { scene, url, ticket } = fresh
    const name = { account: facts.account, scene }
    const shown = await scenes.show(name, { handle: hash, url, ticket, from: facts.from })
    if (!shown) throw new Error('a scene was shown before')
    const handle = { ...facts, scene }
    if (!(await handles.swap(hash, before, handle))) {
      if (await scenes.takeBack(name)) this.#stockOf(facts.account).giveBack(fresh)
      return undefined
    }
    counters.add('scenes_shown_total')
    return { hash, handle: { ...handle, version: (before?.version ?? 0) + 1 }, scene: shown }
  }
}

/** A state that holds as much as it may takes no more logins just now. */
async function orBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof StateFullError)) throw error
    throw new ApiError(Errors['scan.busy'], { retryAfter: 60, cause: error })
  }
}

/** Stands for a scene that ended so long ago that it is no longer known. */
function forgotten(handle: string): Scene {
  return { version: 0, state: 'expired', handle, url: '', ticket: '', expiresAt: 0, from: '', told: true }
}
