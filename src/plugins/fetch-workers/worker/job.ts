import { chunkFrame, maxChunkBytes } from '../protocol/body-chunk.ts'
import { workerFrameFault } from '../protocol/read-frame.ts'
import { errorKinds, type ErrorFrame, type RequestFrame, type WorkerFrame } from '../protocol/frames.ts'
import type { Clock } from '../../../core/index.ts'
import type { Target } from './target.ts'

/** The way back to the gateway. */
export interface JobLine {
  send(frame: WorkerFrame): void
  /** Resolves when there is room for more. */
  sendBytes(frame: Buffer): Promise<void>
}

export interface JobParts {
  readonly frame: RequestFrame
  readonly line: JobLine
  readonly target: Target
  readonly clock: Clock
  /** Whether this worker serves a URL. */
  readonly serves: (url: URL) => boolean
  /** Called when it is over. */
  readonly over: () => void
}

/** Bytes of what is sent to an upstream. */
const maxSentBytes = 67_108_864
/** What belongs to one connection and not to the answer (RFC 9110 §7.6.1). */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

type Fault = Pick<ErrorFrame, 'kind' | 'message' | 'sent'>

/** One request that the gateway has handed out. */
export class Job {
  readonly #parts: JobParts
  readonly #abort = new AbortController()
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #begun = false
  #answered = false
  #over = false

  constructor(parts: JobParts) {
    this.#parts = parts
    const { frame, clock } = parts
    const timer = clock.after(frame.timeoutMs, () =>
      this.#fail({ kind: 'timeout', message: 'the time that the gateway gave is up', sent: this.#begun })
    )
    this.#abort.signal.addEventListener('abort', () => timer.cancel(), { once: true })
  }

  /** Takes the request, or says that it will not be made. */
  start(): void {
    const { frame, line, serves } = this.#parts
    const url = URL.canParse(frame.url) ? new URL(frame.url) : undefined
    if (!url || !/^https?:$/.test(url.protocol) || !serves(url))
      return this.#fail({ kind: 'blocked', message: 'this worker does not serve the host', sent: false })
    line.send({ type: 'ack', id: frame.id })
    if (frame.body === undefined) void this.#run(url, undefined)
    return undefined
  }

  /** A part of the body comes; with the last one the request is made. */
  received(payload: Buffer, last: boolean): void {
    if (this.#begun || this.#over) return
    this.#bytes += payload.length
    this.#chunks.push(payload)
    if (this.#bytes > maxSentBytes)
      this.#fail({ kind: 'blocked', message: 'the body is too large', sent: false })
    else if (last) void this.#run(new URL(this.#parts.frame.url), Buffer.concat(this.#chunks))
  }

  /** Nobody wants it any more. */
  cancel(): void {
    this.#end()
  }

  async #run(url: URL, body: Buffer | undefined): Promise<void> {
    const { frame: request, target, line } = this.#parts
    this.#begun = true
    try {
      const { method, id } = request
      const headers = headersOf(request)
      const sent = body && body.length > 0 ? body : undefined
      const answer = await target({ method, url, headers, body: sent }, this.#abort.signal)
      if (this.#over) return
      this.#answered = true
      const frame = {
        type: 'res',
        id,
        status: answer.status,
        ...headersFor(answer.headers),
        body: id
      } as const
      // What the upstream answers must not look like a fault of this worker.
      if (workerFrameFault(frame) !== undefined)
        return this.#fail({ kind: 'body', message: 'its headers fit into no frame', sent: true })
      line.send(frame)
      await this.#pass(answer.body)
    } catch (error) {
      this.#fail(faultOf(error, this.#answered ? 'body' : 'connect'))
    }
  }

  async #pass(body: AsyncIterable<Uint8Array>): Promise<void> {
    const { frame, line } = this.#parts
    let bytes = 0
    for await (const chunk of body) {
      if (this.#over) return
      bytes += chunk.byteLength
      if (bytes > frame.maxBytes)
        return this.#fail({ kind: 'too_large', message: `more than ${frame.maxBytes} bytes`, sent: true })
      for (let start = 0; start < chunk.byteLength; start += maxChunkBytes)
        await line.sendBytes(chunkFrame(frame.id, chunk.subarray(start, start + maxChunkBytes), false))
    }
    if (this.#over) return
    await line.sendBytes(chunkFrame(frame.id, new Uint8Array(), true))
    this.#end()
  }

  #fail(fault: Fault): void {
    if (this.#over) return
    this.#parts.line.send({ type: 'err', id: this.#parts.frame.id, ...fault })
    this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#abort.abort()
    this.#parts.over()
  }
}

function headersOf({ headers, cookies }: RequestFrame): Record<string, string> {
  const cookie = cookies.join('; ')
  return { ...Object.fromEntries(headers), ...(cookie !== '' && { cookie }) }
}

function headersFor(headers: Readonly<Record<string, string | readonly string[] | undefined>>): {
  headers: [string, string][]
  setCookies: string[]
} {
  const { 'set-cookie': cookies = [], ...others } = headers
  const pairs = Object.entries(others).flatMap(([name, value]) =>
    value === undefined || ofConnection.has(name)
      ? []
      : [value].flat().map((one): [string, string] => [name, one])
  )
  return { headers: pairs, setCookies: [cookies].flat() }
}

const kinds: readonly string[] = errorKinds

/** What of an error the gateway is told: its text only where it is made for that. */
function faultOf(error: unknown, otherwise: Fault['kind']): Fault {
  const { kind, sent } = Object(error) as { readonly kind?: unknown; readonly sent?: unknown }
  const known = typeof kind === 'string' && kinds.includes(kind)
  return {
    kind: known ? (kind as Fault['kind']) : otherwise,
    message: known ? 'the upstream failed' : 'the request could not be made',
    sent: sent !== false
  }
}
