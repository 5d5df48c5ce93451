import type { AddressInfo } from 'node:net'
import { Clock, definePlugin, optional, systemClock, type Settings } from '../../../../src/core/index.ts'
import apiError from '../../../../src/plugins/api-error/index.ts'
import { addAdminRoutes } from '../../../../src/plugins/im-ws-gateway/admin.ts'
import { ApiErrors } from '../../../../src/plugins/api-error/service.ts'
import { Config, type ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { Errors } from '../../../../src/plugins/im-ws-gateway/errors.ts'
import { Gateway } from '../../../../src/plugins/im-ws-gateway/gateway/gateway.ts'
import { ImGateway } from '../../../../src/plugins/im-ws-gateway/service.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { testPlugin, type TestGateway } from '../../../../src/testing/index.ts'
import { Client, type ClientOptions } from './client.ts'
import { FakeCores, FakeTokens } from './fake-cores.ts'

/** What a test's gateway is started with. */
export interface RigOptions {
  readonly config?: Settings<ImSettings>
  readonly clock?: Clock
  readonly logs?: string[]
  readonly server?: object
  /** Other plugins to start with it. */
  readonly with?: readonly (readonly [unknown, object?])[]
  readonly random?: () => number
  /** What it shares with other nodes, and what it is called among them. */
  readonly state?: State
  readonly node?: string
  /** Default: tokens of its own. */
  readonly tokens?: FakeTokens
}

/** A gateway on a real socket, with cores and tokens that do what a test tells them to. */
export interface Rig extends AsyncDisposable {
  readonly app: TestGateway<unknown>
  readonly gateway: Gateway
  readonly cores: FakeCores
  readonly tokens: FakeTokens
  /** Where clients connect. */
  readonly url: string
  readonly http: string
  /** A socket that has not logged in. */
  open(options?: ClientOptions): Client
  /** A client that is logged in. */
  start(options?: ClientOptions): Promise<Client>
  count(name: string): number
  /** Resolves when something holds that no client hears of. */
  until(test: () => boolean): Promise<void>
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { config, clock, logs, random, state, node, tokens = new FakeTokens() } = options
  const cores = new FakeCores()
  const plugin = definePlugin({
    name: 'im-rig',
    description: 'The gateway with fakes behind it.',
    config: Config,
    needs: { errors: optional(ApiErrors), clock: optional(Clock) },
    provides: ImGateway,
    setup(app, { config: settings, log, errors, clock: time = systemClock }) {
      errors?.define('im-ws-gateway', Errors)
      const parts = { settings, clock: time, log, tokens, cores, state }
      const gateway = new Gateway({ ...parts, ...(random && { random }), ...(node && { node }) })
      gateway.addTo(app)
      app.addHook('onClose', () => gateway.close())
      return gateway
    },
    drain: (gateway, signal) => (gateway as Gateway).drain(signal),
    admin: (app, gateway) => addAdminRoutes(app, gateway as Gateway)
  })
  const app = await testPlugin(plugin, {
    ...(config && { config }),
    ...(clock && { services: { clock } }),
    with: [[apiError], ...(options.with ?? [])] as never,
    server: { logLevel: logs ? 'trace' : 'silent', drainMs: 0, closeMs: 5_000, ...options.server },
    logDestination: { write: line => void logs?.push(line) }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const path = config?.path ?? '/im'
  const clients: Client[] = []
  const gateway = app.service as Gateway
  const open = (given?: ClientOptions): Client => {
    const client = new Client(`ws://127.0.0.1:${port}${path}`, given)
    clients.push(client)
    return client
  }
  return {
    app,
    gateway,
    cores,
    tokens,
    open,
    url: `ws://127.0.0.1:${port}${path}`,
    http: `http://127.0.0.1:${port}`,
    start: given => open(given).start(),
    count: name => gateway.status().counters[name] ?? Number.NaN,
    async until(test) {
      while (!test()) await new Promise(resolve => setImmediate(resolve))
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.leave()
      await app.close()
    }
  }
}
