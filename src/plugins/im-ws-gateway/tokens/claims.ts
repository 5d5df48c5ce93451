import type { JWTPayload } from 'jose'
import { isPlatformID, platformOf } from './platforms.ts'
import type { TokenFacts } from './tokens.ts'

/** When a token was issued, in milliseconds since the epoch: `iat` counts seconds, which is too coarse for a cut-off. */
export const issuedAtClaim = 'iatMs'

/**
 * What the claims of a verified token say. Both generations' names are known: `UserID` and `PlatformID` of 3.x, `UID`
 * and the name `Platform` of 2.x.
 * @returns `undefined` when they do not say whose it is
 */
export function factsIn(claims: JWTPayload): TokenFacts | undefined {
  const userID = claims['UserID'] ?? claims['UID']
  const platformID = platformIn(claims)
  if (typeof userID !== 'string' || userID === '' || platformID === undefined) return undefined
  return {
    userID,
    platformID,
    issuedAt: issuedAtIn(claims),
    expiresAt: typeof claims.exp === 'number' ? claims.exp * 1_000 : Infinity
  }
}

/** Milliseconds since the epoch; 0: the claims do not say. */
export function issuedAtIn(claims: JWTPayload): number {
  const exact = claims[issuedAtClaim]
  if (Number.isSafeInteger(exact)) return exact as number
  return typeof claims.iat === 'number' ? claims.iat * 1_000 : 0
}

/** 0 where they name none. */
function platformIn({ PlatformID: id, Platform: name }: JWTPayload): number | undefined {
  if (id !== undefined) return isPlatformID(id) ? id : undefined
  if (name === undefined || name === '') return 0
  return typeof name === 'string' ? platformOf(name) : undefined
}
