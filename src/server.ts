import closeWithGrace from 'close-with-grace'
import { realpathSync } from 'node:fs'
import { createGateway, StartupError, type GatewayOptions } from './core/index.ts'
import { ReloadableGateway } from './operations/reload.ts'
import apiError from './plugins/api-error/index.ts'
import cache from './plugins/cache/index.ts'
import clickStats from './plugins/click-stats/index.ts'
import consolePlugin from './plugins/console/index.ts'
import cors from './plugins/cors/index.ts'
import cryptoEnvelope from './plugins/crypto-envelope/index.ts'
import customs179 from './plugins/customs179/index.ts'
import database from './plugins/database/index.ts'
import fetchWorkers from './plugins/fetch-workers/index.ts'
import fileRoutes from './plugins/file-routes/index.ts'
import httpClient from './plugins/http-client/index.ts'
import imWsGateway from './plugins/im-ws-gateway/index.ts'
import metrics from './plugins/metrics/index.ts'
import openapi from './plugins/openapi/index.ts'
import related from './plugins/related/index.ts'
import sessions from './plugins/sessions/index.ts'
import signBridge from './plugins/sign-bridge/index.ts'
import signSimulator from './plugins/sign-simulator/index.ts'
import sseHub from './plugins/sse-hub/index.ts'
import state from './plugins/state/index.ts'
import telemetry from './plugins/telemetry/index.ts'
import term from './plugins/term/index.ts'
import tokenAuth from './plugins/token-auth/index.ts'
import wechatScan from './plugins/wechat-scan/index.ts'
import wechatSimulator from './plugins/wechat-simulator/index.ts'
import { startReport } from './start-report.ts'

/** The plugins that a configuration may name without `use`. A plugin is added or removed here. */
export const builtins = [
  apiError,
  cache,
  clickStats,
  consolePlugin,
  cors,
  cryptoEnvelope,
  customs179,
  database,
  fetchWorkers,
  fileRoutes,
  httpClient,
  imWsGateway,
  metrics,
  openapi,
  related,
  sessions,
  signBridge,
  signSimulator,
  sseHub,
  state,
  telemetry,
  term,
  tokenAuth,
  wechatScan,
  wechatSimulator
] as const

/**
 * Runs a gateway as a process: starts it, says so, starts it anew on SIGHUP without an interruption, and stops it on
 * SIGINT, SIGTERM or an uncaught error. Where standard output is a terminal, SIGHUP means that it was closed. Ends the
 * process with 78 when the configuration is at fault, with 1 when starting failed or closing had to cut connections.
 */
export async function serve(options: GatewayOptions = {}): Promise<void> {
  const began = performance.now()
  try {
    const log = await prettyLog()
    const stops = { uninstall: (): void => undefined }
    const gateway: ReloadableGateway = new ReloadableGateway(
      handed => createGateway({ builtins, ...log, ...options, ...handed }),
      () => {
        stops.uninstall()
        stops.uninstall = stopOnSignals(gateway)
      }
    )
    if (!process.stdout.isTTY) process.on('SIGHUP', () => void gateway.reloadWhenFree())
    const url = await gateway.start()
    const { app } = gateway
    const ms = Math.round(performance.now() - began)
    const { length: count } = app.gateway.plugins
    app.log.info({ ms, url }, `started ${count} ${count === 1 ? 'plugin' : 'plugins'} in ${ms} ms`)
    if (!app.gateway.production) process.stdout.write(startReport(app, url, ms))
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.exitCode
    // A plugin that failed may have left timers or sockets behind.
    setTimeout(() => process.exit(), 1000).unref()
  }
}

/** @returns what ends it */
function stopOnSignals(gateway: ReloadableGateway): () => void {
  const { drainMs, closeMs } = gateway.app.gateway.server
  // Who listens to SIGHUP has another use for it than the end.
  const skip: 'SIGHUP'[] = process.listenerCount('SIGHUP') > 0 ? ['SIGHUP'] : []
  const options = { delay: drainMs + closeMs + 2000, logger: false, skip } as const
  const { uninstall } = closeWithGrace(options, async ({ signal, err }) => {
    const { log } = gateway.app
    if (err) log.fatal({ err }, 'uncaught error, closing')
    else log.info({ signal }, 'closing')
    if (await gateway.close()) throw new Error('connections had to be cut')
  })
  return uninstall
}

/** On a terminal, log lines for people, when pino-pretty is installed. */
async function prettyLog(): Promise<Pick<GatewayOptions, 'logDestination'>> {
  if (!process.stdout.isTTY) return {}
  try {
    const { default: pretty } = await import('pino-pretty')
    return { logDestination: pretty({ ignore: 'pid,hostname', sync: true }) }
  } catch {
    return {}
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) void serve()
