import type { PeopleDb } from './tables.ts'

/** Rows written or removed by one query. */
const pageSize = 500
const table = 'im_people_watches'

/** Whom users watch, as it is kept. */
export class WatchRows {
  readonly #db: PeopleDb

  constructor(db: PeopleDb) {
    this.#db = db
  }

  /** Those whom a user watches, in the order in which he began to. */
  async read(ownerUserID: string): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom(table)
      .select('userID')
      .where('ownerUserID', '=', ownerUserID)
      .orderBy('ordinal')
      .execute()
    return rows.map(({ userID }) => userID)
  }

  /** All of them or none. Those who are watched already stay where they are. */
  async add(ownerUserID: string, userIDs: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      const { last } = await trx
        .selectFrom(table)
        .select(({ fn }) => fn.max<number | null>('ordinal').as('last'))
        .where('ownerUserID', '=', ownerUserID)
        .executeTakeFirstOrThrow()
      const rows = userIDs.map((userID, index) => ({
        ownerUserID,
        userID,
        ordinal: (last ?? 0) + 1 + index
      }))
      for (let from = 0; from < rows.length; from += pageSize)
        await trx
          .insertInto(table)
          .values(rows.slice(from, from + pageSize))
          .onConflict(conflict => conflict.doNothing())
          .execute()
    })
  }

  /** All of them or none. */
  async remove(ownerUserID: string, userIDs: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async trx => {
      for (let from = 0; from < userIDs.length; from += pageSize)
        await trx
          .deleteFrom(table)
          .where('ownerUserID', '=', ownerUserID)
          .where('userID', 'in', userIDs.slice(from, from + pageSize))
          .execute()
    })
  }
}
