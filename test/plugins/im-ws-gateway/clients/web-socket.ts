import { WebSocket } from 'ws'

/** A frame as a client sent or got it. */
export interface WireFrame {
  readonly direction: 'out' | 'in'
  /** Which of the client's sockets, from 0 on. */
  readonly socket: number
  /** `reqFuncName` of what was sent. */
  readonly event: string
  readonly operationID: string
  readonly errCode: number
  readonly errMsg: string
  readonly data: string
}

/** What happens on the sockets of a client. */
export interface SocketJournal {
  /** In the order of the wire. */
  readonly frames: WireFrame[]
  readonly sockets: WebSocket[]
  /** What a handler of the client has thrown. */
  failed(error: unknown): void
  /** Called after each frame that came and each end of a socket. */
  changed(): void
}

/** The class that a client finds as `WebSocket`: that of `ws`, which tells a journal what happens. */
export function journaledWebSocket(journal: SocketJournal): typeof WebSocket {
  const guard = (task: () => void): void => {
    try {
      task()
    } catch (error) {
      journal.failed(error)
    }
  }
  const Journaled = class extends WebSocket {
    constructor(address: string) {
      super(address)
      const socket = journal.sockets.push(this) - 1
      this.on('close', () => journal.changed())
      this.on('message', (bytes: Buffer) => {
        const frame = JSON.parse(bytes.toString()) as Omit<WireFrame, 'direction' | 'socket'>
        journal.frames.push({ ...frame, direction: 'in', socket })
        // The client's own handler comes after this one.
        setImmediate(() => journal.changed())
      })
      const send = this.send.bind(this) as Send
      this.send = ((text, callback) => {
        const { reqFuncName: event, operationID, data } = JSON.parse(text) as Sent
        journal.frames.push({ direction: 'out', socket, event, operationID, errCode: 0, errMsg: '', data })
        send(text, callback)
      }) as Send as WebSocket['send']
      // `ws` comes here for every `onmessage = …`.
      const listen = this.addEventListener.bind(this) as Listen
      this.addEventListener = (type: string, listener: Listener, options?: object) => {
        listen(type, event => guard(() => listener.call(this, event)), options)
      }
    }
  }
  return Journaled as unknown as typeof WebSocket
}

type Send = (text: string, callback?: (error?: Error) => void) => void
type Sent = { readonly reqFuncName: string; readonly operationID: string; readonly data: string }
type Listener = (event: unknown) => void
type Listen = (type: string, listener: Listener, options?: object) => void
/** What mini-programs have in place of `WebSocket`: `wx.connectSocket`. */
export function miniProgram(OwnWebSocket: typeof WebSocket): object {
  return {
    connectSocket({ url }: { readonly url: string }) {
      const socket = new OwnWebSocket(url)
      return {
        get readyState() {
          return socket.readyState
        },
        onOpen: (handler: Listener) => socket.addEventListener('open', handler),
        onMessage: (handler: Listener) => socket.addEventListener('message', handler),
        onClose: (handler: Listener) => socket.addEventListener('close', handler),
        onError: (handler: Listener) => socket.addEventListener('error', handler),
        send({ data, success, fail }: { data: string; success?: Listener; fail?: Listener }) {
          socket.send(data, error => (error ? fail?.(error) : success?.({ errMsg: 'sendSocketMessage:ok' })))
        },
        close: ({ code = 1000 }: { readonly code?: number } = {}) => socket.close(code)
      }
    }
  }
}
