import type { Page, Place } from './driver.ts'
import { parseMessage, type Message } from './message.ts'

/** A part of a log whose messages were read. */
export interface ParsedPage extends Omit<Page, 'messages'> {
  readonly messages: readonly Message[]
}

/** @throws {Error} when what is in the log is none of it */
export function parsePage(page: Page): ParsedPage {
  const messages: Message[] = []
  for (const text of page.messages) {
    const message = parseMessage(text)
    const before = messages.at(-1)
    const isNext =
      message?.epoch === page.epoch &&
      (!before || (message.seq === before.seq + 1 && message.prev === before.tag))
    if (!message || !isNext) throw new Error('the log holds what is no entry of it')
    messages.push(message)
  }
  return { ...page, messages }
}

/** The place before the first entry of a page, or the newest where it has none. */
export function startOf({ epoch, top, tag, messages: [first] }: ParsedPage): Place {
  return first ? { epoch, seq: first.seq - 1, tag: first.prev } : { epoch, seq: top, tag }
}

/** Returns a place that was heard of, when the part of the log behind it shows another history. */
export function contradicted(place: Place | undefined, page: ParsedPage): Place | undefined {
  if (!place || place.epoch !== page.epoch) return undefined
  if (page.top < place.seq) return place
  const start = startOf(page)
  // Where entries between were forgotten, nothing can be said.
  return start.seq > place.seq || start.tag === place.tag ? undefined : place
}
