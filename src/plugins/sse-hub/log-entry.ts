import type { HubEvent, TopicEvent } from './service.ts'
import { topicFault } from './topic-name.ts'

/** What nodes tell each other through the log. */
export type Entry =
  | {
      readonly kind: 'event'
      /** When it was published, on the clock of whoever published it. Milliseconds since the Unix epoch. */
      readonly at: number
      readonly topic: string
      readonly event: TopicEvent & { readonly data: string }
    }
  | {
      /** The streams of a principal end. */
      readonly kind: 'close'
      readonly at: number
      /** Who says so, and has ended those that it had. */
      readonly node: string
      readonly principal: string
      readonly last: (HubEvent & { readonly data: string }) | undefined
    }

/** An entry as text: a line of JSON, and behind it the data of the event as they are. */
export function formatEntry(entry: Entry): string {
  const { kind, at } = entry
  if (kind === 'event') {
    const { event: type, key, data } = entry.event
    return `${JSON.stringify({ kind, at, topic: entry.topic, type, key })}\n${data}`
  }
  const { node, principal, last } = entry
  return `${JSON.stringify({ kind, at, node, principal, type: last && (last.event ?? '') })}\n${last?.data ?? ''}`
}

/** Reads an entry; `undefined` for a text that is none. */
export function parseEntry(text: string): Entry | undefined {
  const end = text.indexOf('\n')
  const head = parseHead(text.slice(0, Math.max(0, end)))
  if (!head) return undefined
  const { kind, at, topic, type, key, node, principal } = head
  const data = text.slice(end + 1)
  if (typeof at !== 'number' || !Number.isFinite(at) || !isTextOrNone(type)) return undefined
  const event = { data, ...(type !== undefined && { event: type }) }
  if (kind === 'event') {
    if (typeof topic !== 'string' || topicFault(topic) !== undefined || !isTextOrNone(key)) return undefined
    return { kind, at, topic, event: key === undefined ? event : { ...event, key } }
  }
  if (kind !== 'close' || typeof node !== 'string' || typeof principal !== 'string') return undefined
  return { kind, at, node, principal, last: type === undefined ? undefined : event }
}

function parseHead(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const head: unknown = JSON.parse(line)
    return typeof head === 'object' && head !== null ? (head as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
