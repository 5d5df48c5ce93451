import type { Connection, SimulatedControl } from '../../../src/plugins/sign-simulator/control.ts'
import type { Reply } from './client.ts'

/** A client without a network: it talks to a control directly and keeps what it hears. */
export class MemoryClient {
  /** Frames, and what else happened to the connection, in order. */
  readonly heard: (string | Buffer)[] = []
  readonly #connection: Connection
  #parts = ''

  constructor(control: SimulatedControl) {
    this.#connection = control.admit().connect({
      send: frame => void this.heard.push(frame),
      sendPart: (part, last) => {
        this.#parts += part.toString('latin1')
        if (!last) return
        this.heard.push(Buffer.from(this.#parts, 'latin1').toString())
        this.#parts = ''
      },
      close: (code, reason) => void this.heard.push(`closed ${code} ${reason}`.trim()),
      cut: () => void this.heard.push('cut'),
      pause: () => void this.heard.push('paused')
    })
  }

  /** What arrived of a frame that is not complete. */
  get incomplete(): string {
    return this.#parts
  }

  /** The ids of the replies, in order of arrival. */
  get ids(): unknown[] {
    return this.replies.map(({ id }) => id)
  }

  /** The replies, without the handshake. */
  get replies(): Reply[] {
    return this.heard
      .filter(frame => typeof frame === 'string' && frame.startsWith('{"_id"'))
      .map(frame => {
        const { _id: id, _method: method, _status: status, _args: args } = JSON.parse(String(frame))
        return { id, method, status, ...args } as Reply
      })
      .filter(({ method }) => method !== 'open')
  }

  send(frame: string | Buffer): void {
    this.#connection.receive(frame)
  }

  request(id: unknown, method: string, args: object = {}): void {
    this.send(JSON.stringify({ _id: id, _method: `cus-sec_${method}`, args }))
  }

  sign(id: unknown, inData = 'text', passwd = '88888888'): void {
    this.request(id, 'SpcSignDataAsPEM', { inData, passwd })
  }

  leave(): void {
    this.#connection.ended()
  }
}
