import { sessionType, type Conversation, type Message } from '../../model.ts'
import type { CoreEvent, Snapshot } from '../../user-core.ts'
import { conversationIDOf, placeOf, type Place } from './place.ts'
import { endOf, groupAtTypeOf, unreadOf } from './seat-row.ts'
import { readTwin } from './stored-message.ts'
import type { SeatRow } from './rows.ts'
import type { Thread } from './thread.ts'
import type { UserChat } from './user-chat.ts'

/** A name and a face, as they stand over a conversation. */
export interface Appearance {
  readonly showName: string
  readonly faceURL: string
}

/** The latest message of somebody who does not see that of the others. */
export interface OwnLatest {
  readonly message: Message | null
  /** For a message that he alone sees: after which one it stands. */
  readonly afterSeq: number
  /** The latest message of the others when this was so: when there is a newer one, it is the latest for him too. */
  readonly whileLatest: number
}

/** How a conversation stands for a user whose core is open. He is told it as a snapshot. */
export class Seat implements Snapshot {
  readonly user: UserChat
  readonly thread: Thread
  readonly place: Place
  readonly conversationID: string
  row: SeatRow
  appearance: Appearance
  /** What the user was told last: whether it is in his list, and how much is unread. */
  wasListed: boolean
  toldUnread: number
  #ownLatest: OwnLatest | undefined

  constructor(user: UserChat, thread: Thread, row: SeatRow, appearance: Appearance) {
    this.user = user
    this.thread = thread
    this.row = row
    this.place = placeOf(row.userID, row.type, row.sourceID)
    this.conversationID = conversationIDOf(this.place)
    this.appearance = appearance
    this.wasListed = false
    this.toldUnread = 0
  }

  get kind(): 'snapshot' {
    return 'snapshot'
  }

  get isTotal(): false {
    return false
  }

  take(): CoreEvent {
    return { kind: 'conversationsChanged', conversations: [this.toConversation()] }
  }

  get unread(): number {
    return unreadOf(this.row, this.thread.numbers)
  }

  /** How far he may see. */
  get end(): { readonly seq: number; readonly counted: number } {
    return endOf(this.row, this.thread.numbers)
  }

  /** Until there is a newer one in the conversation, this is the latest that he sees. `undefined`: that of the others. */
  setOwnLatest(latest: OwnLatest | undefined): void {
    this.#ownLatest = latest
  }

  /** What he sees as the latest message. */
  get latest(): Message | null {
    return this.#latest()
  }

  /** What he alone sees as the latest message may have become another one. */
  reviseLatest(become: (message: Message) => Message): void {
    const own = this.#ownLatest
    if (own?.message) this.#ownLatest = { ...own, message: become(own.message) }
  }

  /** He leaves: what he sees as the latest message stays that, whatever is said from now on. */
  freeze(candidates: readonly (Message | undefined)[]): void {
    if (this.#ownLatest?.whileLatest === this.thread.numbers.latestSeq) return
    const { minSeq, lastSeq } = this.row
    const message = candidates.find(latest => latest && latest.seq > minSeq && latest.seq <= lastSeq) ?? null
    this.#ownLatest = { message, afterSeq: message?.seq ?? 0, whileLatest: lastSeq }
  }

  /** Whether it is in his list. */
  get isListed(): boolean {
    return this.#latest() !== null || this.row.keptTime > 0
  }

  toConversation(): Conversation {
    const { row, thread, place } = this
    const latestMsg = this.#latest()
    const isGroup = 'groupID' in place
    return {
      conversationID: this.conversationID,
      conversationType: row.type,
      userID: isGroup ? '' : row.sourceID,
      groupID: isGroup ? row.sourceID : '',
      showName: this.appearance.showName,
      faceURL: this.appearance.faceURL,
      recvMsgOpt: row.recvMsgOpt,
      unreadCount: this.unread,
      groupAtType: isGroup ? groupAtTypeOf(row, thread.numbers) : 0,
      latestMsg,
      latestMsgSendTime: latestMsg?.sendTime ?? row.keptTime,
      draftText: row.draftText,
      draftTextTime: row.draftTextTime,
      isPinned: row.isPinned === 1,
      isPrivateChat: row.isPrivateChat === 1,
      burnDuration: row.burnDuration,
      isNotInGroup: row.hasLeft === 1,
      updateUnreadCountTime: row.updateUnreadCountTime,
      ex: '',
      maxSeq: this.end.seq,
      minSeq: row.minSeq,
      hasReadSeq: row.hasReadSeq
    }
  }

  /** A message of the conversation as he sees it. */
  seen(message: Message): Message {
    const { row } = this
    const isOwn = message.sendID === row.userID
    const readUpTo = isOwn ? (row.type === sessionType.single ? row.peerReadSeq : 0) : row.hasReadSeq
    const seen = message.seq > 0 && message.seq <= readUpTo ? readTwin(message) : message
    return seen.atTextElem ? withAtSelf(seen, row.userID) : seen
  }

  #latest(): Message | null {
    const { row, thread } = this
    const own = this.#ownLatest
    if (own && (row.hasLeft || own.whileLatest === thread.numbers.latestSeq)) {
      if (!own.message) return null
      const isLocal = own.message.seq === 0
      const after = isLocal ? own.afterSeq : own.message.seq
      return row.hiddenSeq < 0 || after > row.hiddenSeq ? this.seen(own.message) : null
    }
    const { latest } = thread
    if (!latest || latest.seq <= row.minSeq || latest.seq <= row.hiddenSeq || latest.seq > this.end.seq)
      return null
    return this.seen(latest)
  }
}

/** Marks a message that mentions people for one who reads it. */
export function withAtSelf(message: Message, userID: string): Message {
  const { atTextElem } = message
  const isAtSelf = atTextElem?.atUserList.some(id => id === userID || id === atAll) ?? false
  return !atTextElem || atTextElem.isAtSelf === isAtSelf
    ? message
    : { ...message, atTextElem: { ...atTextElem, isAtSelf } }
}

/** Stands for everybody in a list of those who are mentioned. */
export const atAll = 'AtAllTag'
