import type { CoreEvent, Deliver, Device, Operations, UserCore } from '../user-core.ts'

/**
 * A user of a chat that several gateways of a process use, as they do for a while during a reload. He has one core, and
 * what it tells goes to all of them.
 */
export class SharedUser {
  readonly #core: Promise<UserCore>
  readonly #ended: () => void
  readonly #holders = new Set<SharedCore>()
  /** Where there is one holder only, as there is but for reloads. */
  #only: Deliver | undefined
  /** Who waits for the core. */
  #coming = 0

  /**
   * @param open opens his core
   * @param ended called when nobody holds him any more, before the core is closed
   */
  constructor(open: (deliver: Deliver) => Promise<UserCore>, ended: () => void) {
    this.#ended = ended
    this.#core = open(this.#deliver)
  }

  /** The core, for one gateway. @throws whatever opening it does */
  async hold(deliver: Deliver): Promise<UserCore> {
    this.#coming++
    try {
      const held = new SharedCore(await this.#core, deliver, this)
      this.#holders.add(held)
      this.#count()
      return held
    } finally {
      this.#coming--
      if (this.#isLeft) this.#ended()
    }
  }

  /** One gateway has no connections of his any more. @returns whether no other has: then the core is to be closed at once */
  leave(held: SharedCore): boolean {
    if (!this.#holders.delete(held)) return false
    this.#count()
    if (this.#isLeft) this.#ended()
    return this.#isLeft
  }

  /** Up to where connections of a platform that other gateways have were told what has arrived for certain. */
  doubtfulSince(held: SharedCore, { platformID }: Device): number | undefined {
    const others = this.#only ? [] : [...this.#holders].filter(other => other !== held)
    const marks = others.flatMap(other => [...other.marksOn(platformID)])
    return marks.length > 0 ? Math.min(...marks) : undefined
  }

  get #isLeft(): boolean {
    return this.#holders.size === 0 && this.#coming === 0
  }

  readonly #deliver: Deliver = (event, options) => {
    if (this.#only) return this.#only(event, options)
    for (const { deliver } of this.#holders) deliver(event, options)
  }

  #count(): void {
    const [first] = this.#holders
    this.#only = this.#holders.size === 1 ? first?.deliver : undefined
  }
}

/** What one gateway has of the core of a user: its own connections. */
export class SharedCore implements UserCore {
  readonly userID: string
  readonly operations: Operations
  readonly deliver: Deliver
  readonly #core: UserCore
  readonly #user: SharedUser
  /** The connections, and whether they are through with being attached. */
  readonly #devices = new Map<Device, boolean>()

  constructor(core: UserCore, deliver: Deliver, user: SharedUser) {
    this.userID = core.userID
    this.operations = core.operations
    this.deliver = deliver
    this.#core = core
    this.#user = user
  }

  async attach(device: Device, since?: number): Promise<readonly CoreEvent[]> {
    const elsewhere = this.#user.doubtfulSince(this, device)
    const doubtful = Math.min(since ?? Infinity, elsewhere ?? Infinity)
    this.#devices.set(device, false)
    try {
      const missed = await this.#core.attach(device, doubtful < Infinity ? doubtful : undefined)
      if (this.#devices.has(device)) this.#devices.set(device, true)
      return missed
    } catch (error) {
      this.#devices.delete(device)
      throw error
    }
  }

  detach(device: Device, since?: number): void {
    this.#devices.delete(device)
    this.#core.detach(device, since)
  }

  mark(): number {
    return this.#core.mark?.() ?? 0
  }

  /** Takes the connections of this gateway out. What others have under way goes on. */
  async close(): Promise<void> {
    for (const device of this.#devices.keys()) this.detach(device, device.mark)
    if (this.#user.leave(this)) await this.#core.close()
  }

  /** Up to where its connections of a platform have got everything for certain. */
  *marksOn(platformID: number): Iterable<number> {
    for (const [device, isThere] of this.#devices)
      if (isThere && device.platformID === platformID && device.mark !== undefined) yield device.mark
  }
}
