import { byMessage, byParty, olderTypes, oneOfList } from './adapters.ts'
import { methodsOf } from './method.ts'

const at = '{text, atUserIDList*, atUsersInfo*, message*}'
const pictures = '{sourcePath, sourcePicture*, bigPicture*, snapshotPicture*}'
const page = '{conversationID, userID, groupID, startClientMsgID, count, lastMinSeq}'
const send = '{recvID, groupID, message*, offlinePushInfo*, isOnlineOnly}'
const sendList = '[message*, recvID, groupID, offlinePushInfo*, isOnlineOnly]'
const one = '[conversationID, clientMsgID]'

/** Messages: made, sent, found, taken back. Files are named by URL only: no path of the gateway's own is ever read. */
export const messageMethods = methodsOf([
  ['CreateTextMessage', 'all', 'createText', 'text', '[text]', 'message'],
  [
    'CreateTextAtMessage',
    'all',
    'createTextAt',
    at,
    '[text, atUserIDList*, atUsersInfo*, message*]',
    'message'
  ],
  [
    'CreateImageMessageByURL',
    'all',
    'createImage',
    pictures,
    '[sourcePath, sourcePicture*, bigPicture*, snapshotPicture*]',
    'message'
  ],
  ['CreateSoundMessageByURL', 'all', 'createSound', '{soundBaseInfo>info*}', '[info*]', 'message'],
  ['CreateVideoMessageByURL', 'all', 'createVideo', '{videoBaseInfo>info*}', '[info*]', 'message'],
  ['CreateFileMessageByURL', 'all', 'createFile', '{fileBaseInfo>info*}', '[info*]', 'message'],
  [
    'CreateMergerMessage',
    'all',
    'createMerger',
    '{messageList*, title, summaryList*}',
    '[messageList*, title, summaryList*]',
    'message'
  ],
  ['CreateForwardMessage', 'all', 'createForward', 'message*', '[message*]', 'message'],
  [
    'CreateLocationMessage',
    'all',
    'createLocation',
    '{description, longitude, latitude}',
    '[description, longitude, latitude]',
    'message'
  ],
  ['CreateCardMessage', 'all', 'createCard', 'card*', '[card*]', 'message'],
  ['CreateFaceMessage', 'all', 'createFace', '{index, data}', '[index, data]', 'message'],
  [
    'CreateCustomMessage',
    'all',
    'createCustom',
    '{data, extension, description}',
    '[data, extension, description]',
    'message'
  ],
  ['CreateQuoteMessage', 'all', 'createQuote', '{text, message*}', '[text, message*]', 'message'],
  [
    'CreateAdvancedTextMessage',
    'only23',
    'createAdvancedText',
    '{text, messageEntityList*}',
    null,
    'message'
  ],
  [
    'CreateAdvancedQuoteMessage',
    'only23',
    'createQuote',
    '{text, message*, messageEntityList*}',
    null,
    'message'
  ],
  ['CreateImageMessageFromFullPath', 'older', 'notSupported'],
  ['CreateSoundMessageFromFullPath', 'older', 'notSupported'],
  ['CreateVideoMessageFromFullPath', 'older', 'notSupported'],
  ['CreateFileMessageFromFullPath', 'older', 'notSupported'],
  ['CreateImageMessageByFile', 'nobody', 'notSupported'],
  ['CreateSoundMessageByFile', 'nobody', 'notSupported'],
  ['CreateVideoMessageByFile', 'nobody', 'notSupported'],
  ['CreateFileMessageByFile', 'nobody', 'notSupported'],
  ['UploadFile', 'nobody', 'notSupported'],
  ['SendMessage', 'older', 'sendMessage', send, sendList, 'message'],
  ['SendMessageNotOss', 'all', 'sendMessage', send, sendList, 'message'],
  ['GetHistoryMessageList', 'older', 'getHistory', page, null, 'messages', byParty],
  ['GetHistoryMessageListReverse', 'only23', 'getHistoryReverse', page, null, 'messages', byParty],
  ['GetAdvancedHistoryMessageList', 'later', 'getHistory', page, `[${page}*]`, 'page', byParty],
  ['GetAdvancedHistoryMessageListReverse', 'only3', 'getHistoryReverse', page, `[${page}*]`, 'page', byParty],
  ['RevokeMessage', 'all', 'revokeMessage', 'message*', one, 'nothing', byMessage],
  ['NewRevokeMessage', 'only23', 'revokeMessage', 'message*', null, 'nothing', byMessage],
  ['DeleteMessage', 'only3', 'deleteMessage', null, one],
  ['DeleteMessageFromLocalStorage', 'all', 'deleteMessage', 'message*', one, 'nothing', byMessage],
  ['DeleteMessageFromLocalAndSvr', 'older', 'deleteMessage', 'message*', null, 'nothing', byMessage],
  ['DeleteAllMsgFromLocal', 'all', 'deleteAllMessages', '', '[]'],
  ['DeleteAllMsgFromLocalAndSvr', 'all', 'deleteAllMessages', '', '[]'],
  ['TypingStatusUpdate', 'all', 'typing', '{recvID, msgTip}', '[recvID, msgTip]'],
  ['SearchLocalMessages', 'all', 'searchMessages', '{...}', '[{...}*]', 'searched', byParty, olderTypes],
  ['FindMessageList', 'later', 'findMessages', 'list*', '[list*]', 'found', oneOfList],
  [
    'InsertSingleMessageToLocalStorage',
    'all',
    'insertMessage',
    '{message*, recvID, sendID}',
    '[message*, recvID, sendID]',
    'message'
  ],
  [
    'InsertGroupMessageToLocalStorage',
    'all',
    'insertMessage',
    '{message*, groupID, sendID}',
    '[message*, groupID, sendID]',
    'message'
  ],
  ['SetMessageLocalEx', 'only3', 'setMessageLocalEx', null, '[conversationID, clientMsgID, localEx]']
])
