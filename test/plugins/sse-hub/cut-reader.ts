import { createParser } from 'eventsource-parser'
import { get, type ClientRequest } from 'node:http'

/** What may be missing, as `hub.gap` says it. */
export interface SeenGap {
  readonly topics: readonly string[]
  readonly from: string | null
  readonly to: string
  readonly reason: string
}

/** A reader whose connection is cut again and again, anywhere in the bytes, and who resumes as browsers do. */
export class CutReader {
  readonly topics: readonly string[]
  /** Data of all events that came, over all connections. */
  readonly received: string[] = []
  readonly gaps: SeenGap[] = []
  /** Both, in order, events by their ids. */
  readonly seen: (string | SeenGap)[] = []
  connections = 0
  /** How often it was told that it missed nothing. */
  recoveries = 0
  open = false
  readonly #urlOf: () => string
  #lastId = ''
  #call: ClientRequest | undefined

  /** @param url of the gateway, or what chooses one for every connection */
  constructor(url: string | (() => string), topics: readonly string[]) {
    const urlOf = typeof url === 'string' ? () => url : url
    this.#urlOf = () => `${urlOf()}/stream?topics=${topics.join(',')}`
    this.topics = topics
  }

  /** Resolves when the connection is over, cut after so many bytes of the body or when `enough` says so. */
  connect(bytes: number, enough: () => boolean): Promise<void> {
    this.connections++
    const parser = createParser({ onEvent: event => this.#take(event) })
    const headers = { accept: 'text/event-stream', ...(this.#lastId && { 'last-event-id': this.#lastId }) }
    const call = get(this.#urlOf(), { agent: false, headers })
    this.#call = call
    call.on('error', () => undefined)
    let left = bytes
    call.on('response', response => {
      response.on('error', () => undefined)
      response.on('data', (chunk: Buffer) => {
        // What is sent is ASCII: a cut between any two bytes leaves whole characters.
        parser.feed(chunk.subarray(0, Math.max(0, left)).toString('latin1'))
        left -= chunk.length
        if (left <= 0 || enough()) call.destroy()
      })
    })
    return new Promise(resolve => {
      call.once('close', () => {
        this.open = false
        resolve()
      })
    })
  }

  /** Ends the connection, if there is one. */
  leave(): void {
    this.#call?.destroy()
  }

  #take({ event, data, id }: { event?: string | undefined; data: string; id?: string | undefined }): void {
    if (id !== undefined) this.#lastId = id
    if (event === 'hub.open') {
      this.open = true
      if ((JSON.parse(data) as { recovered: boolean }).recovered) this.recoveries++
    } else if (event === 'hub.gap') {
      const gap = JSON.parse(data) as SeenGap
      this.gaps.push(gap)
      this.seen.push(gap)
    } else if (event !== 'hub.beat') {
      this.received.push(data)
      this.seen.push(id ?? '')
    }
  }
}
