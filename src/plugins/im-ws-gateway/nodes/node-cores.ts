import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import type { OperationName } from '../operations/index.ts'
import type { CoreEvent, Deliver, Snapshot, UserCore } from '../user-core.ts'
import type { OfficeName } from './hosting.ts'
import { LinkBroken, type Link } from './link.ts'
import { NodeCore, type CoreNode } from './node-core.ts'
import { mayRepeat, mayRepeatOffice } from './repeatable.ts'

/** What the cores of a node need. */
export interface NodeCoresParts {
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  readonly requestTimeoutMs: number
}

interface Waiter {
  readonly resolve: (link: Link) => void
  readonly reject: (error: Error) => void
  readonly dueAt: number
}

/** The users who are connected to this node, over whatever link to the host there is. */
export class NodeCores implements CoreNode {
  /** What back ends ask for. */
  readonly backOffice: BackOffice
  /** Requests that were asked again because their link broke. */
  repeats = 0
  readonly #parts: NodeCoresParts
  readonly #cores = new Map<number, NodeCore>()
  readonly #waiters = new Set<Waiter>()
  #link: Link | undefined
  #mark = 0
  #lastNumber = 0
  #isClosed = false

  constructor(parts: NodeCoresParts) {
    this.#parts = parts
    const office =
      (name: OfficeName) =>
      async (...args: readonly unknown[]) =>
        this.#office(name, args) as never
    this.backOffice = {
      registerUser: office('registerUser'),
      hasUser: office('hasUser'),
      user: office('user'),
      importFriends: office('importFriends'),
      importGroup: office('importGroup'),
      send: office('send')
    }
  }

  get link(): Link | undefined {
    return this.#link
  }

  async open(userID: string, deliver: Deliver): Promise<UserCore> {
    const core = new NodeCore(userID, deliver, this)
    this.#cores.set(core.number, core)
    try {
      await this.run(core, true, async () => undefined)
      return core
    } catch (error) {
      this.linkOf(core)?.send({ k: 'close', core: core.number })
      this.#cores.delete(core.number)
      throw error
    }
  }

