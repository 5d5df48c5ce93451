import { ImError } from '../../codes.ts'
import type { UserResults } from '../../operations/users.ts'
import type { Device } from '../../user-core.ts'
import type { Groups, Part } from '../contracts.ts'
import { cardsFor } from './cards.ts'
import type { Presence } from './presence.ts'
import { announceProfile, type ProfileAudience } from './profile-news.ts'
import type { Profile, Users } from './users.ts'

export interface UserPartNeeds extends ProfileAudience {
  readonly users: Users
  readonly presence: Presence
  readonly groups: () => Pick<Groups, 'member' | 'personChanged'>
}

/** What users ask about themselves, about others, and about who is online. */
export function userPart(needs: UserPartNeeds): Part<keyof UserResults> {
  const { users, relations, presence, groups } = needs

  const change = async (userID: string, profile: Partial<Profile>, device: Device): Promise<void> => {
    const changed = await users.change(userID, profile)
    if (!changed) throw new ImError('userNotFound')
    await announceProfile(changed, needs, device)
  }

  return {
    async getSelf(userID) {
      const user = await users.find(userID)
      if (!user) throw new ImError('userNotFound')
      return user
    },

    setSelf: change,
    setGlobalRecvMessageOpt: (userID, { opt }, device) => change(userID, { globalRecvMsgOpt: opt }, device),

    /** With a group: as its members, if the one who asks is a member too. */
    async getUsers(userID, { userIDList, groupID = '' }) {
      const cards = await cardsFor(userID, userIDList, users, relations)
      const known = groups()
      const mayLook = groupID !== '' && (await known.member(groupID, userID)) !== undefined
      return Promise.all(
        cards.map(async card => {
          const found = mayLook && card.publicInfo && (await known.member(groupID, card.publicInfo.userID))
          return { ...card, groupMemberInfo: found || null }
        })
      )
    },

    subscribeUsersStatus: (userID, { userIDList }) => presence.subscribe(userID, userIDList),
    unsubscribeUsersStatus: (userID, { userIDList }) => presence.unsubscribe(userID, userIDList),
    getSubscribedUsersStatus: async userID => presence.subscribed(userID)
  }
}
