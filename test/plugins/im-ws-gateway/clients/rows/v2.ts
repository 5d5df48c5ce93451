import type { Row, World } from '../every-method.ts'
import type { Version } from '../packages.ts'
import { file, pictures, sound, video } from '../samples.ts'
import { only, people, withMine, type Row2 } from './people-v2.ts'

const room = '{ token: string; roomID: string; liveURL: string }'
/** What is not supported: files of the server, and the organisation. */
const notSupported = 1005

const textOf = ({ results }: World): string => JSON.stringify(results['createTextMessage'])
const sent = ({ results }: World): { readonly clientMsgID: string } => results['sendMessage'] as never
const sentText = (world: World): string => JSON.stringify(sent(world))
const group = ({ groups, me }: World): string =>
  `${me.version === '2.0.3' ? '' : 'super_'}group_${groups.mine}`
const all = (same: Partial<Row2>, rows: readonly Row2[]): readonly Row2[] =>
  rows.map(row => ({ ...row, ...same }))
const history = { userID: 'ann', groupID: '', count: 20, startClientMsgID: '' }

const creations = all({ result: 'MessageItem' }, [
  { method: 'createTextMessage', args: () => ['hello "q" 你好'] },
  { method: 'createTextAtMessage', args: () => [{ text: 'hi', atUserIDList: ['ann'] }] },
  {
    method: 'createAdvancedTextMessage',
    args: () => [{ text: 't', messageEntityList: [{ type: 'b', offset: 0, length: 1 }] }],
    only
  },
  {
    method: 'createImageMessage',
    args: () => [{ ...pictures }]
  },
  { method: 'createSoundMessage', args: () => [sound] },
  { method: 'createVideoMessage', args: () => [video] },
  { method: 'createFileMessage', args: () => [file] },
  {
    method: 'createMergerMessage',
    args: ({ results }) => [
      { messageList: [results['createTextMessage']], title: 't', summaryList: ['a', 'b'] }
    ]
  },
  { method: 'createForwardMessage', args: world => [textOf(world)] },
  { method: 'createFaceMessage', args: () => [{ index: 1, data: 'd' }] },
  { method: 'createLocationMessage', args: () => [{ description: 'd', longitude: 1.5, latitude: 2.5 }] },
  { method: 'createCustomMessage', args: () => [{ data: 'd', extension: 'e', description: 'x' }] },
  { method: 'createQuoteMessage', args: world => [{ text: 'q', message: textOf(world) }] },
  {
    method: 'createAdvancedQuoteMessage',
    args: world => [{ text: 't', message: textOf(world), messageEntityList: [] }],
    only
  },
  { method: 'createCardMessage', args: () => [JSON.stringify({ userID: 'ann', nickname: 'n' })] }
])

const paths = all({ errCode: notSupported }, [
  { method: 'createFileMessageFromFullPath', args: () => [{ fileFullPath: '/etc/hosts', fileName: 'a' }] },
  { method: 'createImageMessageFromFullPath', args: () => ['/etc/hosts'] },
  { method: 'createSoundMessageFromFullPath', args: () => [{ soundPath: '/etc/hosts', duration: 1 }] },
  {
    method: 'createVideoMessageFromFullPath',
    args: () => [{ videoFullPath: '/etc/hosts', videoType: 'mp4', duration: 1, snapshotFullPath: '/s' }]
  }
])

