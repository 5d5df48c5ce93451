import { randomBytes, timingSafeEqual } from 'node:crypto'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import { upToDate } from './kdf-upgrade.ts'
import { touchMs } from './lookup.ts'
import type { Attempt, LoginParts, Unlocked } from './login-parts.ts'
import { absoluteEnd } from './open-session.ts'
import { confirmedRow, refusedRow } from './person-row.ts'
import { presentSession, type PresentSession } from './present-session.ts'
import { signed } from './row-mac.ts'
import { openDataKey, sealDataKey, sealSecrets, sessionRow } from './sealed-rows.ts'
import type { Person } from './service.ts'
import type { LoginChange } from './store.ts'
import { succeed } from './succession.ts'
import type { IdentityRow, SessionRow } from './tables.ts'
import { keyBytes, saltBytes, tokenIn } from './token-keys.ts'

const dayMs = 86_400_000

/**
 * Tries to log somebody in. The provider is asked unless the password is the one that it has confirmed not long ago.
 * @returns the token; `undefined` when somebody else has changed the same rows meanwhile
 * @throws {ApiError} `auth.failed`, `upstream.*`
 * @throws {BoxError | DamagedRowError} when the row of the person was changed by somebody else
 */
export async function attemptLogin(parts: LoginParts, attempt: Attempt): Promise<Buffer | undefined> {
  const { store, kdf, providers, clock } = parts
  const known = await store.person(attempt.usernameIndex)
  // Unknown users take as long as known ones, and what is derived for them is used when the provider knows them.
  const salt = known ? Buffer.from(known.salt, 'base64url') : randomBytes(saltBytes)
  const { verifier, kek } = await kdf.derive(attempt.secret, salt, known?.kdf ?? kdf.current)
  if (known && isSame(verifier, known.verifier)) {
    const upgraded = await upToDate(parts, attempt.secret, { person: known, kek })
    return upgraded && withKnownPassword(parts, attempt, upgraded.person, upgraded.kek)
  }
  const who = await providers.ask(attempt)
  if (known) return withNewPassword(parts, attempt, known, who)
  const { identity, usernameIndex } = attempt
  const derived = { verifier, kdf: kdf.current, salt: salt.toString('base64url') }
  const first = { identity, usernameIndex, ...derived, passwordVersion: 1, createdAt: clock.now() }
  const dataKey = randomBytes(keyBytes)
  const row = { ...first, dataKey: sealDataKey(kek, identity, dataKey) }
  const person = confirmedRow(parts, row, { username: attempt.username, who, dataKey })
  return begin(parts, attempt, { person, kek, dataKey }, { from: undefined, end: 'person' })
}

async function withKnownPassword(
  parts: LoginParts,
  attempt: Attempt,
  person: IdentityRow,
  kek: Buffer
): Promise<Buffer | undefined> {
  const { settings, clock } = parts
  const unlocked = { person, kek, dataKey: openDataKey(kek, person) }
  const session = await presentSession(parts, unlocked, attempt.platform)
  const goesOn = session && (attempt.token === undefined || attempt.token === session.token.toString('hex'))
  const isFresh = clock.now() - person.checkedAt < settings.revalidateDays * dayMs
  if (session && goesOn) {
    const sameExtra = isSameExtra(session.secrets.extra, attempt.extra)
    return isFresh && sameExtra ? reissue(parts, attempt, session) : reconfirm(parts, attempt, session)
  }
  const change = { from: person, end: 'platform' } as const
  if (isFresh && settings.newPlatform === 'trust') return begin(parts, attempt, unlocked, change)
  const confirmed = await confirm(parts, attempt, unlocked)
  return begin(parts, attempt, { ...unlocked, person: confirmed }, change)
}

