import type { CoreEvent, Deliver, Device, Operations, UserCore } from '../user-core.ts'

/** What a core tells the parts that it is made of. */
export interface CoreLife {
  attached(core: EmbeddedCore, device: Device, since?: number): Promise<readonly CoreEvent[]>
  resumed(core: EmbeddedCore, device: Device, mark: number): Promise<readonly CoreEvent[]>
  detached(core: EmbeddedCore, device: Device, since?: number): void
  /** How far events have been handed out. */
  mark(): number
  closed(core: EmbeddedCore): void
  /** An event could not be handed to the connections. The others get theirs. */
  failed(core: EmbeddedCore, error: unknown): void
}

/** A user of the embedded core, with his connections. */
export class EmbeddedCore implements UserCore {
  readonly userID: string
  readonly operations: Operations
  readonly devices = new Set<Device>()
  readonly #life: CoreLife
  readonly #deliver: Deliver
  #underWay = 0
  #closing: Promise<void> | undefined
  #whenIdle: (() => void) | undefined

  constructor(
    userID: string,
    deliver: Deliver,
    life: CoreLife,
    operationsFor: (userID: string, run: EmbeddedCore['run']) => Operations
  ) {
    this.userID = userID
    this.#deliver = deliver
    this.#life = life
    this.operations = operationsFor(userID, task => this.run(task))
  }

  /** Hands an event to the user's connections. Whoever comes later hears of it when he is attached. */
  readonly tell: Deliver = (event, options) => {
    if (this.#closing || !this.devices.size) return
    try {
      this.#deliver(event, options)
    } catch (error) {
      this.#life.failed(this, error)
    }
  }

  /** Runs an operation: the core does not end before it. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#underWay++
    try {
      return await task()
    } finally {
      if (--this.#underWay === 0) this.#whenIdle?.()
    }
  }

  attach(device: Device, since?: number): Promise<readonly CoreEvent[]> {
    return this.#countIn(device, 0, () => this.#life.attached(this, device, since))
  }

  resume(device: Device, mark: number): Promise<readonly CoreEvent[]> {
    return this.#countIn(device, mark, () => this.#life.resumed(this, device, mark))
  }

  detach(device: Device, since?: number): void {
    if (this.devices.delete(device)) this.#life.detached(this, device, since)
  }

  mark(): number {
    return this.#life.mark()
  }

  /** Resolves when the core has ended; `undefined`: it is open. */
  get closing(): Promise<void> | undefined {
    return this.#closing
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#end())
  }

  /** @param mark what it was told after it does not arrive when `count` fails */
  async #countIn(
    device: Device,
    mark: number,
    count: () => Promise<readonly CoreEvent[]>
  ): Promise<readonly CoreEvent[]> {
    this.devices.add(device)
    try {
      return await this.run(count)
    } catch (error) {
      this.detach(device, mark)
      throw error
    }
  }

  async #end(): Promise<void> {
    for (const device of this.devices) this.detach(device, device.mark)
    if (this.#underWay) await new Promise<void>(resolve => (this.#whenIdle = resolve))
    this.#life.closed(this)
  }
}
