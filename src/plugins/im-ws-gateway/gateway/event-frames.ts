import type { CoreEvent } from '../user-core.ts'
import { dependsOnViewer, encodeEvent, type Client } from '../wire/index.ts'
import { textFrame } from './ws-frame.ts'

/** What was made of an event so far. */
interface Encoded {
  /** Whose it is; empty: everybody's. */
  viewerID: string
  readonly byClient: (Buffer | null | undefined)[]
  readonly isPersonal: boolean
}

/** Makes the bytes that tell clients of events, once for all clients of a kind. */
export class EventFrames {
  readonly #encoded = new WeakMap<CoreEvent, Encoded>()

  /** One frame or several, ready to be sent; `null`: such a client is not told of it. */
  of(event: CoreEvent, client: Client, viewerID: string): Buffer | null {
    let encoded = this.#encoded.get(event)
    if (!encoded) {
      encoded = { viewerID, byClient: [], isPersonal: dependsOnViewer(event) }
      this.#encoded.set(event, encoded)
    } else if (encoded.isPersonal && encoded.viewerID !== viewerID) {
      encoded.viewerID = viewerID
      encoded.byClient.length = 0
    }
    const kind = kindOf(client)
    const known = encoded.byClient[kind]
    if (known !== undefined) return known
    const frames = encodeEvent(client, event, viewerID).map(textFrame)
    const [first = null] = frames
    return (encoded.byClient[kind] = frames.length > 1 ? Buffer.concat(frames) : first)
  }
}

function kindOf({ dialect, batch }: Client): number {
  if (dialect === '3') return 0
  if (dialect === '2.0') return 1
  return batch ? 2 : 3
}
