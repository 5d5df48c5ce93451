import { randomBytes } from 'node:crypto'
import { openBox, sealBox, type BoxPlace } from './box.ts'
import type { Unsigned } from './row-mac.ts'
import type { Credentials } from './service.ts'
import type { IdentityRow, SessionRow } from './tables.ts'
import { saltBytes, tokenIdOf, tokenKeyOf } from './token-keys.ts'

/** What is known of a person, as it lies in their box. */
export interface Profile {
  readonly username: string
  readonly name: string
  readonly schoolnum: string
  readonly properties: Readonly<Record<string, string>>
}

/** What somebody has logged in with, as it lies in the box of the session. */
export type Secrets = Pick<Credentials, 'password' | 'extra'>

type SessionKey = Pick<SessionRow, 'tid' | 'identity' | 'platform'>

const ofPerson = (kind: string, identity: string): BoxPlace => ({ kind, row: identity, identity })
const ofSession = (kind: string, { tid, identity, platform }: SessionKey): BoxPlace => {
  return { kind, row: tid, identity, platform }
}

/** Closes the profile of a person with their data key. */
export function sealProfile(dataKey: Buffer, identity: string, profile: Profile): string {
  return sealBox(dataKey, ofPerson('profile', identity), JSON.stringify(profile))
}

/** @throws {BoxError} as all that open */
export function openProfile(dataKey: Buffer, { identity, profile }: IdentityRow): Profile {
  return JSON.parse(openBox(dataKey, ofPerson('profile', identity), profile).toString()) as Profile
}

/** Closes the data key of a person with the key of their password. */
export function sealDataKey(kek: Buffer, identity: string, dataKey: Buffer): string {
  return sealBox(kek, ofPerson('data-key', identity), dataKey)
}

/** @throws {BoxError} as all that open */
export function openDataKey(kek: Buffer, { identity, dataKey }: IdentityRow): Buffer {
  return openBox(kek, ofPerson('data-key', identity), dataKey)
}

/** What a session is made of. */
export interface NewSession {
  readonly identity: string
  readonly platform: string
  readonly token: Buffer
  readonly secrets: Secrets
  readonly kek: Buffer
  readonly dataKey: Buffer
  readonly passwordVersion: number
  readonly now: number
  readonly expiresAt: number
}

/** The row of a new session. */
export function sessionRow(session: NewSession): Unsigned<SessionRow> {
  const { identity, platform, token, passwordVersion, now, expiresAt } = session
  const salt = randomBytes(saltBytes)
  const tokenKey = tokenKeyOf(token, salt)
  const key = { tid: tokenIdOf(token), identity, platform }
  return {
    ...key,
    salt: salt.toString('base64url'),
    credentials: sealSecrets(tokenKey, key, session.secrets),
    token: sealToken(session.kek, key, token),
    dataKey: sealBox(tokenKey, ofSession('data-key', key), session.dataKey),
    passwordVersion,
    createdAt: now,
    lastSeen: now,
    expiresAt,
    superseded: 0
  }
}

/** The key that `token` opens the boxes of a row with. */
export function tokenKeyFor(row: SessionRow, token: Buffer): Buffer {
  return tokenKeyOf(token, Buffer.from(row.salt, 'base64url'))
}

/** Closes a token with the key of the password, so that another login finds it. */
export function sealToken(kek: Buffer, key: SessionKey, token: Buffer): string {
  return sealBox(kek, ofSession('token', key), token)
}

/** @throws {BoxError} as all that open */
export function openToken(kek: Buffer, row: SessionRow): Buffer {
  return openBox(kek, ofSession('token', row), row.token)
}

/** Closes what somebody has logged in with. */
export function sealSecrets(tokenKey: Buffer, key: SessionKey, { password, extra }: Secrets): string {
  return sealBox(tokenKey, ofSession('credentials', key), JSON.stringify({ password, extra }))
}

/** @throws {BoxError} as all that open */
export function openSecrets(tokenKey: Buffer, row: SessionRow): Secrets {
  return JSON.parse(openBox(tokenKey, ofSession('credentials', row), row.credentials).toString()) as Secrets
}

/** @throws {BoxError} as all that open */
export function openSessionDataKey(tokenKey: Buffer, row: SessionRow): Buffer {
  return openBox(tokenKey, ofSession('data-key', row), row.dataKey)
}
