import type { Migration } from 'kysely'
import type { Database } from '../../database/service.ts'
import type { CutOff } from './tokens.ts'

/** A token that is refused. */
export interface Kick {
  readonly userID: string
  /** Of the token's signed part. */
  readonly digest: string
  /** When the token expires by itself: milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What was revoked. */
export interface Revoked {
  readonly kicks: readonly Kick[]
  readonly cutOffs: readonly CutOff[]
}

/** PostgreSQL hands out bigints as text. */
type Bigint = number | string

interface Tables {
  readonly im_tokens_kicks: {
    readonly digest: string
    readonly user_id: string
    readonly expires_at: Bigint
    /** When the row was written, by the clock of its node: milliseconds since the epoch. */
    readonly changed_at: Bigint
  }
  readonly im_tokens_cut_offs: {
    readonly user_id: string
    readonly platform_id: number
    readonly issued_until: Bigint
    readonly changed_at: Bigint
  }
}

const kicks = 'im_tokens_kicks'
const cutOffs = 'im_tokens_cut_offs'

const migrations: Readonly<Record<string, Migration>> = {
  '2026-12-01_revocations': {
    async up({ schema }) {
      await schema
        .createTable(kicks)
        .addColumn('digest', 'text', column => column.primaryKey())
        .addColumn('user_id', 'text', column => column.notNull())
        .addColumn('expires_at', 'bigint', column => column.notNull())
        .addColumn('changed_at', 'bigint', column => column.notNull())
        .execute()
      for (const column of ['user_id', 'expires_at', 'changed_at'])
        await schema.createIndex(`${kicks}_${column}`).on(kicks).column(column).execute()
      await schema
        .createTable(cutOffs)
        .addColumn('user_id', 'text', column => column.notNull())
        .addColumn('platform_id', 'integer', column => column.notNull())
        .addColumn('issued_until', 'bigint', column => column.notNull())
        .addColumn('changed_at', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint(`${cutOffs}_key`, ['user_id', 'platform_id'])
        .execute()
      await schema.createIndex(`${cutOffs}_changed_at`).on(cutOffs).column('changed_at').execute()
    }
  }
}

/** The rows that all nodes share. Times are milliseconds since the epoch. */
export interface RevocationRows {
  ofUser(userID: string): Promise<Revoked>
  /** The latest cut-off of a user on any platform: milliseconds since the epoch; 0: none. */
  lastCutOff(userID: string): Promise<number>
  /** Those written at `time` or later, at most `limit` of each kind. */
  since(time: number, limit: number): Promise<Revoked>
  addKick(kick: Kick, now: number): Promise<void>
  /** A later cut-off that is there already stays. */
  addCutOff(cutOff: CutOff, now: number): Promise<void>
  removeExpired(now: number): Promise<void>
}

/** Opens the namespace `im_tokens`. */
export async function openRevocationRows(database: Database): Promise<RevocationRows> {
  const db = await database.open<Tables>('im_tokens', migrations)
  const selectKicks = () =>
    db.selectFrom(kicks).select(['user_id as userID', 'digest', 'expires_at as expiresAt'])
  const selectCutOffs = () =>
    db.selectFrom(cutOffs).select(['user_id as userID', 'platform_id as platformID', 'issued_until as until'])
  return {
    async ofUser(userID) {
      const [kicked, cut] = await Promise.all([
        selectKicks().where('user_id', '=', userID).execute(),
        selectCutOffs().where('user_id', '=', userID).execute()
      ])
      return revoked(kicked, cut)
    },

    async lastCutOff(userID) {
      const latest = db.selectFrom(cutOffs).select(({ fn }) => fn.max('issued_until').as('until'))
      const row = await latest.where('user_id', '=', userID).executeTakeFirst()
      return Number(row?.until ?? 0)
    },

    async since(time, limit) {
      const [kicked, cut] = await Promise.all([
        selectKicks().where('changed_at', '>=', time).limit(limit).execute(),
        selectCutOffs().where('changed_at', '>=', time).limit(limit).execute()
      ])
      return revoked(kicked, cut)
    },

    async addKick({ userID, digest, expiresAt }, now) {
      await db
        .insertInto(kicks)
        .values({ digest, user_id: userID, expires_at: expiresAt, changed_at: now })
        .onConflict(conflict => conflict.column('digest').doNothing())
        .execute()
    },

    async addCutOff({ userID, platformID, until }, now) {
      const change = { issued_until: until, changed_at: now }
      await db
        .insertInto(cutOffs)
        .values({ user_id: userID, platform_id: platformID, ...change })
        .onConflict(conflict =>
          conflict
            .columns(['user_id', 'platform_id'])
            .doUpdateSet(change)
            .where(`${cutOffs}.issued_until`, '<', until)
        )
        .execute()
    },

    async removeExpired(now) {
      await db.deleteFrom(kicks).where('expires_at', '<=', now).execute()
    }
  }
}

type Read<Row, Name extends keyof Row> = Omit<Row, Name> & Readonly<Record<Name, Bigint>>

function revoked(kicked: readonly Read<Kick, 'expiresAt'>[], cut: readonly Read<CutOff, 'until'>[]): Revoked {
  return {
    kicks: kicked.map(kick => ({ ...kick, expiresAt: Number(kick.expiresAt) })),
    cutOffs: cut.map(cutOff => ({ ...cutOff, until: Number(cutOff.until) }))
  }
}
