import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { CallerSettings } from './config.ts'

/** Somebody with a token, and what it may do. */
export interface Caller extends Omit<CallerSettings, 'token'> {
  readonly name: string
}

/** Who may have signatures. */
export class Callers {
  readonly #callers: ReadonlyMap<string, Caller>
  readonly #digests: readonly (readonly [digest: Buffer, caller: Caller])[]

  constructor(settings: Readonly<Record<string, CallerSettings>>) {
    const entries = Object.entries(settings).map(([name, { token, ...rest }]) => ({
      digest: digestOf(token),
      caller: { name, ...rest }
    }))
    this.#callers = new Map(entries.map(({ caller }) => [caller.name, caller]))
    this.#digests = entries.map(({ digest, caller }) => [digest, caller])
  }

  /** Whether anybody needs a token at all. */
  get required(): boolean {
    return this.#digests.length > 0
  }

  /** The caller with this name, if it is one of the settings. */
  named(name: string | undefined): Caller | undefined {
    return name === undefined ? undefined : this.#callers.get(name)
  }

  /**
   * The caller whose token an `Authorization: Bearer` header holds (RFC 6750); `undefined` when nobody needs one. All
   * tokens are looked at, by their digests and in constant time, so that the time taken tells nothing of them.
   * @throws {ApiError} `auth.required` or `auth.token_invalid`, both 401
   */
  authenticate(authorization: string | undefined): Caller | undefined {
    if (!this.required) return undefined
    if (authorization === undefined) throw unauthorized('auth.required', 'Bearer')
    const [, token = ''] = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization) ?? []
    const digest = digestOf(token)
    const matches = this.#digests.map(([other]) => timingSafeEqual(other, digest))
    const found = this.#digests[matches.indexOf(true)]
    if (!found) throw unauthorized('auth.token_invalid', 'Bearer error="invalid_token"')
    return found[1]
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function unauthorized(key: 'auth.required' | 'auth.token_invalid', challenge: string): ApiError {
  return new ApiError(CommonErrors[key], { headers: { 'www-authenticate': challenge } })
}
