import type { Clock } from '../../../../core/index.ts'
import type { User } from '../../model.ts'
import { Recent } from './recent.ts'
import { isStorable, storable } from './storable.ts'
import type { PeopleDb } from './tables.ts'

/** What can be changed of a user. */
export type Profile = Omit<User, 'userID' | 'createTime'>

/** How many users are kept in memory: some 500 bytes each. */
const recentMax = 20_000
/** How many are read by one query. */
const chunkSize = 500
const blank: Profile = {
  nickname: '',
  faceURL: '',
  ex: '',
  globalRecvMsgOpt: 0,
  gender: 0,
  phoneNumber: '',
  birth: 0,
  email: ''
}
const profileFields = Object.keys(blank) as readonly (keyof Profile)[]
const table = 'im_people_users'

/** The users. Names and faces are looked up for every message, so those asked for last are kept in memory. */
export class Users {
  readonly #db: PeopleDb
  readonly #clock: Clock
  readonly #recent = new Recent<User | undefined>(recentMax)

  constructor(db: PeopleDb, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** `undefined`: there is no such user. */
  async find(userID: string): Promise<User | undefined> {
    return this.#recent.get(userID) ?? (await this.findAll([userID])).get(userID)
  }

  /** Those that exist, in the order of `userIDs`. */
  async findAll(userIDs: Iterable<string>): Promise<Map<string, User>> {
    const asked = [...new Set(userIDs)]
    const kept = asked.map(userID => this.#recent.get(userID))
    const missing = asked.filter((userID, index) => !kept[index] && isStorable(userID))
    const read = new Map<string, Promise<User | undefined>>()
    for (let from = 0; from < missing.length; from += chunkSize) {
      const chunk = missing.slice(from, from + chunkSize)
      const rows = this.#read(chunk)
      for (const userID of chunk) {
        const user = rows.then(found => found.get(userID))
        read.set(userID, this.#recent.put(userID, user))
      }
    }
    const users = await Promise.all(asked.map(async (userID, index) => kept[index] ?? read.get(userID)))
    return new Map(users.flatMap(user => (user ? [[user.userID, user]] : [])))
  }

  /**
   * Makes a user unless there is one.
   * @returns whether it was made
   */
  async add(userID: string, profile: Partial<Profile>): Promise<boolean> {
    const user: User = {
      ...blank,
      ...storableProfile(profile),
      userID,
      createTime: this.#clock.now()
    }
    const { numInsertedOrUpdatedRows: added } = await this.#db
      .insertInto(table)
      .values(user)
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirstOrThrow()
    this.#recent.forget(userID)
    return added === 1n
  }

  /** Changes what is given and differs. `undefined`: there is no such user. */
  async change(userID: string, profile: Partial<Profile>): Promise<ProfileChange | undefined> {
    const before = await this.find(userID)
    if (!before) return undefined
    const given = storableProfile(profile)
    const changed = profileFields.filter(name => given[name] !== undefined && given[name] !== before[name])
    if (!changed.length) return { user: before, changed: new Set() }
    const values: Partial<Profile> = Object.fromEntries(changed.map(name => [name, given[name]]))
    await this.#db.updateTable(table).set(values).where('userID', '=', userID).execute()
    this.#recent.forget(userID)
    return { user: (await this.find(userID)) ?? before, changed: new Set(changed) }
  }

  async #read(userIDs: readonly string[]): Promise<ReadonlyMap<string, User>> {
    const rows = await this.#db.selectFrom(table).selectAll().where('userID', 'in', userIDs).execute()
    return new Map(rows.map(row => [row.userID, row]))
  }
}

/** What a user is now, and which members of him are new. */
export interface ProfileChange {
  readonly user: User
  readonly changed: ReadonlySet<keyof Profile>
}

/** The members that are given, as they can be kept. Others, which a caller may have left in, are left out. */
function storableProfile(profile: Partial<Profile>): Partial<Profile> {
  const given = profileFields.flatMap(name => {
    const value = profile[name]
    if (value === undefined) return []
    return [[name, typeof value === 'string' ? storable(value) : value] as const]
  })
  return Object.fromEntries(given)
}
