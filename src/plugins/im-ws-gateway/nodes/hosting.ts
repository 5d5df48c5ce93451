import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../../core/index.ts'
import { ImError } from '../codes.ts'
import type { EmbeddedCores } from '../embedded/embedded-cores.ts'
import { operations, type OperationName } from '../operations/index.ts'
import type { CoreEvent, Device } from '../user-core.ts'
import { assertFits } from '../wire/schema-check.ts'
import { HostedDevice, HostedUser, type Hold, type NodeSession } from './hosted-user.ts'
import type { Asked, ToHost } from './items.ts'
import { FencedError } from './terms.ts'
import type { ToNode } from './to-node.ts'

/** What the host works with. */
export interface HostingParts {
  readonly cores: Pick<EmbeddedCores, 'open' | 'backOffice' | 'retellPresence'>
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'error' | 'warn'>
  /** After how long a node that is not heard of counts as gone. Milliseconds. */
  readonly silentMs: number
  /** How far events have been handed out. */
  mark(): number
}

/** After so long what a connection was told has arrived, or its end was noticed. Milliseconds. */
const doubtMs = 60_000

/** What may be called of {@link BackOffice}. */
export const officeNames = [
  'registerUser',
  'hasUser',
  'user',
  'importFriends',
  'importGroup',
  'send'
] as const
export type OfficeName = (typeof officeNames)[number]
const isOfficeName = (name: string): name is OfficeName => (officeNames as readonly string[]).includes(name)

type Anything = (...args: readonly unknown[]) => Promise<unknown>

/** Runs the chat for all nodes, its own process being one of them: each user has one core, whoever has his connections. */
export class Hosting {
  readonly #parts: HostingParts
  readonly #sessions = new Map<string, NodeSession>()
  readonly #users = new Map<string, HostedUser>()
  readonly #samples: { readonly at: number; readonly mark: number }[] = []
  /** Whose connections were resumed: they may not have been told who has come or gone. */
  readonly #resumed = new Set<string>()
  readonly #startedAt: number
  readonly #underWay = new Set<Promise<unknown>>()
  #isLeaving = false
  #isOver = false

  constructor(parts: HostingParts) {
    this.#parts = parts
    this.#startedAt = parts.clock.monotonic()
    this.#sample()
  }

