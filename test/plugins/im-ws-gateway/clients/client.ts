import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { loadPackage, type Sdk, type Version } from './packages.ts'
import { surroundings, type Platform } from './surroundings.ts'
import type { WireFrame } from './web-socket.ts'
import { Waiting, within } from './within.ts'

/** What a client hands to the program that uses it, for good or bad. */
export interface Answer {
  readonly event: string
  readonly errCode: number
  readonly errMsg: string
  /** 2.x hands over a string; an object or list in it is parsed here. */
  readonly data: unknown
}

export interface ClientOptions {
  readonly version: Version
  /** `ws://…` with the path. */
  readonly url: string
  readonly userID: string
  readonly token: string
  /** Default 5, the web. */
  readonly platformID?: number
  readonly platform?: Platform
  /** The client's timers; default: one that stands still. */
  readonly clock?: FakeClock
  /** 2.3.0 alone: new messages in batches. */
  readonly isBatch?: boolean
  /** Base of the REST API, for uploads. */
  readonly apiAddr?: string
}

/** One of the real clients, the same way for all versions. */
export interface Client extends AsyncDisposable {
  readonly version: Version
  readonly userID: string
  readonly platformID: number
  readonly clock: FakeClock
  readonly sdk: Sdk
  readonly cbEvents: Readonly<Record<string, string>>
  /** All that went over its sockets, in order. */
  readonly frames: readonly WireFrame[]
  readonly failures: readonly unknown[]
  readonly complaints: readonly unknown[]
  /** Sockets that it has opened, and how many of them are open. */
  readonly sockets: { readonly opened: number; readonly open: number }
  /** Nothing is being opened or closed, and all that was sent on sockets that are open was answered. */
  readonly isIdle: boolean
  login(token?: string): Promise<Answer>
  logout(): Promise<Answer>
  /** Calls a method of the client; resolves for refusals too. Rejects when there is no answer in time. */
  call(method: string, ...args: readonly unknown[]): Promise<Answer>
  /** The same for what must succeed. @throws {Error} with the code */
  ask(method: string, ...args: readonly unknown[]): Promise<unknown>
  /** The events that the program was told of, in order, with parsed data. */
  readonly events: readonly ClientEvent[]
  /** The first event of the name that passes, past or future. */
  until(name: string, passes?: (data: never) => boolean): Promise<ClientEvent>
  /** Resolves once `holds()`; it is looked at after each frame and each end of a socket. */
  settled(what: string, holds: () => boolean): Promise<void>
}

export interface ClientEvent {
  readonly name: string
  readonly errCode: number
  readonly data: unknown
}

export function newClient(options: ClientOptions): Client {
  const { version, url, userID, token, platformID = 5, clock = fakeClock(Date.now()) } = options
  const around = surroundings(options.platform ?? 'web', clock)
  const { OpenIMSDK, CbEvents } = loadPackage(version, around)
  const sdk = new OpenIMSDK()
  const events: ClientEvent[] = []
  const waiting = new Waiting()
  around.onChange(() => waiting.look())
  for (const name of Object.values(CbEvents)) {
    sdk.on(name, frame => {
      const { errCode, data } = frame as Answer
      events.push({ name, errCode, data: parsed(data) })
      waiting.look()
    })
  }
  const call: Client['call'] = async (method, ...args) => {
    const promise = (sdk[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
    const answer = (await within(`${version} ${method}`, promise).catch((reason: unknown) => {
      if (reason instanceof Error) throw reason
      return reason
    })) as Answer
    return { ...answer, data: parsed(answer.data) }
  }
  const settled: Client['settled'] = (what, holds) => waiting.until(`${version} ${userID}: ${what}`, holds)
  return {
    version,
    userID,
    platformID,
    clock,
    sdk,
    cbEvents: CbEvents,
    frames: around.frames,
    failures: around.failures,
    complaints: around.complaints,
    events,
    get sockets() {
      const open = around.sockets.filter(socket => socket.readyState === socket.OPEN).length
      return { opened: around.sockets.length, open }
    },
    get isIdle() {
      return around.isIdle()
    },
    login(other = token) {
      const isBatch = options.isBatch ?? false
      const address = version === '3.5.2' ? { wsAddr: url, apiAddr: options.apiAddr ?? '' } : { url, isBatch }
      return call('login', { userID, token: other, platformID, ...address })
    },
    logout: () => call('logout'),
    call,
    async ask(method, ...args) {
      const { errCode, errMsg, data } = await call(method, ...args)
      if (errCode !== 0) throw new Error(`${version} ${method} was refused with ${errCode}: ${errMsg}`)
      return data
    },
    async until(name, passes = () => true) {
      const find = (): ClientEvent | undefined =>
        events.find(event => event.name === name && passes(event.data as never))
      await settled(name, () => find() !== undefined)
      return find() as ClientEvent
    },
    settled,
    async [Symbol.asyncDispose]() {
      for (const socket of around.sockets) socket.terminate()
      await settled('ends', () => around.sockets.every(socket => socket.readyState === socket.CLOSED))
    }
  }
}

/** Objects and lists that came as text. */
function parsed(data: unknown): unknown {
  return typeof data === 'string' && /^[[{]/.test(data) ? (JSON.parse(data) as unknown) : data
}
