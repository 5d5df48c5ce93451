import type { OperationName } from '../operations/index.ts'
import type { OfficeName } from './hosting.ts'

/**
 * Whether an operation is asked for once more where nobody knows whether the host that has gone had done it. Those that
 * say how something is to be may be done twice. A message is found by its `clientMsgID` when it comes again.
 */
const isRepeatable: Readonly<Record<OperationName, boolean>> = {
  getSelf: true,
  setSelf: true,
  getUsers: true,
  subscribeUsersStatus: true,
  unsubscribeUsersStatus: true,
  getSubscribedUsersStatus: true,
  setGlobalRecvMessageOpt: true,
  getFriends: true,
  getSpecifiedFriends: true,
  addFriend: false,
  getFriendApplicationsAsRecipient: true,
  getFriendApplicationsAsApplicant: true,
  acceptFriendApplication: false,
  refuseFriendApplication: false,
  checkFriend: true,
  deleteFriend: false,
  setFriendRemark: true,
  addBlack: true,
  removeBlack: true,
  getBlacks: true,
  searchFriends: true,
  createGroup: false,
  joinGroup: false,
  quitGroup: false,
  dismissGroup: false,
  inviteToGroup: false,
  kickFromGroup: false,
  getJoinedGroups: true,
  getGroups: true,
  getGroupMembers: true,
  getSpecifiedGroupMembers: true,
  setGroupInfo: false,
  setGroupMemberInfo: false,
  searchGroups: true,
  searchGroupMembers: true,
  getGroupOwnerAndAdmins: true,
  getGroupMembersByJoinTime: true,
  changeGroupMute: false,
  changeGroupMemberMute: false,
  transferGroupOwner: false,
  getGroupApplicationsAsRecipient: true,
  getGroupApplicationsAsApplicant: true,
  acceptGroupApplication: false,
  refuseGroupApplication: false,
  getAllConversations: true,
  getConversationPage: true,
  getOneConversation: true,
  getConversations: true,
  getConversationID: true,
  getTotalUnread: true,
  markConversationRead: true,
  markMessagesRead: true,
  setConversationDraft: true,
  pinConversation: true,
  setConversationRecvMessageOpt: true,
  getConversationRecvMessageOpt: true,
  setConversationPrivateChat: false,
  setConversationBurnDuration: false,
  resetConversationGroupAtType: true,
  hideConversation: true,
  hideAllConversations: true,
  clearConversation: false,
  deleteConversation: false,
  deleteAllConversations: false,
  createText: true,
  createTextAt: true,
  createImage: true,
  createSound: true,
  createVideo: true,
  createFile: true,
  createMerger: true,
  createForward: true,
  createLocation: true,
  createCard: true,
  createFace: true,
  createCustom: true,
  createQuote: true,
  createAdvancedText: true,
  sendMessage: true,
  getHistory: true,
  getHistoryReverse: true,
  revokeMessage: false,
  deleteMessage: false,
  deleteAllMessages: false,
  typing: true,
  searchMessages: true,
  findMessages: true,
  insertMessage: false,
  setMessageLocalEx: true,
  signalInvite: false,
  signalInviteInGroup: false,
  signalAccept: false,
  signalReject: false,
  signalCancel: false,
  signalHangUp: false
}

/** Of the back office: it may register and befriend as often as it likes. */
const isOfficeRepeatable: Readonly<Record<OfficeName, boolean>> = {
  registerUser: true,
  hasUser: true,
  user: true,
  importFriends: true,
  importGroup: false,
  send: false
}

/** @param args of a message that nobody keeps, there is no telling whether it was sent */
export function mayRepeat(name: OperationName, args: unknown): boolean {
  if (name === 'sendMessage' && (args as { readonly isOnlineOnly?: boolean }).isOnlineOnly) return false
  return isRepeatable[name]
}

export function mayRepeatOffice(name: OfficeName): boolean {
  return isOfficeRepeatable[name]
}
