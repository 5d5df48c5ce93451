import type { FastifyInstance, FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'
import type { Http } from '../http-client/service.ts'

export { TooManyDerivations } from './passwords/derivation-queue.ts'
export { LoginLimits, type LoginLimitsOptions } from './passwords/login-limits.ts'
export { hashPassword, isPasswordHash, publishedHashes, verifyPassword } from './passwords/password-hash.ts'
export { UserList, type ListedUser } from './passwords/user-list.ts'

/**
 * Who makes a request. Reading anything but `isLogin` of a guest throws an `ApiError` with status 401: `auth.required`,
 * or `auth.token_invalid` when a token came that is not good (any more). When the sessions cannot be read and a token
 * came, everything throws `session.unavailable` (503).
 */
export interface SessionUser {
  readonly isLogin: boolean
  /** The name that the person logs in with. */
  readonly cardnum: string
  readonly name: string
  readonly schoolnum: string
  /** What else the provider said of them. */
  readonly properties: Readonly<Record<string, string>>
  readonly platform: string
  /** Stands for the token: another on each platform, and of no use to log in with. */
  readonly token: string
  /** Stands for the person: the same on all platforms. 43 characters of base64url. */
  readonly identity: string
  /**
   * The password that the person has logged in with.
   * @throws {Error} unless the route or its plugin has declared that it reads it
   */
  readonly password: string
  /** What else they have logged in with, such as `gpassword`. Throws as {@link SessionUser.password}. */
  readonly extra: Readonly<Record<string, string>>
  /** Encrypts a text under the data key of the person, for the plugin of the route alone. No two boxes are alike. */
  readonly encrypt: (text: string) => string
  /**
   * Opens what {@link SessionUser.encrypt} has closed, on whatever platform.
   * @throws {ApiError} `session.data_lost` (410) when another key has closed it: usually because the person's data key
   * is another since; it may also be somebody else's, or another plugin's
   * @throws {Error} when it was changed
   */
  readonly decrypt: (sealed: string) => string
  /** Seals bytes for a cache under a key of the person: 28 bytes more. `aad` is what they belong to. */
  readonly seal: (bytes: Uint8Array, aad: string | Uint8Array) => Uint8Array
  /** @throws {Error} when {@link SessionUser.seal} has not made it of something for this person and this `aad` */
  readonly open: (sealed: Uint8Array, aad: string | Uint8Array) => Uint8Array
}

/** What somebody logs in with. */
export interface Credentials {
  readonly username: string
  readonly password: string
  /** Further secrets, such as `gpassword`. */
  readonly extra?: Readonly<Record<string, string>>
}

/** A person as a provider knows them. */
export interface Person {
  readonly name: string
  readonly schoolnum: string
  readonly properties?: Readonly<Record<string, string>>
}

/** Knows who has which password. */
export interface IdentityProvider {
  /** Kebab-case. People of another provider are other people. */
  readonly name: string
  /**
   * Says who this is.
   * @param context `http` collects the cookies of the login, where `http-client` is on; `signal` aborts when time is up
   * @throws {ApiError} `auth.failed` or `upstream.unauthorized` when the password is wrong, another `upstream.*` when
   * that cannot be told. Anything else counts as `upstream.unavailable`.
   */
  verify(
    credentials: Credentials,
    context: { readonly http?: Http | undefined; readonly signal: AbortSignal }
  ): Promise<Person>
}

/** A login, and what is known of who asks for it. */
export interface LoginRequest extends Credentials {
  /** Lower-case letters, digits and hyphens, at most 32. A person has one token a platform. */
  readonly platform: string
  /** Address of the caller, to count attempts by; the gateway's own are not counted by address. */
  readonly ip?: string
  /** A token that the caller shows: with it what was encrypted for them survives a change of the password. */
  readonly presented?: string
  /** The token to give out, made by {@link Sessions.adapterToken}. */
  readonly token?: string
}

/** What happened since the start, and is so now. */
export interface SessionsStatus {
  /** By outcome: `ok`, or the key of a failure. */
  readonly logins: Readonly<Record<string, number>>
  /** The same. */
  readonly rotations: Readonly<Record<string, number>>
  /** Requests with a token, by where its session was found: `memory`, `database`; or `unknown`, `failed`. */
  readonly lookups: Readonly<Record<string, number>>
  /** By reason: `logout`, or `refused`, as the provider refuses the password. */
  readonly ended: Readonly<Record<string, number>>
  /** Rows of sessions that somebody has changed in the database. */
  readonly damagedRows: number
  readonly dataKeysLost: number
  /** Sessions that were looked up in the last minute. */
  readonly inMemory: number
  /** Passwords that are being checked, or wait for it, in the whole process. */
  readonly derivations: number
}

/** Logins whose data nobody can read without a password or a token of theirs. */
export interface Sessions {
  /** Who makes the request: also `request.user`. */
  userOf(request: FastifyRequest): SessionUser
  /**
   * Adds a provider of identities, before the gateway is ready. The setting `provider` says which one is asked.
   * @throws {Error} when there is one of this name
   */
  provide(provider: IdentityProvider): void
  /**
   * Logs the user of the request in at the provider, once a request, so that the cookies land in the jar of `http`.
   * @throws {ApiError} 401 for guests, and when the provider refuses the password: then the session has ended;
   * `upstream.*` when it cannot tell
   */
  useAuthCookie(request: FastifyRequest, http: Http): Promise<void>
  /** Declares that the routes which `app` and its children add from now on may read `user.password`. */
  allowPassword(app: FastifyInstance): void
  /**
   * Logs somebody in and returns their token, 64 digits in hex.
   * @throws {ApiError} `auth.failed`, `rate.limited`, `session.busy`, `session.weak_password`, `upstream.*`
   */
  login(request: LoginRequest): Promise<string>
  /** Ends the session of a token, and any other of the same person on the same platform. False: there was none. */
  logout(token: string): Promise<boolean>
  /**
   * The token of a person whom an adapter in this process has authenticated by itself (by an OpenID, for one): always
   * the same. It is good once `login` has been called with it.
   * @param adapter name of the adapter; neither it nor `subject` may hold a NUL
   */
  adapterToken(adapter: string, subject: string): string
  /** Calls `listener` with the identity of whoever has lost their data key: what it has sealed is lost with it. */
  onDataKeyLost(listener: (identity: string) => void): void
  status(): SessionsStatus
}

export const Sessions = service<Sessions>('sessions')

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, when `sessions` is on. */
    readonly user: SessionUser
  }
  interface FastifyContextConfig {
    /** `password`: the route reads `request.user.password` or `.extra`. */
    user?: { readonly password?: boolean }
  }
}
