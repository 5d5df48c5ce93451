import { Type } from 'typebox'
import type { Message } from '../model.ts'
import { Ex, IdOrNone, Millis, Name, Url } from '../operations/fields.ts'
import { blankElems } from './elems.ts'

const Text = Type.String({ maxLength: 1_048_576 })
const Small = Type.Integer({ minimum: 0, maximum: 65_535 })
const Texts = Type.Array(Text, { maxItems: 1_000 })
const Open = Type.Object({}, { additionalProperties: true })
const Opens = Type.Array(Open, { maxItems: 1_000 })

/** What a message of either generation has besides its element, under the names of 3.x. */
export const Head = Type.Partial(
  Type.Object({
    clientMsgID: IdOrNone,
    serverMsgID: IdOrNone,
    createTime: Millis,
    sendTime: Millis,
    sessionType: Small,
    sendID: IdOrNone,
    recvID: IdOrNone,
    groupID: IdOrNone,
    msgFrom: Small,
    contentType: Small,
    senderPlatformID: Small,
    senderNickname: Name,
    senderFaceUrl: Url,
    seq: Millis,
    isRead: Type.Boolean(),
    status: Small,
    ex: Ex,
    localEx: Ex,
    offlinePush: Type.Partial(
      Type.Object({ title: Text, desc: Text, ex: Text, iOSPushSound: Text, iOSBadgeCount: Type.Boolean() })
    ),
    attachedInfoElem: Type.Partial(
      Type.Object({
        groupHasReadInfo: Type.Partial(
          Type.Object({
            hasReadUserIDList: Type.Array(Text, { maxItems: 100_000 }),
            hasReadCount: Millis,
            groupMemberCount: Millis
          })
        ),
        isPrivateChat: Type.Boolean(),
        burnDuration: Millis,
        hasReadTime: Millis
      })
    )
  })
)

/** Elements whose members the model knows, with what they say when nothing is given. */
export const knownElems = {
  textElem: [{ content: '' }, Type.Partial(Type.Object({ content: Text }))],
  atTextElem: [
    { text: '', atUserList: [], atUsersInfo: [] },
    Type.Partial(
      Type.Object({
        text: Text,
        atUserList: Texts,
        atUsersInfo: Type.Array(Type.Object({ atUserID: Text, groupNickname: Text }), { maxItems: 1_000 }),
        quoteMessage: Open
      })
    )
  ],
  mergeElem: [
    { title: '', abstractList: [], multiMessage: [], messageEntityList: [] },
    Type.Partial(
      Type.Object({ title: Text, abstractList: Texts, multiMessage: Opens, messageEntityList: Opens })
    )
  ],
  quoteElem: [
    { text: '', messageEntityList: [] },
    Type.Object({ text: Type.Optional(Text), quoteMessage: Open, messageEntityList: Type.Optional(Opens) })
  ],
  locationElem: [
    blankElems.locationElem,
    Type.Partial(Type.Object({ description: Text, longitude: Type.Number(), latitude: Type.Number() }))
  ],
  customElem: [
    blankElems.customElem,
    Type.Partial(Type.Object({ data: Text, description: Text, extension: Text }))
  ],
  faceElem: [blankElems.faceElem, Type.Partial(Type.Object({ index: Type.Integer(), data: Text }))],
  typingElem: [{ msgTips: '' }, Type.Partial(Type.Object({ msgTips: Text }))],
  advancedTextElem: [
    { text: '', messageEntityList: [] },
    Type.Partial(Type.Object({ text: Text, messageEntityList: Opens }))
  ],
  notificationElem: [
    { detail: '', defaultTips: '' },
    Type.Partial(Type.Object({ detail: Text, defaultTips: Text }))
  ]
} as const

/** A message of which nothing is said. */
export const blankMessage: Message = {
  clientMsgID: '',
  serverMsgID: '',
  createTime: 0,
  sendTime: 0,
  sessionType: 0,
  sendID: '',
  recvID: '',
  groupID: '',
  msgFrom: 0,
  contentType: 0,
  senderPlatformID: 0,
  senderNickname: '',
  senderFaceUrl: '',
  seq: 0,
  isRead: false,
  status: 0,
  ex: '',
  localEx: ''
}
