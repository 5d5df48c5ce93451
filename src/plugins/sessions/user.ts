import type { FastifyRequest } from 'fastify'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import { BoxError, openBox, openBytes, sealBox, sealBytes } from './box.ts'
import { Errors } from './errors.ts'
import { purposeKey, type OpenSession } from './open-session.ts'
import { openSecrets, type Secrets } from './sealed-rows.ts'
import type { SessionUser } from './service.ts'

type Guarded = Exclude<keyof SessionUser, 'isLogin'>

/** Everything that guests have not. The compiler refuses a property of users that is missing here. */
const guarded: Readonly<Record<Guarded, true>> = {
  cardnum: true,
  name: true,
  schoolnum: true,
  properties: true,
  platform: true,
  token: true,
  identity: true,
  password: true,
  extra: true,
  encrypt: true,
  decrypt: true,
  seal: true,
  open: true
}

/** A guest: not logged in, and whatever else is read throws what `refuse` makes. */
function guest(refuse: () => ApiError): SessionUser {
  return withGetters({ isLogin: false }, refuse)
}

function withGetters(own: { readonly isLogin?: boolean }, refuse: () => ApiError): SessionUser {
  const throwing = (): never => {
    throw refuse()
  }
  for (const name of Object.keys(guarded)) Object.defineProperty(own, name, { get: throwing })
  if (!('isLogin' in own)) Object.defineProperty(own, 'isLogin', { get: throwing })
  return Object.freeze(own) as SessionUser
}

/** Whoever shows no token. */
export const stranger = guest(() => new ApiError(CommonErrors['auth.required']))

/** Whoever shows a token that is not good, or not any more. */
export const unknown = guest(() => new ApiError(CommonErrors['auth.token_invalid']))

/** Whoever shows a token that cannot be looked up now. */
export function unclear(cause: unknown): SessionUser {
  return withGetters({}, () => new ApiError(Errors['session.unavailable'], { retryAfter: 5, cause }))
}

/** Somebody who is logged in. Nothing secret is opened before it is read, and `JSON` shows nothing of it. */
export class LoggedIn implements SessionUser {
  readonly #session: OpenSession
  readonly #request: FastifyRequest
  #secrets: Secrets | undefined

  constructor(session: OpenSession, request: FastifyRequest) {
    this.#session = session
    this.#request = request
  }

  get isLogin(): boolean {
    return true
  }

  get cardnum(): string {
    return this.#session.profile.username
  }

  get name(): string {
    return this.#session.profile.name
  }

  get schoolnum(): string {
    return this.#session.profile.schoolnum
  }

  get properties(): Readonly<Record<string, string>> {
    return this.#session.profile.properties
  }

  get platform(): string {
    return this.#session.row.platform
  }

  get token(): string {
    return this.#session.pseudonym
  }

  get identity(): string {
    return this.#session.row.identity
  }

  get password(): string {
    return this.#opened.password
  }

  get extra(): Readonly<Record<string, string>> {
    return this.#opened.extra ?? {}
  }

  readonly encrypt = (text: string): string => sealBox(this.#pluginKey, this.#pluginPlace, text)

  readonly decrypt = (sealed: string): string => {
    try {
      return openBox(this.#pluginKey, this.#pluginPlace, sealed).toString()
    } catch (error) {
      if (!(error instanceof BoxError) || error.reason !== 'key') throw error
      throw new ApiError(Errors['session.data_lost'], { cause: error })
    }
  }

  readonly seal = (bytes: Uint8Array, aad: string | Uint8Array): Uint8Array =>
    sealBytes(purposeKey(this.#session, 'cache'), this.#cacheAad(aad), bytes)

  readonly open = (sealed: Uint8Array, aad: string | Uint8Array): Uint8Array =>
    openBytes(purposeKey(this.#session, 'cache'), this.#cacheAad(aad), sealed)

  get #opened(): Secrets {
    if (this.#secrets) return this.#secrets
    const { config, url: route } = this.#request.routeOptions
    if (config?.user?.password !== true)
      throw new Error(`${route ?? 'a request without a route'} reads a password without having declared it`)
    this.#secrets = openSecrets(this.#session.tokenKey, this.#session.row)
    const { identity } = this
    this.#request.log.info({ identity, route, plugin: config.plugin }, 'the password of a user was read')
    return this.#secrets
  }

  get #plugin(): string {
    return this.#request.routeOptions.config?.plugin ?? ''
  }

  get #pluginKey(): Buffer {
    return purposeKey(this.#session, `plugin/${this.#plugin}/data`)
  }

  get #pluginPlace(): { readonly kind: string; readonly row: string; readonly identity: string } {
    return { kind: 'data', row: this.#plugin, identity: this.identity }
  }

  #cacheAad(aad: string | Uint8Array): Buffer {
    const prefix = `v1|cache|${this.identity}|`
    return typeof aad === 'string' ? Buffer.from(prefix + aad) : Buffer.concat([Buffer.from(prefix), aad])
  }
}
