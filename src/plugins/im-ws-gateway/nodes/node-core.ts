import type { OperationName } from '../operations/index.ts'
import type {
  CoreEvent,
  Deliver,
  DeliverOptions,
  Device,
  Operations,
  Snapshot,
  UserCore
} from '../user-core.ts'
import type { Link } from './link.ts'
import { nodeOperations } from './node-operations.ts'

/** A host that many users come to at once takes its time; asked again, it would take more. */
const never = Infinity

/** A connection of the user, and how far the host knows of it. */
interface Entry {
  readonly number: number
  /** The host is just being told of it, for the first time. */
  isComing: boolean
  /** Events are told to it. */
  isHere: boolean
  /** How far the node was told everything when it came: before it was told what it had missed. */
  readonly from: number
  /** Up to here it was told everything; `undefined`: up to now. */
  mark: number | undefined
  /** What is no message it may not have been told. */
  mayLack: boolean
  /** It has gone while there was no host: what it was told after this may not have arrived. */
  goneSince?: number | undefined
  /** What comes while it is not known yet what it has missed: it is told behind that. */
  held: (readonly [event: CoreEvent | Snapshot, options: DeliverOptions])[] | undefined
}

/** What a core needs of its node. */
export interface CoreNode {
  /** Runs a task with the link to the host, once the host knows of the core, and again with the next link where it broke. */
  run<Result>(
    core: NodeCore,
    mayRepeat: boolean,
    task: (link: Link, dueAt: number) => Promise<Result>
  ): Promise<Result>
  perform(core: NodeCore, device: number, name: OperationName, args: unknown): Promise<unknown>
  /** The link where the host knows of the core. */
  linkOf(core: NodeCore): Link | undefined
  mark(): number
  closed(core: NodeCore): void
  newNumber(): number
}

/** A user with connections to this node. The chat is asked for him wherever it runs. */
export class NodeCore implements UserCore {
  readonly userID: string
  readonly number: number
  readonly operations: Operations
  readonly #deliver: Deliver
  readonly #node: CoreNode
  readonly #devices = new Map<Device, Entry>()
  /** Those that have gone while there was no host: the next one has to know what they may not have got. */
  #gone: (readonly [device: Device, entry: Entry])[] = []
  /** The host of this link knows of the core, or is being told of it. */
  #at: { readonly link: Link; readonly restored: Promise<void> } | undefined
  /** Connections that do not hear simply all that there is. */
  #special = 0
  #isClosed = false

  constructor(userID: string, deliver: Deliver, node: CoreNode) {
    this.userID = userID
    this.number = node.newNumber()
    this.#deliver = deliver
    this.#node = node
    this.operations = nodeOperations(this)
  }

  /** Tells the host of a link of the user and of his connections, and these what they have missed. */
  restoredOn(link: Link): Promise<void> {
    if (this.#at?.link === link) return this.#at.restored
    const restored = this.#restore(link)
    this.#at = { link, restored }
    restored.catch(() => {
      if (this.#at?.link === link) this.lost(this.#node.mark(), false)
    })
    return restored
  }

  isAt(link: Link): boolean {
    return this.#at?.link === link
  }

  /**
   * The host is no more, or does not know of the core.
   * @param mark up to where it has told everything
   * @param isDone it has told everything that there was
   */
  lost(mark: number, isDone: boolean): void {
    this.#at = undefined
    for (const entry of this.#devices.values()) {
      if (!isDone) entry.mayLack = true
      if (entry.isHere && (entry.isComing || !entry.held)) entry.mark = mark
      entry.isHere = false
      // It may have been counted in all the same: the answer is just being taken in.
      if (!entry.isComing) entry.held = undefined
    }
    this.#count()
  }

  async attach(device: Device, since?: number): Promise<readonly CoreEvent[]> {
    const { platformID: platform } = device
    const entry: Entry = {
      number: this.#node.newNumber(),
      isComing: true,
      isHere: false,
      from: this.#node.mark(),
      mark: undefined,
      mayLack: false,
      held: undefined
    }
    this.#devices.set(device, entry)
    this.#count()
    try {
      const { number } = entry
      const question = { k: 'attach', core: this.number, device: number, platform } as const
      const missed = await this.#node.run(this, true, (link, dueAt) => {
        // What another host has told it before its answer is in the answer of this one.
        Object.assign(entry, { isHere: false, mark: undefined, mayLack: false, held: undefined })
        return link.ask({ ...question, ...(since !== undefined && { since }) }, dueAt)
      })
      entry.isComing = false
      for (const [event, options] of entry.held ?? []) this.#deliver(event, options)
      entry.held = undefined
      return missed as readonly CoreEvent[]
    } catch (error) {
      this.#devices.delete(device)
      // The host may do it all the same, but later.
      const link = this.#node.linkOf(this)
      if (link) this.#sayGone(link, entry.number, 0)
      throw error
    } finally {
      this.#count()
    }
  }

