import { ImError } from '../../codes.ts'
import { role, sessionType, type Message } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { Device } from '../../user-core.ts'
import { isStorable } from '../people/storable.ts'
import { appearancesFor, type ChatContext } from './context.ts'
import { assertMaySend } from './elems.ts'
import { silentType } from './latest.ts'
import { textOf } from './message-text.ts'
import { newClientMsgID, newServerMsgID } from './new-message.ts'
import type { OutgoingMessage } from './outgoing-message.ts'
import { groupPlace, keyOf, type Place } from './place.ts'
import { assertSize, readMessage } from './read-message.ts'
import { sameContent } from './repeats.ts'
import { atAll } from './seat.ts'
import { bodyOf } from './stored-message.ts'

type SendArguments = Arguments['sendMessage']

/** Where a message goes, and as whom it is sent. */
interface Addressed {
  readonly place: Place
  readonly nickname: string
  readonly faceURL: string
  readonly mayMentionAll: boolean
  /** Of a group. */
  readonly memberCount?: number
}

/**
 * Sends a message of a user. It is kept before this resolves, unless it is for those only who are online.
 *
 * A `clientMsgID` that the sender has used before is refused, as clients expect it. But whoever comes back on another
 * connection with the very same message did not get the answer to the first one: he gets it now.
 * @throws {ImError} `noRecipient`, `contentType`, `badArguments`, `tooLarge`, `messageRepeated`, and what forbids him
 *   to write there
 */
export async function sendMessage(
  context: ChatContext,
  userID: string,
  args: SendArguments,
  device: Device
): Promise<Message> {
  const given = readMessage(args.message)
  const { contentType } = given
  assertMaySend(contentType)
  const clientMsgID = given.clientMsgID || newClientMsgID(context, userID)
  if (clientMsgID.length > 160 || !isStorable(clientMsgID))
    throw new ImError('badArguments', 'a clientMsgID has at most 160 characters that can be kept')
  const to = await address(context, userID, args)
  const { attachedInfoElem: _ignored, ...message }: Message = {
    ...given,
    clientMsgID,
    serverMsgID: newServerMsgID(context),
    createTime: given.createTime || context.clock.now(),
    ...participants(userID, to.place),
    msgFrom: 100,
    senderPlatformID: device.platformID,
    senderNickname: to.nickname,
    senderFaceUrl: to.faceURL,
    seq: 0,
    isRead: false,
    localEx: ''
  }
  const info = attachedInfoOf(context, userID, to)
  const complete: Message = {
    ...message,
    offlinePush: { ...noPush, ...args.offlinePushInfo },
    ...(info && { attachedInfoElem: info })
  }
  const body = bodyOf(complete)
  assertSize(body)
  if (args.isOnlineOnly || contentType === 113 || contentType === 120)
    return sendOnlineOnly(context, complete, to.place)

  const mentions = complete.atTextElem?.atUserList ?? []
  const outgoing: OutgoingMessage = {
    place: to.place,
    message: complete,
    body,
    text: textOf(complete),
    counts: contentType !== silentType,
    isLatest: contentType !== silentType,
    isOwn: true,
    hasRead: true,
    device,
    mentions: 'groupID' in to.place ? mentions.filter(id => id !== atAll) : [],
    mentionsAll: to.mayMentionAll && mentions.includes(atAll),
    isAnnouncement: false,
    appearances: await appearancesFor(context, [userID], to.place)
  }
  const kept = await context.turns.keep(outgoing)
  if (kept.isRepeated) {
    const isLostAnswer =
      !context.acknowledged.has(device, clientMsgID) &&
      kept.thread === keyOf(to.place) &&
      sameContent(kept.message, complete)
    if (!isLostAnswer) throw new ImError('messageRepeated')
  }
  context.acknowledged.add(device, clientMsgID)
  return kept.message
}

const noPush = { title: '', desc: '', ex: '', iOSPushSound: '', iOSBadgeCount: false }

/** @throws {ImError} `noRecipient`, and what forbids the sender to write there */
async function address(
  context: ChatContext,
  userID: string,
  { recvID = '', groupID = '' }: Pick<SendArguments, 'recvID' | 'groupID'>
): Promise<Addressed> {
  if (groupID) {
    if (!isStorable(groupID)) throw new ImError('groupNotFound')
    const { group, member } = await context.groups().assertMaySpeak(groupID, userID)
    const { nickname, faceURL } = member
    const mayMentionAll = member.roleLevel > role.member
    return { place: groupPlace(group), nickname, faceURL, mayMentionAll, memberCount: group.memberCount }
  }
  if (!recvID) throw new ImError('noRecipient')
  const [user] = await Promise.all([
    context.people().user(userID),
    context.people().assertMayWrite(userID, recvID)
  ])
  if (!user) throw new ImError('userNotFound')
  const { nickname, faceURL } = user
  return { place: { type: 1, sendID: userID, recvID }, nickname, faceURL, mayMentionAll: false }
}

function participants(
  userID: string,
  place: Place
): Pick<Message, 'sendID' | 'recvID' | 'groupID' | 'sessionType'> {
  return 'groupID' in place
    ? { sendID: userID, recvID: '', groupID: place.groupID, sessionType: place.type }
    : { sendID: userID, recvID: place.recvID, groupID: '', sessionType: place.type }
}

/** How many could read a message, as of now; in a private chat, how long it stays. */
function attachedInfoOf(
  context: ChatContext,
  userID: string,
  { place, memberCount }: Addressed
): Message['attachedInfoElem'] {
  if (memberCount !== undefined)
    return {
      isPrivateChat: false,
      burnDuration: 0,
      hasReadTime: 0,
      groupHasReadInfo: { hasReadUserIDList: [], hasReadCount: 0, groupMemberCount: memberCount }
    }
  const row = place.type === sessionType.single ? context.memory.seat(userID, place)?.row : undefined
  if (!row?.isPrivateChat) return undefined
  return { isPrivateChat: true, burnDuration: row.burnDuration, hasReadTime: 0 }
}

/** Nothing of it is kept, and no conversation changes. */
async function sendOnlineOnly(context: ChatContext, message: Message, place: Place): Promise<Message> {
  const sent: Message = { ...message, sendTime: context.clock.now(), status: 2 }
  const event = { kind: 'newMessages', messages: [sent] } as const
  if ('groupID' in place) {
    if (message.contentType === 113) throw new ImError('contentType', 'nobody types in groups')
    const others = new Set(await context.groups().memberIDs(place.groupID))
    others.delete(message.sendID)
    context.delivery.toUsers(others, event)
  } else if (place.recvID !== message.sendID) context.delivery.toUser(place.recvID, event)
  return sent
}
