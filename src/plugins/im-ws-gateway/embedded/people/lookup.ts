import { ImError } from '../../codes.ts'
import type { ImSettings } from '../../config.ts'
import type { People } from '../contracts.ts'
import { publicUser } from './cards.ts'
import type { Relations } from './relations.ts'
import type { Users } from './users.ts'

/**
 * What other parts of the core may ask about people.
 * @param settings read each time: a reload may change them
 */
export function peopleLookup(
  users: Users,
  relations: Relations,
  settings: Pick<ImSettings, 'onlyFriends'>
): People {
  return {
    user: userID => users.find(userID),
    users: userIDs => users.findAll(userIDs),

    async assertMayWrite(from, to) {
      if (!(await users.find(to))) throw new ImError('userNotFound')
      if (from === to) return
      if (await relations.hasBlocked(to, from)) throw new ImError('blocked')
      if (settings.onlyFriends && !(await relations.friends(to)).has(from)) throw new ImError('notFriend')
    },

    async shown(viewer, userIDs) {
      const [found, friends] = await Promise.all([users.findAll(userIDs), relations.friends(viewer)])
      const named = [...found.values()].map(user => {
        const shownName = friends.get(user.userID)?.remark || user.nickname
        return [user.userID, { ...publicUser(user), shownName }] as const
      })
      return new Map(named)
    }
  }
}
