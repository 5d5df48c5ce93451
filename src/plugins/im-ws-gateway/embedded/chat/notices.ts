import type { DeliverOptions } from '../../user-core.ts'
import { ImError } from '../../codes.ts'
import type { Notice } from '../contracts.ts'
import { appearancesFor, placeOfGroup, senderOf, type ChatContext } from './context.ts'
import { newMessage, newServerMsgID } from './new-message.ts'
import type { Place } from './place.ts'
import { assertSize } from './read-message.ts'
import { bodyOf } from './stored-message.ts'

/** Announcements of groups: members are told as if they were mentioned. */
const announcement = 1519

/**
 * Keeps a line that says what somebody did and delivers it to all who are there: also to whoever did it, as news.
 * @throws {ImError} `badArguments` for a notice without a place, `groupNotFound`
 */
export async function keepNotice(
  context: ChatContext,
  notice: Notice,
  options: DeliverOptions | undefined
): Promise<void> {
  const { contentType, sendID, counts = false } = notice
  const place = await placeOfNotice(context, notice)
  const message = newMessage(context, await senderOf(context, sendID), {
    contentType,
    serverMsgID: newServerMsgID(context),
    msgFrom: 200,
    sessionType: place.type,
    ...('groupID' in place ? { groupID: place.groupID } : { recvID: place.recvID }),
    notificationElem: { detail: JSON.stringify(notice.detail), defaultTips: notice.tips }
  })
  const body = bodyOf(message)
  assertSize(body)
  await context.turns.keep({
    place,
    message,
    body,
    text: '',
    counts,
    isLatest: true,
    isOwn: false,
    hasRead: counts,
    device: options?.cause,
    mentions: [],
    mentionsAll: false,
    isAnnouncement: contentType === announcement,
    appearances: await appearancesFor(context, [sendID], place)
  })
}

async function placeOfNotice(context: ChatContext, { sendID, recvID, groupID }: Notice): Promise<Place> {
  if (groupID) return placeOfGroup(context, groupID)
  if (!recvID) throw new ImError('badArguments', 'a notice stands with a user or in a group')
  return { type: 1, sendID, recvID }
}
