import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { readChunk } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import type { WorkerFrame } from '../../../src/plugins/fetch-workers/protocol/frames.ts'
import { loginMac, workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import { secret } from './rig.ts'

type Came = WorkerFrame | { type: 'chunk'; stream: number; last: boolean; text: string }

/** A gateway that does what a test tells it to, for one worker. */
export class ScriptedGateway implements AsyncDisposable {
  readonly url: string
  readonly #server: WebSocketServer
  readonly #came: Came[] = []
  #socket: WebSocket | undefined
  #wake = (): void => undefined

  private constructor(server: WebSocketServer) {
    this.#server = server
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
    server.on('connection', socket => {
      this.#socket = socket
      socket.on('message', (data: RawData, isBinary: boolean) => {
        this.#came.push(
          isBinary ? chunkOf(data as Buffer) : (JSON.parse((data as Buffer).toString()) as Came)
        )
        this.#wake()
      })
      this.#wake()
    })
  }

  static async start(): Promise<ScriptedGateway> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'gw-spider.v1' })
    await once(server, 'listening')
    return new ScriptedGateway(server)
  }

  /** The worker's connection. */
  get socket(): WebSocket {
    if (!this.#socket) throw new Error('no worker is there')
    return this.#socket
  }

  /** What came and has not been taken out. */
  get came(): readonly Came[] {
    return this.#came
  }

  /** The next frame of a type; it is taken out. */
  async next<Type extends Came['type']>(type: Type): Promise<Extract<Came, { type: Type }>> {
    for (;;) {
      const at = this.#came.findIndex(frame => frame.type === type)
      if (at >= 0) return this.#came.splice(at, 1)[0] as never
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }

  send(frame: object): void {
    this.socket.send(Buffer.isBuffer(frame) ? frame : JSON.stringify(frame))
  }

  /** Logs the worker in. */
  async login(): Promise<void> {
    const { name, nonce } = await this.next('hello')
    const challenge = 'c'.repeat(43)
    this.send({ type: 'challenge', nonce: challenge })
    const { kid } = await this.next('auth')
    const facts = { name, helloNonce: nonce, challengeNonce: challenge }
    const mac = loginMac(workerKey(secret, kid), 'gateway', facts)
    this.send({ type: 'ready', session: 's1', heartbeatMs: 20_000, maxInFlight: 8, mac })
  }

  ask(given: object): void {
    this.send({
      type: 'req',
      id: 1,
      method: 'GET',
      url: 'http://up.example.edu/',
      headers: [],
      cookies: [],
      timeoutMs: 7_000,
      maxBytes: 1_000,
      redirect: 'manual',
      ...given
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#server.clients) client.terminate()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

function chunkOf(bytes: Buffer): Came {
  const { stream, last, payload } = readChunk(bytes)
  return { type: 'chunk', stream, last, text: payload.toString() }
}
