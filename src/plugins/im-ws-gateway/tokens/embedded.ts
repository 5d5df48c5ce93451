import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { randomUUID, webcrypto } from 'node:crypto'
import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import { ImError, type CodeName } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import { isUserID } from '../rest/user-id.ts'
import { factsIn, issuedAtClaim } from './claims.ts'
import { platformName } from './platforms.ts'
import { Revocations } from './revocations.ts'
import { assertTokenText, kickedDigestOf } from './token-text.ts'
import type { TokenFacts, TokenIssuer } from './tokens.ts'

/** What tokens are made and checked with. */
export interface EmbeddedTokensOptions {
  readonly settings: Pick<ImSettings, 'tokenSecret' | 'tokenTtlS'>
  readonly database: Database
  /** Tells other nodes at once whose tokens are refused; without it they learn it from the database, a little later. */
  readonly state?: State | undefined
  readonly clock: Clock
}

/** Seconds for which a token counts as not valid yet before it was issued, as in OpenIM: clocks differ. */
const leewayS = 300

/**
 * Makes and checks the gateway's own tokens: JWTs (HS256) with the claims that back ends of both generations of OpenIM
 * read. Tokens that another program signed with the same secret are good too, when they expire.
 * @throws {TypeError} when the secret is empty
 */
export async function createEmbeddedTokens(
  options: EmbeddedTokensOptions
): Promise<TokenIssuer & { close(): Promise<void> }> {
  const { settings, clock } = options
  const key = await importSecret(settings.tokenSecret)
  const revocations = await Revocations.open(options)

  async function verify(token: string): Promise<TokenFacts> {
    assertTokenText(token)
    const checks = { algorithms: ['HS256'], requiredClaims: ['exp'], currentDate: new Date(clock.now()) }
    const { payload } = await jwtVerify(token, key, checks).catch(refuse)
    const facts = factsIn(payload)
    if (!facts || !isUserID(facts.userID)) throw new ImError('tokenInvalid')
    return facts
  }

  return {
    async check(token) {
      const facts = await verify(token)
      if (await revocations.isRevoked(facts, kickedDigestOf(token))) throw new ImError('tokenKicked')
      return facts
    },

    async issue(userID, platformID) {
      const issuedAt = await revocations.nextIssue(userID)
      const iat = Math.floor(issuedAt / 1_000)
      const claims: JWTPayload = {
        UserID: userID,
        PlatformID: platformID,
        UID: userID,
        Platform: platformName(platformID),
        iat,
        nbf: iat - leewayS,
        exp: iat + settings.tokenTtlS,
        jti: randomUUID(),
        [issuedAtClaim]: issuedAt
      }
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key)
      return { token, expireTimeSeconds: settings.tokenTtlS }
    },

    kick: (token, { userID, expiresAt }) => revocations.kick(userID, kickedDigestOf(token), expiresAt),
    kickAll: (userID, platformID) => revocations.kickAll(userID, platformID),
    watchCutOffs: listener => revocations.watchCutOffs(listener),
    close: () => revocations.close()
  }
}

function importSecret(secret: string): Promise<webcrypto.CryptoKey> {
  if (secret === '') throw new TypeError('tokenSecret is empty: no token can be signed')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return webcrypto.subtle.importKey('raw', Buffer.from(secret), algorithm, false, ['sign', 'verify'])
}

/** What jose found, as the clients know it. Its texts may hold parts of the token, and are not kept. */
function refuse(error: unknown): never {
  throw new ImError(codeOf(error))
}

function codeOf(error: unknown): CodeName {
  if (error instanceof errors.JWTExpired) return 'tokenExpired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'tokenNotYetValid' : 'tokenInvalid'
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'tokenMalformed'
  return 'tokenInvalid'
}
