import { randomBytes } from 'node:crypto'
import type { LoginParts, Unlocked } from './login-parts.ts'
import { absoluteEnd } from './open-session.ts'
import { signed } from './row-mac.ts'
import { sessionRow, type Secrets } from './sealed-rows.ts'
import type { SessionRow } from './tables.ts'
import { keyBytes } from './token-keys.ts'

/** How long a token is good after another has taken its place: requests with it may be under way. */
const graceMs = 60_000

/** A session that gets another token. */
export interface Predecessor extends Unlocked {
  readonly row: SessionRow
  readonly secrets: Secrets
}

/**
 * Puts a new token in the place of that of a session. Another that had taken its place before ends: it may never have
 * arrived.
 * @param since when the person has shown the password, in milliseconds since the epoch: absolute ends count from it
 * @returns the token; `undefined` when somebody else has changed the row meanwhile
 */
export async function succeed(
  { store, memory, keys, settings, clock }: LoginParts,
  { row, secrets, person, kek, dataKey }: Predecessor,
  since: number
): Promise<Buffer | undefined> {
  const { identity, platform, superseded } = row
  const now = clock.now()
  const token = randomBytes(keyBytes)
  const expiresAt = absoluteEnd(since, settings)
  const { passwordVersion } = person
  const fresh = { identity, platform, token, secrets, kek, dataKey, passwordVersion, now, expiresAt }
  const session = signed<SessionRow>(keys.mac, { ...sessionRow(fresh), createdAt: since })
  const end = now + graceMs
  const to = signed<SessionRow>(keys.mac, {
    ...row,
    superseded: 1,
    expiresAt: superseded === 1 || (row.expiresAt > 0 && row.expiresAt < end) ? row.expiresAt : end
  })
  if (!(await store.supersede(row, to, session))) return undefined
  memory.forget(identity, platform)
  return token
}
