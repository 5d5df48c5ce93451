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
  /** A mark: what it has told up to there has arrived, but for what connections heard when they came. */
  arrived: number
  /** What it is in place of, until it has named all that it has. */
  replaces: readonly NodeSession[]
}

/** A connection that a node has. */
export class HostedDevice implements Device {
  readonly platformID: number
  readonly hold: Hold
  readonly number: number
  /** When it has come to this host. Monotonic milliseconds. */
  readonly cameAt: number
  /** A mark: after it, it was told what there is when it came; 0: after what the core knows. */
  readonly toldAfter: number
  /** A mark: after it, it was told what happened since it came. */
  toldFrom = Infinity
  /** When another one came elsewhere that was told what this one may not have got. Monotonic milliseconds. */
  succeededAt = -Infinity

  constructor(platformID: number, hold: Hold, number: number, cameAt: number, toldAfter: number) {
    this.platformID = platformID
    this.hold = hold
    this.number = number
    this.cameAt = cameAt
    this.toldAfter = toldAfter
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

  /** His connections on a platform that other nodes have than that of `hold`. */
  elsewhere(hold: Hold, platformID: number): readonly HostedDevice[] {
    const others = [...this.holds].filter(other => other !== hold)
    return others.flatMap(({ devices }) => [...devices.values()].filter(one => one.platformID === platformID))
  }
}
