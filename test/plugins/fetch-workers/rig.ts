import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, type ClientOptions, type RawData } from 'ws'
import type { Settings } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import type { WorkersSettings } from '../../../src/plugins/fetch-workers/config.ts'
import fetchWorkers from '../../../src/plugins/fetch-workers/index.ts'
import { chunkFrame, readChunk } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import type { GatewayFrame, RequestFrame } from '../../../src/plugins/fetch-workers/protocol/frames.ts'
import { isSameMac, loginMac, workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import {
  WorkerFailure,
  type FetchWorkers,
  type WorkerAnswer,
  type WorkerFetchOptions,
  type WorkerRequest
} from '../../../src/plugins/fetch-workers/service.ts'
import { fakeClock, testPlugin, type FakeClock, type TestGateway } from '../../../src/testing/index.ts'

export const secret = 'a secret of these tests, long enough'
const subprotocol = 'gw-spider.v1'

/** What of a worker is not as it is by default. */
export interface ScriptedOptions {
  readonly name?: string
  readonly kid?: string
  readonly hosts?: readonly string[]
  readonly maxInFlight?: number
  readonly key?: string
}

/** A worker that does what a test tells it to. */
export class ScriptedWorker {
  readonly socket: WebSocket
  /** What came: frames, and chunks as `{ type: 'chunk', … }`. */
  readonly frames: (GatewayFrame | { type: 'chunk'; stream: number; last: boolean; text: string })[] = []
  readonly #options: ScriptedOptions
  readonly #nonce = 'h'.repeat(32)
  #challenge = ''
  #wake = (): void => undefined

  constructor(url: string, options: ScriptedOptions = {}, client: ClientOptions = {}) {
    this.#options = options
    this.socket = new WebSocket(url, subprotocol, client)
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => this.#wake())
    this.socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer
      if (isBinary) {
        const { stream, last, payload } = readChunk(bytes)
        this.frames.push({ type: 'chunk', stream, last, text: payload.toString('latin1') })
      } else this.frames.push(JSON.parse(bytes.toString()) as GatewayFrame)
      this.#wake()
    })
  }

  get key(): string {
    return this.#options.key ?? workerKey(secret, this.#options.kid ?? this.name)
  }

  get name(): string {
    return this.#options.name ?? 'w1'
  }

  /** The next frame of a type; it is taken out. */
  async next<Type extends ScriptedWorker['frames'][number]['type']>(
    type: Type
  ): Promise<Extract<ScriptedWorker['frames'][number], { type: Type }>> {
    for (;;) {
      const at = this.frames.findIndex(frame => frame.type === type)
      if (at >= 0) return this.frames.splice(at, 1)[0] as never
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed while waiting for ${type}`)
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame))
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open')
    return this
  }

  async closed(): Promise<number> {
    if (this.socket.readyState === WebSocket.CLOSED) return 0
    const [code] = (await once(this.socket, 'close')) as [number]
    return code
  }

  async hello(): Promise<void> {
    await this.opened()
    const { hosts, maxInFlight = 8 } = this.#options
    const caps = { maxInFlight, ...(hosts && { hosts }) }
    this.send({ type: 'hello', v: 1, name: this.name, nonce: this.#nonce, caps })
    this.#challenge = (await this.next('challenge')).nonce
  }

  auth(given: { kid?: string; mac?: string } = {}): void {
    const kid = this.#options.kid ?? this.name
    this.send({ type: 'auth', kid, mac: this.mac('worker'), ...given })
  }

  mac(side: 'worker' | 'gateway'): string {
    const facts = { name: this.name, helloNonce: this.#nonce, challengeNonce: this.#challenge }
    return loginMac(this.key, side, facts)
  }

  /** Logs in, and checks that the gateway knows the key, too. */
  async ready(): Promise<this> {
    await this.hello()
    this.auth()
    const ready = await this.next('ready')
    if (!isSameMac(ready.mac, this.mac('gateway'))) throw new Error('the gateway does not know the key')
    return this
  }

  /** Resolves when the gateway has read all that was sent before. */
  async settled(): Promise<void> {
    const answered = once(this.socket, 'pong')
    this.socket.ping()
    await answered
  }

  ack({ id }: RequestFrame): void {
    this.send({ type: 'ack', id })
  }

  /** Answers a request that was acknowledged. */
  answer({ id }: RequestFrame, text = 'by worker', given: object = {}): void {
    this.send({
      type: 'res',
      id,
      status: 200,
      headers: [['content-type', 'text/plain']],
      setCookies: [],
      body: id,
      ...given
    })
    this.send(chunkFrame(id, Buffer.from(text), true))
  }

  /** Takes requests and answers each as told. */
  serve(answer: (frame: RequestFrame) => void = frame => this.answer(frame)): this {
    const go = async (): Promise<void> => {
      for (;;) {
        const frame = await this.next('req')
        this.ack(frame)
        if (frame.body !== undefined) await this.next('chunk')
        answer(frame)
      }
    }
    go().catch(() => undefined)
    return this
  }
}

export interface Rig extends AsyncDisposable {
  readonly app: TestGateway<FetchWorkers>
  readonly workers: FetchWorkers
  readonly clock: FakeClock
  readonly log: string[]
  readonly url: string
  readonly http: string
  /** Where operators are served. */
  readonly admin: string
  open(options?: ScriptedOptions, client?: ClientOptions): ScriptedWorker
  /** A worker that is logged in. */
  start(options?: ScriptedOptions): Promise<ScriptedWorker>
  fetch(request?: Partial<WorkerRequest>, options?: Partial<WorkerFetchOptions>): Promise<WorkerAnswer>
  /** How a request fails. */
  failed(answer: Promise<unknown>): Promise<WorkerFailure>
  count(name: string): number
  /** Resolves when something holds that no worker hears of. */
  until(test: () => boolean): Promise<void>
}

export interface RigOptions {
  readonly config?: Settings<WorkersSettings>
  readonly server?: object
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock()
  const log: string[] = []
  const app = await testPlugin(fetchWorkers, {
    config: { secret, ...options.config },
    services: { clock },
    with: [[apiError]],
    server: { logLevel: 'trace', drainMs: 0, closeMs: 2_000, adminPort: 0, ...options.server },
    logDestination: { write: line => void log.push(line) }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}/_spider`
  const opened: ScriptedWorker[] = []
  const open: Rig['open'] = (given, client) => {
    const worker = new ScriptedWorker(url, given, client)
    opened.push(worker)
    return worker
  }
  return {
    app,
    workers: app.service,
    clock,
    log,
    url,
    http: `http://127.0.0.1:${port}`,
    admin: `${/http:\/\/127\.0\.0\.1:\d+/.exec(log.find(line => line.includes('admin listener')) ?? '')?.[0]}/fetch-workers`,
    open,
    start: given => open(given).ready(),
    fetch: (request, given) =>
      app.service.fetch(
        {
          method: 'GET',
          url: 'http://up.example.edu/',
          headers: {},
          cookies: [],
          maxBytes: 1_000_000,
          ...request
        },
        { deadlineAt: clock.monotonic() + 7_000, mode: 'prefer', ...given }
      ),
    failed: async call => {
      const error = await call.then(
        () => new Error('it did not fail'),
        (thrown: unknown) => thrown
      )
      if (error instanceof WorkerFailure) return error
      throw error
    },
    count: name => app.service.status().counters[name] ?? Number.NaN,
    until: async test => {
      while (!test()) await new Promise(setImmediate)
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of opened) socket.terminate()
      await app.close()
    }
  }
}
