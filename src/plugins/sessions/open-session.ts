import { openProfile, openSessionDataKey, tokenKeyFor, type Profile } from './sealed-rows.ts'
import { identityOf, type ServerKeys } from './server-keys.ts'
import type { IdentityRow, SessionRow } from './tables.ts'
import { dataKeyFor, pseudonymOf } from './token-keys.ts'

/** A session whose token was shown, with what that opens. */
export interface OpenSession {
  /** As it was read, or written since. */
  row: SessionRow
  readonly profile: Profile
  readonly pseudonym: string
  readonly tokenKey: Buffer
  /** The data key of the person. */
  readonly dataKey: Buffer
  /** Keys that were derived from it, by purpose. */
  readonly purposes: Map<string, Buffer>
}

/**
 * Opens a session with its token.
 * @returns `undefined` when the password has changed since, or another provider is asked now
 * @throws {BoxError} when the rows do not belong together
 */
export function openSession(
  row: SessionRow,
  person: IdentityRow,
  token: Buffer,
  { keys, provider }: { readonly keys: ServerKeys; readonly provider: string }
): OpenSession | undefined {
  if (row.passwordVersion !== person.passwordVersion) return undefined
  const tokenKey = tokenKeyFor(row, token)
  const dataKey = openSessionDataKey(tokenKey, row)
  const profile = openProfile(dataKey, person)
  if (identityOf(keys, provider, profile.username) !== row.identity) return undefined
  return { row, profile, pseudonym: pseudonymOf(token), tokenKey, dataKey, purposes: new Map() }
}

/** A key out of the person's data key. Names of plugins are few, so all are kept. */
export function purposeKey(session: OpenSession, purpose: string): Buffer {
  const known = session.purposes.get(purpose)
  if (known) return known
  const key = dataKeyFor(session.dataKey, purpose)
  session.purposes.set(purpose, key)
  return key
}

const dayMs = 86_400_000

/** When sessions end. */
export interface Lifetime {
  readonly expireDays: number
  readonly absoluteDays: number
}

/** Whether a session has not ended by `now` (milliseconds since the epoch). */
export function isLive(row: SessionRow, now: number, { expireDays }: Lifetime): boolean {
  return now - row.lastSeen <= expireDays * dayMs && (row.expiresAt === 0 || now < row.expiresAt)
}

/** The last moment before which a session must have been used not to be over. */
export function unusedSince(now: number, { expireDays }: Lifetime): number {
  return now - expireDays * dayMs
}

/** When a session that begins now ends in any case; 0: never. */
export function absoluteEnd(now: number, { absoluteDays }: Lifetime): number {
  return absoluteDays === 0 ? 0 : now + absoluteDays * dayMs
}
