import { once } from 'node:events'
import pino from 'pino'
import { inputView, StartupError, systemClock, validate, Wheel } from '../core/index.ts'
import type { WorkersSettings } from '../plugins/fetch-workers/config.ts'
import { workerKey } from '../plugins/fetch-workers/protocol/keys.ts'
import type { Target } from '../plugins/fetch-workers/worker/target.ts'
import { Config, type HttpSettings } from '../plugins/http-client/config.ts'
import { resolveGateway } from '../resolve/resolve.ts'
import { UsageError, type Invocation } from './invocation.ts'
import { workerSettings, workerUsage, type WorkerSettings } from './worker-options.ts'

/** How long what is under way may take to end. */
const stopMs = 10_000

/**
 * `paifang worker`: makes requests for a gateway until it gets SIGINT or SIGTERM. `paifang worker key`: prints the key of
 * a worker.
 * @throws {UsageError} when the arguments make no sense
 * @throws {StartupError} when the configuration is at fault
 */
export async function worker({ args, flags, options }: Invocation): Promise<void> {
  if (args.length > 0) return printKey(args, options)
  const settings = workerSettings(flags, process.env)
  const [{ FetchWorker }, { target, close }] = await Promise.all([
    import('../plugins/fetch-workers/worker/worker.ts'),
    openTarget(settings)
  ])
  const log = pino()
  const running = new FetchWorker({ ...settings, target, clock: systemClock, log })
  // The wait for the next attempt holds up no process.
  const alive = setInterval(() => undefined, 3_600_000)
  running.start()
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  log.info('stopping')
  await running.stop(AbortSignal.timeout(stopMs))
  clearInterval(alive)
  await close()
}

/** Upstreams are asked as the gateway itself would ask them, but for redirects and cookies, which are its matter. */
async function openTarget({
  internalHosts,
  insecureHosts
}: WorkerSettings): Promise<{ target: Target; close: () => Promise<void> }> {
  const [{ Connections }, { exchangeOver }] = await Promise.all([
    import('../plugins/http-client/connections.ts'),
    import('../plugins/http-client/exchange.ts')
  ])
  const settings = { internalHosts, insecureHosts }
  validate(inputView(Config), settings)
  const wheel = new Wheel(systemClock)
  const connections = new Connections({
    settings: settings as unknown as HttpSettings,
    wheel,
    retried: () => undefined
  })
  return { target: exchangeOver(connections), close: () => connections.close() }
}

async function printKey(args: readonly string[], options: Invocation['options']): Promise<void> {
  const [what, kid = ''] = args
  if (what !== 'key' || args.length !== 2) throw new UsageError(workerUsage)
  const { entries, problems } = await resolveGateway(options)
  if (problems.length > 0) throw new StartupError(problems)
  const plugin = entries.find(({ name }) => name === 'fetch-workers')
  const { secret = '', revokedKeys = [] } = (plugin?.settings ?? {}) as Partial<WorkersSettings>
  if (secret === '') throw new UsageError('the configuration has no fetch-workers, or no secret for them')
  if (revokedKeys.includes(kid)) throw new UsageError(`'${kid}' is one of revokedKeys`)
  process.stdout.write(`${workerKey(secret, kid)}\n`)
}
