import type { Message, MessageElems } from '../../model.ts'
import type { Arguments, OperationName } from '../../operations/index.ts'
import type { Device } from '../../user-core.ts'
import type { Part } from '../contracts.ts'
import { senderOf, type ChatContext } from './context.ts'
import { newMessage } from './new-message.ts'
import { assertSize, readMessage } from './read-message.ts'

type CreateName = Extract<OperationName, `create${string}`>
type Creation = Exclude<CreateName, 'createGroup'>
type Made = Pick<Message, 'contentType'> & MessageElems

/** Messages that are neither kept nor sent: what clients hand in to `sendMessage` afterwards. */
export function createPart(context: ChatContext): Part<Creation> {
  const creation =
    <Name extends Creation>(make: (args: Arguments[Name]) => Made) =>
    async (userID: string, args: Arguments[Name], device: Device): Promise<Message> => {
      const made = make(args)
      const sender = await senderOf(context, userID)
      const message = newMessage(context, sender, { ...made, senderPlatformID: device.platformID })
      assertSize(JSON.stringify(message))
      return message
    }
  return {
    createText: creation<'createText'>(({ text }) => ({ contentType: 101, textElem: { content: text } })),
    createTextAt: creation<'createTextAt'>(({ text, atUserIDList, atUsersInfo = [], message }) => ({
      contentType: 106,
      atTextElem: {
        text,
        atUserList: atUserIDList,
        atUsersInfo: atUsersInfo.map(({ atUserID, groupNickname = '' }) => ({ atUserID, groupNickname })),
        ...(message && { quoteMessage: quoted(message) }),
        isAtSelf: false
      }
    })),
    createImage: creation<'createImage'>(
      ({ sourcePath = '', sourcePicture, bigPicture = {}, snapshotPicture = {} }) => ({
        contentType: 102,
        pictureElem: { sourcePath, sourcePicture, bigPicture, snapshotPicture }
      })
    ),
    createSound: creation<'createSound'>(({ info }) => ({ contentType: 103, soundElem: info })),
    createVideo: creation<'createVideo'>(({ info }) => ({ contentType: 104, videoElem: info })),
    createFile: creation<'createFile'>(({ info }) => ({ contentType: 105, fileElem: info })),
    createMerger: creation<'createMerger'>(({ messageList, title = '', summaryList = [] }) => ({
      contentType: 107,
      mergeElem: {
        title,
        abstractList: summaryList,
        multiMessage: messageList.map(message => readMessage(message, 1)),
        messageEntityList: []
      }
    })),
    createForward: async (userID, args, device) => {
      const { attachedInfoElem: _ignored, ...given } = readMessage(args.message)
      const { contentType, ex } = given
      const rest = { contentType, ex, senderPlatformID: device.platformID }
      return { ...given, ...newMessage(context, await senderOf(context, userID), rest) }
    },
    createLocation: creation<'createLocation'>(({ description = '', longitude, latitude }) => ({
      contentType: 109,
      locationElem: { description, longitude, latitude }
    })),
    createCard: creation<'createCard'>(({ card }) => ({ contentType: 108, cardElem: card })),
    createFace: creation<'createFace'>(({ index, data = '' }) => ({
      contentType: 115,
      faceElem: { index, data }
    })),
    createCustom: creation<'createCustom'>(({ data = '', extension = '', description = '' }) => ({
      contentType: 110,
      customElem: { data, description, extension }
    })),
    createQuote: creation<'createQuote'>(({ text, message, messageEntityList = [] }) => ({
      contentType: 114,
      quoteElem: { text, quoteMessage: quoted(message), messageEntityList }
    })),
    createAdvancedText: creation<'createAdvancedText'>(({ text, messageEntityList = [] }) => ({
      contentType: 117,
      advancedTextElem: { text, messageEntityList }
    }))
  }
}

/** A quote in a quote becomes its text: otherwise messages would grow with every reply. */
function quoted(given: unknown): Message {
  const { quoteElem, ...message } = readMessage(given, 1)
  return quoteElem ? { ...message, contentType: 101, textElem: { content: quoteElem.text } } : message
}
