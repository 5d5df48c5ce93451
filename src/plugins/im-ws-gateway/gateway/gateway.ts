import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  addUpgradeRoute,
  type App,
  type Clock,
  Drain,
  networkOf,
  type Upgrade,
  type UpgradeRoute,
  Wheel
} from '../../../core/index.ts'
import { ApiError } from '../../api-error/service.ts'
import type { State } from '../../state/service.ts'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import { Errors } from '../errors.ts'
import { LoginNews } from '../kicks/login-news.ts'
import type { ImGateway, ImGatewayStatus } from '../service.ts'
import type { CutOff, Tokens } from '../tokens/tokens.ts'
import type { Uploads } from '../uploads/open-uploads.ts'
import type { UserCores } from '../user-core.ts'
import { listen, socketServer } from './client-socket.ts'
import { Connection, type ConnectionHost } from './connection.ts'
import { Counters, type Ending } from './counters.ts'
import { dispatch, type DispatchParts } from './dispatch.ts'
import { EventFrames } from './event-frames.ts'
import { Flusher } from './flusher.ts'
import { HeldSockets } from './held-sockets.ts'
import { JointWrites } from './joint-writes.ts'
import { Limits } from './limits.ts'
import { MethodTimes } from './method-times.ts'
import type { Verdict } from './policy.ts'
import { readQuery } from './query.ts'
import { ReturningClients, type Newcomer, type PastSession } from './returning-clients.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'

/** What a gateway is made of. */
export interface GatewayParts {
  readonly settings: ImSettings
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly tokens: Tokens
  readonly cores: UserCores
  /** Where it is shared, the policy reaches the connections of other nodes. */
  readonly state?: State | undefined
  /** Files that clients upload; missing: they cannot. */
  readonly uploads?: Uploads | undefined
  /** The gateways of this process that have not ended, in their order: over a reload there are several. */
  readonly gateways?: Set<Gateway> | undefined
  /** Names this node among them: 16 hexadecimal digits; by default random ones. */
  readonly node?: string
  /** From 0 up to 1. */
  readonly random?: () => number
  /** Clients that come back though their session is over, over reloads. */
  readonly returning?: ReturningClients | undefined
}

/** How long a request may take that is under way when the last connections are told that the gateway closes. */
const lastAnswersMs = 2_000
/** How long clients may take to close. */
const drainGraceMs = 2_500
/** Seconds after which whoever found no room may try again. */
const retryAfter = 5

/** The sockets of OpenIM clients, and the users behind them. */
export class Gateway implements ImGateway, UpgradeRoute {
  readonly methods = new MethodTimes()
  readonly #parts: GatewayParts
  readonly #gateways: Set<Gateway>
  readonly #wheel: Wheel
  readonly #limits: Limits
  readonly #counters = new Counters()
  readonly #connections = new Set<Connection>()
  readonly #sessions: Sessions<Connection>
  readonly #checking = new Set<Connection>()
  readonly #returning: ReturningClients
  readonly #held: HeldSockets
  readonly #host: ConnectionHost
  readonly #news: LoginNews<Connection> | undefined
  readonly #sockets: ReturnType<typeof socketServer>
  #drain: Drain<Connection> | undefined

