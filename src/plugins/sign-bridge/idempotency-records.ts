import type { Kysely, Migration } from 'kysely'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Database } from '../database/service.ts'
import type { BridgeSettings } from './config.ts'
import { Errors } from './errors.ts'

/** Names a request: whose, and which. */
export interface RequestName {
  readonly caller: string
  readonly key: string
}

export interface RecordTimes {
  /** How long an outcome is kept. */
  readonly ttlMs: number
  /** How long a request may be under way at most. After that its process has died. */
  readonly leaseMs: number
}

/** How long to keep requests under these settings. A minute more than any request can take. */
export function recordTimes({ idempotencyTtlMs, deadlineMs, timeoutMs }: RecordSettings): RecordTimes {
  return { ttlMs: idempotencyTtlMs, leaseMs: deadlineMs + 2 * timeoutMs + 60_000 }
}

type RecordSettings = Pick<BridgeSettings, 'idempotencyTtlMs' | 'deadlineMs' | 'timeoutMs'>

interface Tables {
  readonly sign_idempotency_requests: {
    readonly caller: string
    readonly key: string
    readonly digest: string
    readonly outcome: string | null
    /** Wall-clock milliseconds, as all times here: they are shared by processes. */
    readonly busy_until: number | string
    readonly expires_at: number
  }
}

const table = 'sign_idempotency_requests'
const migrations: Readonly<Record<string, Migration>> = {
  '001-requests': {
    async up(db) {
      await db.schema
        .createTable(table)
        .addColumn('caller', 'text', column => column.notNull())
        .addColumn('key', 'text', column => column.notNull())
        .addColumn('digest', 'text', column => column.notNull())
        .addColumn('outcome', 'text')
        .addColumn('busy_until', 'bigint', column => column.notNull())
        .addColumn('expires_at', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint(`${table}_primary`, ['caller', 'key'])
        .execute()
      await db.schema.createIndex(`${table}_expiry`).on(table).column('expires_at').execute()
    }
  }
}

/** The requests that came with a key, and how they ended. All processes at one database see the same. */
export class IdempotencyRecords {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #times: RecordTimes

  private constructor(db: Kysely<Tables>, clock: Clock, times: RecordTimes) {
    this.#db = db
    this.#clock = clock
    this.#times = times
  }

  static async open(database: Database, clock: Clock, times: RecordTimes): Promise<IdempotencyRecords> {
    const db = await database.open<Tables>('sign_idempotency', migrations)
    return new IdempotencyRecords(db, clock, times)
  }

  /**
   * Claims a name; of any number that claim it at a time, one gets it. Returns the outcome when there is one.
   * @param again whether a request whose process died may be gone on with
   * @throws {ApiError} `sign.idempotency_mismatch` when the name was that of another request,
   * `sign.idempotency_in_flight` while it is under way, `sign.outcome_unknown` when its process died
   */
  async begin(name: RequestName, digest: string, again: boolean): Promise<string | undefined> {
    const now = this.#clock.now()
    await this.#db.deleteFrom(table).where('expires_at', '<=', now).execute()
    const claim = { digest, busy_until: now + this.#times.leaseMs, expires_at: now + this.#times.ttlMs }
    const { numInsertedOrUpdatedRows: added } = await this.#db
      .insertInto(table)
      .values({ ...name, ...claim, outcome: null })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (added === 1n) return undefined
    const found = await this.#find(name)
    if (found && found.digest !== digest) throw new ApiError(Errors['sign.idempotency_mismatch'])
    if (found && found.outcome !== null) return found.outcome
    if (!found || Number(found.busy_until) > now) throw inFlight()
    if (!again) throw new ApiError(Errors['sign.outcome_unknown'])
    const taken = this.#update(name, claim).where('busy_until', '=', found.busy_until)
    const { numUpdatedRows } = await taken.executeTakeFirst()
    if (numUpdatedRows === 0n) throw inFlight()
    return undefined
  }

  /** Keeps how it ended. */
  async finish(name: RequestName, outcome: string): Promise<void> {
    await this.#update(name, { outcome, expires_at: this.#clock.now() + this.#times.ttlMs }).execute()
  }

  /** Remembers which request it was, and lets it come again. */
  async pause(name: RequestName): Promise<void> {
    await this.#update(name, { busy_until: 0 }).execute()
  }

  /** Forgets it. */
  async release({ caller, key }: RequestName): Promise<void> {
    await this.#db.deleteFrom(table).where('caller', '=', caller).where('key', '=', key).execute()
  }

  #find({ caller, key }: RequestName) {
    const rows = this.#db.selectFrom(table).where('caller', '=', caller).where('key', '=', key)
    return rows.select(['digest', 'outcome', 'busy_until']).executeTakeFirst()
  }

  #update({ caller, key }: RequestName, values: Partial<Tables[typeof table]>) {
    return this.#db.updateTable(table).set(values).where('caller', '=', caller).where('key', '=', key)
  }
}

function inFlight(): ApiError {
  return new ApiError(Errors['sign.idempotency_in_flight'], { retryAfter: 1 })
}
