import { once } from 'node:events'
import { WebSocket, type RawData } from 'ws'

/** A frame as a client sees it: text, or bytes. */
export type Received = string | Buffer

/** A raw client: it takes whatever comes, in order, and knows nothing of the protocol. */
export class RawClient implements AsyncDisposable {
  readonly socket: WebSocket
  readonly frames: Received[] = []
  /** The close code, once the connection has ended. */
  readonly closed: Promise<number>
  #read = 0
  #waiting: (() => void) | undefined

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('error', () => {})
    this.closed = new Promise(resolve => void this.socket.on('close', code => resolve(code)))
    this.socket.on('message', (data: RawData, isBinary) => {
      this.frames.push(isBinary ? (data as Buffer) : (data as Buffer).toString())
      this.#waiting?.()
    })
  }

  static async connect(url: string): Promise<RawClient> {
    const client = new RawClient(url)
    await once(client.socket, 'open')
    return client
  }

  /** The next frame that was not taken yet. */
  async next(): Promise<Received> {
    while (this.frames.length <= this.#read)
      await new Promise<void>(resolve => void (this.#waiting = () => resolve()))
    return this.frames[this.#read++] ?? ''
  }

  /** The next frame, which must be a reply in full form (or the handshake). */
  async nextReply(): Promise<Reply> {
    const { _id: id, _method: method, _status: status, _args: args } = JSON.parse(String(await this.next()))
    return { id, method, status, ...args }
  }

  request(id: unknown, method: string, args: object = {}): void {
    this.socket.send(JSON.stringify({ _id: id, _method: `cus-sec_${method}`, args }))
  }

  sign(id: unknown, inData = 'text', passwd = '88888888'): void {
    this.request(id, 'SpcSignDataAsPEM', { inData, passwd })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate()
    await this.closed
  }
}

/** A reply in full form, with its `_args` spread out. */
export interface Reply {
  readonly id: unknown
  readonly method: string
  readonly status: string
  readonly Result: unknown
  readonly Data: string[]
  readonly Error: string[]
}
