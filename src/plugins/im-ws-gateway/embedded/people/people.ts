import type { Clock } from '../../../../core/index.ts'
import type { Database } from '../../../database/service.ts'
import { ImError } from '../../codes.ts'
import type { ImSettings } from '../../config.ts'
import type { BackOffice, Chat, Delivery, Groups, People } from '../contracts.ts'
import { peopleLookup } from './lookup.ts'
import { announceProfile } from './profile-news.ts'
import { Relations } from './relations.ts'
import { isStorable } from './storable.ts'
import { openTables } from './tables.ts'
import { Users } from './users.ts'

/** What people need. Other parts come as functions, because each needs the others. */
export interface PeopleNeeds {
  readonly database: Database
  readonly delivery: Delivery
  readonly chat: () => Chat
  readonly groups: () => Pick<Groups, 'member'>
  readonly clock: Clock
  readonly settings: Pick<ImSettings, 'onlyFriends'>
}

/** Users, their friends, their blacklists and who of them is online. */
export interface OpenPeople extends Pick<BackOffice, 'registerUser' | 'hasUser'> {
  readonly people: People
}

/** Opens the rows of people. @throws {Error} when the database cannot be brought up to date */
export async function openPeople(needs: PeopleNeeds): Promise<OpenPeople> {
  const db = await openTables(needs.database)
  const users = new Users(db, needs.clock)
  const relations = new Relations(db)

  return {
    people: peopleLookup(users, relations, needs.settings.onlyFriends),

    async registerUser({ userID, ...profile }) {
      if (!isStorable(userID))
        throw new ImError('badArguments', 'an id has no NUL and no half surrogate pair')
      if (await users.add(userID, profile)) return { created: true }
      const change = await users.change(userID, profile)
      if (change) await announceProfile(change, { ...needs, relations })
      return { created: false }
    },

    hasUser: async userID => (await users.find(userID)) !== undefined
  }
}
