import { get, type ClientRequest, type IncomingMessage } from 'node:http'

/** One event of a stream. */
export interface StreamEvent {
  readonly event: string
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A stream of events that somebody reads. */
export interface EventStream {
  /** 0: there was no answer. Settles when the headers are there. */
  readonly status: Promise<number>
  /** Resolves when it is over, whoever has ended it. */
  readonly ended: Promise<void>
  /** Reads nothing any more, and stays. */
  stall(): void
  /** Lets go without a word. */
  leave(): void
}

export function readStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  hear: (event: StreamEvent) => void
): EventStream {
  let sending: ClientRequest
  let answer: IncomingMessage | undefined
  let end: () => void
  const ended = new Promise<void>(resolve => (end = resolve))
  const status = new Promise<number>(resolve => {
    sending = get(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } }, response => {
      answer = response
      resolve(response.statusCode ?? 0)
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
          take(text.slice(0, at), hear)
          text = text.slice(at + 2)
        }
      })
      response.on('error', () => undefined).on('close', () => end())
    })
    sending.on('error', () => {
      resolve(0)
      end()
    })
  })
  return {
    status,
    ended,
    stall: () => void answer?.pause(),
    leave: () => void sending.destroy()
  }
}

function take(block: string, hear: (event: StreamEvent) => void): void {
  const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
  const data = field('data')
  if (data === undefined || !data.startsWith('{')) return
  hear({
    event: field('event') ?? 'message',
    id: field('id') ?? '',
    data: JSON.parse(data) as Record<string, unknown>
  })
}
