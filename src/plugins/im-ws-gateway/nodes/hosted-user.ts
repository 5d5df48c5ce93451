import type { CoreEvent, DeliverOptions, Device, Snapshot, UserCore } from '../user-core.ts'
import type { ToNode } from './to-node.ts'

/** A node, as the host knows it. */
export interface NodeSession {
  readonly node: string
  readonly session: string
  readonly way: ToNode
  /** What it holds, by the numbers of its cores. */
  readonly holds: Map<number, Hold>
  /** Monotonic milliseconds when it was heard last; `Infinity`: it is this process. */
  heardAt: number
  /** What it is in place of, until it has named all that it has. */
  replaces: readonly NodeSession[]
}

/** A connection that a node has. */
export class HostedDevice implements Device {
  readonly platformID: number
  readonly hold: Hold
  readonly number: number
  /** Another one has come that was told what this one may not have got: it may be the same client. */
  isSucceeded = false

  constructor(platformID: number, hold: Hold, number: number) {
    this.platformID = platformID
    this.hold = hold
    this.number = number
  }
}

/** That a node has somebody's connections. */
export interface Hold {
  readonly session: NodeSession
  readonly number: number
  readonly user: HostedUser
  readonly devices: Map<number, HostedDevice>
}

/** A user who is connected to one node or several. He has one core, whose events go to all of them. */
export class HostedUser {
  readonly userID: string
  readonly holds = new Set<Hold>()
  readonly core: Promise<UserCore>

  /** @param open opens his core */
  constructor(userID: string, open: (deliver: HostedUser['deliver']) => Promise<UserCore>) {
    this.userID = userID
    this.core = open(this.deliver)
  }

  readonly deliver = (event: CoreEvent | Snapshot, options?: DeliverOptions): void => {
    const numberIn = (hold: Hold, device: Device | undefined): number | undefined =>
      device instanceof HostedDevice && device.hold === hold ? device.number : undefined
    for (const hold of this.holds) {
      const { devices, session, number } = hold
      const except = numberIn(hold, options?.except)
      if (devices.size > (except === undefined ? 0 : 1))
        session.way.tell(number, event, numberIn(hold, options?.cause), except)
    }
  }

  /**
   * A connection comes to `hold` on a platform.
   * @returns whether other nodes have such connections: one of them may be its own old one
   */
  succeed(hold: Hold, platformID: number): boolean {
    let isSuccessor = false
    for (const other of this.holds)
      for (const device of other === hold ? [] : other.devices.values())
        if (device.platformID === platformID) isSuccessor = device.isSucceeded = true
    return isSuccessor
  }
}
