/**
 * What a chat consists of, once for all clients. The shapes and numbers are those of the 3.x clients (specification
 * §5): roles 20, 60 and 100, times in milliseconds, conversation ids `si_…`, `sg_…` and `sn_…`. What 2.x clients see
 * is made from these in `wire/`.
 */

/** A person. */
export interface User {
  readonly userID: string
  readonly nickname: string
  readonly faceURL: string
  readonly createTime: number
  readonly ex: string
  /** 0 normal, 1 receive nothing, 2 receive without notification. */
  readonly globalRecvMsgOpt: number
  readonly gender: number
  readonly phoneNumber: string
  /** Seconds since the epoch. */
  readonly birth: number
  readonly email: string
}

export type PublicUser = Pick<User, 'userID' | 'nickname' | 'faceURL' | 'ex' | 'createTime' | 'gender'>

export interface Friend extends Pick<
  User,
  'nickname' | 'faceURL' | 'gender' | 'phoneNumber' | 'birth' | 'email'
> {
  readonly ownerUserID: string
  readonly userID: string
  readonly remark: string
  readonly createTime: number
  readonly addSource: number
  readonly operatorUserID: string
  readonly ex: string
  readonly isPinned: boolean
}

export interface Black extends Pick<User, 'nickname' | 'faceURL' | 'gender'> {
  readonly ownerUserID: string
  readonly userID: string
  readonly createTime: number
  readonly addSource: number
  readonly operatorUserID: string
  readonly ex: string
}

/** A person as somebody knows him. */
export interface UserCard {
  readonly publicInfo: PublicUser | null
  readonly friendInfo: Friend | null
  readonly blackInfo: Black | null
  readonly groupMemberInfo?: GroupMember | null
}

/** 0 open, 1 agreed, −1 refused. */
export type HandleResult = 0 | 1 | -1

export interface FriendRequest {
  readonly fromUserID: string
  readonly fromNickname: string
  readonly fromFaceURL: string
  readonly fromGender: number
  readonly toUserID: string
  readonly toNickname: string
  readonly toFaceURL: string
  readonly toGender: number
  readonly handleResult: HandleResult
  readonly reqMsg: string
  readonly createTime: number
  readonly handlerUserID: string
  readonly handleMsg: string
  readonly handleTime: number
  readonly ex: string
}

export interface Group {
  readonly groupID: string
  readonly groupName: string
  readonly notification: string
  readonly notificationUpdateTime: number
  readonly notificationUserID: string
  readonly introduction: string
  readonly faceURL: string
  readonly createTime: number
  /** 0 in use, 1 banned, 2 dismissed, 3 muted. */
  readonly status: number
  readonly creatorUserID: string
  /** 0 normal and 1 super groups are made by 2.x clients; 2 working groups by all. */
  readonly groupType: number
  readonly ownerUserID: string
  readonly memberCount: number
  readonly ex: string
  /** 0 applications need consent, invitations do not; 1 both do; 2 neither. */
  readonly needVerification: number
  /** 0 allowed, 1 not. */
  readonly lookMemberInfo: number
  /** 0 allowed, 1 not. */
  readonly applyMemberFriend: number
}

/** Roles, as 3.x clients number them. */
export const role = { member: 20, admin: 60, owner: 100 } as const

export interface GroupMember {
  readonly groupID: string
  readonly userID: string
  readonly nickname: string
  readonly faceURL: string
  /** One of {@link role}. */
  readonly roleLevel: number
  readonly joinTime: number
  /** 2 invited, 3 search, 4 QR code. */
  readonly joinSource: number
  readonly inviterUserID: string
  /** Milliseconds since the epoch; 0 or past: may speak. */
  readonly muteEndTime: number
  readonly operatorUserID: string
  readonly ex: string
}

export interface GroupRequest extends Omit<Group, 'faceURL' | 'ex'> {
  readonly groupFaceURL: string
  readonly userID: string
  readonly nickname: string
  readonly userFaceURL: string
  readonly gender: number
  readonly handleResult: HandleResult
  readonly reqMsg: string
  readonly handledMsg: string
  readonly reqTime: number
  readonly handleUserID: string
  readonly handledTime: number
  readonly joinSource: number
  readonly inviterUserID: string
  readonly ex: string
}

/** Kinds of conversations. 2: a group of type 0, which 2.x clients call normal; 3: all other groups. */
export const sessionType = { single: 1, group: 2, superGroup: 3, notification: 4 } as const

/** What a message says, by its `contentType`; exactly one of them is there. Fields as the clients have them. */
export interface MessageElems {
  readonly textElem?: { readonly content: string }
  readonly pictureElem?: object
  readonly soundElem?: object
  readonly videoElem?: object
  readonly fileElem?: object
  readonly atTextElem?: {
    readonly text: string
    readonly atUserList: readonly string[]
    readonly atUsersInfo?: readonly { readonly atUserID: string; readonly groupNickname: string }[]
    readonly quoteMessage?: Message | null
    /** Depends on who looks: made when it is sent to somebody. */
    readonly isAtSelf?: boolean
  }
  readonly mergeElem?: {
    readonly title: string
    readonly abstractList: readonly string[]
    readonly multiMessage: readonly Message[]
    readonly messageEntityList?: readonly object[]
  }
  readonly cardElem?: object
  readonly locationElem?: {
    readonly description: string
    readonly longitude: number
    readonly latitude: number
  }
  readonly customElem?: { readonly data: string; readonly description: string; readonly extension: string }
  readonly quoteElem?: {
    readonly text: string
    readonly quoteMessage: Message
    readonly messageEntityList?: readonly object[]
  }
  readonly faceElem?: { readonly index: number; readonly data: string }
  readonly typingElem?: { readonly msgTips: string }
  readonly advancedTextElem?: { readonly text: string; readonly messageEntityList: readonly object[] }
  /** `detail`: JSON. `defaultTips`: a sentence for clients that do not read it. */
  readonly notificationElem?: { readonly detail: string; readonly defaultTips: string }
}

