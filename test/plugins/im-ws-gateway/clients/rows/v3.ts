import { declaredResults } from '../declared-types.ts'
import type { Row, World } from '../every-method.ts'
import { file, pictures, sound, video } from '../samples.ts'
import { people } from './people-v3.ts'

const upload = (): File => new File(['content'], 'a.png')

const single = ({ me }: World): string => `si_${['ann', me.userID].toSorted().join('_')}`
const group = ({ groups }: World): string => `sg_${groups.mine}`
const text = ({ results }: World): unknown => results['createTextMessage']
const sent = ({ results }: World): { readonly clientMsgID: string } => results['sendMessage'] as never
const place = (world: World): object => ({
  conversationID: single(world),
  clientMsgID: sent(world).clientMsgID
})
const history = (world: World): object => {
  return { conversationID: single(world), startClientMsgID: '', count: 20, lastMinSeq: 0 }
}

const creations: readonly Row[] = [
  { method: 'createTextMessage', args: () => ['hello "q" 你好'] },
  { method: 'createTextAtMessage', args: () => [{ text: 'hi', atUserIDList: ['ann'] }] },
  {
    method: 'createImageMessageByURL',
    args: () => [{ sourcePath: '', ...pictures }]
  },
  { method: 'createSoundMessageByURL', args: () => [sound] },
  { method: 'createVideoMessageByURL', args: () => [video] },
  { method: 'createFileMessageByURL', args: () => [file] },
  {
    method: 'createMergerMessage',
    args: world => [{ messageList: [text(world)], title: 't', summaryList: ['a'] }]
  },
  { method: 'createForwardMessage', args: world => [text(world)] },
  { method: 'createLocationMessage', args: () => [{ description: 'd', longitude: 1.5, latitude: 2.5 }] },
  {
    method: 'createQuoteMessage',
    args: world => [{ text: 'q', message: JSON.stringify(text(world)) }]
  },
  { method: 'createCardMessage', args: () => [{ userID: 'ann', nickname: 'n', faceURL: '', ex: '' }] },
  { method: 'createCustomMessage', args: () => [{ data: 'd', extension: 'e', description: 'x' }] },
  { method: 'createFaceMessage', args: () => [{ index: 1, data: 'd' }] },
  { method: 'uploadFile', args: () => [{ file: upload() }], result: '{ url: string }' },
  {
    method: 'createImageMessageByFile',
    args: () => [{ sourcePath: '', ...pictures, file: upload() }],
    result: 'MessageItem'
  },
  { method: 'createSoundMessageByFile', args: () => [{ ...sound, file: upload() }], result: 'MessageItem' },
  { method: 'createFileMessageByFile', args: () => [{ ...file, file: upload() }], result: 'MessageItem' },
  {
    method: 'createVideoMessageByFile',
    args: () => [{ ...video, videoFile: upload(), snapshotFile: upload() }],
    result: 'MessageItem'
  }
]

const messages: readonly Row[] = [
  {
    method: 'sendMessage',
    args: world => [{ recvID: 'ann', groupID: '', message: text(world) }]
  },
  {
    method: 'sendMessageNotOss',
    args: ({ results, groups: { mine } }) => [
      { recvID: '', groupID: mine, message: results['createCustomMessage'] }
    ]
  },
  { method: 'typingStatusUpdate', args: () => [{ recvID: 'ann', msgTip: 'yes' }] },
  { method: 'getAdvancedHistoryMessageList', args: world => [history(world)] },
  { method: 'getAdvancedHistoryMessageListReverse', args: world => [history(world)] },
  {
    method: 'searchLocalMessages',
    args: world => [{ conversationID: single(world), keywordList: ['hello'], pageIndex: 1, count: 10 }]
  },
  {
    method: 'findMessageList',
    args: world => [[{ conversationID: single(world), clientMsgIDList: [sent(world).clientMsgID] }]],
    result: 'SearchMessageResult'
  },
  {
    method: 'insertSingleMessageToLocalStorage',
    args: ({ me, results }) => [{ message: results['createFaceMessage'], recvID: 'ann', sendID: me.userID }],
    result: 'MessageItem'
  },
  {
    method: 'insertGroupMessageToLocalStorage',
    args: ({ me, results, groups: { mine } }) => [
      { message: results['createQuoteMessage'], groupID: mine, sendID: me.userID }
    ],
    result: 'MessageItem'
  },
  { method: 'setMessageLocalEx', args: world => [{ ...place(world), localEx: 'x' }] },
  { method: 'revokeMessage', args: world => [place(world)] },
  { method: 'deleteMessage', args: world => [place(world)] },
  {
    method: 'deleteMessageFromLocalStorage',
    args: world => [
      {
        conversationID: single(world),
        clientMsgID: (world.results['insertSingleMessageToLocalStorage'] as { clientMsgID: string })
          .clientMsgID
      }
    ]
  }
]

const conversations: readonly Row[] = [
  { method: 'getAllConversationList' },
  { method: 'getConversationListSplit', args: () => [{ offset: 0, count: 20 }] },
  { method: 'getOneConversation', args: () => [{ sourceID: 'ann', sessionType: 1 }] },
  { method: 'getMultipleConversation', args: world => [[single(world), group(world)]] },
  {
    method: 'getConversationIDBySessionType',
    args: () => [{ sourceID: 'ann', sessionType: 1 }],
    result: 'string'
  },
  { method: 'getTotalUnreadMsgCount' },
  { method: 'markConversationMessageAsRead', args: world => [single(world)] },
  { method: 'setConversationDraft', args: world => [{ conversationID: single(world), draftText: 'd' }] },
  { method: 'pinConversation', args: world => [{ conversationID: single(world), isPinned: true }] },
  {
    method: 'setConversationRecvMessageOpt',
    args: world => [{ conversationID: single(world), opt: 2 }]
  },
  {
    method: 'setConversationPrivateChat',
    args: world => [{ conversationID: single(world), isPrivate: true }]
  },
  {
    method: 'setConversationBurnDuration',
    args: world => [{ conversationID: single(world), burnDuration: 30 }]
  },
  { method: 'resetConversationGroupAtType', args: world => [group(world)] },
  { method: 'hideConversation', args: world => [single(world)] },
  { method: 'hideAllConversation' },
  { method: 'clearConversationAndDeleteAllMsg', args: world => [single(world)] },
  { method: 'deleteConversationAndDeleteAllMsg', args: world => [single(world)] }
]

const ends: readonly Row[] = [
  { method: 'deleteAllMsgFromLocal' },
  { method: 'deleteAllMsgFromLocalAndSvr' },
  {
    method: 'transferGroupOwner',
    args: ({ groups: { mine } }) => [{ groupID: mine, newOwnerUserID: 'ann' }]
  },
  {
    method: 'dismissGroup',
    before: ({ me, groups: { mine }, others }) =>
      others.ann.ask('TransferGroupOwner', { groupID: mine, newOwnerUserID: me.userID }),
    args: ({ groups: { mine } }) => [mine]
  },
  // Answered by the client itself.
  { method: 'login', errCode: 10102 },
  { method: 'logout' }
]

const declared = declaredResults()

/** Every method of 3.5.2, with the result that it declares unless another one is given. */
export const rowsV3: readonly Row[] = [...people, ...creations, ...messages, ...conversations, ...ends].map(
  row => {
    const result = row.result ?? declared.get(row.method) ?? 'unknown'
    return { ...row, result: result === 'unknown' ? '=' : result }
  }
)
