import { randomBytes } from 'node:crypto'
import type { Timer } from '../../../core/index.ts'
import type { Following, Lease } from '../../state/service.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import type { ImNodesStatus } from '../service.ts'
import type { Deliver, UserCore, UserCores } from '../user-core.ts'
import { parse } from '../node-message.ts'
import { sayBeat } from './beats.ts'
import type { ChatNodesParts } from './chat-nodes-parts.ts'
import { Election } from './election.ts'
import { takeBatch } from './from-host.ts'
import { HostedChat } from './hosted-chat.ts'
import { Beat, linkVersion } from './items.ts'
import { Link, type LinkListener } from './link.ts'
import { localLink } from './local-link.ts'
import { inboxes, logNames } from './log-names.ts'
import { NodeCores } from './node-cores.ts'
import { RemoteHost } from './to-host.ts'

/** How often the lease is extended in its time, and nodes say that they are there. */
const beatsPerLease = 4
/** Leases after which a node that is not heard of counts as gone, and a host as away. */
const silentLeases = 2
/** How long it takes at most until another node runs the chat. */
const takeOverLeases = 3

/**
 * The users of one chat on several nodes. One node at a time runs the chat (the host), for all of them; the others are
 * linked with it over logs in the state. Who it is, a lease says; that no other writes, the database sees to.
 */
export class ChatNodes implements UserCores, LinkListener {
  readonly backOffice: BackOffice
  readonly name: string
  readonly #parts: ChatNodesParts
  readonly #random: (size: number) => Buffer
  readonly #version: number
  readonly #cores: NodeCores
  readonly #election: Election
  readonly #beatMs: number
  readonly #inbox: number
  readonly #traffic = { batches: 0, bytes: 0 }
  readonly #followings: Following[] = []
  #hosted: HostedChat | undefined
  /** Whoever runs the chat, as far as it is known here, and when that was heard. */
  #host: (Beat & { readonly heardAt: number }) | undefined
  #link: { readonly link: Link; readonly way?: RemoteHost; readonly at: number } | undefined
  /** How far the link has told everything. */
  #mark = 0
  #work: Promise<void> = Promise.resolve()
  #timer: Timer | undefined
  /** When the chat could be reached last. */
  #reachedAt = -Infinity
  #takeOvers = 0
  #breaks = 0
  #isClosed = false

