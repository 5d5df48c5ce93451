import { said } from './chat.ts'
import type { Client } from './client.ts'
import { file, pictures, sound, video } from './samples.ts'

type Fields = Readonly<Record<string, unknown>>

/** A kind of message: how each version makes one, and what everybody is to see in it. */
export interface Content {
  readonly contentType: number
  /** The method of 3.5.2, and of 2.x where it is called otherwise. */
  readonly method: string
  readonly methodV2?: string
  /** @param text a message with the text `hello`, as the version has it */
  readonly args: (client: Client, text: Fields) => unknown
  readonly seen: unknown
  /** What there is to see in a message, whatever the version. */
  readonly see: (client: Client, message: Fields) => unknown
}

const isV3 = ({ version }: Client): boolean => version === '3.5.2'
const location = { description: 'here', longitude: 116.4, latitude: -39.9 }
const custom = { data: '{"a":1}', extension: 'e', description: 'd' }
const face = { index: 7, data: 'smile' }
const card = { userID: 'eve', nickname: 'Eve', faceURL: 'http://e', ex: 'x' }

/** An element that has the same name and fields in all versions. */
const elem =
  (name: string) =>
  (_: Client, message: Fields): unknown =>
    message[name]
/** Of a message in a message: its text. */
const inner = (client: Client, message: unknown): string => said(client, message).text

/** All kinds of messages that all versions can make. */
export const contents: Readonly<Record<string, Content>> = {
  text: {
    contentType: 101,
    method: 'createTextMessage',
    args: () => 'a "quoted" 你好\n\u{1F600}\\',
    seen: 'a "quoted" 你好\n\u{1F600}\\',
    see: inner
  },
  picture: {
    contentType: 102,
    method: 'createImageMessageByURL',
    methodV2: 'createImageMessage',
    args: () => ({ sourcePath: '', ...pictures }),
    seen: { sourcePath: '', ...pictures },
    see: elem('pictureElem')
  },
  sound: {
    contentType: 103,
    method: 'createSoundMessageByURL',
    methodV2: 'createSoundMessage',
    args: () => sound,
    seen: sound,
    see: elem('soundElem')
  },
  video: {
    contentType: 104,
    method: 'createVideoMessageByURL',
    methodV2: 'createVideoMessage',
    args: () => video,
    seen: video,
    see: elem('videoElem')
  },
  file: {
    contentType: 105,
    method: 'createFileMessageByURL',
    methodV2: 'createFileMessage',
    args: () => file,
    seen: file,
    see: elem('fileElem')
  },
  at: {
    contentType: 106,
    method: 'createTextAtMessage',
    args: () => ({ text: 'hi @bob', atUserIDList: ['bob'] }),
    seen: { text: 'hi @bob', atUserList: ['bob'], isAtSelf: true },
    see: (client, message) => message[isV3(client) ? 'atTextElem' : 'atElem']
  },
  merger: {
    contentType: 107,
    method: 'createMergerMessage',
    args: (_, text) => ({ messageList: [text], title: 'title', summaryList: ['one'] }),
    seen: { title: 'title', abstractList: ['one'], texts: ['hello'] },
    see: (client, { mergeElem }) => {
      const { title, abstractList, multiMessage } = mergeElem as Readonly<Record<string, readonly unknown[]>>
      return { title, abstractList, texts: multiMessage?.map(one => inner(client, one)) }
    }
  },
  card: {
    contentType: 108,
    method: 'createCardMessage',
    args: client => (isV3(client) ? card : JSON.stringify(card)),
    seen: card,
    see: (client, message) => (isV3(client) ? message['cardElem'] : JSON.parse(message['content'] as string))
  },
  location: {
    contentType: 109,
    method: 'createLocationMessage',
    args: () => location,
    seen: location,
    see: elem('locationElem')
  },
  custom: {
    contentType: 110,
    method: 'createCustomMessage',
    args: () => custom,
    seen: custom,
    see: elem('customElem')
  },
  quote: {
    contentType: 114,
    method: 'createQuoteMessage',
    args: (_, text) => ({ text: 'why?', message: JSON.stringify(text) }),
    seen: { text: 'why?', quoted: 'hello' },
    see: (client, { quoteElem }) => {
      const { text, quoteMessage } = quoteElem as Fields
      return { text, quoted: inner(client, quoteMessage) }
    }
  },
  face: {
    contentType: 115,
    method: 'createFaceMessage',
    args: () => face,
    seen: face,
    see: elem('faceElem')
  },
  forwarded: {
    contentType: 101,
    method: 'createForwardMessage',
    args: (client, text) => (isV3(client) ? text : JSON.stringify(text)),
    seen: 'hello',
    see: inner
  }
}

/** Makes a message of the kind. */
export function create(
  client: Client,
  { method, methodV2 = method, args }: Content,
  text: Fields
): Promise<unknown> {
  return client.ask(isV3(client) ? method : methodV2, args(client, text))
}
