import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { Agent, buildConnector, interceptors, Pool, type Dispatcher } from 'undici'
import { HostList, targetOf, type Target, type Wheel } from '../../core/index.ts'
import { AddressPolicy } from './address-policy.ts'
import type { HttpSettings } from './config.ts'
import { ConnectFailure, connectFailureOf } from './connect-failure.ts'
import { TimeLimit } from './time-limit.ts'

/** Finds the addresses of a name, as `dns.lookup` does. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void

export interface ConnectionParts {
  readonly settings: HttpSettings
  readonly wheel: Wheel
  /** Called when a request is made again because there was no connection. */
  readonly retried: () => void
  readonly lookup?: Lookup
}

/** Idle connections are ended before most upstreams do it, who would end them under a request. */
const keepAliveMs = 4_000

/** The connections to upstreams: to allowed addresses only, within their time, with TLS checked, tried again once. */
export class Connections {
  readonly #parts: ConnectionParts
  readonly #policy: AddressPolicy
  readonly #insecure: HostList
  readonly #agent: Agent
  readonly #retrying: Dispatcher

  constructor(parts: ConnectionParts) {
    const { settings } = parts
    this.#parts = parts
    this.#policy = new AddressPolicy(settings)
    this.#insecure = new HostList(settings.insecureHosts)
    this.#agent = new Agent({
      connections: settings.maxConnectionsPerHost,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      // Time is measured by whoever makes the request.
      headersTimeout: 0,
      bodyTimeout: 0,
      factory: (origin, options) =>
        new Pool(origin, { ...(options as Pool.Options), connect: this.#connector(new URL(origin)) })
    })
    this.#retrying = this.#agent.compose(
      interceptors.retry({
        retry: (error, { state, opts }, done) => {
          const isSafe = opts.method === 'GET' || opts.method === 'HEAD'
          const again = isSafe && mayPass(error) && state.counter <= settings.retries
          if (again) parts.retried()
          done(again ? null : error)
        },
        statusCodes: []
      })
    )
  }

  /** What requests are dispatched with. */
  get dispatcher(): Dispatcher {
    return this.#retrying
  }

  /** Addresses that stand in URLs are never looked up. @throws {ConnectFailure} `blocked` */
  assertMayConnect(target: Target): void {
    const address = target.hostname.replace(/^\[(.*)\]$/, '$1')
    if (isIP(address) !== 0 && !this.#policy.allows(address, target)) throw blocked()
  }

  /** Ends all connections, and the requests on them. */
  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  #connector(origin: URL): buildConnector.connector {
    const { settings, wheel } = this.#parts
    const target = targetOf(origin)
    const connect = buildConnector({
      timeout: 0,
      rejectUnauthorized: !this.#insecure.has(target),
      lookup: this.#lookupFor(target)
    })
    return (options, callback) => {
      const late = new TimeLimit(wheel, wheel.now() + settings.connectTimeoutMs, () =>
        socket.destroy(new ConnectFailure('timeout', 'it does not take the connection'))
      )
      // Unlike its type says, undici's connector returns the socket.
      const socket = connect(options, (...[error, connected]: Parameters<buildConnector.Callback>) => {
        late.end()
        if (connected) callback(null, connected)
        else callback(connectFailureOf(error ?? new Error('no socket')), null)
      }) as unknown as Socket
    }
  }

  /** The addresses that are checked are those that are connected to, so no later answer of a name server matters. */
  #lookupFor(target: Target): LookupFunction {
    const { lookup = systemLookup } = this.#parts
    return (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, [])
        const allowed = addresses.filter(({ address }) => this.#policy.allows(address, target))
        const [first] = allowed
        if (!first) return callback(blocked(), [])
        return options.all ? callback(null, allowed) : callback(null, first.address, first.family)
      })
    }
  }
}

function blocked(): ConnectFailure {
  return new ConnectFailure('blocked', 'its address is closed to upstream requests; see internalHosts')
}

/** Whether another attempt may find what this one did not: not so where the settings forbid it. */
function mayPass(error: Error): boolean {
  return error instanceof ConnectFailure && error.kind !== 'blocked' && error.kind !== 'tls'
}
