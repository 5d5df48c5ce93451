import { ImError } from '../../codes.ts'
import { sessionType, type Message } from '../../model.ts'
import type { BackOffice } from '../contracts.ts'
import { appearancesFor, placeOfGroup, type ChatContext } from './context.ts'
import { elemNameOf } from './elems.ts'
import { text } from './fields.ts'
import { textOf } from './message-text.ts'
import { newClientMsgID, newMessage, newServerMsgID } from './new-message.ts'
import type { Place } from './place.ts'
import { assertSize, readMessage } from './read-message.ts'
import { bodyOf } from './stored-message.ts'

type OfficeMessage = Parameters<BackOffice['send']>[0]

/** What the application says to itself (specification §4). */
const businessType = 2001

/** Who sends what has no sender. */
export const systemUserID = 'system'

/**
 * Sends as the system, or as any user: nothing forbids it. What the system says to a user stands in a notification
 * conversation of his; in a group it stands among the messages.
 * @throws {ImError} `userNotFound`, `groupNotFound`, `noRecipient`, `contentType`, `badArguments`, `tooLarge`
 */
export async function sendFromOffice(
  context: ChatContext,
  given: OfficeMessage
): Promise<readonly { clientMsgID: string; serverMsgID: string; recvID: string }[]> {
  const { sendID = '', contentType, content, ex = '' } = given
  const name = elemNameOf(contentType)
  if (!name || contentType === 113) throw new ImError('contentType')
  const user = sendID ? await context.people().user(sendID) : undefined
  if (sendID && !user) throw new ImError('userNotFound')
  const sender = {
    userID: sendID || systemUserID,
    nickname: user?.nickname ?? '',
    faceURL: user?.faceURL ?? ''
  }
  if (contentType === businessType) return tellBusiness(context, given)
  const elem = readMessage({ contentType, ex, [name]: content })
  const places = await placesOf(context, given, sender.userID)
  return Promise.all(
    places.map(async place => {
      const message: Message = {
        ...elem,
        ...newMessage(context, sender, {
          contentType,
          ex,
          serverMsgID: newServerMsgID(context),
          msgFrom: sendID ? 100 : 200,
          sessionType: place.type,
          ...('groupID' in place ? { groupID: place.groupID } : { recvID: place.recvID })
        })
      }
      const body = bodyOf(message)
      assertSize(body)
      await context.turns.keep({
        place,
        message,
        body,
        text: textOf(message),
        counts: true,
        isLatest: true,
        isOwn: sendID !== '',
        hasRead: sendID !== '',
        device: undefined,
        mentions: [],
        mentionsAll: false,
        isAnnouncement: false,
        appearances: await appearancesFor(context, sendID ? [sendID] : [], place)
      })
      const { clientMsgID, serverMsgID, recvID } = message
      return { clientMsgID, serverMsgID, recvID }
    })
  )
}

/**
 * Hands clients something that only the application understands, to those who are online. Nothing of it is kept.
 * `content` has a `key` and `data`, both texts.
 */
async function tellBusiness(
  context: ChatContext,
  given: OfficeMessage
): Promise<readonly { clientMsgID: string; serverMsgID: string; recvID: string }[]> {
  const event = {
    kind: 'customBusiness',
    key: text(given.content, 'key'),
    data: text(given.content, 'data')
  } as const
  const from = given.sendID || systemUserID
  const places = await placesOf(context, given, from)
  const sent = []
  for (const place of places) {
    const recvIDs = 'groupID' in place ? await context.groups().memberIDs(place.groupID) : [place.recvID]
    context.delivery.toUsers(recvIDs, event)
    sent.push({
      clientMsgID: newClientMsgID(context, from),
      serverMsgID: newServerMsgID(context),
      recvID: 'groupID' in place ? '' : place.recvID
    })
  }
  return sent
}

async function placesOf(
  context: ChatContext,
  { sendID, recvIDs = [], groupID }: OfficeMessage,
  from: string
): Promise<readonly Place[]> {
  if (groupID) {
    return [await placeOfGroup(context, groupID)]
  }
  const to = [...new Set(recvIDs)]
  if (!to.length) throw new ImError('noRecipient')
  const known = await context.people().users(to)
  const missing = to.find(recvID => !known.has(recvID))
  if (missing !== undefined) throw new ImError('userNotFound', `there is no user ${missing}`)
  const type = sendID ? sessionType.single : sessionType.notification
  return to.map(recvID => ({ type, sendID: from, recvID }))
}
