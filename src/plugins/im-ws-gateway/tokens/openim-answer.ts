import { decodeJwt, type JWTPayload } from 'jose'
import { ImError, type CodeName } from '../codes.ts'
import { factsIn, issuedAtIn } from './claims.ts'
import type { Envelope } from './openim-call.ts'
import { isPlatformID } from './platforms.ts'
import type { TokenFacts } from './tokens.ts'

const refusals: Readonly<Record<number, CodeName>> = {
  700: 'tokenInvalid',
  701: 'tokenExpired',
  702: 'tokenInvalid',
  703: 'tokenMalformed',
  704: 'tokenNotYetValid',
  705: 'tokenUnknown',
  706: 'tokenKicked',
  707: 'platformDiffers',
  708: 'userDiffers',
  1501: 'tokenExpired',
  1502: 'tokenInvalid',
  1503: 'tokenMalformed',
  1504: 'tokenNotYetValid',
  1505: 'tokenUnknown',
  1506: 'tokenKicked',
  1507: 'tokenInvalid'
}
/** With these a server of 2.x says that a token is bad in any way; 400 is that of a few builds. */
const anyRefusalOfV2 = new Set([400, 1001])
/** Seconds: what is less is a duration, what is more a moment. */
const moments = 1_000_000_000

/**
 * What an OpenIM server has said of a token.
 * @param now milliseconds since the epoch
 * @throws {ImError} the code of its refusal; `tokenUnknown` when the answer settles nothing
 */
export function factsOf(token: string, answer: Envelope, version: 'v2' | 'v3', now: number): TokenFacts {
  const claims = claimsOf(token)
  if (answer.errCode !== 0) throw new ImError(refusalOf(answer, version, claims, now))
  // Only now, with the server's word that they are genuine, do the claims count for anything.
  const facts = version === 'v2' ? factsIn(claims) : factsOfV3(answer, claims)
  const seconds = expiryIn(answer)
  if (!facts || seconds === undefined) throw new ImError('tokenUnknown')
  const expiresAt = (seconds < moments ? Math.floor(now / 1_000) + seconds : seconds) * 1_000
  return { ...facts, expiresAt }
}

/** Refusals of the token itself, which are the same when asked again. */
export function isFinal({ code }: ImError): boolean {
  return code !== 'tokenUnknown' && code !== 'tokenNotYetValid'
}

function factsOfV3({ data }: Envelope, claims: JWTPayload): Omit<TokenFacts, 'expiresAt'> | undefined {
  const { userID, platformID } = data
  if (typeof userID !== 'string' || userID === '' || !isPlatformID(platformID)) return undefined
  return { userID, platformID, issuedAt: issuedAtIn(claims) }
}

/** Seconds. Some builds spell it with a capital. */
function expiryIn({ data }: Envelope): number | undefined {
  const found = Object.entries(data).find(([name]) => name.toLowerCase() === 'expiretimeseconds')
  return Number.isSafeInteger(found?.[1]) && (found?.[1] as number) > 0 ? (found?.[1] as number) : undefined
}

/** 2.x has one code for everything and says the rest in words; its claims only choose among refusals here. */
function refusalOf(
  { errCode, errMsg }: Envelope,
  version: 'v2' | 'v3',
  claims: JWTPayload,
  now: number
): CodeName {
  if (version === 'v3' || !anyRefusalOfV2.has(errCode)) return refusals[errCode] ?? 'tokenUnknown'
  if (/kicked/i.test(errMsg)) return 'tokenKicked'
  if (typeof claims.exp !== 'number') return 'tokenMalformed'
  return claims.exp * 1_000 <= now ? 'tokenExpired' : 'tokenInvalid'
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
