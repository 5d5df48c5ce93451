import type { Version } from './packages.ts'

/** The types of the data of events, as the version declares them; `=` for none. Of a list, of each of its elements. */
export type EventTypes = Readonly<Record<string, string>>

const invitation = '{ invitation: RtcInvite }'
const revoked =
  '{ revokerID: string; clientMsgID: string; revokeTime: number; sessionType: number; seq: number }'
const receipts = '{ userID: string; groupID: string; msgIDList: string[]; readTime: number }[]'

const v2: EventTypes = {
  OnConnecting: '=',
  OnConnectSuccess: '=',
  OnSyncServerStart: '=',
  OnSyncServerFinish: '=',
  OnSelfInfoUpdated: 'FullUserItem',
  OnRecvNewMessage: 'MessageItem',
  OnRecvC2CReadReceipt: receipts,
  OnRecvGroupReadReceipt: receipts,
  OnConversationChanged: 'ConversationItem[]',
  OnNewConversation: 'ConversationItem[]',
  OnTotalUnreadMessageCountChanged: 'string',
  OnBlackAdded: 'BlackItem',
  OnBlackDeleted: 'BlackItem',
  OnFriendApplicationAdded: 'FriendApplicationItem',
  OnFriendApplicationAccepted: 'FriendApplicationItem',
  OnFriendApplicationRejected: 'FriendApplicationItem',
  OnFriendAdded: 'FriendItem',
  OnFriendDeleted: 'FriendItem',
  OnFriendInfoChanged: 'FriendItem',
  OnJoinedGroupAdded: 'GroupItem',
  OnJoinedGroupDeleted: 'GroupItem',
  OnGroupInfoChanged: 'GroupItem',
  OnGroupMemberAdded: 'GroupMemberItem',
  OnGroupMemberDeleted: 'GroupMemberItem',
  OnGroupMemberInfoChanged: 'GroupMemberItem',
  OnGroupApplicationAdded: 'GroupApplicationItem',
  OnGroupApplicationAccepted: 'GroupApplicationItem',
  OnGroupApplicationRejected: 'GroupApplicationItem',
  OnReceiveNewInvitation: invitation,
  OnInvitationCancelled: invitation,
  OnInvitationTimeout: invitation,
  OnInviteeAccepted: invitation,
  OnInviteeRejected: invitation,
  OnInviteeAcceptedByOtherDevice: invitation,
  OnInviteeRejectedByOtherDevice: invitation
}

/** What a client must be told of, with the types of the data. */
export const eventTypes: Readonly<Record<Version, EventTypes>> = {
  '2.0.3': { ...v2, OnRecvMessageRevoked: 'string' },
  '2.3.0': {
    ...v2,
    OnRecvMessageRevoked: 'string',
    OnNewRecvMessageRevoked: revoked,
    OnHangUp: invitation,
    OnRecvNewMessageFromOtherWeb: 'MessageItem'
  },
  '3.5.2': {
    OnConnecting: '=',
    OnConnectSuccess: '=',
    OnSyncServerStart: '=',
    OnSyncServerFinish: '=',
    OnSelfInfoUpdated: 'SelfUserInfo',
    OnRecvNewMessages: 'MessageItem[]',
    OnNewRecvMessageRevoked: 'RevokedInfo',
    OnRecvC2CReadReceipt: 'ReceiptInfo[]',
    OnConversationChanged: 'ConversationItem[]',
    OnNewConversation: 'ConversationItem[]',
    OnTotalUnreadMessageCountChanged: 'number',
    OnBlackAdded: 'BlackUserItem',
    OnBlackDeleted: 'BlackUserItem',
    OnFriendApplicationAdded: 'FriendApplicationItem',
    OnFriendApplicationAccepted: 'FriendApplicationItem',
    OnFriendApplicationRejected: 'FriendApplicationItem',
    OnFriendAdded: 'FriendUserItem',
    OnFriendDeleted: 'FriendUserItem',
    OnFriendInfoChanged: 'FriendUserItem',
    OnJoinedGroupAdded: 'GroupItem',
    OnJoinedGroupDeleted: 'GroupItem',
    OnGroupDismissed: 'GroupItem',
    OnGroupInfoChanged: 'GroupItem',
    OnGroupMemberAdded: 'GroupMemberItem',
    OnGroupMemberDeleted: 'GroupMemberItem',
    OnGroupMemberInfoChanged: 'GroupMemberItem',
    OnGroupApplicationAdded: 'GroupApplicationItem',
    OnGroupApplicationAccepted: 'GroupApplicationItem',
    OnGroupApplicationRejected: 'GroupApplicationItem',
    OnUserStatusChanged: 'UserOnlineState',
    OnRecvCustomBusinessMessage: '{ key: string; data: string }',
    OnReceiveNewInvitation: invitation,
    OnInvitationCancelled: invitation
  }
}

/** Events that clients know of, and a gateway that does not fail has no occasion for, or tests elsewhere have. */
export const elsewhere: readonly string[] = [
  'OnConnectFailed',
  'OnSyncServerFailed',
  'OnKickedOffline',
  'OnUserTokenExpired',
  // Nothing is uploaded through the gateway.
  'OnProgress',
  'UploadComplete',
  // Of requests that are withdrawn, which no client can do.
  'OnFriendApplicationDeleted',
  'OnGroupApplicationDeleted',
  // 3.5.2 is told by the newer event.
  'OnRecvMessageRevoked',
  // 2.3.0 has asked for single messages, and 3.5.2 for batches.
  'OnRecvNewMessage',
  'OnRecvNewMessages',
  // Its type in 3.5.2 is of something that no server has ever sent.
  'OnRecvGroupReadReceipt',
  // 3.5.2 makes no calls.
  'OnInvitationTimeout',
  'OnInviteeAccepted',
  'OnInviteeRejected',
  'OnInviteeAcceptedByOtherDevice',
  'OnInviteeRejectedByOtherDevice',
  'OnHangUp',
  'OnStreamChange',
  'OnRoomParticipantConnected',
  'OnRoomParticipantDisconnected',
  'OnReceiveCustomSignal',
  'OnOrganizationUpdated'
]
