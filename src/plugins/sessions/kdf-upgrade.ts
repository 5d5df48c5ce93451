import { randomBytes } from 'node:crypto'
import type { LoginParts } from './login-parts.ts'
import { isDamage } from './lookup.ts'
import { assertSigned, signed } from './row-mac.ts'
import { openDataKey, openToken, sealDataKey, sealToken } from './sealed-rows.ts'
import type { IdentityRow, SessionRow } from './tables.ts'
import { saltBytes } from './token-keys.ts'

type PersonAndKek = { readonly person: IdentityRow; readonly kek: Buffer }

/**
 * Derives the key of a password anew when the settings ask for another derivation than that of the row, and closes
 * with it what the old one has opened.
 * @returns `undefined` when somebody else has changed the rows meanwhile
 * @throws {BoxError} when the row of the person does not open
 */
export async function upToDate(
  { store, memory, keys, kdf, log }: LoginParts,
  secret: Buffer,
  { person, kek: oldKek }: PersonAndKek
): Promise<PersonAndKek | undefined> {
  if (person.kdf === kdf.current) return { person, kek: oldKek }
  const dataKey = openDataKey(oldKek, person)
  const salt = randomBytes(saltBytes)
  const { verifier, kek } = await kdf.derive(secret, salt, kdf.current)
  const to = signed<IdentityRow>(keys.mac, {
    ...person,
    kdf: kdf.current,
    salt: salt.toString('base64url'),
    verifier,
    dataKey: sealDataKey(kek, person.identity, dataKey)
  })
  const sessions = await store.sessionsOf(person.identity)
  const moved = sessions.flatMap(row => {
    try {
      const token = openToken(oldKek, assertSigned(keys.mac, row))
      return [[row, signed<SessionRow>(keys.mac, { ...row, token: sealToken(kek, row, token) })] as const]
    } catch (error) {
      if (!isDamage(error)) throw error
      log.error({ err: error, tid: row.tid }, 'a session was changed in the database: it is left behind')
      return []
    }
  })
  if (!(await store.update(person, to, moved))) return undefined
  memory.forget(person.identity)
  log.info({ identity: person.identity, kdf: kdf.current }, 'the key of a password was derived anew')
  return { person: to, kek }
}
