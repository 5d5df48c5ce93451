import type { PeopleDb, SeenRow } from './tables.ts'

/** Rows written by one query. */
const pageSize = 500
const table = 'im_people_seen'

/** Who of those that are watched was online last, as it is kept for the process that comes next. */
export class SeenRows {
  readonly #db: PeopleDb

  constructor(db: PeopleDb) {
    this.#db = db
  }

  /** Those who are online, or have gone at `since` or later. What is older is forgotten. */
  async read(since: number): Promise<readonly SeenRow[]> {
    await this.#db.deleteFrom(table).where('offlineAt', '>', 0).where('offlineAt', '<', since).execute()
    return this.#db.selectFrom(table).selectAll().execute()
  }

  /** All of them or none. */
  async write(rows: readonly SeenRow[]): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      for (let from = 0; from < rows.length; from += pageSize)
        await trx
          .insertInto(table)
          .values(rows.slice(from, from + pageSize))
          .onConflict(on =>
            on.column('userID').doUpdateSet(eb => ({ offlineAt: eb.ref('excluded.offlineAt') }))
          )
          .execute()
    })
  }
}
