import type {
  Conversation,
  FoundMessages,
  Friend,
  FriendRequest,
  Group,
  GroupMember,
  GroupRequest,
  HistoryPage,
  Message,
  SignalRoom,
  User,
  UserCard,
  UserStatus
} from '../model.ts'
import type { UserOutcome } from '../operations/groups.ts'
import type { Dialect } from './frame.ts'
import type { JsonObject } from './json.ts'
import { conversationJson, messageJson } from './message-json.ts'
import { textData } from './reply.ts'
import type { Shapes } from './shapes.ts'
import { shapesOf } from './shapes-of.ts'

/** Who asked for a result, and how. */
export interface ResultContext {
  readonly dialect: Dialect
  readonly viewerID: string
  readonly args: JsonObject
  /** What the client called a conversation, by its canonical id. */
  readonly asked: ReadonlyMap<string, string>
}

type Encode<T> = (result: T, context: ResultContext) => string

/** The kinds of results: each makes the `data` of an answer, in every dialect (specification §0.5, §0.6, §5). */
export const resultKinds = {
  /** "No value": an empty text. */
  nothing: (): string => '',
  /** An empty object, to those who wait for one. */
  empty: (): string => '{}',
  number: String as Encode<number>,
  conversationID: ((id, { dialect, viewerID, args }) =>
    textData(
      dialect,
      shapesOf[dialect].conversationID(id, Number(args['sessionType']), viewerID)
    )) as Encode<string>,
  user: kept(one<User>(shapes => shapes.user)),
  userCards: many<UserCard>(shapes => shapes.userCard),
  statuses: plain as Encode<readonly UserStatus[]>,
  /** `result` by user. */
  checks: plain as Encode<readonly { readonly userID: string; readonly result: number }[]>,
  /** The same, of which 3.x clients want to hear nothing. */
  outcomes: ((result, { dialect }) => (dialect === '3' ? '' : plain(result))) as Encode<
    readonly UserOutcome[]
  >,
  friendRequests: many<FriendRequest>(shapes => shapes.friendRequest),
  /** 2.x: the entries that its documents promise, and in them the cards that its servers sent (specification §3). */
  blacks: ((cards, { dialect }) => {
    const { black, userCard } = shapesOf[dialect]
    const entries = cards.flatMap(card => (card.blackInfo ? [{ card, black: black(card.blackInfo) }] : []))
    return plain(entries.map(it => (dialect === '3' ? it.black : { ...it.black, ...userCard(it.card) })))
  }) as Encode<readonly UserCard[]>,
  foundFriends: many<Friend & { readonly relationship: 0 | 1 }>(shapes => friend => ({
    ...shapes.friend(friend),
    relationship: friend.relationship
  })),
  group: one<Group>(shapes => shapes.group),
  groups: many<Group>(shapes => shapes.group),
  groupMembers: many<GroupMember>(shapes => shapes.groupMember),
  groupRequests: many<GroupRequest>(shapes => shapes.groupRequest),
  conversation: ((conversation, { dialect, viewerID }) =>
    conversationJson(dialect, conversation, viewerID)) as Encode<Conversation>,
  conversations: ((conversations, { dialect, viewerID }) =>
    list(conversations.map(each => conversationJson(dialect, each, viewerID)))) as Encode<
    readonly Conversation[]
  >,
  /** `result` by conversation, under the ids that were asked for. */
  options: ((options, { asked }) =>
    plain(
      options.map(({ conversationID, result }) => ({
        conversationID: asked.get(conversationID) ?? conversationID,
        result
      }))
    )) as Encode<readonly { readonly conversationID: string; readonly result: number }[]>,
  message: ((message, { dialect, viewerID }) => messageJson(dialect, message, viewerID)) as Encode<Message>,
  /** The messages of a page, and nothing else. */
  messages: (({ messageList }, context) => messages(messageList, context)) as Encode<HistoryPage>,
  page: (({ messageList, lastMinSeq, isEnd }, context) =>
    `{"messageList":${messages(messageList, context)},"lastMinSeq":${lastMinSeq},"isEnd":${isEnd},` +
    '"errCode":0,"errMsg":""}') as Encode<HistoryPage>,
  searched: found('searchResultItems'),
  found: found('findResultItems'),
  room: plain as Encode<SignalRoom>
}

export type ResultKind = keyof typeof resultKinds

function one<T>(shape: (shapes: Shapes) => (value: T) => object): Encode<T> {
  return (value, { dialect }) => plain(shape(shapesOf[dialect])(value))
}

/** Keeps the text with the object, which is never changed and looks the same to whoever asks. */
function kept<T extends object>(encode: Encode<T>): Encode<T> {
  const texts: Readonly<Record<Dialect, WeakMap<T, string>>> = {
    '2.0': new WeakMap(),
    '2.3': new WeakMap(),
    '3': new WeakMap()
  }
  return (value, context) => {
    const known = texts[context.dialect].get(value)
    if (known !== undefined) return known
    const text = encode(value, context)
    texts[context.dialect].set(value, text)
    return text
  }
}

function many<T>(shape: (shapes: Shapes) => (value: T) => object): Encode<readonly T[]> {
  return (values, { dialect }) => {
    const shown = shape(shapesOf[dialect])
    return plain(values.map(value => shown(value)))
  }
}

function plain(value: object): string {
  return JSON.stringify(value)
}

function list(texts: readonly string[]): string {
  return `[${texts.join(',')}]`
}

function messages(all: readonly Message[], { dialect, viewerID }: ResultContext): string {
  return list(all.map(message => messageJson(dialect, message, viewerID)))
}

function found(items: 'searchResultItems' | 'findResultItems'): Encode<FoundMessages> {
  return (result, context) => {
    const { dialect, viewerID } = context
    const shown = result.items.map(item => {
      const { showName, faceURL, messageCount } = item
      const shapes = shapesOf[dialect]
      const conversationType = shapes.kind(item.conversationType)
      const conversationID = shapes.conversationID(item.conversationID, conversationType, viewerID)
      const head = plain({ conversationID, conversationType, showName, faceURL, messageCount })
      return `${head.slice(0, -1)},"messageList":${messages(item.messageList, context)}}`
    })
    return `{"totalCount":${result.totalCount},"${items}":${list(shown)}}`
  }
}
