import { ImError } from '../../codes.ts'
import type { FriendResults } from '../../operations/friends.ts'
import type { Part } from '../contracts.ts'
import { cardsFor, friendOf } from './cards.ts'
import type { ProfileAudience } from './profile-news.ts'
import type { Users } from './users.ts'

export interface FriendPartNeeds extends ProfileAudience {
  readonly users: Users
}

type FriendListNames =
  | 'getFriends'
  | 'getSpecifiedFriends'
  | 'checkFriend'
  | 'deleteFriend'
  | 'setFriendRemark'
  | 'searchFriends'

/** What a user asks of his list of friends. */
export function friendPart({
  users,
  relations,
  delivery,
  chat
}: FriendPartNeeds): Part<FriendListNames & keyof FriendResults> {
  return {
    async getFriends(userID) {
      const friends = await relations.friends(userID)
      return cardsFor(userID, friends.keys(), users, relations)
    },

    async getSpecifiedFriends(userID, { userIDList }) {
      const friends = await relations.friends(userID)
      const asked = userIDList.filter(other => friends.has(other))
      return cardsFor(userID, asked, users, relations)
    },

    /** A friend who is on the blacklist is none. */
    async checkFriend(userID, { userIDList }) {
      const [friends, blacks] = await Promise.all([relations.friends(userID), relations.blacks(userID)])
      return userIDList.map(other => ({
        userID: other,
        result: friends.has(other) && !blacks.has(other) ? 1 : 0
      }))
    },

    /** Ends his own direction alone, as OpenIM 3 does: the other one keeps him among his friends, and hears nothing. */
    async deleteFriend(userID, { userID: other }, device) {
      const [row, user] = await Promise.all([relations.removeFriend(userID, other), users.find(other)])
      if (!row || !user) throw new ImError('recordNotFound')
      delivery.toUser(userID, { kind: 'friendDeleted', friend: friendOf(row, user) }, { cause: device })
      if (row.remark) await chat().appearanceChanged({ userID: other }, [userID])
    },

    async setFriendRemark(userID, { toUserID, remark }, device) {
      const [row, user] = await Promise.all([
        relations.setRemark(userID, toUserID, remark),
        users.find(toUserID)
      ])
      if (!row || !user) throw new ImError('recordNotFound')
      delivery.toUser(userID, { kind: 'friendInfoChanged', friend: friendOf(row, user) }, { cause: device })
      await chat().appearanceChanged({ userID: toUserID }, [userID])
    },

    /** Finds those of whom one of the fields asked for holds one of the keywords, in whichever case. */
    async searchFriends(userID, { keywordList, isSearchUserID, isSearchNickname, isSearchRemark }) {
      const keywords = keywordList.filter(keyword => keyword).map(keyword => keyword.toLowerCase())
      if (!keywords.length || !(isSearchUserID || isSearchNickname || isSearchRemark))
        throw new ImError('badArguments', 'a search needs a keyword and a field to look for it in')
      const friends = await relations.friends(userID)
      const [found, blacks] = await Promise.all([users.findAll(friends.keys()), relations.blacks(userID)])
      return [...friends.values()].flatMap(row => {
        const user = found.get(row.userID)
        if (!user) return []
        const texts = [
          isSearchUserID && row.userID,
          isSearchNickname && user.nickname,
          isSearchRemark && row.remark
        ].map(text => (text || '').toLowerCase())
        if (!keywords.some(keyword => texts.some(text => text.includes(keyword)))) return []
        return [
          { ...friendOf(row, user), relationship: blacks.has(row.userID) ? (0 as const) : (1 as const) }
        ]
      })
    }
  }
}
