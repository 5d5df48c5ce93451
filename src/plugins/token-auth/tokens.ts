import { errors, jwtVerify, SignJWT, type JWTPayload, type JWTHeaderParameters } from 'jose'
import { createHash, randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { TokenSettings } from './config.ts'
import type { RingKey } from './key-ring.ts'
import type { Principal } from './service.ts'

/** What a token says, once it is known to be good. */
export interface Claims {
  readonly principal: Principal
  /** Its `jti`, or a digest of it. */
  readonly id: string
  /** Absent in tokens of issuers who know nothing of versions. */
  readonly version: number | undefined
  /** Milliseconds since the epoch; 0: it does not say. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** What a token is made of. */
export interface NewToken {
  readonly principal: Principal
  readonly version: number
  readonly ttlS: number
  readonly use: TokenUse
}

/** `access` opens endpoints, `refresh` gives another pair. Neither does for the other. */
export type TokenUse = 'access' | 'refresh'

export interface TokensOptions {
  readonly settings: Pick<TokenSettings, 'algorithm' | 'issuer' | 'audience'>
  readonly keys: readonly RingKey[]
  readonly clock: Clock
}

const types: Readonly<Record<TokenUse, string>> = { access: 'JWT', refresh: 'refresh+jwt' }
/** Seconds that clocks may differ by. */
const skewS = 5
const maxLength = 8_192
const maxScopes = 256
/** The latest moment that JavaScript knows, in seconds since the Unix epoch: JSON can hold greater numbers. */
const lastSecond = 8_640_000_000_000

/** Makes and reads tokens: JWTs with one algorithm, whatever their header says. */
export class Tokens {
  readonly #options: TokensOptions
  readonly #signs: RingKey | undefined

  constructor(options: TokensOptions) {
    this.#options = options
    this.#signs = options.keys.find(({ signs }) => signs)
  }

  /** Whether there is a key to sign with. */
  get canIssue(): boolean {
    return this.#signs !== undefined
  }

  /** @throws {Error} without a key to sign with */
  async make({ principal, version, ttlS, use }: NewToken): Promise<string> {
    const { settings, clock } = this.#options
    const key = this.#signs
    if (!key?.signs) throw new Error('no key signs tokens: set secret, or a privateKey')
    const { id: sub, kind, scopes, sessionId: sid } = principal
    const iat = Math.floor(clock.now() / 1_000)
    const claims: JWTPayload = {
      sub,
      kind,
      scopes: [...scopes],
      ver: version,
      iat,
      exp: iat + ttlS,
      jti: randomUUID(),
      ...(sid !== undefined && { sid }),
      ...(settings.issuer !== '' && { iss: settings.issuer }),
      ...(settings.audience !== '' && { aud: settings.audience })
    }
    const header = { alg: settings.algorithm, typ: types[use], kid: key.kid }
    return new SignJWT(claims).setProtectedHeader(header).sign(key.signs)
  }

  /**
   * Reads a token.
   * @throws {ApiError} `auth.token_expired` where nothing but its time is wrong, else `auth.token_invalid`
   */
  async read(token: string, use: TokenUse): Promise<Claims> {
    const { settings, clock } = this.#options
    if (token.length > maxLength) throw invalid()
    const now = clock.now()
    const checks = {
      algorithms: [settings.algorithm],
      clockTolerance: skewS,
      currentDate: new Date(now),
      requiredClaims: ['sub', 'exp'],
      ...(settings.issuer !== '' && { issuer: settings.issuer }),
      ...(settings.audience !== '' && { audience: settings.audience })
    }
    const verified = await jwtVerify(
      token,
      (header: JWTHeaderParameters) => this.#keyFor(header),
      checks
    ).catch(refuse)
    const { payload, protectedHeader } = verified
    const isRefresh = protectedHeader.typ === types.refresh
    const isEarly = payload.iat !== undefined && payload.iat * 1_000 > now + skewS * 1_000
    if (isRefresh !== (use === 'refresh') || isEarly) throw invalid()
    return claimsIn(payload, token)
  }

  #keyFor({ kid }: JWTHeaderParameters): RingKey['checks'] {
    const { keys } = this.#options
    // Other issuers may leave the name out where there is nothing to choose from.
    const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find(one => one.kid === kid)
    if (!key) throw invalid()
    return key.checks
  }
}

/** What jose says may quote the token. */
function refuse(error: unknown): never {
  throw error instanceof errors.JWTExpired
    ? new ApiError(CommonErrors['auth.token_expired'], challenge)
    : invalid()
}

/** Tells clients of OAuth why (RFC 6750). */
const challenge = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }

function invalid(): ApiError {
  return new ApiError(CommonErrors['auth.token_invalid'], challenge)
}

function claimsIn(payload: JWTPayload, token: string): Claims {
  const { sub, exp, iat = 0, jti, sid, kind = 'other', ver } = payload
  const scopes = scopesIn(payload)
  const isKind = kind === 'user' || kind === 'session' || kind === 'other'
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string'
  if (typeof sub !== 'string' || sub === '' || exp === undefined || !isKind || !scopes) throw invalid()
  if ((ver !== undefined && !Number.isSafeInteger(ver)) || !isText(sid) || !isText(jti)) throw invalid()
  if (!(exp <= lastSecond && Math.abs(iat) <= lastSecond)) throw invalid()
  const session = typeof sid === 'string' ? { sessionId: sid } : {}
  return {
    principal: { id: sub, kind, scopes, ...session },
    id: jti ?? createHash('sha256').update(token).digest('base64url'),
    version: ver as number | undefined,
    issuedAt: iat * 1_000,
    expiresAt: exp * 1_000
  }
}

/** A list of `scopes`, or the text `scope` of OAuth (RFC 8693). */
function scopesIn({ scopes, scope }: JWTPayload): readonly string[] | undefined {
  const found = scopes ?? (typeof scope === 'string' ? scope.split(' ').filter(Boolean) : (scope ?? []))
  if (!Array.isArray(found) || found.length > maxScopes) return undefined
  return found.every(one => typeof one === 'string') ? found : undefined
}
