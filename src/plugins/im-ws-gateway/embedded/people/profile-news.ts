import type { Device } from '../../user-core.ts'
import type { Chat, Delivery, Groups } from '../contracts.ts'
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
/** What conversations and groups show. */
const shownToAll = ['nickname', 'faceURL'] as const

/** Through what a changed profile is made known. */
export interface ProfileAudience {
  readonly delivery: Delivery
  readonly chat: () => Chat
  readonly groups: () => Pick<Groups, 'personChanged'>
  readonly relations: Relations
}

/**
 * Tells a user's own devices of his changed profile, and what follows from it, then those who have him among their friends, and then, for a new
 * name or face, the members of his groups and everybody whose conversations show it.
 * @param cause the device that has changed it
 */
export async function announceProfile(
  { user, changed }: ProfileChange,
  { delivery, chat, groups, relations }: ProfileAudience,
  cause?: Device
): Promise<void> {
  if (!changed.size) return
  const { userID } = user
  const options = cause && { cause }
  delivery.toUser(userID, { kind: 'selfInfo', user }, options)
  if (changed.has('globalRecvMsgOpt')) await chat().receiveOptionChanged(userID, options)
  if (shownToFriends.some(name => changed.has(name))) {
    for await (const row of relations.befriending(userID)) {
      delivery.toUser(row.ownerUserID, { kind: 'friendInfoChanged', friend: friendOf(row, user) })
    }
  }
  const shown = shownToAll.filter(name => changed.has(name))
  if (!shown.length) return
  await groups().personChanged(userID, shown, options)
  await chat().appearanceChanged({ userID })
}
