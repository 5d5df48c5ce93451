import { ImError } from '../../codes.ts'
import { role, type Message, type RevokedInfo } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import { elemNameOf } from './elems.ts'
import type { FoundMessage } from './find-message.ts'
import { bodyOf, messageOf } from './stored-message.ts'
import type { MessageRow } from './rows.ts'

/** What a message becomes that was revoked: a notification in its place. */
export const revokedType = 2101

interface Revoker {
  readonly nickname: string
  /** 0 in single chats. */
  readonly roleLevel: number
}

/**
 * Takes a message back, for all who have it: one's own, or, in a group, that of somebody lower in rank.
 * @throws {ImError} `alreadyRevoked`, `noPermission`, `notInGroup`, `recordNotFound`
 */
export async function revokeMessage(
  context: ChatContext,
  userID: string,
  { seat, message: found }: FoundMessage,
  device: Device
): Promise<void> {
  if (!found) throw new ImError('recordNotFound', 'a message that you alone see cannot be revoked')
  if (found.contentType === revokedType) throw new ImError('alreadyRevoked')
  const revoker = await revokerOf(context, userID, seat.place, found)
  const { place, thread } = seat
  await context.turns.change(async turn => {
    const row = await turn.db
      .selectFrom('im_chat_messages')
      .selectAll()
      .where('position', '=', found.position)
      .executeTakeFirst()
    if (!row) throw new ImError('recordNotFound')
    if (row.contentType === revokedType) throw new ImError('alreadyRevoked')
    const info = infoOf(row, userID, revoker, turn.now)
    const revoked = noticeOf(messageOf(row), info)
    await turn.db
      .updateTable('im_chat_messages')
      .set({ contentType: revokedType, text: '', body: bodyOf(revoked) })
      .where('position', '=', row.position)
      .execute()
    await turn.advance(1)
    const { position } = turn
    const at = { thread: thread.key, position }
    await turn.db
      .insertInto('im_chat_revokes')
      .values({ ...at, info: JSON.stringify(info) })
      .execute()
    await turn.db.updateTable('im_chat_threads').set({ position }).where('key', '=', thread.key).execute()
    const numbers = await turn.thread(thread.key)
    if (numbers) turn.threads.set(thread.key, { ...numbers, position })
    turn.revise(thread.key, revoked)
    const by = { userID, device }
    turn.news.push({ what: 'event', to: place, event: { kind: 'messageRevoked', info }, by })
    turn.news.push({ what: 'thread', place, by, withLatest: row.seq })
  })
}

/** @throws {ImError} what forbids it */
async function revokerOf(
  { people, groups, settings, clock }: ChatContext,
  userID: string,
  place: FoundMessage['seat']['place'],
  { sendID, sendTime, contentType }: MessageRow
): Promise<Revoker> {
  const isNotice = contentType >= 1_000
  const isOwn = sendID === userID && !isNotice
  const isLate = settings.revokeWithinS > 0 && clock.now() - sendTime > settings.revokeWithinS * 1_000
  if (!('groupID' in place)) {
    if (!isOwn || isLate) throw new ImError('noPermission')
    return { nickname: (await people().user(userID))?.nickname ?? '', roleLevel: 0 }
  }
  const member = await groups().member(place.groupID, userID)
  if (!member) throw new ImError('notInGroup')
  const sender = isOwn ? member : await groups().member(place.groupID, sendID)
  const outranks = member.roleLevel > role.member && member.roleLevel > (sender?.roleLevel ?? 0)
  if (isNotice || !(isOwn ? !isLate || member.roleLevel > role.member : outranks))
    throw new ImError('noPermission')
  return member
}

function infoOf(row: MessageRow, userID: string, revoker: Revoker, now: number): RevokedInfo {
  const message = messageOf(row)
  return {
    revokerID: userID,
    revokerRole: revoker.roleLevel,
    clientMsgID: row.clientMsgID,
    revokerNickname: revoker.nickname,
    revokeTime: now,
    sourceMessageSendTime: row.sendTime,
    sourceMessageSendID: row.sendID,
    sourceMessageSenderNickname: message.senderNickname,
    sessionType: message.sessionType,
    seq: row.seq,
    ex: '',
    isAdminRevoke: userID !== row.sendID
  }
}

function noticeOf(message: Message, info: RevokedInfo): Message {
  const { [elemNameOf(message.contentType) ?? 'textElem']: _said, ...rest } = message
  const defaultTips = `${info.revokerNickname || info.revokerID}撤回了一条消息`
  const notificationElem = { detail: JSON.stringify(info), defaultTips }
  return { ...rest, contentType: revokedType, ex: '', notificationElem }
}