  /** The nodes that are there, by their names. */
  get nodes(): readonly string[] {
    return [...new Set([...this.#sessions.values()].map(({ node }) => node))]
  }

  has(session: string): boolean {
    return this.#sessions.has(session)
  }

  /** Lets a node in. @param isLocal it is this process, and never silent */
  join(node: string, session: string, way: ToNode, isLocal = false): void {
    const replaces = [...this.#sessions.values()].filter(other => other.node === node)
    const heardAt = isLocal ? Infinity : this.#parts.clock.monotonic()
    this.#sessions.set(session, { node, session, way, holds: new Map(), heardAt, arrived: 0, replaces })
    way.send({ k: 'joined' })
  }

  /** Takes what a node says that was let in. */
  receive(session: string, item: ToHost): void {
    const from = this.#sessions.get(session)
    if (!from || this.#isOver) return
    if (from.heardAt < Infinity) from.heardAt = this.#parts.clock.monotonic()
    switch (item.k) {
      case 'join':
        return
      case 'beat':
        from.arrived = item.arrived ?? 0
        return
      case 'ready':
        for (const old of from.replaces) this.drop(old.session)
        from.replaces = []
        return
      case 'leave':
        return this.drop(session)
      case 'detach':
        return this.#detach(from, item.core, item.device, item.since)
      case 'close':
        return this.#close(from.holds.get(item.core))
      default:
        if (!this.#isLeaving) this.#answer(from, item)
    }
  }

  /** Answers what cannot be understood. @param id of a request; missing: it was none, and what it said is lost */
  refuse(session: string, id?: number): void {
    const { way, node } = this.#sessions.get(session) ?? {}
    this.#parts.log.error({ node }, 'a node has said what cannot be understood')
    const { code, message } = new ImError('notSupported')
    way?.send(id === undefined ? { k: 'unknown' } : { k: 'no', id, code, message })
  }

  /**
   * Takes no requests any more, and lets all nodes know when those under way are answered, or the time for that is over.
   * Resolves when they are told. What comes meanwhile they may ask of the next host.
   */
  async leave(): Promise<void> {
    const { clock, silentMs } = this.#parts
    this.#isLeaving = true
    let timer: Timer | undefined
    const late = new Promise<void>(resolve => (timer = clock.after(silentMs, resolve)))
    await Promise.race([Promise.allSettled(this.#underWay), late])
    const ways = [...this.#sessions.values()].map(({ way }) => way)
    // Whoever is not answered has to take it that it was done.
    if (!this.#underWay.size) for (const way of ways) way.send({ k: 'bye', mark: this.#parts.mark() })
    await Promise.race([Promise.all(ways.map(way => way.idle())), late])
    timer?.cancel()
  }

  /** A node is gone: what its connections were told last may not have arrived. */
  drop(session: string): void {
    const gone = this.#sessions.get(session)
    if (!gone) return
    this.#sessions.delete(session)
    gone.way.end()
    for (const hold of gone.holds.values()) {
      for (const [number, device] of hold.devices) {
        // One that came elsewhere after the last sign of life is its own client, and has got what was in doubt.
        const isBack = device.succeededAt > gone.heardAt
        this.#detach(gone, hold.number, number, isBack ? undefined : this.#doubtful(device))
      }
      this.#close(hold)
    }
  }

  /** Something that nodes have said is lost: all but this process have to join again. */
  forget(): void {
    for (const { heardAt, way } of this.#sessions.values()) if (heardAt < Infinity) way.send({ k: 'unknown' })
  }

  /** Call it every now and then: drops nodes that are silent. */
  sweep(): void {
    this.#sample()
    const { clock, silentMs, log, cores } = this.#parts
    // By then all nodes that are there have said whom they have.
    if (this.#resumed.size && clock.monotonic() - this.#startedAt >= silentMs) {
      cores.retellPresence(this.#resumed)
      this.#resumed.clear()
    }
    for (const { heardAt, session, node } of this.#sessions.values()) {
      if (clock.monotonic() - heardAt <= silentMs) continue
      log.warn({ node }, 'a node of the chat is silent: its connections count as gone')
      this.drop(session)
    }
  }

  /** Tells nobody anything any more. What was told last may not have arrived, even where nodes have heard all of it. */
  end(): void {
    this.#isOver = true
    for (const { way, holds } of this.#sessions.values()) {
      way.end()
      for (const hold of holds.values())
        for (const [number, device] of hold.devices)
          void detach(hold, number, way.arrived?.(hold.number, number) ?? this.#doubtful(device))
    }
    this.#sessions.clear()
    for (const user of this.#users.values()) user.holds.clear()
  }

  #answer(from: NodeSession, item: Asked): void {
    const running = this.#run(from, item)
    this.#underWay.add(running)
    const ended = (): void => void this.#underWay.delete(running)
    running.then(ended, ended)
    running.then(
      result => from.way.send({ k: 'ok', id: item.id, result: result ?? null }),
      (error: unknown) => {
        // Nothing was written. Whoever runs the chat now answers it.
        if (error instanceof FencedError || this.#isOver) return
        const known = error instanceof ImError ? error : new ImError('internal')
        if (known !== error) this.#parts.log.error({ err: error, item: item.k }, 'a request of a node failed')
        from.way.send({ k: 'no', id: item.id, code: known.code, message: known.message })
      }
    )
  }

  async #run(from: NodeSession, item: Asked): Promise<unknown> {
    if (item.k === 'open') return this.#open(from, item.core, item.user)
    if (item.k === 'office') {
      if (!isOfficeName(item.name)) throw new ImError('notSupported')
      return (this.#parts.cores.backOffice[item.name] as Anything)(...item.args)
    }
    const hold = from.holds.get(item.core)
    if (!hold) throw new ImError('notLoggedIn')
    const core = await hold.user.core
    if (item.k === 'do') {
      const device = hold.devices.get(item.device)
      if (!device) throw new ImError('notLoggedIn')
      if (!Object.hasOwn(operations, item.name)) throw new ImError('notSupported')
      const name = item.name as OperationName
      if (from.heardAt < Infinity) assertFits(operations[name], item.args)
      return (core.operations[name] as (args: unknown, by: Device) => Promise<unknown>)(item.args, device)
    }
    const { device: number, platform } = item
    const now = this.#parts.clock.monotonic()
    const device = new HostedDevice(platform, hold, number, now, item.k === 'resume' ? item.mark : 0)
    const elsewhere = hold.user.elsewhere(hold, platform)
    hold.devices.set(number, device)
    from.way.send({ k: 'here', core: hold.number, device: number })
    try {
      let missed: readonly CoreEvent[]
      if (item.k === 'resume') {
        this.#resumed.add(hold.user.userID)
        missed = (await core.resume?.(device, item.mark)) ?? []
      } else {
        const doubts = elsewhere.map(other => this.#doubtful(other))
        const since = Math.min(item.since ?? Infinity, ...doubts)
        missed = await core.attach(device, since < Infinity ? since : undefined)
        for (const other of elsewhere) other.succeededAt = now
      }
      device.toldFrom = this.#parts.mark()
      return missed
    } catch (error) {
      hold.devices.delete(number)
      throw error
    }
  }

  async #open(session: NodeSession, number: number, userID: string): Promise<void> {
    let user = this.#users.get(userID)
    if (!user) {
      user = new HostedUser(userID, deliver => this.#parts.cores.open(userID, deliver))
      this.#users.set(userID, user)
    }
    const hold: Hold = { session, number, user, devices: new Map() }
    // A node that was not answered says it again.
    const before = session.holds.get(number)
    user.holds.add(hold)
    session.holds.set(number, hold)
    if (before) this.#close(before)
    try {
      await user.core
    } catch (error) {
      if (session.holds.get(number) === hold) session.holds.delete(number)
      user.holds.delete(hold)
      if (this.#users.get(userID) === user) this.#users.delete(userID)
      throw error
    }
  }

  #detach({ holds }: NodeSession, core: number, number: number, since?: number): void {
    const hold = holds.get(core)
    // An attachment that came before it is through when the core is there, and so is this, after it.
    if (hold) void detach(hold, number, since)
  }

  #close(hold: Hold | undefined): void {
    if (!hold) return
    const { session, number, user } = hold
    if (session.holds.get(number) === hold) session.holds.delete(number)
    const { log } = this.#parts
    const close = async (): Promise<void> => {
      const core = await user.core.catch(() => undefined)
      if (!core) return
      for (const device of hold.devices.values()) core.detach(device, this.#doubtful(device))
      user.holds.delete(hold)
      if (user.holds.size || this.#users.get(user.userID) !== user || this.#isOver) return
      this.#users.delete(user.userID)
      await core.close()
    }
    void close().catch((error: unknown) =>
      log.error({ err: error }, 'the core of a user could not be closed')
    )
  }

  #sample(): void {
    const at = this.#parts.clock.monotonic()
    this.#samples.push({ at, mark: this.#parts.mark() })
    while (this.#samples.length > 1 && (this.#samples[1]?.at ?? at) <= at - doubtMs) this.#samples.shift()
  }

  /**
   * What a connection was told after it may not have arrived where its node is gone, or nobody reads any more; of one
   * that has come lately, not even what it had missed, unless the node has said that something later has arrived.
   */
  #doubtful({ cameAt, toldAfter, toldFrom, hold }: HostedDevice): number {
    const mark = Math.max(this.#samples[0]?.mark ?? 0, hold.session.arrived)
    const isNew = this.#parts.clock.monotonic() - cameAt < doubtMs && hold.session.arrived <= toldFrom
    return isNew ? Math.min(mark, toldAfter) : mark
  }
}

async function detach({ user, devices }: Hold, number: number, since?: number): Promise<void> {
  const core = await user.core.catch(() => undefined)
  const device = devices.get(number)
  devices.delete(number)
  if (device) core?.detach(device, since)
}
