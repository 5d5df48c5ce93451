import type { Device } from '../../user-core.ts'
import type { Chat, Delivery } from '../contracts.ts'
import { friendOf } from './cards.ts'
import type { Relations } from './relations.ts'
import type { Profile, ProfileChange } from './users.ts'

/** What friends see of each other. */
const shownToFriends: readonly (keyof Profile)[] = [
  'nickname',
  'faceURL',
  'gender',
  'phoneNumber',
  'birth',
  'email'
]

/** Through what a changed profile is made known. */
export interface ProfileAudience {
  readonly delivery: Delivery
  readonly chat: () => Chat
  readonly relations: Relations
}

/**
 * Tells a user's own devices of his changed profile, then those who have him among their friends, and then, for a new
 * name or face, everybody whose conversations show it.
 * @param cause the device that has changed it
 */
export async function announceProfile(
  { user, changed }: ProfileChange,
  { delivery, chat, relations }: ProfileAudience,
  cause?: Device
): Promise<void> {
  if (!changed.size) return
  const { userID } = user
  delivery.toUser(userID, { kind: 'selfInfo', user }, cause && { cause })
  if (shownToFriends.some(name => changed.has(name))) {
    for await (const row of relations.befriending(userID)) {
      delivery.toUser(row.ownerUserID, { kind: 'friendInfoChanged', friend: friendOf(row, user) })
    }
  }
  if (changed.has('nickname') || changed.has('faceURL')) await chat().appearanceChanged({ userID })
}