const messages: readonly Row2[] = [
  {
    method: 'sendMessage',
    args: world => [{ recvID: 'ann', groupID: '', message: textOf(world) }],
    result: 'MessageItem'
  },
  {
    method: 'sendMessageNotOss',
    args: ({ results, groups: { mine } }) => [
      {
        recvID: '',
        groupID: mine,
        message: JSON.stringify(results['createCustomMessage']),
        offlinePushInfo: { title: 't', desc: 'd', ex: '', iOSPushSound: '+1', iOSBadgeCount: true }
      }
    ],
    result: 'MessageItem'
  },
  { method: 'typingStatusUpdate', args: () => [{ recvID: 'ann', msgTip: 'yes' }] },
  { method: 'getHistoryMessageList', args: () => [history], result: 'MessageItem[]' },
  {
    method: 'getAdvancedHistoryMessageList',
    args: () => [{ ...history, lastMinSeq: 0 }],
    result:
      '{ messageList: MessageItem[]; lastMinSeq: number; isEnd: boolean; errCode: number; errMsg: string }',
    only
  },
  { method: 'getHistoryMessageListReverse', args: () => [history], result: 'MessageItem[]', only },
  {
    method: 'findMessageList',
    args: world => [[{ conversationID: 'single_ann', clientMsgIDList: [sent(world).clientMsgID] }]],
    result: '{ totalCount: number; findResultItems: SearchLocalLogData[] }',
    only
  },
  {
    method: 'insertSingleMessageToLocalStorage',
    args: ({ me, results }) => [
      { message: JSON.stringify(results['createFaceMessage']), recvID: 'ann', sendID: me.userID }
    ],
    result: 'MessageItem'
  },
  {
    method: 'insertGroupMessageToLocalStorage',
    args: ({ me, results, groups: { mine } }) => [
      { message: JSON.stringify(results['createQuoteMessage']), groupID: mine, sendID: me.userID }
    ],
    result: 'MessageItem'
  },
  {
    method: 'markC2CMessageAsRead',
    args: () => [{ userID: 'ann', msgIDList: [] }]
  },
  { method: 'markGroupMessageHasRead', args: ({ groups: { mine } }) => [mine] },
  { method: 'markGroupMessageAsRead', args: withMine({ msgIDList: [] }) },
  { method: 'markMessageAsReadByConID', args: () => [{ conversationID: 'single_ann', msgIDList: [] }] },
  { method: 'revokeMessage', args: world => [sentText(world)] },
  {
    method: 'newRevokeMessage',
    args: ({ results }) => [JSON.stringify(results['sendMessageNotOss'])],
    only
  },
  { method: 'deleteMessageFromLocalAndSvr', args: world => [sentText(world)] },
  {
    method: 'deleteMessageFromLocalStorage',
    args: ({ results }) => [JSON.stringify(results['insertSingleMessageToLocalStorage'])]
  }
]

const searches: readonly Row2[] = [
  {
    method: 'searchLocalMessages',
    args: ({ me }) => [
      {
        ...(me.version === '2.0.3' ? { sourceID: 'ann', sessionType: 1 } : { conversationID: 'single_ann' }),
        keywordList: ['hello'],
        pageIndex: 1,
        count: 10
      }
    ],
    // 2.0.3 declares nothing of what is found.
    result:
      '{ totalCount: number; searchResultItems: { conversationID: string; messageList: MessageItem[] }[] }'
  }
]

const conversations: readonly Row2[] = [
  { method: 'getAllConversationList', result: 'ConversationItem[]' },
  {
    method: 'getConversationListSplit',
    args: () => [{ offset: 0, count: 20 }],
    result: 'ConversationItem[]'
  },
  {
    method: 'getOneConversation',
    args: () => [{ sourceID: 'ann', sessionType: 1 }],
    result: 'ConversationItem'
  },
  {
    method: 'getConversationIDBySessionType',
    args: () => [{ sourceID: 'ann', sessionType: 1 }],
    result: '=single_ann'
  },
  {
    method: 'getMultipleConversation',
    args: world => [['single_ann', group(world)]],
    result: 'ConversationItem[]'
  },
  { method: 'setConversationDraft', args: () => [{ conversationID: 'single_ann', draftText: 'd' }] },
  { method: 'pinConversation', args: () => [{ conversationID: 'single_ann', isPinned: true }] },
  { method: 'getTotalUnreadMsgCount', result: '=0' },
  {
    method: 'setConversationRecvMessageOpt',
    args: () => [{ conversationIDList: ['single_ann'], opt: 2 }]
  },
  {
    method: 'getConversationRecvMessageOpt',
    args: () => [['single_ann']],
    result: '{ conversationID: string; result: number }[]'
  },
  {
    method: 'setOneConversationPrivateChat',
    args: () => [{ conversationID: 'single_ann', isPrivate: true }]
  },
  { method: 'resetConversationGroupAtType', args: world => [group(world)], only },
  { method: 'clearC2CHistoryMessage', args: () => ['ann'] },
  { method: 'clearC2CHistoryMessageFromLocalAndSvr', args: () => ['ann'], only },
  { method: 'clearGroupHistoryMessage', args: ({ groups: { mine } }) => [mine] },
  { method: 'clearGroupHistoryMessageFromLocalAndSvr', args: ({ groups: { mine } }) => [mine], only },
  { method: 'deleteConversation', args: () => ['single_ann'] },
  { method: 'deleteConversationFromLocalAndSvr', args: () => ['single_ann'] },
  { method: 'deleteAllConversationFromLocal', only }
]

