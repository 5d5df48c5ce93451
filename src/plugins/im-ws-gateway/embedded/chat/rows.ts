/** What is known of a conversation as a whole. */
export interface ThreadRow {
  /** See `Place`. */
  readonly key: string
  /** The number of its newest message; they count from 1. */
  readonly maxSeq: number
  /** The newest message that still exists; 0: none. */
  readonly latestSeq: number
  /** How many of its messages counted as unread for those who did not send them. */
  readonly counted: number
  /** The position of what happened last. */
  readonly position: number
  /** The last message to everybody; 0: none. */
  readonly atAllSeq: number
  /** The last announcement; 0: none. */
  readonly announcedSeq: number
  /** 1 when somebody has marked single messages of the group as read. */
  readonly hasReads: number
}

/** How a conversation stands for one who is in it. */
export interface SeatRow {
  readonly userID: string
  /** Key of the conversation. */
  readonly thread: string
  /** One of `sessionType`. */
  readonly type: number
  /** The other user, the group, or whom the notifications come from. */
  readonly sourceID: string
  readonly hasReadSeq: number
  /** `counted` of the conversation up to `hasReadSeq`. */
  readonly readCounted: number
  /** Messages after `hasReadSeq` that would count but that the user has deleted. */
  readonly unreadLess: number
  /** Up to where the other side of a single chat has marked as read. */
  readonly peerReadSeq: number
  /** The position of its last mark. */
  readonly peerReadAt: number
  /** What is not after it was cleared. */
  readonly minSeq: number
  /** 1: he has left the group, and sees nothing after `lastSeq`. */
  readonly hasLeft: number
  readonly lastSeq: number
  /** `counted` of the conversation up to `lastSeq`. */
  readonly lastCounted: number
  /** It is hidden until there is a message after this one; −1: it is not. */
  readonly hiddenSeq: number
  /** What `latestMsgSendTime` is when there is no message to take it from; 0: it is not listed then. */
  readonly keptTime: number
  /** The last message that mentions him; 0: none. */
  readonly atSeq: number
  /** Up to where he has reset `groupAtType`. */
  readonly atResetSeq: number
  readonly recvMsgOpt: number
  readonly isPinned: number
  readonly isPrivateChat: number
  readonly burnDuration: number
  readonly draftText: string
  readonly draftTextTime: number
  readonly updateUnreadCountTime: number
  /** 1: there are messages that he alone sees. */
  readonly hasLocals: number
  /** The position of what happened last when this row was changed. */
  readonly changedAt: number
}

/** A message in its conversation. */
export interface MessageRow {
  /** Its place among all messages of all conversations. */
  readonly position: number
  readonly thread: string
  readonly seq: number
  readonly clientMsgID: string
  readonly sendID: string
  readonly contentType: number
  readonly sendTime: number
  /** 1: it is unread for those who did not send it. */
  readonly counts: number
  /** `counted` of the conversation up to this message. */
  readonly counted: number
  /** What it is found by; empty: it is not found. */
  readonly text: string
  /** The rest of it, as JSON. */
  readonly body: string
  /** Seconds after reading until it is gone; 0: it stays. */
  readonly burnDuration: number
  /** When it is gone; 0: it stays, or was not read. */
  readonly burnTime: number
  /** When the other side of a single chat marked it as read; 0: it did not. */
  readonly readTime: number
}

/** What one user has made of a message. */
export interface MarkRow {
  readonly userID: string
  readonly thread: string
  readonly seq: number
  readonly isDeleted: number
  /** 1: it would count as unread. */
  readonly counts: number
  readonly localEx: string
}

/** A message that one user alone sees. */
export interface LocalRow {
  readonly userID: string
  readonly thread: string
  /** It stands after this message … */
  readonly afterSeq: number
  /** … and after the local ones before it: 1, 2, 3 … */
  readonly ordinal: number
  readonly clientMsgID: string
  readonly sendID: string
  readonly contentType: number
  readonly sendTime: number
  readonly text: string
  readonly body: string
  readonly localEx: string
}

/** That a message was revoked. */
export interface RevokeRow {
  readonly thread: string
  readonly position: number
  /** `RevokedInfo` as JSON. */
  readonly info: string
}

/** That a member has marked a message of a group as read. */
export interface GroupReadRow {
  readonly thread: string
  readonly seq: number
  readonly userID: string
  readonly readTime: number
}

/** How much the devices of a user on one platform have been told. */
export interface PlatformRow {
  readonly userID: string
  readonly platformID: number
  readonly position: number
}

export interface ChatTables {
  im_chat_threads: ThreadRow
  im_chat_seats: SeatRow
  im_chat_messages: MessageRow
  im_chat_marks: MarkRow
  im_chat_locals: LocalRow
  im_chat_revokes: RevokeRow
  im_chat_group_reads: GroupReadRow
  im_chat_platforms: PlatformRow
  /** One row: the position of what happened last. */
  im_chat_head: { readonly id: number; readonly position: number }
}
