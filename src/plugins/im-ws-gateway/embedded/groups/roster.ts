import type { GroupMember } from '../../model.ts'

/** Rows of members that one roster keeps. */
const maxRows = 1_000

/** Who is in a group, in memory: all ids, and the rows of those who were asked for lately. */
export class Roster {
  /** In no order. It changes as members come and go. */
  readonly ids: Set<string>
  readonly #rows = new Map<string, GroupMember>()
  /** Goes up with every change: a row that was read before is not kept. */
  #version = 0

  constructor(ids: Iterable<string>) {
    this.ids = new Set(ids)
  }

  /** A member's row. `undefined`: no member. */
  async row(
    userID: string,
    load: (userID: string) => Promise<GroupMember | undefined>
  ): Promise<GroupMember | undefined> {
    const kept = this.#rows.get(userID)
    if (kept || !this.ids.has(userID)) return kept
    const version = this.#version
    const row = await load(userID)
    if (row && version === this.#version) this.#keep(row)
    return row
  }

  came(userIDs: Iterable<string>): void {
    this.#version++
    for (const userID of userIDs) this.ids.add(userID)
  }

  left(userIDs: Iterable<string>): void {
    this.#version++
    for (const userID of userIDs) {
      this.ids.delete(userID)
      this.#rows.delete(userID)
    }
  }

  /** Something of a member has changed. */
  changed(userID: string): void {
    this.#version++
    this.#rows.delete(userID)
  }

  #keep(row: GroupMember): void {
    this.#rows.set(row.userID, row)
    if (this.#rows.size <= maxRows) return
    for (const oldest of this.#rows.keys()) {
      this.#rows.delete(oldest)
      break
    }
  }
}