  constructor(parts: ChatNodesParts) {
    const { state, clock, log, settings, random = randomBytes, version = linkVersion } = parts
    this.#parts = parts
    this.#version = version
    this.#random = random
    this.name = random(8).toString('hex')
    this.#inbox = random(2).readUInt16BE() % inboxes
    this.#cores = new NodeCores({ clock, log, requestTimeoutMs: settings.requestTimeoutMs })
    this.backOffice = this.#cores.backOffice
    this.#beatMs = settings.hostLeaseMs / beatsPerLease
    this.#election = new Election({
      state,
      key: 'im-ws-gateway:host',
      clock,
      log,
      leaseMs: settings.hostLeaseMs,
      everyMs: this.#beatMs,
      won: lease => this.#do(() => this.#begin(lease)),
      lost: () => this.#stopHosting(),
      kept: () => this.#beat()
    })
  }

  /** Follows the other nodes, and takes part in the election. Waits for nobody. */
  start(): void {
    const { state } = this.#parts
    this.#followings.push(
      state.log(logNames.hosts).follow(
        {
          entry: ({ text }) => this.#guarded(() => this.#heardOf(parse(Beat, text))),
          lost: () => this.#beat()
        },
        { from: 'start' }
      ),
      state.log(logNames.node(this.#inbox)).follow({
        entry: ({ text }) => this.#fromHost(text),
        lost: () => this.#relink()
      })
    )
    this.#election.attempt()
    this.#tickLater()
  }

  open(userID: string, deliver: Deliver): Promise<UserCore> {
    return this.#cores.open(userID, deliver)
  }

  /**
   * Another node that takes over is waited for: else none would be ready meanwhile, and a load balancer would have nobody
   * for all the rest that they do.
   * @throws {Error} when the chat cannot be reached, and could not for as long as a take-over may need
   */
  async ping(): Promise<void> {
    await this.#parts.database.ping()
    const reason = this.#unreachable()
    const patienceMs = takeOverLeases * this.#parts.settings.hostLeaseMs
    if (reason !== undefined && this.#now() - this.#reachedAt >= patienceMs) throw new Error(reason)
  }

  /** Why the chat cannot be reached now. */
  #unreachable(): string | undefined {
    if (!this.#cores.link)
      return this.#isHostHeard() && !this.#isOurs(this.#host)
        ? 'the chat is run by a node of another release: this one cannot be linked with it, and waits'
        : 'no node runs the chat, or it cannot be reached'
    const isHeard = this.#hosted ? this.#hosted.isCurrent : this.#isHostHeard()
    if (isHeard && this.#followings.every(({ isCurrent }) => isCurrent)) {
      this.#reachedAt = this.#now()
      return undefined
    }
    return 'the node that runs the chat cannot be reached'
  }

  nodes(): ImNodesStatus {
    const { hosting, term } = this.#hosted ?? {}
    return {
      self: this.name,
      host: hosting ? this.name : (this.#host?.node ?? ''),
      term: term ?? this.#host?.term ?? 0,
      isHost: hosting !== undefined,
      isLinked: this.#cores.link !== undefined,
      nodes: hosting?.nodes ?? [],
      counters: {
        take_overs_total: this.#takeOvers,
        link_breaks_total: this.#breaks,
        link_batches_total: this.#traffic.batches,
        link_bytes_total: this.#traffic.bytes,
        repeated_requests_total: this.#cores.repeats
      }
    }
  }

  /** Lets another node run the chat, if there is one. This one goes on as a node. */
  async handOver(): Promise<void> {
    const others = this.#hosted?.hosting.nodes.some(node => node !== this.name)
    if (this.#hosted && !others) return
    await this.#resign()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    const remote = this.#link?.way
    this.#link?.link.send({ k: 'leave' })
    await remote?.idle()
    await this.#resign()
    this.#cores.close()
    await Promise.all(this.#followings.map(following => following.end()))
  }

  /** Links itself with a host that has let it in. */
  joined(link: Link): void {
    if (link !== this.#link?.link) return
    this.#cores.connect(link)
  }

  unknown(link: Link): void {
    if (link === this.#link?.link) this.#relink()
  }

  left(link: Link, mark: number): void {
    if (link !== this.#link?.link) return
    this.#mark = mark
    this.#unlink()
  }

  here(core: number, device: number): void {
    this.#cores.here(core, device)
  }

  async #resign(): Promise<void> {
    await this.#election.withdraw()
    await this.#work
    const term = this.#hosted?.term
    if (term === undefined) return this.#election.renounce()
    await this.#hosted?.leave()
    this.#stopHosting()
    await this.#work
    await this.#election.renounce()
    await this.#say({ term, isOver: true })
  }

  /** Elected: opens the chat, and lets the others in. */
  async #begin(lease: Lease): Promise<void> {
    const { terms, database: _shared, settings, log, ...others } = this.#parts
    const isElected = (): boolean => this.#election.holds(lease)
    const renounce = async (): Promise<void> => (isElected() ? this.#election.renounce() : undefined)
    if (!isElected()) return
    try {
      this.#unlink()
      const term = await terms.next(this.#host?.term)
      const database = terms.during(term, this.#newName(), () => void renounce())
      const silentMs = silentLeases * settings.hostLeaseMs
      const traffic = this.#traffic
      const self = { name: this.name, version: this.#version }
      this.#hosted = await HostedChat.open({ ...others, ...self, log, traffic, silentMs, term, database })
      if (!isElected()) return await this.#endHosting()
      this.#takeOvers++
      log.info({ term, node: this.name }, 'this node runs the chat')
      this.#linkWithSelf(this.#hosted)
      this.#beat()
    } catch (error) {
      log.error({ err: error }, 'this node was elected to run the chat, and cannot')
      await this.#endHosting()
      await renounce()
    }
  }

  #stopHosting(): void {
    const hosted = this.#hosted
    if (!hosted) return
    this.#parts.log.warn({ term: hosted.term, node: this.name }, 'this node runs the chat no longer')
    this.#unlink()
    hosted.hosting.end()
    this.#do(() => this.#endHosting())
  }

  async #endHosting(): Promise<void> {
    const hosted = this.#hosted
    this.#hosted = undefined
    await hosted?.end()
    // Meanwhile it may have found another one that does.
    const term = this.#link?.link.term
    if (term === undefined || term === hosted?.term) this.#relink()
  }

  /** One after the other: beginning and ending to run the chat. */
  #do(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'running the chat has failed')
    })
  }

  #linkWithSelf(hosted: HostedChat): void {
    // While the chat was being opened the host before may have been heard of once more.
    this.#unlink()
    const session = this.#newName()
    const { link, way } = localLink({ hosted, session, cores: this.#cores, listener: this })
    this.#link = { link, at: this.#now() }
    hosted.hosting.join(this.name, session, way, true)
  }

  #linkWithOther({ term, node: host }: Beat): void {
    const { state } = this.#parts
    const session = this.#newName()
    const way = new RemoteHost({
      log: state.log(logNames.toHost),
      version: this.#version,
      term,
      host,
      node: this.name,
      session,
      inbox: this.#inbox,
      traffic: this.#traffic,
      broken: error => {
        this.#parts.log.warn({ err: error }, 'the node that runs the chat cannot be reached')
        if (this.#link?.link === link) this.#unlink()
      }
    })
    this.#mark = 0
    const link = new Link({ term, session, mark: () => this.#mark }, way, this)
    this.#link = { link, way, at: this.#now() }
    link.send({ k: 'join' })
  }

  /** What was asked over the link is not answered any more. */
  #unlink(): void {
    const link = this.#link?.link
    if (!link) return
    this.#breaks++
    this.#link = undefined
    if (this.#cores.link === link) this.#cores.disconnect()
    else link.break()
  }

  #relink(): void {
    if (this.#hosted || this.#isClosed) return
    this.#unlink()
    const host = this.#host
    if (host && !host.isOver && host.node !== this.name && this.#isOurs(host)) this.#linkWithOther(host)
  }

  #heardOf(beat: Beat): void {
    const known = this.#host
    if (known && beat.term < known.term) return
    this.#host = { ...beat, heardAt: this.#now() }
    if (beat.node === this.name) return
    if (!this.#isOurs(beat) && known?.node !== beat.node)
      this.#parts.log.warn(
        { term: beat.term, node: beat.node },
        'the chat is run by a node of another release'
      )
    // Two of one term there are after the database has lost its last writes: both stand again.
    const isOther = beat.term === this.#hosted?.term && !beat.isOver
    if (this.#hosted && (beat.term > this.#hosted.term || isOther)) return void this.#election.renounce()
    if (this.#hosted) return
    if (beat.isOver) {
      this.#unlink()
      this.#election.attempt()
    } else if (this.#link?.link.term !== beat.term || known?.node !== beat.node) this.#relink()
  }

  #fromHost(text: string): void {
    try {
      takeBatch(text, this.#link?.link, this.#cores, mark => (this.#mark = mark))
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the node that runs the chat cannot be understood')
      this.#relink()
    }
  }

  /** Says that this node runs the chat. */
  #beat(): void {
    const hosted = this.#hosted
    if (!hosted || !this.#link || !this.#election.isHeld) return
    void this.#say({ term: hosted.term })
  }

  #say(what: Pick<Beat, 'term' | 'isOver'>): Promise<void> {
    return sayBeat(this.#parts, { ...what, node: this.name, version: this.#version })
  }

  #tickLater(): void {
    this.#timer = this.#parts.clock.after(this.#beatMs, () => {
      if (this.#isClosed) return
      this.#tickLater()
      this.#guarded(() => this.#tick())
    })
  }

  #tick(): void {
    this.#cores.sweep()
    this.#unreachable()
    if (this.#hosted) return this.#hosted.hosting.sweep()
    const now = this.#now()
    const link = this.#link
    if (link?.link.isJoined) return link.link.send({ k: 'beat', arrived: this.#cores.allArrived() })
    // A host may come, or take its time; what was said to one that has gone is not answered.
    if (!link || now - link.at >= silentLeases * this.#beatMs) this.#relink()
  }

  /** Whether what a host says can be understood here, and the other way round. */
  #isOurs(host: Pick<Beat, 'version'> | undefined): boolean {
    return host?.version === this.#version
  }

  #isHostHeard(): boolean {
    const { settings } = this.#parts
    return this.#now() - (this.#host?.heardAt ?? -Infinity) <= silentLeases * settings.hostLeaseMs
  }

  #guarded(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#parts.log.error({ err: error }, 'something of the nodes of the chat went wrong')
    }
  }

  #newName(): string {
    return this.#random(8).toString('hex')
  }

  #now(): number {
    return this.#parts.clock.monotonic()
  }
}
