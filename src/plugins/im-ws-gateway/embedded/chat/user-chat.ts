import type { Deliver, Device, Snapshot } from '../../user-core.ts'
import { sessionType } from '../../model.ts'
import { conversationIDOf, type Place } from './place.ts'
import type { Seat } from './seat.ts'

/** What devices on one platform have been told. */
export interface PlatformState {
  readonly devices: Set<Device>
  /** While it is being read how far they are. Never rejects. */
  reading?: Promise<void> | undefined
  /** While there is none: the position up to which they have been told everything. */
  position: number
  /** While there are some: the position after which one that has gone may have been told nothing. */
  doubtfulAfter?: number | undefined
  /**
   * Up to which message a device has marked conversations as read, by conversation: it has got what is there until then,
   * whatever became of its connection.
   */
  read?: Map<string, number> | undefined
  /** Of those that were resumed: the lowest mark, and up to where all had got everything. 0: nobody knows. */
  resumed?: { mark: number; hadAll: number }
}

/** Conversations of which it is remembered, those that were marked last. */
const maxRead = 32

/** The conversations of a user whose core is open. */
export class UserChat {
  readonly userID: string
  readonly tell: Deliver
  /** By conversation id. */
  readonly seats = new Map<string, Seat>()
  readonly platforms = new Map<number, PlatformState>()
  /** Unread messages of the conversations that count. */
  total = 0
  toldTotal = 0
  /** The position of what he was told last, or could have been before his core was opened here. */
  toldAt: number
  /** Tells the total. */
  readonly unread: Snapshot = {
    kind: 'snapshot',
    isTotal: true,
    take: () => ({ kind: 'totalUnread', count: this.total })
  }
  /** He wants to receive no messages of others, and none count as unread in the total. */
  receivesNothing: boolean

  constructor(userID: string, tell: Deliver, toldAt: number, receivesNothing: boolean) {
    this.userID = userID
    this.tell = tell
    this.toldAt = toldAt
    this.receivesNothing = receivesNothing
  }

  seatAt(place: Place): Seat | undefined {
    return this.seats.get(conversationIDOf(place))
  }

  add(seat: Seat): void {
    this.seats.set(seat.conversationID, seat)
    seat.thread.seats.add(seat)
  }

  /** Whether he wants to receive what others say in a conversation. */
  receives({ row }: Seat): boolean {
    return !this.receivesNothing && row.recvMsgOpt !== 1
  }

  /** Takes in what has changed of a conversation. */
  recount(seat: Seat): void {
    const counts = !this.receivesNothing && seat.row.recvMsgOpt === 0
    const unread = counts ? seat.unread : 0
    this.total += unread - seat.toldUnread
    seat.toldUnread = unread
  }

  /**
   * A device has marked a conversation as read. Of the others of its platform that says nothing: it is remembered where
   * there is no other, and none has gone that may lack something.
   */
  noteRead(device: Device, thread: string, seq: number): void {
    const state = this.platforms.get(device.platformID)
    if (state?.devices.size !== 1 || !state.devices.has(device) || state.doubtfulAfter !== undefined) return
    const read = (state.read ??= new Map<string, number>())
    const upTo = Math.max(seq, read.get(thread) ?? 0)
    read.delete(thread)
    read.set(thread, upTo)
    if (read.size <= maxRead) return
    for (const oldest of read.keys()) {
      read.delete(oldest)
      break
    }
  }

  /** The chat with another user. */
  singleWith(userID: string): Seat | undefined {
    return this.seatAt({ type: sessionType.single, sendID: this.userID, recvID: userID })
  }

  /** What another user, or the system, has notified of. */
  notificationsOf(userID: string): Seat | undefined {
    return this.seatAt({ type: sessionType.notification, sendID: userID, recvID: this.userID })
  }
}
