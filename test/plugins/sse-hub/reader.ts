import { createParser } from 'eventsource-parser'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'

/** An event as a reader sees it. */
export interface Seen {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
}

export interface ReaderOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  /** Default: `text/event-stream`. */
  readonly accept?: string
  /** From 127.0.0.0/8, to be somebody else. */
  readonly localAddress?: string
}

/** The client's side of a stream. */
export interface Reader {
  readonly response: IncomingMessage
  readonly status: number
  /** All events that came, `hub.…` included. */
  readonly seen: readonly Seen[]
  /** All bytes that came, as text. */
  readonly text: string
  /** The last `retry`. */
  readonly retry: number | undefined
  /** The next event that was not asked for yet. Rejects when the stream ends without one. */
  next(): Promise<Seen>
  /** The next so many. */
  take(count: number): Promise<Seen[]>
  /** Resolves when the server has ended the stream, in whatever way. */
  readonly ended: Promise<void>
  leave(): void
}

// A reader has a connection of its own, as browsers do for streams that never end.
const agent = new Agent({ keepAlive: false })

export async function openReader(url: string, options: ReaderOptions = {}): Promise<Reader> {
  const { accept = 'text/event-stream', headers, ...rest } = options
  const call = request(url, { agent, headers: { accept, ...headers }, ...rest }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return readFrom(response, () => call.destroy())
}

/** Reads the body of a response as an event stream. */
export function readFrom(response: IncomingMessage, leave: () => void): Reader {
  const seen: Seen[] = []
  let [text, taken] = ['', 0]
  let retry: number | undefined
  let over = false
  let wake = (): void => undefined
  const parser = createParser({
    onEvent: ({ event = 'message', data, id }) => {
      seen.push({ event, data, id })
      wake()
    },
    onRetry: ms => (retry = ms)
  })
  response.setEncoding('utf8')
  response.on('data', (part: string) => {
    text += part
    parser.feed(part)
  })
  response.on('error', () => undefined)
  const ended = new Promise<void>(resolve => {
    response.once('close', () => {
      over = true
      wake()
      resolve()
    })
  })
  const next = async (): Promise<Seen> => {
    for (;;) {
      const event = seen[taken]
      if (event) {
        taken++
        return event
      }
      if (over) throw new Error(`the stream ended; it had brought ${JSON.stringify(text.slice(-300))}`)
      await new Promise<void>(resolve => (wake = resolve))
    }
  }
  return {
    response,
    status: response.statusCode ?? 0,
    seen,
    get text() {
      return text
    },
    get retry() {
      return retry
    },
    next,
    async take(count) {
      const events: Seen[] = []
      while (events.length < count) events.push(await next())
      return events
    },
    ended,
    leave
  }
}