  constructor(parts: GatewayParts) {
    const { settings, clock, log, tokens, cores, random = Math.random } = parts
    const wheel = new Wheel(clock)
    const now = (): number => wheel.now()
    this.#parts = parts
    this.#gateways = parts.gateways ?? new Set()
    this.#gateways.add(this)
    this.#wheel = wheel
    this.#limits = new Limits(settings)
    this.#returning = parts.returning ?? new ReturningClients()
    this.#held = new HeldSockets(wheel)
    this.#sockets = socketServer(settings.maxFrameBytes)
    this.#sessions = new Sessions<Connection>({
      settings,
      cores,
      wheel,
      earlier: userID => this.#earlier(userID),
      events: {
        kick: verdict => this.#kick(verdict),
        opened: () => this.#counters.coresOpened++,
        closed: () => this.#counters.coresClosed++,
        failed: (what, err) => {
          this.#counters.coresFailed++
          log.error({ err }, what)
        }
      }
    })
    this.#news = this.#newsOf(parts)
    void this.#news?.start()
    tokens.watchCutOffs(cutOff => this.#cutOff(cutOff))
    const dispatching: DispatchParts = {
      clock,
      tokens,
      sessions: this.#sessions,
      checking: this.#checking,
      news: this.#news,
      counters: this.#counters,
      loginTimeoutMs: settings.loginTimeoutMs,
      loggedIn: (connection, failure) => this.#loggedIn(connection, failure)
    }
    this.#host = {
      settings,
      clock,
      wheel,
      log,
      counters: this.#counters,
      methods: this.methods,
      frames: new EventFrames(),
      lineLimits: {
        pingMs: settings.pingMs,
        stalledMs: settings.stalledMs,
        outbox: {
          flusher: new Flusher(clock),
          writes: new JointWrites(),
          maxQueueBytes: settings.maxQueueBytes
        },
        counters: this.#counters,
        now,
        random
      },
      queueLimits: {
        maxPendingRequests: settings.maxPendingRequests,
        maxFrameBytes: settings.maxFrameBytes,
        requestTimeoutMs: settings.requestTimeoutMs,
        now
      },
      dispatch: (connection, raw) => dispatch(connection, raw, dispatching),
      gone: (connection, ending) => this.#gone(connection, ending)
    }
  }

  readonly access = 'token of a user, by the login that comes first'

  /** Adds the path where clients connect. */
  addTo(app: App): void {
    addUpgradeRoute(app, this.#parts.settings.path, this)
  }

  /** Those that are open, in the order in which they came. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  /** Users with a core, in the order in which they came. */
  get sessions(): Iterable<Session<Connection>> {
    return this.#sessions.all()
  }

  /** Files that clients upload; missing: they cannot. */
  get uploads(): Uploads | undefined {
    return this.#parts.uploads
  }

  /** The platforms that a user is logged in on, on this node, each once. */
  platformsOf(userID: string): number[] {
    const members = [...this.#gateways].flatMap(each => [...each.#sessions.membersOf(userID)])
    return [...new Set(members.map(({ platformID }) => platformID))]
  }

  status(): ImGatewayStatus {
    const byPlatform: Record<string, number> = {}
    const byDialect: Record<string, number> = {}
    let queuedBytes = 0
    for (const { platformID, dialect, outbox } of this.#connections) {
      byPlatform[platformID] = (byPlatform[platformID] ?? 0) + 1
      byDialect[dialect] = (byDialect[dialect] ?? 0) + 1
      queuedBytes += outbox.queuedBytes
    }
    const [connections, users] = [this.#connections.size, this.#sessions.users]
    const counters = { ...this.#counters.snapshot(), networks: this.#limits.networks }
    const { cores, uploads } = this.#parts
    const nodes = cores.nodes?.()
    return {
      connections,
      users,
      byPlatform,
      byDialect,
      queuedBytes,
      counters,
      ended: { ...this.#counters.ended },
      ...(uploads && { uploads: uploads.counters.status() }),
      ...(nodes && { nodes })
    }
  }

  async forceLogout(userID: string, platformID?: number): Promise<number> {
    await this.#parts.tokens.kickAll(userID, platformID)
    const all = [...this.#gateways].flatMap(each => [...each.#sessions.membersOf(userID), ...each.#checking])
    const affected = all.filter(
      connection =>
        connection.userID === userID && (platformID === undefined || connection.platformID === platformID)
    )
    for (const connection of affected) connection.kick()
    return affected.length
  }

  check(request: FastifyRequest, reply: FastifyReply): void {
    const query = readQuery(request.raw.url ?? '')
    if (!query) throw new ApiError(Errors['im.bad_query'])
    // 3.x clients do not survive a refusal here: they are refused at their login, as long as there is room for that.
    const isSpare = query.operationID !== undefined
    const limit = this.#drain ? 'all' : this.#limits.reached(networkOf(request.ip), isSpare)
    if (!limit) return
    this.#counters.refusedUpgrades++
    void reply.header('retry-after', retryAfter)
    throw new ApiError(Errors[limit === 'all' ? 'im.busy' : 'im.too_many'])
  }

  accept(request: FastifyRequest, { raw, socket, head }: Upgrade): void {
    const query = readQuery(raw.url ?? '')
    if (!query) return void socket.destroy()
    const network = networkOf(request.ip)
    const now = this.#wheel.now()
    const newcomer = { ...query, network }
    const isKnown = query.operationID === undefined && this.#returning.mayBeBack(network)
    const other = isKnown ? this.#sessionOf(newcomer) : undefined
    const loggedOut = isKnown && !other && this.#returning.takeLoggedOut(newcomer, now)
    if (loggedOut) return this.#hold(socket, network, loggedOut)
    let refusal: ImError | undefined
    if (query.fault !== undefined) refusal = new ImError('badArguments', query.fault)
    else if (this.#limits.reached(network)) refusal = new ImError('tooManyConnections')
    const { userID, platformID, operationID } = query
    const hello = { userID, platformID, operationID, network, refusal }
    this.#sockets.handleUpgrade(raw, socket, head, opened => {
      const connection = new Connection(opened, socket, hello, this.#host)
      if (other && this.#returning.isSecond(newcomer, other.openedAt, now)) connection.replaces = other
      this.#limits.add(network)
      this.#counters.opened++
      this.#connections.add(connection)
      listen(opened, connection.line)
    })
  }

  refuse(reply: FastifyReply): never {
    void reply.header('upgrade', 'websocket')
    throw new ApiError(Errors['im.upgrade_required'])
  }

  /** Ends all connections over `drainMs`, each once it is answered. @param signal aborts when there is no more time */
  async drain(signal?: AbortSignal): Promise<void> {
    const { drainMs } = this.#parts.settings
    const givesUpAt = this.#wheel.now() + drainMs + lastAnswersMs
    this.#drain ??= new Drain(this.#connections, {
      wheel: this.#wheel,
      drainMs,
      graceMs: lastAnswersMs + drainGraceMs,
      end: connection => connection.drain(givesUpAt),
      cut: connection => connection.cut('drained')
    })
    this.#held.close()
    const drain = this.#drain
    const handedOver = this.#parts.cores.handOver?.()
    signal?.addEventListener('abort', () => drain.cut(), { once: true })
    await drain.done
    await handedOver
    await this.#sessions.close()
  }

  /** Cuts off what is left, and ends all cores. */
  async close(): Promise<void> {
    this.#held.close()
    for (const connection of this.#connections) connection.cut('drained')
    this.#gateways.delete(this)
    await this.#news?.close()
    await this.#sessions.close()
    this.#wheel.stop()
    await this.#parts.cores.close()
  }

  /** @throws {Error} why no core can be opened */
  assertReady(): Promise<void> {
    return this.#parts.cores.ping()
  }

  /** The connections of a user with the gateways that this one has replaced. */
  *#earlier(userID: string): Iterable<Connection> {
    for (const each of this.#gateways) {
      if (each === this) return
      yield* each.#sessions.membersOf(userID)
    }
  }

  #kick({ connection, kickToken }: Verdict<Connection>): void {
    const { token, facts } = connection
    connection.kick()
    if (!kickToken || !facts) return
    this.#parts.tokens.kick(token, facts).catch((err: unknown) => {
      this.#parts.log.error({ err }, 'a kicked token could not be noted: its client may come back')
    })
  }

  /** What other nodes are told and heard of; none where no login ends another one, and where there are no other nodes. */
  #newsOf(parts: GatewayParts): LoginNews<Connection> | undefined {
    const { settings, state, clock, log, node = randomBytes(8).toString('hex') } = parts
    if (settings.policy === 'share' || !state?.isShared) return undefined
    return new LoginNews<Connection>({
      policy: settings.policy,
      state,
      clock,
      log,
      counters: this.#counters,
      node,
      sessions: this.#sessions,
      kick: verdict => {
        if (verdict.connection.isOpen) this.#counters.kickedByOtherNodes++
        this.#kick(verdict)
      }
    })
  }

  /** Tokens were refused on another node: ends the connections that are there with them. */
  #cutOff({ userID, platformID, until }: CutOff): void {
    for (const connection of this.#sessions.membersOf(userID)) {
      const { isOpen, facts } = connection
      const isConcerned = platformID === 0 || platformID === connection.platformID
      if (!isOpen || !isConcerned || !facts || facts.issuedAt > until) continue
      this.#counters.loggedOutByOtherNodes++
      connection.kick()
    }
  }

  /** The session of 2.0 that somebody may go on with. */
  #sessionOf({ network, token }: Newcomer): Connection | undefined {
    for (const connection of this.#connections) if (connection.isOf(network, token)) return connection
    return undefined
  }

  /** Its program has logged out: it is to wait until that logs in again. */
  #hold(socket: Socket, network: string, session: PastSession): void {
    this.#limits.add(network)
    this.#held.hold(socket, () => {
      this.#limits.remove(network)
      this.#returning.ended(network, session, this.#wheel.now())
    })
  }

  #loggedIn(connection: Connection, failure: ImError | undefined): void {
    if (failure) this.#counters.loginsRefused++
    else {
      this.#counters.logins++
      connection.replaces?.replace()
    }
    connection.replaces = undefined
    const { userID, platformID, dialect } = connection
    this.#parts.log.debug({ userID, platformID, dialect, refused: failure?.code }, 'login')
  }

  #gone(connection: Connection, ending: Ending): void {
    const { pastSession, hello } = connection
    if (pastSession) this.#returning.ended(hello.network, pastSession, this.#wheel.now())
    this.#connections.delete(connection)
    this.#checking.delete(connection)
    this.#news?.forget(connection)
    this.#limits.remove(hello.network)
    this.#counters.ended[ending]++
    this.#drain?.left()
  }
}
