import type { Group, GroupMember } from '../../model.ts'
import { Kept } from './kept.ts'
import { Roster } from './roster.ts'
import { pieces, type GroupDb } from './tables.ts'

/** How much is kept in memory. */
export interface StoreLimits {
  /** Characters of groups, of all together. */
  readonly maxGroupText: number
  /** Ids of members, of all groups together; a group counts for as many as it had when it was last kept. */
  readonly maxMemberIDs: number
}

const byDefault: StoreLimits = { maxGroupText: 32_000_000, maxMemberIDs: 1_000_000 }
/** Characters that a group counts for beside its texts. */
const groupText = 500

/** Reads groups and their members, and keeps in memory what every message asks for. */
export class GroupStore {
  readonly db: GroupDb
  readonly #groups: Kept<Group>
  readonly #rosters: Kept<Roster>
  /** Rosters that must not be loaded again for a while. */
  readonly #held = new Map<string, Roster>()

  constructor(db: GroupDb, { maxGroupText, maxMemberIDs }: StoreLimits = byDefault) {
    this.db = db
    this.#groups = new Kept(maxGroupText, textOf)
    this.#rosters = new Kept(maxMemberIDs, ({ ids }) => 1 + ids.size)
  }

  group(groupID: string): Promise<Group | undefined> {
    return this.#groups.get(groupID, ids => this.#loadGroups(ids))
  }

  /** Those that exist, in the order of the ids. */
  groups(groupIDs: readonly string[]): Promise<Map<string, Group>> {
    return this.#groups.getAll(groupIDs, ids => this.#loadGroups(ids))
  }

  /** Of a group without members too. */
  async roster(groupID: string): Promise<Roster> {
    const roster =
      this.#held.get(groupID) ?? (await this.#rosters.get(groupID, ids => this.#loadRosters(ids)))
    return roster ?? new Roster([])
  }

  /** A member as he is kept: an empty nickname or face stands for that of the person. */
  async member(groupID: string, userID: string): Promise<GroupMember | undefined> {
    const roster = await this.roster(groupID)
    return roster.row(userID, () => this.#loadMember(groupID, userID))
  }

  /** Groups in use that a user is in, the one that he joined last at the end. */
  async joinedGroupIDs(userID: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom('im_groups_members as member')
      .innerJoin('im_groups_groups as group', 'group.groupID', 'member.groupID')
      .where('member.userID', '=', userID)
      .where('group.status', '<>', 2)
      .orderBy('member.joinTime')
      .orderBy('member.groupID')
      .select('member.groupID')
      .execute()
    return rows.map(({ groupID }) => groupID)
  }

  /** After a change to a group was committed. */
  keepGroup(group: Group): void {
    this.#groups.set(group.groupID, group)
  }

  /** After a group was made. */
  keepRoster(groupID: string, userIDs: Iterable<string>): void {
    this.#rosters.set(groupID, new Roster(userIDs))
  }

  /**
   * Changes who is in a group: until `told` has resolved, those who leave are still among its member ids, so that
   * what it sends to the members reaches them.
   * @param leave commits that they leave, and returns their ids
   */
  async leaving<Result extends { readonly removed: readonly GroupMember[] }>(
    groupID: string,
    leave: () => Promise<Result>,
    told: (result: Result) => Promise<void>
  ): Promise<Result> {
    const roster = await this.roster(groupID)
    this.#held.set(groupID, roster)
    try {
      const result = await leave()
      const leavers = result.removed.map(({ userID }) => userID)
      try {
        for (const userID of leavers) roster.changed(userID)
        await told(result)
      } finally {
        roster.left(leavers)
      }
      return result
    } finally {
      this.#held.delete(groupID)
      this.#rosters.set(groupID, roster)
    }
  }

  /** After members have come. */
  came(groupID: string, userIDs: readonly string[]): void {
    const roster = this.#held.get(groupID) ?? this.#rosters.peek(groupID)
    // What is being loaded may or may not have them.
    if (!roster) return this.#rosters.forget(groupID)
    roster.came(userIDs)
    this.#rosters.set(groupID, roster)
  }

  /** After something of a member has changed. */
  memberChanged(groupID: string, userID: string): void {
    const roster = this.#held.get(groupID) ?? this.#rosters.peek(groupID)
    if (roster) roster.changed(userID)
    else this.#rosters.forget(groupID)
  }

  async #loadGroups(groupIDs: readonly string[]): Promise<Map<string, Group>> {
    const found = new Map<string, Group>()
    for (const ids of pieces(groupIDs)) {
      const rows = await this.db
        .selectFrom('im_groups_groups')
        .selectAll()
        .where('groupID', 'in', ids)
        .execute()
      for (const row of rows) found.set(row.groupID, row)
    }
    return found
  }

  async #loadRosters(groupIDs: readonly string[]): Promise<Map<string, Roster>> {
    const found = new Map<string, Roster>()
    for (const groupID of groupIDs) {
      const query = this.db.selectFrom('im_groups_members').where('groupID', '=', groupID).select('userID')
      const rows = await query.execute()
      found.set(groupID, new Roster(rows.map(({ userID }) => userID)))
    }
    return found
  }

  #loadMember(groupID: string, userID: string): Promise<GroupMember | undefined> {
    return this.db
      .selectFrom('im_groups_members')
      .selectAll()
      .where('groupID', '=', groupID)
      .where('userID', '=', userID)
      .executeTakeFirst()
  }
}

function textOf({ notification, introduction, faceURL, ex }: Group): number {
  return groupText + notification.length + introduction.length + faceURL.length + ex.length
}
