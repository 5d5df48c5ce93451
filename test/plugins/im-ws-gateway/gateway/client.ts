import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Dialect, ReplyFrame } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

/** How a client connects. */
export interface ClientOptions {
  readonly userID?: string
  readonly platformID?: number
  readonly dialect?: Dialect
  readonly token?: string
  /** Of the upgrade and of the first Login of a 3.x client. */
  readonly operationID?: string
  readonly headers?: Record<string, string>
}

/** One socket that speaks as one of the clients does, and remembers what it hears. */
export class Client {
  readonly options: Required<Omit<ClientOptions, 'headers'>>
  readonly socket: WebSocket
  readonly frames: ReplyFrame[] = []
  /** Every frame as it came, and whether it was binary. */
  readonly raw: { readonly text: string; readonly isBinary: boolean }[] = []
  closeCode: number | undefined
  readonly closed: Promise<void>
  #waiters: { readonly test: () => boolean; readonly done: () => void }[] = []
  #serial = 0

  constructor(url: string, options: ClientOptions = {}) {
    const { userID = 'u1', platformID = 5, dialect = '3', operationID = 'op-login' } = options
    const { token = `${userID}/${platformID}/a` } = options
    this.options = { userID, platformID, dialect, token, operationID }
    const extra = dialect === '3' ? `&operationID=${operationID}` : ''
    this.socket = new WebSocket(
      `${url}?sendID=${userID}&token=${token}&platformID=${platformID}${extra}`,
      options.headers ? { headers: options.headers } : {}
    )
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data: Buffer, isBinary) => {
      const text = data.toString()
      this.raw.push({ text, isBinary })
      this.frames.push(JSON.parse(text) as ReplyFrame)
      this.#look()
    })
    this.closed = new Promise(resolve => {
      this.socket.on('close', code => {
        this.closeCode = code
        this.#look()
        resolve()
      })
    })
  }

  get events(): string[] {
    return this.frames.map(({ event }) => event)
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    return this
  }

  /** Sends a frame as it is given. */
  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame))
  }

  /** Sends a request; its answer comes from `answerTo`. @returns its operationID */
  ask(reqFuncName: string, data?: unknown, extra: object = {}): string {
    const none = this.options.dialect === '3' ? '[]' : ''
    const text = data === undefined ? none : typeof data === 'string' ? data : JSON.stringify(data)
    const { userID } = this.options
    const frame = { reqFuncName, operationID: `op-${++this.#serial}`, userID, data: text, ...extra }
    this.send(frame)
    return frame.operationID
  }

  /** Sends a request and waits for its answer. */
  request(reqFuncName: string, data?: unknown): Promise<ReplyFrame> {
    return this.answerTo(this.ask(reqFuncName, data))
  }

  async answerTo(operationID: string): Promise<ReplyFrame> {
    const find = (): ReplyFrame | undefined => this.frames.find(frame => frame.operationID === operationID)
    await this.until(() => find() !== undefined)
    return find() as ReplyFrame
  }

  /** Sends the Login of its dialect. @returns its operationID */
  askLogin(token = this.options.token): string {
    const { userID, dialect, operationID } = this.options
    const data = dialect === '3' ? [userID, token] : { userID, token }
    return this.ask('Login', data, {
      ...(dialect === '3' && { operationID }),
      ...(dialect === '2.3' && { batchMsg: 1 })
    })
  }

  /** Logs in. @returns the answer */
  async login(token?: string): Promise<ReplyFrame> {
    await this.opened()
    return this.answerTo(this.askLogin(token))
  }

  /** Logs in, and waits for the end of what follows. */
  async start(): Promise<this> {
    const { errCode, errMsg } = await this.login()
    if (errCode !== 0) throw new Error(`${errCode} ${errMsg}`)
    await this.event('OnSyncServerFinish')
    return this
  }

  async event(name: string): Promise<ReplyFrame> {
    await this.until(() => this.events.includes(name))
    return this.frames.find(({ event }) => event === name) as ReplyFrame
  }

  /** Resolves once something holds that depends on what came in; fails when the socket closes before. */
  until(test: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => (test() ? resolve() : reject(new Error('the socket was closed before')))
      this.#waiters.push({ test, done })
      this.#look()
    })
  }

  leave(): void {
    this.socket.terminate()
  }

  #look(): void {
    const over = this.closeCode !== undefined
    const due = this.#waiters.filter(({ test }) => over || test())
    this.#waiters = this.#waiters.filter(waiter => !due.includes(waiter))
    for (const { done } of due) done()
  }
}
