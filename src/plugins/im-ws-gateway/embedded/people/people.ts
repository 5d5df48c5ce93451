import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../../core/index.ts'
import type { Database } from '../../../database/service.ts'
import { ImError } from '../../codes.ts'
import type { ImSettings } from '../../config.ts'
import type { FriendResults } from '../../operations/friends.ts'
import type { UserResults } from '../../operations/users.ts'
import type { BackOffice, Chat, Delivery, Groups, Part, People } from '../contracts.ts'
import { applicationPart } from './application-part.ts'
import { blackPart } from './black-part.ts'
import { friendPart } from './friend-part.ts'
import { friendImport } from './friendships.ts'
import { peopleLookup } from './lookup.ts'
import { Presence } from './presence.ts'
import { announceProfile } from './profile-news.ts'
import { Relations } from './relations.ts'
import { Requests } from './requests.ts'
import { Seen } from './seen.ts'
import { SeenRows } from './seen-rows.ts'
import { isStorable } from './storable.ts'
import { openTables } from './tables.ts'
import { userPart } from './user-part.ts'
import { Users } from './users.ts'
import { WatchRows } from './watch-rows.ts'

/** What people need. Other parts come as functions, because each needs the others. */
export interface PeopleNeeds {
  readonly database: Database
  readonly delivery: Delivery
  readonly chat: () => Chat
  readonly groups: () => Pick<Groups, 'member' | 'personChanged'>
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  readonly settings: Pick<ImSettings, 'onlyFriends'>
}

/** Users, their friends, their blacklists and who of them is online. */
export interface OpenPeople extends Pick<BackOffice, 'registerUser' | 'hasUser' | 'importFriends'> {
  readonly people: People
  readonly part: Part<keyof UserResults | keyof FriendResults>
  /** To be told of connections that come and go, and of cores that open and end. */
  readonly presence: Pick<Presence, 'load' | 'changed' | 'retell' | 'ended'>
}

/** Opens the rows of people. @throws {Error} when the database cannot be brought up to date */
export async function openPeople(needs: PeopleNeeds): Promise<OpenPeople> {
  const { database, delivery, clock, log, settings } = needs
  const db = await openTables(database)
  const users = new Users(db, clock)
  const relations = new Relations(db)
  const seen = new Seen(new SeenRows(db), error =>
    log.warn(
      { err: error },
      'who is online could not be noted: after a restart nobody hears that he has gone'
    )
  )
  const presence = await Presence.open({ delivery, rows: new WatchRows(db), seen, clock })
  const shared = { ...needs, users, relations, presence, requests: new Requests(db, clock) }

  return {
    people: peopleLookup(users, relations, settings),
    part: {
      ...userPart(shared),
      ...friendPart(shared),
      ...applicationPart(shared),
      ...blackPart(shared)
    },
    presence,

    async registerUser({ userID, ...profile }) {
      if (!isStorable(userID))
        throw new ImError('badArguments', 'an id has no NUL and no half surrogate pair')
      if (await users.add(userID, profile)) return { created: true }
      const change = await users.change(userID, profile)
      if (change) await announceProfile(change, shared)
      return { created: false }
    },

    hasUser: async userID => (await users.find(userID)) !== undefined,
    importFriends: friendImport({ ...shared, db, now: () => clock.now() })
  }
}