  /** There is a host: tells it of all cores, and asks what waits to be asked. */
  connect(link: Link): void {
    this.disconnect()
    this.#link = link
    for (const core of this.#cores.values()) this.#restore(core, link)
    link.send({ k: 'ready' })
    for (const waiter of this.#waiters) waiter.resolve(link)
    this.#waiters.clear()
  }

  /** The host is no more. */
  disconnect(): void {
    const link = this.#link
    if (!link) return
    this.#mark = Math.max(this.#mark, link.mark())
    this.#link = undefined
    for (const core of this.#cores.values()) core.lost(this.#mark, link.isDone)
    link.break()
  }

  /** There will be no host any more: what waits for one is not done. */
  close(): void {
    this.#isClosed = true
    this.disconnect()
    for (const { reject } of this.#waiters) reject(closing())
    this.#waiters.clear()
  }

  /** Call it every now and then: gives up what has waited for too long, and tries again what went wrong. */
  sweep(): void {
    const now = this.#parts.clock.monotonic()
    const link = this.#link
    link?.sweep(now)
    for (const waiter of this.#waiters)
      if (waiter.dueAt <= now) {
        this.#waiters.delete(waiter)
        waiter.reject(new ImError('timeout'))
      }
    if (link) for (const core of this.#cores.values()) if (!core.isAt(link)) this.#restore(core, link)
  }

  told(cores: readonly number[], event: CoreEvent | Snapshot, cause?: number, except?: number): void {
    for (const number of cores) this.#cores.get(number)?.tell(event, cause, except)
  }

  here(core: number, device: number): void {
    this.#cores.get(core)?.here(device)
  }

  /** As that of {@link ToNode}. */
  arrived(core: number, device: number): number | undefined {
    return this.#cores.get(core)?.arrived(device)
  }

  /** A mark: up to there everything has arrived that connections were told after they came. */
  allArrived(): number {
    let all = this.mark()
    for (const core of this.#cores.values()) all = Math.min(all, core.allArrived())
    return all
  }

  mark(): number {
    return Math.max(this.#mark, this.#link?.mark() ?? 0)
  }

  linkOf(core: NodeCore): Link | undefined {
    return this.#cores.has(core.number) ? this.#link : undefined
  }

  closed(core: NodeCore): void {
    this.#cores.delete(core.number)
  }

  newNumber(): number {
    return ++this.#lastNumber
  }

  perform(core: NodeCore, device: number, name: OperationName, given: unknown): Promise<unknown> {
    const args = (name === 'sendMessage' ? withClientMsgID(given) : given) as object
    const question = { k: 'do', core: core.number, device, name, args } as const
    return this.run(core, mayRepeat(name, args), (link, dueAt) => link.ask(question, dueAt))
  }

  run<Result>(
    core: NodeCore,
    repeatable: boolean,
    task: (link: Link, dueAt: number) => Promise<Result>
  ): Promise<Result> {
    return this.#repeat(repeatable, async (link, dueAt) => {
      await untold(this.#inTime(core.restoredOn(link), dueAt))
      if (this.#parts.clock.monotonic() >= dueAt) throw new ImError('timeout')
      return task(link, dueAt)
    })
  }

  #office(name: OfficeName, args: readonly unknown[]): Promise<unknown> {
    return this.#repeat(mayRepeatOffice(name), (link, dueAt) =>
      link.ask({ k: 'office', name, args: [...args] }, dueAt)
    )
  }

  async #repeat<Result>(
    repeatable: boolean,
    task: (link: Link, dueAt: number) => Promise<Result>
  ): Promise<Result> {
    const { clock, requestTimeoutMs } = this.#parts
    const dueAt = clock.monotonic() + requestTimeoutMs
    for (;;) {
      const link = this.#link ?? (await this.#connected(dueAt))
      try {
        return await task(link, dueAt)
      } catch (error) {
        if (!(error instanceof LinkBroken)) throw error
        if (error.wasSent && !repeatable)
          throw new ImError('timeout', 'the node that was to do it is gone: whether it was done is not known')
        this.repeats++
        // Whoever has asked over a link that is broken does not ask over it again.
        if (this.#link === link) await this.#connected(dueAt)
      }
    }
  }

  #connected(dueAt: number): Promise<Link> {
    if (this.#isClosed) return Promise.reject(closing())
    return new Promise((resolve, reject) => this.#waiters.add({ resolve, reject, dueAt }))
  }

  /** A host may take its time to take a user in, and whoever asks for him waits no longer than he would otherwise. */
  #inTime(restored: Promise<void>, dueAt: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve: () => undefined, reject, dueAt }
      this.#waiters.add(waiter)
      const settled = (): void => void this.#waiters.delete(waiter)
      restored.then(settled, settled)
      restored.then(resolve, reject)
    })
  }

  #restore(core: NodeCore, link: Link): void {
    const { log } = this.#parts
    core.restoredOn(link).catch((error: unknown) => {
      if (!(error instanceof LinkBroken) && !(error instanceof ImError && error.code === 'userNotFound'))
        log.warn({ err: error }, 'the chat could not be told of a user')
    })
  }
}

function closing(): ImError {
  return new ImError('timeout', 'the gateway closes')
}

/** Until the host knows of a core nothing was asked of it. */
async function untold(restored: Promise<void>): Promise<void> {
  try {
    await restored
  } catch (error) {
    throw error instanceof LinkBroken ? new LinkBroken(false) : error
  }
}

/** A message is found by its id when it is sent again, so it has one from the start. */
function withClientMsgID(given: unknown): unknown {
  const args = given as { readonly message: { readonly clientMsgID?: unknown } }
  if (args.message.clientMsgID) return args
  return { ...args, message: { ...args.message, clientMsgID: randomBytes(16).toString('hex') } }
}