/** The provider has taken another password than the one that is known: it has changed. */
async function withNewPassword(
  parts: LoginParts,
  attempt: Attempt,
  known: IdentityRow,
  who: Person
): Promise<Buffer | undefined> {
  const { kdf, lookup, log, lost } = parts
  const { identity, username, presented } = attempt
  const salt = randomBytes(saltBytes)
  const { verifier, kek } = await kdf.derive(attempt.secret, salt, kdf.current)
  const session = presented === undefined ? undefined : await lookup.find(presented)
  const keeps = session?.row.identity === identity
  const dataKey = keeps ? session.dataKey : randomBytes(keyBytes)
  const columns = {
    ...known,
    kdf: kdf.current,
    salt: salt.toString('base64url'),
    verifier,
    dataKey: sealDataKey(kek, identity, dataKey),
    passwordVersion: known.passwordVersion + 1
  }
  const person = confirmedRow(parts, columns, { username, who, dataKey })
  const token = await begin(parts, attempt, { person, kek, dataKey }, { from: known, end: 'person' })
  if (!token) return undefined
  log.info({ identity, dataKept: keeps }, 'a password has changed: all older sessions have ended')
  if (!keeps) lost(identity)
  return token
}

/** Begins a session. */
async function begin(
  { store, memory, keys, settings, clock }: LoginParts,
  attempt: Attempt,
  { person, kek, dataKey }: Unlocked,
  { from, end }: Pick<LoginChange, 'from' | 'end'>
): Promise<Buffer | undefined> {
  const { platform, password, extra } = attempt
  const { identity, passwordVersion } = person
  const token = tokenIn(attempt.token ?? '') ?? randomBytes(keyBytes)
  const now = clock.now()
  const secrets = { password, ...(extra && { extra }) }
  const expiresAt = absoluteEnd(now, settings)
  const fresh = { identity, platform, token, secrets, kek, dataKey, passwordVersion, now, expiresAt }
  const session = signed<SessionRow>(keys.mac, sessionRow(fresh))
  if (!(await store.login({ from, to: person, end, session }))) return undefined
  memory.forget(identity, end === 'person' ? undefined : platform)
  memory.forgetToken(session.tid)
  return token
}

/** Goes on with a session after asking the provider. */
async function reconfirm(
  parts: LoginParts,
  attempt: Attempt,
  session: PresentSession
): Promise<Buffer | undefined> {
  const { store, memory, keys } = parts
  const person = await confirm(parts, attempt, session)
  const credentials = sealSecrets(session.tokenKey, session.row, attempt)
  const row = signed<SessionRow>(keys.mac, { ...session.row, credentials })
  if (!(await store.update(session.person, person, [[session.row, row]]))) return undefined
  memory.forget(person.identity)
  return reissue(parts, attempt, { ...session, person, row })
}

/** Gives out the token of a session again, or another in its place. */
async function reissue(
  parts: LoginParts,
  attempt: Attempt,
  session: PresentSession
): Promise<Buffer | undefined> {
  const { store, memory, keys, settings, clock } = parts
  const { row, token } = session
  const now = clock.now()
  if (settings.reissue === 'rotate' && attempt.token === undefined) return succeed(parts, session, now)
  if (now - row.lastSeen >= touchMs) {
    await store.updateSession(row, signed<SessionRow>(keys.mac, { ...row, lastSeen: now }))
    memory.forgetToken(row.tid)
  }
  return token
}

/**
 * Asks the provider, and makes the row of whom it has confirmed. A password that it refuses is not taken again without
 * asking.
 */
async function confirm(
  parts: LoginParts,
  attempt: Attempt,
  { person, dataKey }: Unlocked
): Promise<IdentityRow> {
  try {
    const who = await parts.providers.ask(attempt)
    return confirmedRow(parts, person, { username: attempt.username, who, dataKey })
  } catch (error) {
    const isRefused = error instanceof ApiError && error.entry.key === CommonErrors['auth.failed'].key
    if (isRefused) await parts.store.update(person, refusedRow(parts, person))
    throw error
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function isSameExtra(
  left: Readonly<Record<string, string>> = {},
  right: Readonly<Record<string, string>> = {}
): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every(name => left[name] === right[name])
}
