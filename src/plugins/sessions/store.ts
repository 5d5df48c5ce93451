import type { Transaction } from 'kysely'
import { assertSigned } from './row-mac.ts'
import type { IdentityRow, SessionRow, SessionsDb, Tables } from './tables.ts'

/** What one login changes, all of it or nothing. */
export interface LoginChange {
  /** The person as it was read; absent: there must be none. */
  readonly from: IdentityRow | undefined
  readonly to: IdentityRow
  /** Which sessions end: those of the platform, or all of the person. */
  readonly end: 'platform' | 'person'
  readonly session: SessionRow
}

type Db = SessionsDb | Transaction<Tables>

/**
 * The rows of people and sessions. What it reads is authentic, or it throws. What it changes it changes only where
 * nobody has been faster: then it returns false, and the caller begins anew.
 */
export class Store {
  readonly #db: SessionsDb
  readonly #key: Buffer

  /** @param key what rows are signed with */
  constructor(db: SessionsDb, key: Buffer) {
    this.#db = db
    this.#key = key
  }

  /** @throws {DamagedRowError} when the row was changed by somebody else */
  async person(usernameIndex: string): Promise<IdentityRow | undefined> {
    const query = this.#db.selectFrom('sessions_identities').selectAll()
    const row = await query.where('usernameIndex', '=', usernameIndex).executeTakeFirst()
    return row && assertSigned(this.#key, row)
  }

  /** @throws {DamagedRowError} as {@link Store.person} */
  async personOf(identity: string): Promise<IdentityRow | undefined> {
    const query = this.#db.selectFrom('sessions_identities').selectAll()
    const row = await query.where('identity', '=', identity).executeTakeFirst()
    return row && assertSigned(this.#key, row)
  }

  /** @throws {DamagedRowError} as {@link Store.person} */
  async session(tid: string): Promise<SessionRow | undefined> {
    const query = this.#db.selectFrom('sessions_sessions').selectAll()
    const row = await query.where('tid', '=', tid).executeTakeFirst()
    return row && assertSigned(this.#key, row)
  }

  /** The session of a person on a platform whose token no other has replaced, as it is in the database. */
  async current(identity: string, platform: string): Promise<SessionRow | undefined> {
    return this.#db
      .selectFrom('sessions_sessions')
      .selectAll()
      .where('identity', '=', identity)
      .where('platform', '=', platform)
      .where('superseded', '=', 0)
      .executeTakeFirst()
  }

  /** All sessions of a person, as they are in the database. */
  async sessionsOf(identity: string): Promise<SessionRow[]> {
    return this.#db.selectFrom('sessions_sessions').selectAll().where('identity', '=', identity).execute()
  }

  /** Writes a new session and what changes with it. */
  async login({ from, to, end, session }: LoginChange): Promise<boolean> {
    return this.#db.transaction().execute(async trx => {
      if (!(await writePerson(trx, from, to))) return false
      const ended = trx.deleteFrom('sessions_sessions').where('identity', '=', session.identity)
      await (end === 'person' ? ended : ended.where('platform', '=', session.platform)).execute()
      // The token of an adapter is the same for whoever logs in next.
      await trx.deleteFrom('sessions_sessions').where('tid', '=', session.tid).execute()
      await trx.insertInto('sessions_sessions').values(session).execute()
      return true
    })
  }

  /** Puts a session in the place of another, which stays as `from` becomes `to`. */
  async supersede(from: SessionRow, to: SessionRow, session: SessionRow): Promise<boolean> {
    return this.#db.transaction().execute(async trx => {
      if (!(await writeSession(trx, from, to))) return false
      await trx
        .deleteFrom('sessions_sessions')
        .where('identity', '=', session.identity)
        .where('platform', '=', session.platform)
        .where('superseded', '=', 0)
        .execute()
      await trx.insertInto('sessions_sessions').values(session).execute()
      return true
    })
  }

  /** Changes a person, and sessions of theirs with it. */
  async update(
    from: IdentityRow,
    to: IdentityRow,
    sessions: readonly (readonly [from: SessionRow, to: SessionRow])[] = []
  ): Promise<boolean> {
    return this.#db
      .transaction()
      .execute(async trx => {
        if (!(await writePerson(trx, from, to))) return false
        for (const [before, after] of sessions)
          if (!(await writeSession(trx, before, after))) throw new Overtaken()
        return true
      })
      .catch((error: unknown) => {
        if (error instanceof Overtaken) return false
        throw error
      })
  }

  async updateSession(from: SessionRow, to: SessionRow): Promise<boolean> {
    return writeSession(this.#db, from, to)
  }

  /** Ends the sessions of a person on a platform. */
  async endPlatform(identity: string, platform: string): Promise<void> {
    await this.#db
      .deleteFrom('sessions_sessions')
      .where('identity', '=', identity)
      .where('platform', '=', platform)
      .execute()
  }

  /**
   * Deletes sessions that have not been used since `unusedSince`, or that have ended by `now`.
   * @returns how many; at most `limit`
   */
  async sweep(unusedSince: number, now: number, limit: number): Promise<number> {
    const over = this.#db
      .selectFrom('sessions_sessions')
      .select('tid')
      .where(where => {
        const ended = where.and([where('expiresAt', '>', 0), where('expiresAt', '<=', now)])
        return where.or([where('lastSeen', '<', unusedSince), ended])
      })
      .limit(limit)
    const { numDeletedRows } = await this.#db
      .deleteFrom('sessions_sessions')
      .where('tid', 'in', over)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}

/** Rolls a transaction back. */
class Overtaken extends Error {}

async function writePerson(db: Db, from: IdentityRow | undefined, to: IdentityRow): Promise<boolean> {
  if (!from) {
    const added = db
      .insertInto('sessions_identities')
      .values(to)
      .onConflict(conflict => conflict.doNothing())
    return Number((await added.executeTakeFirst()).numInsertedOrUpdatedRows) === 1
  }
  const update = db.updateTable('sessions_identities').set(to).where('identity', '=', from.identity)
  return Number((await update.where('mac', '=', from.mac).executeTakeFirst()).numUpdatedRows) === 1
}

async function writeSession(db: Db, from: SessionRow, to: SessionRow): Promise<boolean> {
  const update = db.updateTable('sessions_sessions').set(to).where('tid', '=', from.tid)
  return Number((await update.where('mac', '=', from.mac).executeTakeFirst()).numUpdatedRows) === 1
}
