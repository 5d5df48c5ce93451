import type { Message } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { Place } from './place.ts'
import type { Appearance } from './seat.ts'

/** A message that is to be kept. */
export interface OutgoingMessage {
  readonly place: Place
  /** Complete but for its number and its time. */
  readonly message: Message
  /** What is kept of it as JSON. */
  readonly body: string
  /** What it is found by. */
  readonly text: string
  /** It is unread for others. */
  readonly counts: boolean
  /** It becomes the latest message of its conversation. */
  readonly isLatest: boolean
  /** The sender sees it as his own, and not as news. */
  readonly isOwn: boolean
  /** The sender has read everything before it. */
  readonly hasRead: boolean
  readonly device: Device | undefined
  /** Whom it mentions by name. */
  readonly mentions: readonly string[]
  readonly mentionsAll: boolean
  /** It is the announcement of the group. */
  readonly isAnnouncement: boolean
  /** How the conversation looks to those who do not have it yet, by user. */
  readonly appearances: ReadonlyMap<string, Appearance>
}
