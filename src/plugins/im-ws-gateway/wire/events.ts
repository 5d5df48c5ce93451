import type { Invitation, Receipt, SignalAction } from '../model.ts'
import type { CoreEvent, CoreEventKind } from '../user-core.ts'
import type { Dialect } from './frame.ts'
import { conversationInData, escaped, isAtMessage, messageInData } from './message-json.ts'
import { picked } from './picked.ts'
import { shapesOf } from './shapes-of.ts'

/** Who reads events. */
export interface Client {
  readonly dialect: Dialect
  /** Whether a 2.3 client takes new messages in batches, as its Login said. 3.x clients always do, 2.0 clients never. */
  readonly batch: boolean
  readonly platformID: number
}

/** What events are called (specification §4). New messages have several names. */
const names: Readonly<Record<Exclude<CoreEventKind, 'newMessages'>, string>> = {
  messageRevoked: 'OnNewRecvMessageRevoked',
  singleReceipts: 'OnRecvC2CReadReceipt',
  groupReceipts: 'OnRecvGroupReadReceipt',
  newConversations: 'OnNewConversation',
  conversationsChanged: 'OnConversationChanged',
  totalUnread: 'OnTotalUnreadMessageCountChanged',
  selfInfo: 'OnSelfInfoUpdated',
  friendApplicationAdded: 'OnFriendApplicationAdded',
  friendApplicationDeleted: 'OnFriendApplicationDeleted',
  friendApplicationAccepted: 'OnFriendApplicationAccepted',
  friendApplicationRejected: 'OnFriendApplicationRejected',
  friendAdded: 'OnFriendAdded',
  friendDeleted: 'OnFriendDeleted',
  friendInfoChanged: 'OnFriendInfoChanged',
  blackAdded: 'OnBlackAdded',
  blackDeleted: 'OnBlackDeleted',
  joinedGroupAdded: 'OnJoinedGroupAdded',
  joinedGroupDeleted: 'OnJoinedGroupDeleted',
  groupDismissed: 'OnGroupDismissed',
  groupInfoChanged: 'OnGroupInfoChanged',
  groupMemberAdded: 'OnGroupMemberAdded',
  groupMemberDeleted: 'OnGroupMemberDeleted',
  groupMemberInfoChanged: 'OnGroupMemberInfoChanged',
  groupApplicationAdded: 'OnGroupApplicationAdded',
  groupApplicationDeleted: 'OnGroupApplicationDeleted',
  groupApplicationAccepted: 'OnGroupApplicationAccepted',
  groupApplicationRejected: 'OnGroupApplicationRejected',
  userStatus: 'OnUserStatusChanged',
  syncStarted: 'OnSyncServerStart',
  syncFinished: 'OnSyncServerFinish',
  customBusiness: 'OnRecvCustomBusinessMessage',
  newInvitation: 'OnReceiveNewInvitation',
  inviteeAccepted: 'OnInviteeAccepted',
  inviteeRejected: 'OnInviteeRejected',
  invitationCancelled: 'OnInvitationCancelled',
  invitationTimeout: 'OnInvitationTimeout',
  inviteeAcceptedByOtherDevice: 'OnInviteeAcceptedByOtherDevice',
  inviteeRejectedByOtherDevice: 'OnInviteeRejectedByOtherDevice',
  hangUp: 'OnHangUp'
}

/**
 * What a dialect has no name for. The type that 3.x clients declare for `OnRecvGroupReadReceipt` has counts that nobody
 * ever sent them: what their own servers leave out is left out here too.
 */
const untold: Readonly<Record<Dialect, readonly CoreEventKind[]>> = {
  '2.0': ['groupDismissed', 'userStatus', 'customBusiness', 'hangUp'],
  '2.3': ['groupDismissed', 'userStatus', 'customBusiness'],
  '3': ['groupReceipts']
}

/**
 * Whether a client is told of an event at all. 2.x users learn that they have come into a group from
 * `OnJoinedGroupAdded`, as their engine had it (`memberInvitedNotification`, `memberEnterNotification`); that of 3.x tells
 * them of themselves as well.
 */
export function isTold({ dialect }: Client, event: CoreEvent, viewerID: string): boolean {
  if (event.kind === 'groupMemberAdded') return dialect === '3' || event.member.userID !== viewerID
  return !untold[dialect].includes(event.kind)
}

/** Whether what is sent for an event differs between the viewers that are told of it. */
export function dependsOnViewer(event: CoreEvent): boolean {
  if ('messages' in event) return event.messages.some(isAtMessage)
  return 'conversations' in event && event.conversations.some(({ latestMsg }) => isAtMessage(latestMsg))
}

/**
 * The frames, as text, that tell a client of an event: none where it has no name for it.
 * @param viewerID whose client it is
 */
export function encodeEvent(client: Client, event: CoreEvent, viewerID: string): readonly string[] {
  const { dialect } = client
  if (!isTold(client, event, viewerID)) return []
  if (event.kind === 'newMessages') return newMessages(client, event, viewerID)
  if (event.kind === 'messageRevoked' && dialect !== '3') return revocations(dialect, event)
  const data = dataOf(dialect, event, viewerID)
  return data === undefined ? [] : [frameText(names[event.kind], data)]
}

