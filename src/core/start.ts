import type { FastifyInstance } from 'fastify'
import { StartupError, type Problem } from '../settings/problems.ts'
import type { Entry } from '../resolve/entry.ts'
import type { Watch } from './lifecycle.ts'
import { routesOf } from './plugin.ts'
import { StartTimeoutError, timeoutProblem } from './start-limit.ts'

/** One plugin of a gateway. */
export interface PluginStatus {
  readonly id: string
  readonly name: string
  readonly version: string | undefined
  /** `skipped`: not started because a plugin that it needs failed. */
  readonly state: 'started' | 'failed' | 'skipped'
  /** Milliseconds that its start took. */
  readonly ms: number
  readonly needs: readonly string[]
  readonly provides: string | undefined
  readonly global: boolean
}

/**
 * Registers plugins one after the other and attributes every failure to the entry that caused it. Plugins whose
 * providers failed are skipped; all others are tried, so that one start tells everything.
 * @throws {StartupError} with one problem a failed plugin
 */
export async function startPlugins(
  app: FastifyInstance,
  entries: readonly Entry[],
  watch: Watch,
  { started, statuses }: { started: Entry[]; statuses: PluginStatus[] }
): Promise<void> {
  const problems: Problem[] = []
  const lost = new Set<string | undefined>()
  for (const entry of entries) {
    const required = entry.needs.filter(({ optional }) => !optional).map(({ service }) => service)
    const blocked = [...required, ...entry.dependencies].some(name => lost.has(name))
    const began = performance.now()
    watch.plugin = entry.id
    const failure = blocked ? undefined : await register(app, watch, entry)
    watch.plugin = undefined
    if (failure) problems.push(startProblem(entry.id, failure.error))
    if (failure || blocked) lost.add(entry.provides).add(entry.name)
    else started.push(entry)
    statuses.push({
      id: entry.id,
      name: entry.name,
      version: entry.version,
      state: blocked ? 'skipped' : failure ? 'failed' : 'started',
      ms: Math.round(performance.now() - began),
      needs: entry.needs.map(({ service }) => service),
      provides: entry.provides,
      global: entry.global
    })
  }
  if (problems.length > 0) throw new StartupError(problems)
}

/**
 * Lets the plugins that started add the routes that the hooks of all plugins shall see.
 * @throws {StartupError} with one problem a failed plugin
 */
export async function addRoutes(
  app: FastifyInstance,
  started: readonly Entry[],
  watch: Watch
): Promise<void> {
  const problems: Problem[] = []
  for (const { id, name, meta, provides } of started) {
    if (!meta?.routes) continue
    const service = (): unknown => provides && app.getDecorator(provides)
    watch.plugin = id
    const failure = await register(app, watch, {
      id,
      plugin: routesOf(name, meta.routes, service),
      settings: {}
    })
    watch.plugin = undefined
    if (failure) problems.push(startProblem(id, failure.error))
  }
  if (problems.length > 0) throw new StartupError(problems)
}

async function register(
  app: FastifyInstance,
  { limit }: Watch,
  entry: Pick<Entry, 'id' | 'plugin' | 'settings'>
): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined
  const slow = reportSlowStart(app, entry.id)
  await limit.within(async () => {
    app.register(entry.plugin, entry.settings)
    // With a parameter, the callback takes the error over; without one, it would end the start for all.
    app.after(error => {
      if (error) failure = { error }
    })
    await app.after()
  })
  slow.end()
  return failure
}

/** Says what is awaited, ever more rarely. */
function reportSlowStart(app: FastifyInstance, plugin: string): { end(): void } {
  let [wait, next, waited] = [1, 2, 0]
  let timer: NodeJS.Timeout
  const schedule = (): void => {
    timer = setTimeout(() => {
      waited += wait
      app.log.info({ plugin }, `still starting: ${plugin} (${waited} s)`)
      ;[wait, next] = [next, wait + next]
      schedule()
    }, wait * 1000).unref()
  }
  schedule()
  return { end: () => clearTimeout(timer) }
}

/** Tells what a plugin threw as a problem. */
export function startProblem(plugin: string, error: unknown): Problem {
  if (error instanceof StartTimeoutError) return timeoutProblem(plugin, error)
  const { message = String(error) } = error as Partial<Error>
  return { code: 'PLUGIN_FAILED', where: `plugins.${plugin}`, message, cause: error }
}
