import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
  type RouteOptions
} from 'fastify'
import { StartupError, type Problem } from '../settings/problems.ts'
import { redact } from '../settings/schema.ts'
import { addAdminListener } from './admin.ts'
import { addCloseSequence } from './close.ts'
import { addHealthRoutes, Health } from './health.ts'
import { hookFailures, type HookFailure } from './lifecycle.ts'
import { RequestLog, requestId } from './logging.ts'
import { schemaController } from './request-validation.ts'
import { resolveGateway, type Resolution, type ResolveOptions } from '../resolve/resolve.ts'
import type { ServerSettings } from '../resolve/server-settings.ts'
import { startPlugins, type PluginStatus } from './start.ts'

/** What a gateway is made of. */
export interface GatewayOptions extends ResolveOptions {
  /** Where log lines (JSON) go; default: standard output. */
  readonly logDestination?: { write(line: string): void }
}

/** What the kernel knows of a running gateway: `app.gateway`. */
export interface GatewayInfo {
  readonly server: ServerSettings
  readonly production: boolean
  /** In the order in which they started. */
  readonly plugins: readonly PluginStatus[]
  readonly routes: readonly RouteInfo[]
  readonly health: Health
  /** The settings in use, secrets hidden. */
  settings(): unknown
  /** True from the signal to close on. */
  readonly closing: boolean
  /** True when the close had to cut open connections. */
  readonly cut: boolean
}

/** A route and the plugin that added it. */
export interface RouteInfo {
  readonly method: string
  readonly url: string
  readonly plugin: string | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly gateway: GatewayInfo
  }
}

/**
 * Makes a gateway: a Fastify instance with the plugins of its configuration, ready to `listen` or `inject`. Its
 * `close()` is graceful.
 * @throws {StartupError} with every problem, when the configuration is at fault or plugins fail
 */
export async function createGateway(options: GatewayOptions = {}): Promise<FastifyInstance> {
  const resolution = await resolveGateway(options)
  if (resolution.problems.length > 0) throw new StartupError(resolution.problems)
  const app = Fastify(serverOptions(resolution, options.logDestination))
  const closing = addCloseSequence(app, resolution)
  const routes: RouteOptions[] = []
  app.addHook('onRoute', route => void routes.push(route))
  const health = new Health(app, resolution.entries)
  const plugins: PluginStatus[] = []
  const info: GatewayInfo = {
    server: resolution.server,
    production: resolution.production,
    plugins,
    get routes() {
      return routes.map(({ method, url, config }) => ({
        method: String(method),
        url,
        plugin: config?.plugin
      }))
    },
    health,
    settings: () => redact(resolution.view, resolution.values),
    get closing() {
      return closing.started
    },
    get cut() {
      return closing.cut
    }
  }
  app.decorate('gateway', { getter: () => info })
  const failures: HookFailure[] = []
  app.decorate(hookFailures, failures as never)
  try {
    await startPlugins(app, resolution.entries, plugins)
    addHealthRoutes(app, health, () => closing.started)
    if (resolution.server.adminPort !== undefined) addAdminListener(app, resolution.server.adminPort)
    await app.ready()
    if (failures.length > 0) throw new StartupError(failures.map(failedHook))
  } catch (error) {
    await app
      .close()
      .catch((closeError: unknown) => app.log.error({ err: closeError }, 'could not close cleanly'))
    throw error
  }
  return app
}

function failedHook(failure: HookFailure): Problem {
  const { plugin, message, cause } = failure
  return { code: 'PLUGIN_FAILED', where: `plugins.${plugin}`, message, cause }
}

function serverOptions(
  { server }: Resolution,
  stream: GatewayOptions['logDestination']
): FastifyServerOptions {
  return {
    logger: { level: server.logLevel, ...(stream && { stream }) },
    logController: new RequestLog(),
    genReqId: requestId,
    requestIdHeader: false,
    schemaController,
    trustProxy: server.trustProxy,
    bodyLimit: server.bodyLimit,
    pluginTimeout: server.startTimeoutMs,
    connectionTimeout: server.connectionTimeoutMs,
    requestTimeout: server.requestTimeoutMs,
    keepAliveTimeout: server.keepAliveTimeoutMs,
    handlerTimeout: server.handlerTimeoutMs,
    frameworkErrors: (error, _, reply) => void (reply as FastifyReply).send(error)
  }
}