function newMessages(
  { dialect, batch, platformID }: Client,
  { messages, ownSend = false }: Extract<CoreEvent, { kind: 'newMessages' }>,
  viewerID: string
): readonly string[] {
  // What was sent on another platform is new there as well; 2.3 has a name of its own for that of a page beside it.
  const isBeside = ({ senderPlatformID }: (typeof messages)[number]): boolean =>
    ownSend && dialect === '2.3' && senderPlatformID === platformID
  const inData = (some: typeof messages): string[] =>
    some.map(message => messageInData(dialect, message, viewerID))
  const beside = inData(messages.filter(isBeside)).map(data =>
    frameText('OnRecvNewMessageFromOtherWeb', data)
  )
  const all = inData(messages.filter(message => !isBeside(message)))
  if (all.length === 0) return beside
  const others =
    dialect === '3' || (dialect === '2.3' && batch)
      ? [frameText('OnRecvNewMessages', `[${all.join(',')}]`)]
      : all.map(data => frameText('OnRecvNewMessage', data))
  return [...beside, ...others]
}

/** 2.3 has a method and an event of either age for it, and pages listen to one or the other. */
function revocations(
  dialect: Dialect,
  event: Extract<CoreEvent, { kind: 'messageRevoked' }>
): readonly string[] {
  const older = frameText('OnRecvMessageRevoked', escaped(event.info.clientMsgID))
  if (dialect === '2.0') return [older]
  return [older, frameText(names.messageRevoked, json(payload(dialect, event)))]
}

/** What stands between the quotes of `data`; undefined: there is nothing to tell. */
function dataOf(
  dialect: Dialect,
  event: Exclude<CoreEvent, { kind: 'newMessages' }>,
  viewerID: string
): string | undefined {
  switch (event.kind) {
    case 'newConversations':
    case 'conversationsChanged': {
      const all = event.conversations.map(each => conversationInData(dialect, each, viewerID))
      return all.length === 0 ? undefined : `[${all.join(',')}]`
    }
    case 'syncStarted':
    case 'syncFinished':
      return ''
    case 'totalUnread':
      return String(event.count)
    case 'singleReceipts':
    case 'groupReceipts':
      return event.receipts.length === 0
        ? undefined
        : json(event.receipts.map(each => receipt(dialect, each)))
    default:
      return json(payload(dialect, event))
  }
}

type Single = Exclude<
  CoreEvent,
  | { kind: 'newMessages' | 'totalUnread' | 'syncStarted' | 'syncFinished' }
  | { receipts: unknown }
  | { conversations: unknown }
>

function payload(dialect: Dialect, event: Single): object {
  const shapes = shapesOf[dialect]
  switch (event.kind) {
    case 'messageRevoked':
      return shapes.revoked(event.info)
    case 'selfInfo':
      return shapes.user(event.user)
    case 'friendApplicationAdded':
    case 'friendApplicationDeleted':
    case 'friendApplicationAccepted':
    case 'friendApplicationRejected':
      return shapes.friendRequest(event.request)
    case 'friendAdded':
    case 'friendDeleted':
    case 'friendInfoChanged':
      return shapes.friend(event.friend)
    case 'blackAdded':
    case 'blackDeleted':
      return shapes.black(event.black)
    case 'joinedGroupAdded':
    case 'joinedGroupDeleted':
    case 'groupDismissed':
    case 'groupInfoChanged':
      return shapes.group(event.group)
    case 'groupMemberAdded':
    case 'groupMemberDeleted':
    case 'groupMemberInfoChanged':
      return shapes.groupMember(event.member)
    case 'groupApplicationAdded':
    case 'groupApplicationDeleted':
    case 'groupApplicationAccepted':
    case 'groupApplicationRejected':
      return shapes.groupRequest(event.request)
    case 'userStatus':
      return picked(event.status, 'userID', 'status', 'platformIDs')
    case 'customBusiness':
      return { key: event.key, data: event.data }
    default:
      return action(dialect, event.action)
  }
}

function receipt(dialect: Dialect, from: Receipt): object {
  const read = picked(from, 'groupID', 'userID', 'msgIDList', 'readTime', 'msgFrom', 'contentType')
  return { ...read, sessionType: shapesOf[dialect].kind(from.sessionType) }
}

function action(dialect: Dialect, { opUserID, invitation }: SignalAction): object {
  const sessionType = shapesOf[dialect].kind(invitation.sessionType)
  return { opUserID, invitation: { ...shownInvitation(invitation), sessionType } }
}

function shownInvitation(from: Invitation): object {
  const people = picked(from, 'inviterUserID', 'inviteeUserIDList', 'groupID', 'roomID', 'platformID')
  const { initiateTime = 0, customData = '' } = from
  const call = picked(from, 'timeout', 'mediaType')
  return { ...people, ...call, initiateTime, customData, busyLineUserIDList: [] }
}

function json(value: object): string {
  return escaped(JSON.stringify(value))
}

/** @param data as it stands between its quotes */
function frameText(event: string, data: string): string {
  return `{"event":"${event}","errCode":0,"errMsg":"","data":"${data}","operationID":""}`
}