const invitation = (from: string, to: string): object => ({
  inviterUserID: from,
  inviteeUserIDList: [to],
  groupID: '',
  roomID: `room-${from}`,
  timeout: 30,
  mediaType: 'video',
  sessionType: 1,
  platformID: 5
})
const action = (from: string, to: string) => (): readonly unknown[] => [
  { opUserID: 'me', invitation: invitation(from, to) }
]
const rings =
  (who: 'bob' | 'cat') =>
  ({ others }: World): Promise<unknown> =>
    others[who].ask('SignalingInvite', { invitation: invitation(who, 'me') })
/** Calls are made by 2.x clients alone. */
const calls: readonly Row2[] = [
  { method: 'signalingInvite', args: () => [invitation('me', 'ann')], result: room },
  { method: 'signalingCancel', args: action('me', 'ann'), result: '{}' },
  {
    method: 'signalingInviteInGroup',
    args: ({ groups: { mine } }) => [{ ...invitation('me', 'ann'), groupID: mine, sessionType: 2 }],
    result: room
  },
  {
    method: 'signalingReject',
    before: async world => {
      await world.me.ask('signalingCancel', ...action('me', 'ann')())
      await rings('cat')(world)
    },
    args: action('cat', 'me'),
    result: '{}'
  },
  { method: 'signalingAccept', before: rings('bob'), args: action('bob', 'me'), result: room },
  { method: 'signalingHungUp', args: action('bob', 'me'), result: '{}', only }
]

const organisation = all({ errCode: notSupported, only }, [
  { method: 'getSubDepartment', args: () => [{ departmentID: '0', offset: 0, count: 10 }] },
  { method: 'getDepartmentMember', args: () => [{ departmentID: '0', offset: 0, count: 10 }] },
  { method: 'getUserInDepartment', args: () => ['ann'] },
  { method: 'getDepartmentMemberAndSubDepartment', args: () => ['0'] },
  { method: 'getDepartmentInfo', args: () => ['0'] },
  { method: 'searchOrganization', args: () => [{ input: { keyWord: 'k' }, offset: 0, count: 10 }] }
])

const ends: readonly Row2[] = [
  { method: 'deleteAllMsgFromLocal' },
  { method: 'deleteAllMsgFromLocalAndSvr' },
  { method: 'transferGroupOwner', args: withMine({ newOwnerUserID: 'ann' }) },
  {
    method: 'dismissGroup',
    before: ({ me, groups: { mine }, others }) =>
      others.ann.ask('TransferGroupOwner', { groupID: mine, newOwnerUserID: me.userID }),
    args: ({ groups: { mine } }) => [mine]
  },
  { method: 'logout' }
]

/** Every method of a 2.x client but `login`. */
export function rowsV2(version: Exclude<Version, '3.5.2'>): readonly Row[] {
  const rows = [
    ...people,
    ...creations,
    ...paths,
    ...messages,
    ...searches,
    ...conversations,
    ...calls,
    ...organisation,
    ...ends
  ]
  return rows.filter(row => row.only === undefined || row.only === version)
}
