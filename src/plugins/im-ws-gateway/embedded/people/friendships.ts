import { ImError } from '../../codes.ts'
import type { User } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { BackOffice, Delivery } from '../contracts.ts'
import { friendOf } from './cards.ts'
import { addFriends, type Relations } from './relations.ts'
import { addSource } from './requests.ts'
import type { FriendRow, PeopleDb } from './tables.ts'
import type { Users } from './users.ts'

/** How many friends one may have. */
export const friendsMax = 10_000

/** @throws {ImError} `tooLarge` when one of two users has {@link friendsMax} friends and the other is not among them */
export async function assertRoomForFriend(relations: Relations, one: string, other: string): Promise<void> {
  const [ones, others] = await Promise.all([relations.friends(one), relations.friends(other)])
  const full =
    (ones.size >= friendsMax && !ones.has(other)) || (others.size >= friendsMax && !others.has(one))
  if (full) throw tooMany()
}

/**
 * Tells each owner of new rows of his new friends.
 * @param cause whose operation it was, and from which device
 */
export function tellFriendsAdded(
  rows: readonly FriendRow[],
  people: Iterable<User>,
  delivery: Delivery,
  cause?: { readonly userID: string; readonly device: Device }
): void {
  const byID = new Map([...people].map(user => [user.userID, user]))
  for (const row of rows) {
    const user = byID.get(row.userID)
    if (!user) continue
    const own = cause?.userID === row.ownerUserID ? { cause: cause.device } : undefined
    delivery.toUser(row.ownerUserID, { kind: 'friendAdded', friend: friendOf(row, user) }, own)
  }
}

export interface FriendImportNeeds {
  readonly db: PeopleDb
  readonly users: Users
  readonly relations: Relations
  readonly delivery: Delivery
  readonly now: () => number
}

/**
 * Makes users friends of each other without asking; open applications between them stay open.
 * @throws {ImError} `userNotFound`, `cannotAddSelf`, `tooLarge`
 */
export function friendImport(needs: FriendImportNeeds): BackOffice['importFriends'] {
  const { db, users, relations, delivery, now } = needs
  return async (ownerUserID, friendUserIDs) => {
    const friends = [...new Set(friendUserIDs)]
    if (friends.includes(ownerUserID)) throw new ImError('cannotAddSelf')
    const people = await users.findAll([ownerUserID, ...friends])
    if (people.size <= friends.length) throw new ImError('userNotFound')
    const had = await relations.friends(ownerUserID)
    if (had.size + friends.filter(friend => !had.has(friend)).length > friendsMax) throw tooMany()
    const fresh = {
      remark: '',
      createTime: now(),
      addSource: addSource.import,
      operatorUserID: ownerUserID
    }
    const rows = friends.flatMap(friend => [
      { ownerUserID, userID: friend, ...fresh },
      { ownerUserID: friend, userID: ownerUserID, ...fresh }
    ])
    const added = await db.transaction().execute(trx => addFriends(trx, rows))
    relations.friendsChanged([ownerUserID, ...friends])
    tellFriendsAdded(added, people.values(), delivery)
  }
}

function tooMany(): ImError {
  return new ImError('tooLarge', `more than ${friendsMax} friends`)
}
