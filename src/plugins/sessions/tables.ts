import type { Kysely, Migration } from 'kysely'
import type { Database } from '../database/service.ts'

/** What is kept of a person. Nothing in it can be read without the person's password or one of their tokens. */
export interface IdentityRow {
  readonly identity: string
  /** Stands for the name of the user, under a key that is not in the database. */
  readonly usernameIndex: string
  /** Box, under the data key: the names that the provider gave. */
  readonly profile: string
  /** The same to be read by operators, where the settings say so; else empty. */
  readonly clearProfile: string
  /** How keys are derived from the password, such as `scrypt:15:8:3`. */
  readonly kdf: string
  readonly salt: string
  /** Digest of what the right password gives. */
  readonly verifier: string
  /** Box, under the password's key: the data key. */
  readonly dataKey: string
  /** Grows with every change of the password. */
  readonly passwordVersion: number
  /** When the provider confirmed the password last; 0: it has refused it since. Milliseconds since the epoch. */
  readonly checkedAt: number
  readonly createdAt: number
  readonly mac: string
}

/** A login of a person on a platform. */
export interface SessionRow {
  /** Digest of the token. */
  readonly tid: string
  readonly identity: string
  readonly platform: string
  readonly salt: string
  /** Box, under the token's key: what the person logged in with. */
  readonly credentials: string
  /** Box, under the password's key: the token. */
  readonly token: string
  /** Box, under the token's key: the data key. */
  readonly dataKey: string
  readonly passwordVersion: number
  readonly createdAt: number
  readonly lastSeen: number
  /** Milliseconds since the epoch; 0: it ends only when it is not used. */
  readonly expiresAt: number
  /** 1: another token has taken its place, and it is good for a moment only. */
  readonly superseded: number
  readonly mac: string
}

export interface Tables {
  sessions_identities: IdentityRow
  sessions_sessions: SessionRow
}

export type SessionsDb = Kysely<Tables>

type ColumnKind = 'text' | 'integer' | 'bigint'
type Columns<Row> = { readonly [Name in keyof Row & string]: ColumnKind }

const identities: Columns<IdentityRow> = {
  identity: 'text',
  usernameIndex: 'text',
  profile: 'text',
  clearProfile: 'text',
  kdf: 'text',
  salt: 'text',
  verifier: 'text',
  dataKey: 'text',
  passwordVersion: 'integer',
  checkedAt: 'bigint',
  createdAt: 'bigint',
  mac: 'text'
}
const sessions: Columns<SessionRow> = {
  tid: 'text',
  identity: 'text',
  platform: 'text',
  salt: 'text',
  credentials: 'text',
  token: 'text',
  dataKey: 'text',
  passwordVersion: 'integer',
  createdAt: 'bigint',
  lastSeen: 'bigint',
  expiresAt: 'bigint',
  superseded: 'integer',
  mac: 'text'
}

async function create(
  db: Kysely<unknown>,
  table: string,
  key: string,
  columns: Readonly<Record<string, ColumnKind>>
): Promise<void> {
  const empty = db.schema.createTable(table).addPrimaryKeyConstraint(`${table}_key`, [key as never])
  const full = Object.entries(columns).reduce<typeof empty>(
    (to, [name, kind]) => to.addColumn(name, kind, column => column.notNull()),
    empty
  )
  await full.execute()
}

const migrations: Readonly<Record<string, Migration>> = {
  '2026-01-01_sessions': {
    async up(db: Kysely<unknown>) {
      await create(db, 'sessions_identities', 'identity', identities)
      await create(db, 'sessions_sessions', 'tid', sessions)
      const index = (table: string, ...columns: string[]) =>
        db.schema
          .createIndex(`${table}_by_${columns.join('_')}`)
          .on(table)
          .columns(columns)
      await index('sessions_identities', 'usernameIndex').unique().execute()
      await index('sessions_sessions', 'identity', 'platform').execute()
      await index('sessions_sessions', 'lastSeen').execute()
      // A person has one token a platform.
      await index('sessions_sessions', 'identity', 'platform', 'superseded')
        .unique()
        .where('superseded', '=', 0)
        .execute()
    }
  }
}

/** Opens the tables of sessions, bringing them up to date. */
export function openTables(database: Database): Promise<SessionsDb> {
  return database.open<Tables>('sessions', migrations)
}
