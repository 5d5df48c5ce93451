import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { SharedPasswords } from './shared-passwords.ts'
import { Errors } from './errors.ts'
import type { SessionFigures } from './figures.ts'
import type { Http } from '../http-client/service.ts'
import { attemptLogin } from './login-attempt.ts'
import type { LoginParts } from './login-parts.ts'
import { touchMs } from './lookup.ts'
import type { OpenSession } from './open-session.ts'
import { TooManyDerivations } from './passwords/derivation-queue.ts'
import type { LoginLimits } from './passwords/login-limits.ts'
import { confirmedRow, refusedRow } from './person-row.ts'
import { openSecrets } from './sealed-rows.ts'
import { identityOf, pepper, usernameIndexOf } from './server-keys.ts'
import type { LoginRequest } from './service.ts'
import { succeed } from './succession.ts'
import type { Turns } from './turns.ts'

export interface LoginsParts extends LoginParts {
  readonly limits: LoginLimits
  readonly shared: SharedPasswords
  /** The logins of one user happen one after the other. */
  readonly turns: Turns
  readonly figures: SessionFigures
}

/** How often something begins anew because another node was faster. */
const maxTries = 5

/** Begins, changes and ends sessions. */
export class Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  /** @throws {ApiError} as {@link Sessions.login} */
  login(request: LoginRequest): Promise<string> {
    return this.#parts.figures.logins.of(this.#login(request))
  }

  /**
   * Gives a session another token. The old one is good for a minute more.
   * @throws {ApiError} `auth.token_invalid`, `session.busy`
   */
  rotate(session: OpenSession): Promise<string> {
    return this.#parts.figures.rotations.of(this.#rotate(session))
  }

  /** Ends a session, and any other of the same person on the same platform. */
  async logout(session: OpenSession): Promise<void> {
    await this.#end(session)
    this.#parts.figures.logouts++
  }

  /**
   * Logs the person of a session in at the provider, for the cookies.
   * @throws {ApiError} `auth.token_invalid` when it refuses the password: then the session has ended
   */
  async renew(session: OpenSession, http: Http): Promise<void> {
    const { providers, store, memory, figures, log, clock } = this.#parts
    const { row, profile, dataKey } = session
    const { identity } = row
    const { username } = profile
    try {
      const who = await providers.ask({ username, ...openSecrets(session.tokenKey, row) }, http)
      const person = await store.personOf(identity)
      const { name, schoolnum, properties = {} } = who
      const isNews = JSON.stringify({ username, name, schoolnum, properties }) !== JSON.stringify(profile)
      if (!person || person.passwordVersion !== row.passwordVersion) return
      if (!isNews && clock.now() - person.checkedAt < touchMs) return
      await store.update(person, confirmedRow(this.#parts, person, { username, who, dataKey }))
      if (isNews) memory.forget(identity)
    } catch (error) {
      if (!(error instanceof ApiError) || error.entry.key !== CommonErrors['auth.failed'].key) throw error
      const person = await store.personOf(identity)
      if (person?.passwordVersion === row.passwordVersion)
        await store.update(person, refusedRow(this.#parts, person))
      await this.#end(session)
      figures.refusedByProvider++
      log.info(
        { identity, platform: row.platform },
        'the provider refuses the password: the session has ended'
      )
      throw new ApiError(CommonErrors['auth.token_invalid'], { cause: error })
    }
  }

  async #login(request: LoginRequest): Promise<string> {
    const { keys, providers, limits, shared, turns } = this.#parts
    const username = request.username.trim()
    const usernameIndex = usernameIndexOf(keys, providers.name, username)
    const retryAfter = await limits.take(request.ip, usernameIndex)
    if (retryAfter !== undefined) throw new ApiError(CommonErrors['rate.limited'], { retryAfter })
    if (!shared.allow(request.password, usernameIndex)) throw new ApiError(Errors['session.weak_password'])
    const attempt = {
      ...request,
      username,
      usernameIndex,
      identity: identityOf(keys, providers.name, username),
      secret: pepper(keys, request.password)
    }
    return turns.take(attempt.identity, () => repeat(() => attemptLogin(this.#parts, attempt)))
  }

  #rotate(session: OpenSession): Promise<string> {
    const { store, kdf, keys, turns } = this.#parts
    const { identity } = session.row
    return turns.take(identity, () =>
      repeat(async () => {
        const row = await store.session(session.row.tid)
        const person = row && (await store.personOf(identity))
        if (person?.passwordVersion !== row?.passwordVersion || !row || !person)
          throw new ApiError(CommonErrors['auth.token_invalid'])
        const secrets = openSecrets(session.tokenKey, row)
        const salt = Buffer.from(person.salt, 'base64url')
        const { kek } = await kdf.derive(pepper(keys, secrets.password), salt, person.kdf)
        const { dataKey } = session
        return succeed(this.#parts, { row, secrets, person, kek, dataKey }, row.createdAt)
      })
    )
  }

  async #end({ row: { identity, platform } }: OpenSession): Promise<void> {
    const { store, memory } = this.#parts
    await store.endPlatform(identity, platform)
    memory.forget(identity, platform)
  }
}

/** Tries until nobody was faster, and shows the token. */
async function repeat(attempt: () => Promise<Buffer | undefined>): Promise<string> {
  try {
    for (let tries = 0; tries < maxTries; tries++) {
      const token = await attempt()
      if (token) return token.toString('hex')
    }
  } catch (error) {
    if (!(error instanceof TooManyDerivations)) throw error
    throw new ApiError(Errors['session.busy'], { retryAfter: error.retryAfter })
  }
  throw new ApiError(Errors['session.busy'], { retryAfter: 1 })
}
