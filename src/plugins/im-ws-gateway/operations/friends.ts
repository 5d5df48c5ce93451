import { Type } from 'typebox'
import type { Friend, FriendRequest, UserCard } from '../model.ts'
import { Ex, Id, Ids, Keywords, Name, None, Note } from './fields.ts'

const Answer = Type.Object({ toUserID: Id, handleMsg: Type.Optional(Note) })

/** Arguments of what concerns friends and the blacklist. */
export const friendOperations = {
  getFriends: None,
  getSpecifiedFriends: Type.Object({ userIDList: Ids }),
  addFriend: Type.Object({ toUserID: Id, reqMsg: Type.Optional(Note), ex: Type.Optional(Ex) }),
  getFriendApplicationsAsRecipient: None,
  getFriendApplicationsAsApplicant: None,
  acceptFriendApplication: Answer,
  refuseFriendApplication: Answer,
  checkFriend: Type.Object({ userIDList: Ids }),
  deleteFriend: Type.Object({ userID: Id }),
  setFriendRemark: Type.Object({ toUserID: Id, remark: Name }),
  addBlack: Type.Object({ userID: Id, ex: Type.Optional(Ex) }),
  removeBlack: Type.Object({ userID: Id }),
  getBlacks: None,
  searchFriends: Type.Object({
    keywordList: Keywords,
    isSearchUserID: Type.Optional(Type.Boolean()),
    isSearchNickname: Type.Optional(Type.Boolean()),
    isSearchRemark: Type.Optional(Type.Boolean())
  })
}

export interface FriendResults {
  getFriends: readonly UserCard[]
  getSpecifiedFriends: readonly UserCard[]
  addFriend: void
  getFriendApplicationsAsRecipient: readonly FriendRequest[]
  getFriendApplicationsAsApplicant: readonly FriendRequest[]
  acceptFriendApplication: void
  refuseFriendApplication: void
  /** `result` 1: a friend. */
  checkFriend: readonly { readonly userID: string; readonly result: 0 | 1 }[]
  deleteFriend: void
  setFriendRemark: void
  addBlack: void
  removeBlack: void
  /** The blacklist, with what else is known of those people. */
  getBlacks: readonly UserCard[]
  /** `relationship` 0 on the blacklist, 1 a friend. */
  searchFriends: readonly (Friend & { readonly relationship: 0 | 1 })[]
}
