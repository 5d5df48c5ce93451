import type { Raw } from './raw-client.ts'

/** Where something is said: to a user, or in a group of type 2. */
export type Place = { readonly userID: string } | { readonly groupID: string }

/** What is compared of a message; `text` is `undefined` where it was taken back. */
export interface Kept {
  readonly clientMsgID: string
  readonly sendID: string
  readonly text: string | undefined
}

/** What is compared of a conversation. */
export interface Shown {
  /** The other user, or the group. */
  readonly with: string
  readonly isGroup: boolean
  readonly unread: number
  /** `clientMsgID` of the message that is shown. */
  readonly latest: string
  readonly isPinned: boolean
  readonly recvMsgOpt: number
  readonly isNotInGroup: boolean
  /** Whether it is in the list: it has a message. */
  readonly isListed: boolean
}

type Fields = Readonly<Record<string, unknown>>

const textType = 101
const isV3 = ({ dialect }: Raw): boolean => dialect === '3'
const ids = (place: Place): { readonly userID: string; readonly groupID: string } => {
  return { userID: '', groupID: '', ...place }
}

function conversationID(raw: Raw, place: Place): string {
  if ('groupID' in place) return isV3(raw) ? `sg_${place.groupID}` : `super_group_${place.groupID}`
  return isV3(raw) ? `si_${[raw.userID, place.userID].toSorted().join('_')}` : `single_${place.userID}`
}

/** Sends a text under an id that the caller has chosen. @throws {Error} when it is refused */
export async function say(raw: Raw, place: Place, clientMsgID: string, text = clientMsgID): Promise<void> {
  const { userID: recvID, groupID } = ids(place)
  const body = isV3(raw) ? { textElem: { content: text } } : { content: text }
  const message = JSON.stringify({ clientMsgID, contentType: textType, ...body })
  const args = isV3(raw)
    ? [message, recvID, groupID, '{}', false]
    : { recvID, groupID, message, offlinePushInfo: '' }
  await raw.ask('SendMessageNotOss', args)
}

/** Marks all of a conversation as read. */
export async function read(raw: Raw, place: Place): Promise<void> {
  if (isV3(raw)) await raw.ask('MarkConversationMessageAsRead', [conversationID(raw, place)])
  else if ('groupID' in place) await raw.ask('MarkGroupMessageHasRead', place.groupID)
  else await raw.ask('MarkC2CMessageAsRead', { userID: place.userID, msgIDList: '[]' })
}

/** Takes a message back. */
export async function revoke(raw: Raw, place: Place, clientMsgID: string): Promise<void> {
  if (isV3(raw)) {
    await raw.ask('RevokeMessage', [conversationID(raw, place), clientMsgID])
    return
  }
  const { userID: recvID, groupID } = ids(place)
  const message = { clientMsgID, recvID, groupID, sendID: raw.userID, sessionType: recvID === '' ? 3 : 1 }
  await raw.ask('NewRevokeMessage', JSON.stringify(message))
}

/** What somebody does to a conversation for himself. */
export const settings = {
  pin: (raw: Raw, place: Place): Promise<unknown> => {
    const id = conversationID(raw, place)
    return raw.ask('PinConversation', isV3(raw) ? [id, true] : { conversationID: id, isPinned: true })
  },
  unpin: (raw: Raw, place: Place): Promise<unknown> => {
    const id = conversationID(raw, place)
    return raw.ask('PinConversation', isV3(raw) ? [id, false] : { conversationID: id, isPinned: false })
  },
  mute: (raw: Raw, place: Place): Promise<unknown> => setRecvMsgOpt(raw, place, 2),
  unmute: (raw: Raw, place: Place): Promise<unknown> => setRecvMsgOpt(raw, place, 0),
  clear(raw: Raw, place: Place): Promise<unknown> {
    if (isV3(raw)) return raw.ask('ClearConversationAndDeleteAllMsg', [conversationID(raw, place)])
    return 'groupID' in place
      ? raw.ask('ClearGroupHistoryMessageFromLocalAndSvr', place.groupID)
      : raw.ask('ClearC2CHistoryMessageFromLocalAndSvr', place.userID)
  },
  remove(raw: Raw, place: Place): Promise<unknown> {
    const id = conversationID(raw, place)
    return isV3(raw)
      ? raw.ask('DeleteConversationAndDeleteAllMsg', [id])
      : raw.ask('DeleteConversationFromLocalAndSvr', id)
  }
} as const

