import { Type } from 'typebox'
import type { Group, GroupMember, GroupRequest } from '../model.ts'
import { Count, Ex, Id, IdOrNone, Ids, Keywords, Millis, Name, None, Note, Offset, Url } from './fields.ts'

const Rule = Type.Integer({ minimum: 0, maximum: 1 })
const groupMembers = {
  groupName: Type.Optional(Name),
  faceURL: Type.Optional(Url),
  notification: Type.Optional(Type.String({ maxLength: 4_096 })),
  introduction: Type.Optional(Type.String({ maxLength: 4_096 })),
  ex: Type.Optional(Ex),
  needVerification: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
  lookMemberInfo: Type.Optional(Rule),
  applyMemberFriend: Type.Optional(Rule)
}
const Several = Type.Object({ groupID: Id, reason: Type.Optional(Note), userIDList: Ids })
const Answer = Type.Object({ groupID: Id, fromUserID: Id, handleMsg: Type.Optional(Note) })
const One = Type.Object({ groupID: Id })

/** Arguments of what concerns groups. */
export const groupOperations = {
  createGroup: Type.Object({
    groupInfo: Type.Object({
      groupID: Type.Optional(IdOrNone),
      groupType: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
      ...groupMembers
    }),
    memberUserIDs: Type.Optional(Ids),
    adminUserIDs: Type.Optional(Ids),
    ownerUserID: Type.Optional(IdOrNone)
  }),
  joinGroup: Type.Object({
    groupID: Id,
    reqMsg: Type.Optional(Note),
    /** 2 invited, 3 search (default), 4 QR code. */
    joinSource: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
    ex: Type.Optional(Ex)
  }),
  quitGroup: One,
  dismissGroup: One,
  inviteToGroup: Several,
  kickFromGroup: Several,
  getJoinedGroups: None,
  getGroups: Type.Object({ groupIDList: Ids }),
  /** `filter` 0 all, 1 owner, 2 admins, 3 ordinary, 4 admins and ordinary, 5 owner and admins. `count` 0: all. */
  getGroupMembers: Type.Object({
    groupID: Id,
    filter: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
    offset: Type.Optional(Offset),
    count: Type.Optional(Count)
  }),
  getSpecifiedGroupMembers: Type.Object({ groupID: Id, userIDList: Ids }),
  setGroupInfo: Type.Object({ groupID: Id, ...groupMembers }),
  setGroupMemberInfo: Type.Object({
    groupID: Id,
    userID: Id,
    nickname: Type.Optional(Name),
    faceURL: Type.Optional(Url),
    roleLevel: Type.Optional(Type.Enum([20, 60, 100])),
    ex: Type.Optional(Ex)
  }),
  searchGroups: Type.Object({
    keywordList: Keywords,
    isSearchGroupID: Type.Optional(Type.Boolean()),
    isSearchGroupName: Type.Optional(Type.Boolean())
  }),
  searchGroupMembers: Type.Object({
    groupID: Id,
    keywordList: Keywords,
    isSearchUserID: Type.Optional(Type.Boolean()),
    isSearchMemberNickname: Type.Optional(Type.Boolean()),
    offset: Type.Optional(Offset),
    count: Type.Optional(Count)
  }),
  getGroupOwnerAndAdmins: One,
  /** Times 0: no bound. */
  getGroupMembersByJoinTime: Type.Object({
    groupID: Id,
    offset: Type.Optional(Offset),
    count: Type.Optional(Count),
    joinTimeBegin: Type.Optional(Millis),
    joinTimeEnd: Type.Optional(Millis),
    filterUserIDList: Type.Optional(Ids)
  }),
  changeGroupMute: Type.Object({ groupID: Id, isMute: Type.Boolean() }),
  /** 0 seconds end it. */
  changeGroupMemberMute: Type.Object({
    groupID: Id,
    userID: Id,
    mutedSeconds: Type.Integer({ minimum: 0, maximum: 315_360_000 })
  }),
  transferGroupOwner: Type.Object({ groupID: Id, newOwnerUserID: Id }),
  getGroupApplicationsAsRecipient: None,
  getGroupApplicationsAsApplicant: None,
  acceptGroupApplication: Answer,
  refuseGroupApplication: Answer
}

/** `result` 0: done; otherwise it could not be done to this user. */
export type UserOutcome = { readonly userID: string; readonly result: number }

export interface GroupResults {
  createGroup: Group
  joinGroup: void
  quitGroup: void
  dismissGroup: void
  inviteToGroup: readonly UserOutcome[]
  kickFromGroup: readonly UserOutcome[]
  getJoinedGroups: readonly Group[]
  getGroups: readonly Group[]
  getGroupMembers: readonly GroupMember[]
  getSpecifiedGroupMembers: readonly GroupMember[]
  setGroupInfo: void
  setGroupMemberInfo: void
  searchGroups: readonly Group[]
  searchGroupMembers: readonly GroupMember[]
  getGroupOwnerAndAdmins: readonly GroupMember[]
  getGroupMembersByJoinTime: readonly GroupMember[]
  changeGroupMute: void
  changeGroupMemberMute: void
  transferGroupOwner: void
  getGroupApplicationsAsRecipient: readonly GroupRequest[]
  getGroupApplicationsAsApplicant: readonly GroupRequest[]
  acceptGroupApplication: void
  refuseGroupApplication: void
}
