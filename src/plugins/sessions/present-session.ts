import type { LoginParts, Unlocked } from './login-parts.ts'
import { isDamage } from './lookup.ts'
import { isLive } from './open-session.ts'
import { assertSigned, DamagedRowError } from './row-mac.ts'
import { openSecrets, openToken, tokenKeyFor, type Secrets } from './sealed-rows.ts'
import type { SessionRow } from './tables.ts'
import { tokenIdOf } from './token-keys.ts'

/** A session that the password of its person has opened. */
export interface PresentSession extends Unlocked {
  readonly row: SessionRow
  readonly token: Buffer
  readonly tokenKey: Buffer
  readonly secrets: Secrets
}

/** The session that a person has on a platform, if it is one to go on with. */
export async function presentSession(
  { store, keys, settings, clock, log }: LoginParts,
  unlocked: Unlocked,
  platform: string
): Promise<PresentSession | undefined> {
  const { person, kek } = unlocked
  const row = await store.current(person.identity, platform)
  if (!row || row.passwordVersion !== person.passwordVersion || !isLive(row, clock.now(), settings))
    return undefined
  try {
    assertSigned(keys.mac, row)
    const token = openToken(kek, row)
    if (tokenIdOf(token) !== row.tid) throw new DamagedRowError(`session ${row.tid}`)
    const tokenKey = tokenKeyFor(row, token)
    return { ...unlocked, row, token, tokenKey, secrets: openSecrets(tokenKey, row) }
  } catch (error) {
    if (!isDamage(error)) throw error
    log.error({ err: error, tid: row.tid }, 'a session was changed in the database: another takes its place')
    return undefined
  }
}