export interface OfflinePush {
  readonly title: string
  readonly desc: string
  readonly ex: string
  readonly iOSPushSound: string
  readonly iOSBadgeCount: boolean
}

export interface Message extends MessageElems {
  readonly clientMsgID: string
  /** Empty until it was sent. */
  readonly serverMsgID: string
  readonly createTime: number
  /** 0 until it was sent. */
  readonly sendTime: number
  readonly sessionType: number
  readonly sendID: string
  /** Empty for groups. */
  readonly recvID: string
  /** Empty for single chats. */
  readonly groupID: string
  /** 100 a user, 200 the system. */
  readonly msgFrom: number
  readonly contentType: number
  readonly senderPlatformID: number
  readonly senderNickname: string
  readonly senderFaceUrl: string
  /** Place in its conversation; 0 until it was sent, and for messages that are not kept. */
  readonly seq: number
  /** Read by the reader of it, or, for his own, by the other side of a single chat. */
  readonly isRead: boolean
  /** 1 sending, 2 sent, 3 failed, 4 deleted. */
  readonly status: number
  readonly offlinePush?: OfflinePush
  readonly ex: string
  readonly localEx: string
  readonly attachedInfoElem?: AttachedInfo
}

export interface AttachedInfo {
  readonly groupHasReadInfo?: {
    readonly hasReadUserIDList: readonly string[]
    readonly hasReadCount: number
    readonly groupMemberCount: number
  }
  readonly isPrivateChat: boolean
  /** Seconds after reading until a private message is gone. */
  readonly burnDuration: number
  readonly hasReadTime: number
}

export interface Conversation {
  readonly conversationID: string
  /** One of {@link sessionType}. */
  readonly conversationType: number
  /** The other side of a single chat; empty for groups. */
  readonly userID: string
  readonly groupID: string
  readonly showName: string
  readonly faceURL: string
  /** 0 normal, 1 receive nothing, 2 receive without notification. */
  readonly recvMsgOpt: number
  readonly unreadCount: number
  /** 0 none, 1 me, 2 all, 3 all and me, 4 notice. */
  readonly groupAtType: number
  readonly latestMsg: Message | null
  readonly latestMsgSendTime: number
  readonly draftText: string
  readonly draftTextTime: number
  readonly isPinned: boolean
  readonly isPrivateChat: boolean
  readonly burnDuration: number
  readonly isNotInGroup: boolean
  readonly updateUnreadCountTime: number
  readonly ex: string
  readonly maxSeq: number
  readonly minSeq: number
  readonly hasReadSeq: number
}

export interface RevokedInfo {
  readonly revokerID: string
  readonly revokerRole: number
  readonly clientMsgID: string
  readonly revokerNickname: string
  readonly revokeTime: number
  readonly sourceMessageSendTime: number
  readonly sourceMessageSendID: string
  readonly sourceMessageSenderNickname: string
  readonly sessionType: number
  readonly seq: number
  readonly ex: string
  readonly isAdminRevoke: boolean
}

/** Somebody has read messages. */
export interface Receipt {
  readonly groupID: string
  readonly userID: string
  readonly msgIDList: readonly string[]
  readonly readTime: number
  readonly msgFrom: number
  readonly contentType: number
  readonly sessionType: number
}

export interface UserStatus {
  readonly userID: string
  /** 1 online, 0 not. */
  readonly status: 0 | 1
  readonly platformIDs: readonly number[]
}

export interface HistoryPage {
  /** Ascending by time. */
  readonly messageList: readonly Message[]
  readonly lastMinSeq: number
  readonly isEnd: boolean
}

export interface FoundMessages {
  readonly totalCount: number
  readonly items: readonly {
    readonly conversationID: string
    readonly conversationType: number
    /** As in {@link Conversation}, for the ids of 2.x. */
    readonly userID: string
    readonly groupID: string
    readonly showName: string
    readonly faceURL: string
    readonly messageCount: number
    readonly messageList: readonly Message[]
  }[]
}

/** A call between people, without its media. `platformID`: from where it was made. */
export interface Invitation {
  readonly inviterUserID: string
  readonly inviteeUserIDList: readonly string[]
  readonly groupID: string
  readonly roomID: string
  /** Seconds until nobody may accept any more. */
  readonly timeout: number
  readonly mediaType: string
  readonly sessionType: number
  readonly platformID: number
  /** Seconds since the epoch. */
  readonly initiateTime?: number
  readonly customData?: string
}

/** What somebody did to a call. */
export interface SignalAction {
  /** Who did it. */
  readonly opUserID: string
  readonly invitation: Invitation
}

export interface SignalRoom {
  readonly token: string
  readonly roomID: string
  readonly liveURL: string
  readonly busyLineUserIDList?: readonly string[]
}

/** The id of a conversation, as 3.x clients build it (specification §5.2). */
export const conversationIDs = {
  single: (one: string, other: string): string => `si_${[one, other].toSorted().join('_')}`,
  group: (groupID: string): string => `sg_${groupID}`,
  notification: (sendID: string, recvID: string): string => `sn_${sendID}_${recvID}`
}