  detach(device: Device, since?: number): void {
    const entry = this.#devices.get(device)
    if (!entry) return
    this.#devices.delete(device)
    this.#count()
    const link = this.#node.linkOf(this)
    const doubtful = Math.min(since ?? Infinity, entry.mark ?? Infinity)
    const goneSince = doubtful < Infinity ? doubtful : undefined
    if (link && this.isAt(link)) this.#sayGone(link, entry.number, goneSince)
    else this.#gone.push([device, { ...entry, goneSince }])
  }

  /** Where a host has not said yet what connections have missed, it is behind what the node has been told. */
  mark(): number {
    let mark = this.#node.mark()
    if (this.#special) for (const entry of this.#devices.values()) mark = Math.min(mark, entry.mark ?? mark)
    return mark
  }

  /**
   * Up to where everything has arrived that connections were told after they came, and after what they had missed.
   * `Infinity`: there are none.
   */
  allArrived(): number {
    let all = Infinity
    for (const [{ mark = 0 }, { isComing, from }] of this.#devices)
      if (!isComing) all = Math.min(all, Math.max(mark, from))
    for (const [, { goneSince = 0, from }] of this.#gone) all = Math.min(all, Math.max(goneSince, from))
    return all
  }

  /** Up to where everything that a connection was told has arrived; `undefined`: it is not known. */
  arrived(number: number): number | undefined {
    for (const [device, entry] of this.#devices) if (entry.number === number) return device.mark
    return this.#gone.find(([, entry]) => entry.number === number)?.[1].goneSince
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#node.linkOf(this)?.send({ k: 'close', core: this.number })
    this.#node.closed(this)
  }

  perform(device: Device, name: OperationName, args: unknown): Promise<unknown> {
    return this.#node.perform(this, this.#devices.get(device)?.number ?? 0, name, args)
  }

  /** From here on events are told to a connection. */
  here(number: number): void {
    for (const entry of this.#devices.values())
      if (entry.number === number) {
        entry.isHere = true
        entry.held = []
      }
    this.#count()
  }

  /** Hands on what the host tells. Devices are named by their numbers. */
  tell(event: CoreEvent | Snapshot, cause?: number, except?: number): void {
    if (this.#isClosed) return
    if (!this.#special) {
      const options: DeliverOptions | undefined =
        cause === undefined && except === undefined ? undefined : this.#named(cause, except)
      return this.#deliver(event, options)
    }
    for (const [device, entry] of this.#devices) {
      if (!entry.isHere || entry.number === except) continue
      const options = { ...this.#named(cause, except), only: device }
      if (entry.held) entry.held.push([event, options])
      else this.#deliver(event, options)
    }
  }

  #named(cause?: number, except?: number): DeliverOptions {
    const named: { cause?: Device; except?: Device } = {}
    for (const [device, { number }] of this.#devices) {
      if (number === cause) named.cause = device
      if (number === except) named.except = device
    }
    return named
  }

  async #restore(link: Link): Promise<void> {
    // All is said at once, so that the host knows when it was.
    const opened = link.ask({ k: 'open', core: this.number, user: this.userID }, never)
    const known = [...this.#devices].filter(([, { isComing }]) => !isComing)
    const gone = this.#gone.splice(0)
    const outcomes = await Promise.allSettled([
      opened,
      ...known.map(([device, entry]) => this.#resume(link, device, entry)),
      ...gone.map(([device, entry]) => this.#settleGone(link, device, entry))
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #resume(link: Link, device: Device, entry: Entry): Promise<void> {
    const { mark = 0, number } = entry
    const question = { k: 'resume', core: this.number, device: number, mark } as const
    const missed = await link.ask({ ...question, platform: device.platformID }, never)
    const held = entry.held ?? []
    if (link.isBroken || this.#devices.get(device) !== entry) return
    const only = { only: device }
    if (entry.mayLack) this.#deliver({ kind: 'syncStarted' }, only)
    for (const event of missed as readonly CoreEvent[]) this.#deliver(event, only)
    if (entry.mayLack) this.#deliver({ kind: 'syncFinished' }, only)
    for (const [event, options] of held) this.#deliver(event, options)
    Object.assign(entry, { held: undefined, mark: undefined, mayLack: false })
    this.#count()
  }

  /** A host that has come after a connection went hears that it was there, and what it may not have got. */
  async #settleGone(link: Link, device: Device, entry: Entry): Promise<void> {
    const { number, mark = 0, goneSince = mark } = entry
    const { platformID: platform } = device
    const resumed = link.ask({ k: 'resume', core: this.number, device: number, platform, mark }, never)
    this.#sayGone(link, number, Math.min(mark, goneSince))
    try {
      await resumed
    } catch (error) {
      this.#gone.push([device, entry])
      throw error
    }
  }

  #sayGone(link: Link, device: number, since: number | undefined): void {
    link.send({ k: 'detach', core: this.number, device, ...(since !== undefined && { since }) })
  }

  #count(): void {
    this.#special = 0
    for (const { isHere, isComing, held } of this.#devices.values())
      if (!isHere || isComing || held) this.#special++
  }
}