function setRecvMsgOpt(raw: Raw, place: Place, opt: number): Promise<unknown> {
  const id = conversationID(raw, place)
  const args = isV3(raw) ? [id, opt] : { conversationIDList: JSON.stringify([id]), opt }
  return raw.ask('SetConversationRecvMessageOpt', args)
}

/** Takes somebody into a group, or puts him out. */
export async function changeMembers(
  raw: Raw,
  how: 'invite' | 'kick',
  groupID: string,
  userID: string
): Promise<void> {
  const list = JSON.stringify([userID])
  const args = isV3(raw) ? [groupID, '', list] : { groupID, reason: '', userIDList: list }
  await raw.ask(how === 'invite' ? 'InviteUserToGroup' : 'KickGroupMember', args)
}

/** A page of texts, in ascending order: of the newest, or of those before `start`. */
export async function history(raw: Raw, place: Place, count = 1_000, start = ''): Promise<readonly Kept[]> {
  const page = { ...ids(place), count, startClientMsgID: start, lastMinSeq: 0 }
  const args = isV3(raw)
    ? [JSON.stringify({ ...page, conversationID: conversationID(raw, place) })]
    : { ...page }
  const result = await raw.ask('GetAdvancedHistoryMessageList', args)
  const { messageList } = result as { readonly messageList: readonly Fields[] }
  return messageList.filter(isSaid).map(message => ({
    clientMsgID: message['clientMsgID'] as string,
    sendID: message['sendID'] as string,
    text: textIn(message)
  }))
}

/** Everything that people have said; what the group says of itself is left out. */
function isSaid({ contentType }: Fields): boolean {
  return contentType === textType || contentType === 2101 || contentType === 118 || contentType === 111
}

function textIn(message: Fields): string | undefined {
  if (message['contentType'] !== textType) return undefined
  const elem = message['textElem'] as { readonly content: string } | undefined
  return elem?.content ?? (message['content'] as string)
}

/** The list of conversations, by whom they are with. */
export async function conversations(raw: Raw): Promise<ReadonlyMap<string, Shown>> {
  const list = (await raw.ask('GetAllConversationList')) as readonly unknown[]
  return new Map(list.map(shown).map(one => [one.with, one]))
}

export function shown(conversation: unknown): Shown {
  const fields = conversation as Readonly<Record<'userID' | 'groupID' | 'latestMsg', string>> &
    Pick<Shown, 'isPinned' | 'recvMsgOpt' | 'isNotInGroup'>
  const { isPinned, recvMsgOpt, isNotInGroup } = fields
  const latest = fields.latestMsg === '' ? '' : (JSON.parse(fields.latestMsg) as Kept).clientMsgID
  const { unreadCount: unread = 0, latestMsgSendTime } = conversation as Readonly<Record<string, number>>
  const isListed = (latestMsgSendTime ?? 0) > 0
  const isGroup = fields.groupID !== ''
  const other = isGroup ? fields.groupID : fields.userID
  return { with: other, isGroup, unread, latest, isPinned, recvMsgOpt, isNotInGroup, isListed }
}

export async function totalUnread(raw: Raw): Promise<number> {
  return Number(await raw.ask('GetTotalUnreadMsgCount'))
}

/** @returns the id of a group of type 2 with these members and `owner` */
export async function makeGroup(owner: Raw, memberUserIDs: readonly string[]): Promise<string> {
  const groupInfo = { groupType: 2, groupName: 'G' }
  const memberList = memberUserIDs.map(userID => ({ userID, roleLevel: 1 }))
  const args = isV3(owner)
    ? [JSON.stringify({ memberUserIDs, groupInfo, adminUserIDs: [], ownerUserID: owner.userID })]
    : { groupBaseInfo: JSON.stringify(groupInfo), memberList: JSON.stringify(memberList) }
  return ((await owner.ask('CreateGroup', args)) as { readonly groupID: string }).groupID
}
