import type { Kysely, Migration } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/index.ts'
import type { Database } from '../database/service.ts'

interface Tables {
  token_auth_versions: { readonly subject: string; readonly version: number; readonly changedAt: number }
}

const migrations: Readonly<Record<string, Migration>> = {
  '2026-01-01_versions': {
    async up({ schema }: Kysely<unknown>) {
      await schema
        .createTable('token_auth_versions')
        .addColumn('subject', 'text', subject => subject.primaryKey())
        .addColumn('version', 'integer', version => version.notNull())
        .addColumn('changedAt', 'bigint', changedAt => changedAt.notNull())
        .execute()
    }
  }
}

/** How long another node's revocation may stay unnoticed. */
const knownMs = 5_000
const maxKnown = 10_000

/** Up to when the tokens of somebody have ended. */
export interface Revocation {
  /** How often all of them were ended. */
  readonly version: number
  /** When, for the last time: milliseconds since the epoch, 0: never. */
  readonly changedAt: number
}

const never: Revocation = { version: 0, changedAt: 0 }

/** How often all tokens of somebody have been ended. It is kept for good: tokens may last a hundred days. */
export class Versions {
  readonly #db: Kysely<Tables> | undefined
  readonly #clock: Clock
  readonly #known: LRUCache<string, Revocation>

  constructor(db: Kysely<Tables> | undefined, clock: Clock) {
    this.#db = db
    this.#clock = clock
    // lru-cache takes a start at 0 for none.
    const perf = { now: () => clock.monotonic() + 1 }
    this.#known = new LRUCache({ max: maxKnown, ttl: knownMs, ttlResolution: 0, perf })
  }

  static async open(database: Database | undefined, clock: Clock): Promise<Versions> {
    return new Versions(await database?.open<Tables>('token_auth', migrations), clock)
  }

  /** Without a database nobody was ever revoked. */
  async of(subject: string): Promise<Revocation> {
    if (!this.#db) return never
    const known = this.#known.get(subject)
    if (known !== undefined) return known
    const query = this.#db.selectFrom('token_auth_versions').select(['version', 'changedAt'])
    const found = (await query.where('subject', '=', subject).executeTakeFirst()) ?? never
    this.#known.set(subject, found)
    return found
  }

  /** @throws {Error} without a database */
  async raise(subject: string): Promise<void> {
    if (!this.#db)
      throw new Error('without a database nothing remembers that the tokens of somebody have ended')
    const changedAt = this.#clock.now()
    await this.#db
      .insertInto('token_auth_versions')
      .values({ subject, version: 1, changedAt })
      .onConflict(conflict =>
        conflict.column('subject').doUpdateSet(expression => ({
          version: expression('token_auth_versions.version', '+', 1),
          changedAt
        }))
      )
      .execute()
    this.#known.delete(subject)
  }
}
