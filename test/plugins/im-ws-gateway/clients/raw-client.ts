import { WebSocket } from 'ws'
import { Waiting, within } from './within.ts'

/** What a bare socket is opened with. */
export interface RawOptions {
  readonly url: string
  readonly userID: string
  readonly token: string
  readonly dialect: '2.0' | '2.3' | '3'
  /** Default 5, the web. */
  readonly platformID?: number
  /** Default true. */
  readonly login?: boolean
}

export interface RawFrame {
  readonly event: string
  readonly errCode: number
  readonly errMsg: string
  readonly data: string
  readonly operationID: string
}

/** A socket that speaks as the clients do, without what they add: fast, and able to do what they never would. */
export interface Raw extends AsyncDisposable {
  readonly socket: WebSocket
  readonly userID: string
  readonly dialect: RawOptions['dialect']
  /** Its operation ids begin with this; nobody else's do. */
  readonly prefix: string
  /** All that came, in order. */
  readonly frames: readonly RawFrame[]
  /** Sends as it is. */
  write(frame: string | Buffer): void
  /** @param data 2.x: an object, a list or text; 3.x: the list of arguments. @param fields replace those of the frame */
  request(reqFuncName: string, data?: unknown, fields?: object): Promise<RawFrame>
  /** The same for what must succeed; parses the data. @throws {Error} with the code */
  ask(reqFuncName: string, data?: unknown): Promise<unknown>
  until(what: string, holds: (frames: readonly RawFrame[]) => boolean): Promise<void>
  /** Resolves with the code once the socket is closed. */
  readonly closed: Promise<number>
  close(): Promise<void>
}

let opened = 0

export async function openRaw(options: RawOptions): Promise<Raw> {
  const { url, userID, token, dialect, platformID = 5 } = options
  const isV3 = dialect === '3'
  const query = `sendID=${userID}&token=${token}&platformID=${platformID}${isV3 ? '&operationID=op-url' : ''}`
  const socket = new WebSocket(`${url}?${query}`, { perMessageDeflate: false })
  const frames: RawFrame[] = []
  const waiting = new Waiting()
  const pending = new Map<string, (frame: RawFrame) => void>()
  const closed = new Promise<number>(resolve => socket.on('close', resolve))
  socket.on('message', (bytes: Buffer) => {
    const frame = JSON.parse(bytes.toString()) as RawFrame
    frames.push(frame)
    pending.get(frame.operationID)?.(frame)
    pending.delete(frame.operationID)
    waiting.look()
  })
  socket.on('close', () => waiting.look())
  await within(
    'open',
    new Promise<void>((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
  )
  const prefix = `op-${++opened}-`
  let count = 0
  const request: Raw['request'] = (reqFuncName, data = isV3 ? [] : '', fields = {}) => {
    const operationID = `${prefix}${++count}`
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    const answered = new Promise<RawFrame>(resolve => pending.set(operationID, resolve))
    socket.send(JSON.stringify({ reqFuncName, operationID, userID, data: text, ...fields }))
    return within(`${dialect} ${reqFuncName}`, answered)
  }
  const ask: Raw['ask'] = async (reqFuncName, data) => {
    const { errCode, errMsg, data: result } = await request(reqFuncName, data)
    if (errCode !== 0) throw new Error(`${dialect} ${reqFuncName} was refused with ${errCode}: ${errMsg}`)
    return /^[[{]/.test(result) || (isV3 && result !== '') ? (JSON.parse(result) as unknown) : result
  }
  const close = async (): Promise<void> => {
    socket.close()
    await within('close', closed)
  }
  const raw: Raw = {
    socket,
    userID,
    dialect,
    prefix,
    frames,
    write: frame => socket.send(frame),
    request,
    ask,
    until: (what, holds) => waiting.until(what, () => holds(frames)),
    closed,
    close,
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await within('end', closed)
    }
  }
  if (options.login ?? true) {
    const batch = dialect === '2.3' ? { batchMsg: 1 } : {}
    const data = isV3 ? [userID, token] : { userID, token }
    const { errCode, errMsg } = await request('Login', data, batch)
    if (errCode !== 0) throw new Error(`${dialect} login was refused with ${errCode}: ${errMsg}`)
  }
  return raw
}
