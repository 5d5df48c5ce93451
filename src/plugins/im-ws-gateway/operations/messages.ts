import { Type } from 'typebox'
import type { FoundMessages, HistoryPage, Message } from '../model.ts'
import { Count, Ex, Id, IdOrNone, Ids, Keywords, Millis, Name, None, Note } from './fields.ts'

/** Bytes of a message's own text, and of a whole message as JSON, are bounded by the frame; this bounds fields. */
const Text = Type.String({ maxLength: 1_048_576 })
/** A message as a client hands it in; what is read from it is checked where it is used. */
const GivenMessage = Type.Unsafe<Partial<Message>>(Type.Object({}, { additionalProperties: true }))
/** A description of a picture, a sound and the like: fields of the client, kept as they are. */
const Info = Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true }))
const Entities = Type.Array(Info, { maxItems: 1_000 })
const OfflinePush = Type.Object({
  title: Type.Optional(Note),
  desc: Type.Optional(Note),
  ex: Type.Optional(Ex),
  iOSPushSound: Type.Optional(Name),
  iOSBadgeCount: Type.Optional(Type.Boolean())
})
/** `conversationID` empty: wherever the message is. 2.x clients hand in messages that need not say where they are. */
const One = Type.Object({ conversationID: IdOrNone, clientMsgID: Id })
const History = Type.Object({
  conversationID: Id,
  /** Empty: from the newest (or oldest, in reverse) on. */
  startClientMsgID: Type.Optional(IdOrNone),
  count: Count,
  lastMinSeq: Type.Optional(Type.Integer({ minimum: 0 }))
})

/** Arguments of what concerns messages. What is created is neither kept nor sent. */
export const messageOperations = {
  createText: Type.Object({ text: Text }),
  createTextAt: Type.Object({
    text: Text,
    atUserIDList: Ids,
    atUsersInfo: Type.Optional(
      Type.Array(Type.Object({ atUserID: Id, groupNickname: Type.Optional(Name) }), { maxItems: 1_000 })
    ),
    message: Type.Optional(GivenMessage)
  }),
  createImage: Type.Object({
    sourcePath: Type.Optional(Type.String({ maxLength: 2_048 })),
    sourcePicture: Info,
    bigPicture: Type.Optional(Info),
    snapshotPicture: Type.Optional(Info)
  }),
  createSound: Type.Object({ info: Info }),
  createVideo: Type.Object({ info: Info }),
  createFile: Type.Object({ info: Info }),
  createMerger: Type.Object({
    messageList: Type.Array(GivenMessage, { maxItems: 1_000 }),
    title: Type.Optional(Note),
    summaryList: Type.Optional(Type.Array(Note, { maxItems: 1_000 }))
  }),
  createForward: Type.Object({ message: GivenMessage }),
  createLocation: Type.Object({
    description: Type.Optional(Note),
    longitude: Type.Number(),
    latitude: Type.Number()
  }),
  createCard: Type.Object({ card: Info }),
  createFace: Type.Object({ index: Type.Integer(), data: Type.Optional(Text) }),
  createCustom: Type.Object({
    data: Type.Optional(Text),
    extension: Type.Optional(Text),
    description: Type.Optional(Text)
  }),
  createQuote: Type.Object({ text: Text, message: GivenMessage, messageEntityList: Type.Optional(Entities) }),
  createAdvancedText: Type.Object({ text: Text, messageEntityList: Type.Optional(Entities) }),
  sendMessage: Type.Object({
    message: GivenMessage,
    recvID: Type.Optional(IdOrNone),
    groupID: Type.Optional(IdOrNone),
    offlinePushInfo: Type.Optional(OfflinePush),
    isOnlineOnly: Type.Optional(Type.Boolean())
  }),
  getHistory: History,
  getHistoryReverse: History,
  revokeMessage: One,
  /** For this user alone, on all of his devices. */
  deleteMessage: One,
  deleteAllMessages: None,
  typing: Type.Object({ recvID: Id, msgTip: Type.Optional(Note) }),
  searchMessages: Type.Object({
    /** Empty: all conversations. */
    conversationID: Type.Optional(IdOrNone),
    keywordList: Type.Optional(Keywords),
    /** 0 any of the keywords, 1 all of them. */
    keywordListMatchType: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 })),
    senderUserIDList: Type.Optional(Ids),
    messageTypeList: Type.Optional(Type.Array(Type.Integer(), { maxItems: 100 })),
    /** Seconds since the epoch; 0: now. */
    searchTimePosition: Type.Optional(Millis),
    /** Seconds before that; 0: without end. */
    searchTimePeriod: Type.Optional(Millis),
    /** 1, 2, 3 … */
    pageIndex: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    count: Type.Optional(Count)
  }),
  findMessages: Type.Object({
    list: Type.Array(Type.Object({ conversationID: Id, clientMsgIDList: Ids }), { maxItems: 100 })
  }),
  /** Seen by this user alone, on all of his devices. */
  insertMessage: Type.Object({
    message: GivenMessage,
    recvID: Type.Optional(IdOrNone),
    groupID: Type.Optional(IdOrNone),
    sendID: Id
  }),
  setMessageLocalEx: Type.Object({ conversationID: Id, clientMsgID: Id, localEx: Ex })
}

type Creation = Extract<keyof typeof messageOperations, `create${string}`>

export interface MessageResults extends Record<Creation, Message> {
  /** As it was kept: status 2, with `serverMsgID`, `sendTime` and `seq`. */
  sendMessage: Message
  getHistory: HistoryPage
  getHistoryReverse: HistoryPage
  revokeMessage: void
  deleteMessage: void
  deleteAllMessages: void
  typing: void
  searchMessages: FoundMessages
  findMessages: FoundMessages
  insertMessage: Message
  setMessageLocalEx: void
}
