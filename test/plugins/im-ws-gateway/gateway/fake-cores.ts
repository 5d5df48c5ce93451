import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import type { OperationName } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import type { CutOff, TokenFacts, Tokens } from '../../../../src/plugins/im-ws-gateway/tokens/tokens.ts'
import type {
  CoreEvent,
  Deliver,
  Device,
  Operations,
  UserCore,
  UserCores
} from '../../../../src/plugins/im-ws-gateway/user-core.ts'

/** What an operation of a fake core does. */
export type Behaviour = (args: never, device: Device, core: FakeCore) => unknown

/** A core that does what a test tells it to. */
export class FakeCore implements UserCore {
  readonly userID: string
  readonly deliver: Deliver
  readonly devices = new Set<Device>()
  /** Since when what had been told was in doubt, at each attachment and detachment. */
  readonly doubts: (number | undefined)[] = []
  /** How many events have been handed out. */
  handedOut = 0
  readonly operations: Operations
  missed: CoreEvent[] = []
  attaching: (() => unknown) | undefined
  closed = false

  constructor(userID: string, deliver: Deliver, behaviours: ReadonlyMap<OperationName, Behaviour>) {
    this.userID = userID
    this.deliver = (event, options) => {
      this.handedOut++
      deliver(event, options)
    }
    // oxlint-disable-next-line no-this-alias
    const core = this
    this.operations = new Proxy({} as Operations, {
      get: (_, name) => (args: never, device: Device) => {
        const behaviour = behaviours.get(name as OperationName)
        if (!behaviour) throw new ImError('notSupported')
        return behaviour(args, device, core)
      }
    })
  }

  mark(): number {
    return this.handedOut
  }

  async attach(device: Device, since?: number): Promise<readonly CoreEvent[]> {
    this.doubts.push(since)
    await this.attaching?.()
    this.devices.add(device)
    return this.missed
  }

  detach(device: Device, since?: number): void {
    this.doubts.push(since)
    this.devices.delete(device)
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

/** Makes fake cores, and remembers them. */
export class FakeCores implements UserCores {
  readonly behaviours = new Map<OperationName, Behaviour>()
  readonly opened: FakeCore[] = []
  /** Runs before a core is opened. */
  opening: ((userID: string) => unknown) | undefined
  prepare: ((core: FakeCore) => void) | undefined
  isClosed = false

  /** The newest core of a user. */
  of(userID: string): FakeCore {
    const core = this.opened.findLast(each => each.userID === userID)
    if (!core) throw new Error(`no core of ${userID}`)
    return core
  }

  async open(userID: string, deliver: Deliver): Promise<UserCore> {
    await this.opening?.(userID)
    const core = new FakeCore(userID, deliver, this.behaviours)
    this.prepare?.(core)
    this.opened.push(core)
    return core
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.isClosed = true
  }
}

/** Tokens that say what they are: `u1/5/a` is one of the user u1 on platform 5, `u1/0/a` on any. */
export class FakeTokens implements Tokens {
  readonly kicked = new Set<string>()
  readonly kickedAll: (readonly [string, number | undefined])[] = []
  /** When a token was issued, in milliseconds since the epoch. */
  readonly issued = new Map<string, number>()
  /** When a token expires, in milliseconds since the epoch. */
  readonly expiries = new Map<string, number>()
  checking: ((token: string) => unknown) | undefined
  readonly watchers: ((cutOff: CutOff) => void)[] = []

  async check(token: string): Promise<TokenFacts> {
    await this.checking?.(token)
    const [userID = '', platformID, serial] = token.split('/')
    if (serial === undefined) throw new ImError('tokenMalformed')
    if (this.kicked.has(token)) throw new ImError('tokenKicked')
    return {
      userID,
      platformID: Number(platformID),
      issuedAt: this.issued.get(token) ?? 0,
      expiresAt: this.expiries.get(token) ?? Infinity
    }
  }

  async kick(token: string): Promise<void> {
    this.kicked.add(token)
  }

  async kickAll(userID: string, platformID?: number): Promise<void> {
    this.kickedAll.push([userID, platformID])
  }

  watchCutOffs(listener: (cutOff: CutOff) => void): void {
    this.watchers.push(listener)
  }
}
