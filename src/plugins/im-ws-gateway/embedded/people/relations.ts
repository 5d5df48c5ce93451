import type { Transaction } from 'kysely'
import { Recent } from './recent.ts'
import { storable } from './storable.ts'
import type { BlackRow, FriendRow, PeopleDb, PeopleTables } from './tables.ts'

/** How many rows of friends and of blacklists are kept in memory: some 300 bytes each. */
const recentRowsMax = 100_000
/** Rows read or written by one query. */
const pageSize = 500
const friendsTable = 'im_people_friends'
const blacksTable = 'im_people_blacks'

type List<Row> = ReadonlyMap<string, Row>
const weightOf = (rows: List<unknown>): number => 1 + rows.size

/**
 * Whom a user has among his friends and on his blacklist. Both are asked for with every message, so the lists of those
 * asked about last are kept in memory, whole.
 */
export class Relations {
  readonly #db: PeopleDb
  readonly #friends = new Recent<List<FriendRow>>(recentRowsMax, weightOf)
  readonly #blacks = new Recent<List<BlackRow>>(recentRowsMax, weightOf)

  constructor(db: PeopleDb) {
    this.#db = db
  }

  /** The friends of a user by their ids, the oldest friendship first. */
  friends(ownerUserID: string): Promise<List<FriendRow>> {
    return this.#friends.get(ownerUserID) ?? this.#friends.put(ownerUserID, this.#readFriends(ownerUserID))
  }

  /** The blacklist of a user by the ids of those on it, in the order in which they came on it. */
  blacks(ownerUserID: string): Promise<List<BlackRow>> {
    return this.#blacks.get(ownerUserID) ?? this.#blacks.put(ownerUserID, this.#readBlacks(ownerUserID))
  }

  /** Whether `ownerUserID` has blocked `userID`. */
  async hasBlocked(ownerUserID: string, userID: string): Promise<boolean> {
    return (await this.blacks(ownerUserID)).has(userID)
  }

  /** The rows of those who have a user among their friends, page by page: they may be very many. */
  async *befriending(userID: string): AsyncGenerator<FriendRow> {
    let last = ''
    for (;;) {
      const rows = await this.#db
        .selectFrom(friendsTable)
        .selectAll()
        .where('userID', '=', userID)
        .where('ownerUserID', '>', last)
        .orderBy('ownerUserID')
        .limit(pageSize)
        .execute()
      yield* rows
      const end = rows.at(-1)
      if (!end || rows.length < pageSize) return
      last = end.ownerUserID
    }
  }

  /** @returns whether he was not there yet */
  async addBlack(row: BlackRow): Promise<boolean> {
    const { numInsertedOrUpdatedRows: added } = await this.#db
      .insertInto(blacksTable)
      .values({ ...row, ex: storable(row.ex) })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirstOrThrow()
    this.#blacks.forget(row.ownerUserID)
    return added === 1n
  }

  /** @returns what it was; `undefined`: he was not on it */
  async removeBlack(ownerUserID: string, userID: string): Promise<BlackRow | undefined> {
    const row = (await this.blacks(ownerUserID)).get(userID)
    if (!row) return undefined
    const { numDeletedRows } = await this.#db
      .deleteFrom(blacksTable)
      .where('ownerUserID', '=', ownerUserID)
      .where('userID', '=', userID)
      .executeTakeFirstOrThrow()
    this.#blacks.forget(ownerUserID)
    return numDeletedRows === 1n ? row : undefined
  }

  /** Ends one direction of a friendship. @returns what it was; `undefined`: there was none */
  async removeFriend(ownerUserID: string, userID: string): Promise<FriendRow | undefined> {
    const row = (await this.friends(ownerUserID)).get(userID)
    if (!row) return undefined
    const { numDeletedRows } = await this.#db
      .deleteFrom(friendsTable)
      .where('ownerUserID', '=', ownerUserID)
      .where('userID', '=', userID)
      .executeTakeFirstOrThrow()
    this.#friends.forget(ownerUserID)
    return numDeletedRows === 1n ? row : undefined
  }

  /** @returns the row with its new remark; `undefined`: not a friend */
  async setRemark(ownerUserID: string, userID: string, remark: string): Promise<FriendRow | undefined> {
    if (!(await this.friends(ownerUserID)).has(userID)) return undefined
    await this.#db
      .updateTable(friendsTable)
      .set({ remark: storable(remark) })
      .where('ownerUserID', '=', ownerUserID)
      .where('userID', '=', userID)
      .execute()
    this.#friends.forget(ownerUserID)
    return (await this.friends(ownerUserID)).get(userID)
  }

  /** Call it once a transaction in which {@link addFriends} was called is committed. */
  friendsChanged(ownerUserIDs: Iterable<string>): void {
    for (const owner of ownerUserIDs) this.#friends.forget(owner)
  }

  async #readFriends(ownerUserID: string): Promise<List<FriendRow>> {
    const rows = await this.#db
      .selectFrom(friendsTable)
      .selectAll()
      .where('ownerUserID', '=', ownerUserID)
      .orderBy('createTime')
      .orderBy('userID')
      .execute()
    return new Map(rows.map(row => [row.userID, row]))
  }

  async #readBlacks(ownerUserID: string): Promise<List<BlackRow>> {
    const rows = await this.#db
      .selectFrom(blacksTable)
      .selectAll()
      .where('ownerUserID', '=', ownerUserID)
      .orderBy('createTime')
      .orderBy('userID')
      .execute()
    return new Map(rows.map(row => [row.userID, row]))
  }
}

/** Adds directions of friendships, within a transaction. @returns those that were not there yet */
export async function addFriends(
  trx: Transaction<PeopleTables>,
  rows: readonly FriendRow[]
): Promise<readonly FriendRow[]> {
  const added: FriendRow[] = []
  for (let from = 0; from < rows.length; from += pageSize) {
    const inserted = await trx
      .insertInto(friendsTable)
      .values(rows.slice(from, from + pageSize))
      .onConflict(conflict => conflict.doNothing())
      .returningAll()
      .execute()
    added.push(...inserted)
  }
  return added
}
