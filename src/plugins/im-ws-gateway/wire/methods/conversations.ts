import { allWhenNone, byParty, severalOfOne } from './adapters.ts'
import { methodsOf } from './method.ts'

const party = '{sourceID, sessionType}'
const option = '{conversationIDList*, opt}'

/** Conversations. 2.x clients name many of them by the user or the group. */
export const conversationMethods = methodsOf([
  ['GetAllConversationList', 'all', 'getAllConversations', '', '[]', 'conversations'],
  [
    'GetConversationListSplit',
    'all',
    'getConversationPage',
    '{offset, count}',
    '[offset, count]',
    'conversations'
  ],
  ['GetOneConversation', 'all', 'getOneConversation', party, '[sessionType, sourceID]', 'conversation'],
  [
    'GetMultipleConversation',
    'all',
    'getConversations',
    'conversationIDList*',
    '[conversationIDList*]',
    'conversations'
  ],
  [
    'GetConversationIDBySessionType',
    'all',
    'getConversationID',
    party,
    '[sourceID, sessionType]',
    'conversationID'
  ],
  ['GetTotalUnreadMsgCount', 'all', 'getTotalUnread', '', '[]', 'number'],
  ['MarkConversationMessageAsRead', 'only3', 'markConversationRead', null, '[conversationID]'],
  [
    'MarkC2CMessageAsRead',
    'older',
    'markMessagesRead',
    '{userID, msgIDList>clientMsgIDList*}',
    null,
    'nothing',
    byParty,
    allWhenNone
  ],
  [
    'MarkGroupMessageAsRead',
    'older',
    'markMessagesRead',
    '{groupID, msgIDList>clientMsgIDList*}',
    null,
    'nothing',
    byParty,
    allWhenNone
  ],
  [
    'MarkMessageAsReadByConID',
    'older',
    'markMessagesRead',
    '{conversationID, msgIDList>clientMsgIDList*}',
    null,
    'nothing',
    allWhenNone
  ],
  ['MarkGroupMessageHasRead', 'older', 'markConversationRead', 'groupID', null, 'nothing', byParty],
  ['MarkSingleMessageHasRead', 'nobody', 'markConversationRead', 'userID', null, 'nothing', byParty],
  [
    'SetConversationDraft',
    'all',
    'setConversationDraft',
    '{conversationID, draftText}',
    '[conversationID, draftText]'
  ],
  ['PinConversation', 'all', 'pinConversation', '{conversationID, isPinned}', '[conversationID, isPinned]'],
  [
    'SetConversationRecvMessageOpt',
    'all',
    'setConversationRecvMessageOpt',
    option,
    '[conversationIDList, opt]',
    'nothing',
    severalOfOne
  ],
  [
    'GetConversationRecvMessageOpt',
    'older',
    'getConversationRecvMessageOpt',
    'conversationIDList*',
    null,
    'options'
  ],
  [
    'SetOneConversationPrivateChat',
    'older',
    'setConversationPrivateChat',
    '{conversationID, isPrivate}',
    null
  ],
  ['SetConversationPrivateChat', 'only3', 'setConversationPrivateChat', null, '[conversationID, isPrivate]'],
  [
    'SetConversationBurnDuration',
    'only3',
    'setConversationBurnDuration',
    null,
    '[conversationID, burnDuration]'
  ],
  [
    'ResetConversationGroupAtType',
    'later',
    'resetConversationGroupAtType',
    'conversationID',
    '[conversationID]'
  ],
  ['HideConversation', 'only3', 'hideConversation', null, '[conversationID]'],
  ['HideAllConversation', 'only3', 'hideAllConversations', null, '[]'],
  ['HideAllConversations', 'nobody', 'hideAllConversations', null, '[]'],
  ['ClearConversationAndDeleteAllMsg', 'only3', 'clearConversation', null, '[conversationID]'],
  ['ClearC2CHistoryMessage', 'older', 'clearConversation', 'userID', null, 'nothing', byParty],
  [
    'ClearC2CHistoryMessageFromLocalAndSvr',
    'only23',
    'clearConversation',
    'userID',
    null,
    'nothing',
    byParty
  ],
  ['ClearGroupHistoryMessage', 'older', 'clearConversation', 'groupID', null, 'nothing', byParty],
  [
    'ClearGroupHistoryMessageFromLocalAndSvr',
    'only23',
    'clearConversation',
    'groupID',
    null,
    'nothing',
    byParty
  ],
  ['DeleteConversationAndDeleteAllMsg', 'only3', 'deleteConversation', null, '[conversationID]'],
  ['DeleteConversation', 'older', 'deleteConversation', 'conversationID', null],
  ['DeleteConversationFromLocalAndSvr', 'older', 'deleteConversation', 'conversationID', null],
  ['DeleteAllConversationFromLocal', 'only23', 'deleteAllConversations', '', null]
])
