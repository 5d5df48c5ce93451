import Fastify, { type FastifyInstance, type FastifyReply, type FastifyHttpOptions } from 'fastify'
import type { Server } from 'node:http'
import { StartupError } from '../settings/problems.ts'
import { redact } from '../settings/schema.ts'
import { addAdminListener } from '../operations/admin.ts'
import { addCloseSequence } from './close.ts'
import { addHealthRoutes, healthOf, type Health } from '../operations/health.ts'
import { metricsOf } from './plugin-metrics.ts'
import { addDefaultHeaders } from './default-headers.ts'
import type { Generation } from './generation.ts'
import type { Metric } from './metric.ts'
import { watchPlugins, type AddedRoute, type RouteInfo, type Watch } from './lifecycle.ts'
import { RequestLog, requestId, type AnswerListener } from '../operations/logging.ts'
import type { Reloaded } from '../operations/reloaded.ts'
import { schemaController } from './request-validation.ts'
import type { Entry } from '../resolve/entry.ts'
import { resolveGateway, type Resolution, type ResolveOptions } from '../resolve/resolve.ts'
import type { ServerSettings } from '../resolve/server-settings.ts'
import { addRoutes, startPlugins, startProblem, type PluginStatus } from './start.ts'

/** What a gateway is made of. */
export interface GatewayOptions extends ResolveOptions {
  /** Where log lines (JSON) go; default: standard output. */
  readonly logDestination?: { write(line: string): void }
  /** False: there is no admin listener, whatever the settings say. Default: true. */
  readonly adminListener?: boolean
  /** Its listeners, when others may follow on them; default: listeners of its own. */
  readonly generation?: Generation
  /** Puts another in its place; default: nobody does. The admin listener offers it. */
  readonly reload?: () => Promise<Reloaded>
}

/** What the kernel knows of a running gateway: `app.gateway`. */
export interface GatewayInfo {
  readonly server: ServerSettings
  readonly production: boolean
  /** In the order in which they started. */
  readonly plugins: readonly PluginStatus[]
  readonly routes: readonly RouteInfo[]
  /** The same with all their options, for plugins that describe routes: see {@link watchRoutes}. */
  readonly addedRoutes: readonly AddedRoute[]
  readonly health: Health
  /** What the plugins have counted and measured, under names of which each is there once. */
  metrics(): Promise<readonly Metric[]>
  /** Tells of every request from now on, those that no route is there for among them. */
  onAnswer(listener: AnswerListener): void
  /** The settings in use, secrets hidden. */
  settings(): unknown
  /** Its listeners, where they outlive it. */
  readonly generation: Generation | undefined
  /** True from the signal to close on. */
  readonly closing: boolean
  /** True when another has taken its place, at a reload: what it has begun is to be answered, and nothing new comes. */
  readonly replaced: boolean
  /** True when the close had to cut open connections. */
  readonly cut: boolean
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly gateway: GatewayInfo
  }
}

const resolutions = new WeakMap<FastifyInstance, Resolution>()

/** What a gateway was started with, secrets included. */
export function resolutionOf(app: FastifyInstance): Resolution | undefined {
  return resolutions.get(app)
}

/**
 * Makes a gateway: a Fastify instance with the plugins of its configuration, ready to `listen` or `inject`. Its
 * `close()` is graceful.
 * @throws {StartupError} with every problem, when the configuration is at fault or plugins fail
 */
export async function createGateway(options: GatewayOptions = {}): Promise<FastifyInstance> {
  const resolution = await resolveGateway(options)
  if (resolution.problems.length > 0) throw new StartupError(resolution.problems)
  const { server, production, entries } = resolution
  const log = new RequestLog()
  const app = Fastify(serverOptions(server, log, options))
  resolutions.set(app, resolution)
  const started: Entry[] = []
  const statuses: PluginStatus[] = []
  const closing = addCloseSequence(app, server, started)
  const watch = watchPlugins(app, server.startTimeoutMs)
  addDefaultHeaders(app, server)
  const health = healthOf(app, entries)
  const info: GatewayInfo = {
    server,
    production,
    plugins: statuses,
    routes: watch.routes,
    addedRoutes: watch.added,
    health,
    metrics: () => metricsOf(app, entries),
    onAnswer: listener => void log.listeners.push(listener),
    settings: () => redact(resolution.view, resolution.values),
    generation: options.generation,
    get closing() {
      return closing.started
    },
    get replaced() {
      return closing.replaced
    },
    get cut() {
      return closing.cut
    }
  }
  app.decorate('gateway', { getter: () => info })
  try {
    await startPlugins(app, entries, watch, { started, statuses })
    addHealthRoutes(app, health, () => closing.started)
    await addRoutes(app, started, watch)
    if (server.adminPort !== undefined && options.adminListener !== false)
      addAdminListener(app, server.adminPort, entries, options.reload)
    await makeReady(app, watch)
  } catch (error) {
    await app.close().catch((err: unknown) => app.log.error({ err }, 'could not close cleanly'))
    throw error
  }
  return app
}

async function makeReady(app: FastifyInstance, watch: Watch): Promise<void> {
  const failed = await app.ready().then(
    () => [],
    (error: unknown) => {
      if (error instanceof StartupError) return error.problems
      const { message } = error as Error
      // Fastify compiles the schemas of routes at this point, and names the route.
      const route = app.gateway.routes.find(({ method, url }) => message.includes(` ${method}: ${url}, due`))
      return [startProblem(watch.plugin ?? route?.plugin ?? '?', error)]
    }
  )
  const problems = [...watch.problems, ...failed]
  if (problems.length > 0) throw new StartupError(problems)
}

function serverOptions(
  server: ServerSettings,
  log: RequestLog,
  { logDestination: stream, generation }: GatewayOptions
): FastifyHttpOptions<Server> {
  const requestTimeout = server.requestTimeoutMs
  const limit = Math.min(60_000, requestTimeout || 60_000)
  return {
    ...(generation && { serverFactory: generation.serverFactory('server') }),
    logger: { level: server.logLevel, ...(stream && { stream }) },
    logController: log,
    genReqId: requestId,
    requestIdHeader: false,
    schemaController,
    trustProxy: server.trustProxy,
    bodyLimit: server.bodyLimit,
    // The kernel's own limit names the plugin: see StartLimit.
    pluginTimeout: 0,
    // By itself Node looks for slow requests every 30 s, and never where headers may take longer than all of one.
    http: { requestTimeout, headersTimeout: limit, connectionsCheckingInterval: Math.max(1_000, limit / 4) },
    connectionTimeout: server.connectionTimeoutMs,
    requestTimeout,
    keepAliveTimeout: server.keepAliveTimeoutMs,
    handlerTimeout: server.handlerTimeoutMs,
    // URLs that cannot be decoded, for instance. Fastify does not tell when those are answered. `answer.send(error)`
    // would reach Fastify's own error handler: this reply's context is older than every plugin.
    frameworkErrors(error, request, reply) {
      const answer = reply as FastifyReply
      answer.raw.once('finish', () => log.requestCompleted(null, request, answer))
      request.server.errorHandler(error, request, answer)
    }
  }
}
