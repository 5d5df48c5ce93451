import type { CoreEvent } from '../user-core.ts'
import { conversationChange, dependsOnViewer, encodeEvent, isTold, type Client } from '../wire/index.ts'
import { textFrame, textFrameUpTo } from './ws-frame.ts'

/** What was made of an event so far. */
interface Encoded {
  readonly event: CoreEvent
  /** Whose it is, if it matters. */
  readonly viewerID: string
  readonly byClient: (readonly Buffer[] | undefined)[]
  readonly isPersonal: boolean
}

/** Numbers of unread messages that are kept as frames. */
const maxTotals = 256
const nothing: readonly Buffer[] = []

/** Makes the bytes that tell clients of events, once for all clients of a kind. */
export class EventFrames {
  readonly #shared = new WeakMap<CoreEvent, Encoded>()
  readonly #totals = new Map<number, Encoded>()
  /** A crowd is told the same event one after the other, and a user's clients are told his. */
  #last: Encoded | undefined

  /** One frame or several, in pieces that are to be sent one after the other; none: such a client is not told of it. */
  of(event: CoreEvent, client: Client, viewerID: string): readonly Buffer[] {
    if (event.kind === 'groupMemberAdded' && !isTold(client, event, viewerID)) return nothing
    let encoded = this.#last
    if (encoded?.event !== event || (encoded.isPersonal && encoded.viewerID !== viewerID))
      this.#last = encoded = this.#lookUp(event, viewerID)
    return (encoded.byClient[kindOf(client, event)] ??= framesOf(event, client, viewerID))
  }

  #lookUp(event: CoreEvent, viewerID: string): Encoded {
    if (event.kind === 'totalUnread') return this.#totalOf(event)
    // These are nobody else's: they are not worth a place among the others.
    if ('conversations' in event) return { event, viewerID, byClient: [], isPersonal: true }
    const known = this.#shared.get(event)
    if (known && !(known.isPersonal && known.viewerID !== viewerID)) return known
    const encoded = { event, viewerID, byClient: [], isPersonal: dependsOnViewer(event) }
    this.#shared.set(event, encoded)
    return encoded
  }

  #totalOf(event: CoreEvent & { kind: 'totalUnread' }): Encoded {
    const known = this.#totals.get(event.count)
    if (known) return known
    if (this.#totals.size >= maxTotals) this.#totals.clear()
    const encoded = { event, viewerID: '', byClient: [], isPersonal: false }
    this.#totals.set(event.count, encoded)
    return encoded
  }
}

function framesOf(event: CoreEvent, client: Client, viewerID: string): readonly Buffer[] {
  const change =
    event.kind === 'conversationsChanged' ? conversationChange(client, event.conversations) : undefined
  if (change) return [textFrameUpTo(change.own, change.shared.length), change.shared]
  const frames = encodeEvent(client, event, viewerID).map(textFrame)
  if (frames.length === 0) return nothing
  return frames.length > 1 ? [Buffer.concat(frames)] : frames
}

function kindOf({ dialect, batch, platformID }: Client, event: CoreEvent): number {
  if (dialect === '3') return 0
  if (dialect === '2.0') return 1
  const kind = batch ? 2 : 3
  return event.kind === 'newMessages' && event.ownSend ? kind + 2 * platformID : kind
}
