import type { FastifyInstance } from 'fastify'
import { StartupError, type Problem } from '../settings/problems.ts'
import type { Entry } from '../resolve/entry.ts'

/** One plugin of a gateway. */
export interface PluginStatus {
  readonly id: string
  readonly name: string
  readonly version: string | undefined
  /** `skipped`: not started because `error` kept a plugin it needs from starting. */
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
  statuses: PluginStatus[]
): Promise<void> {
  const problems: Problem[] = []
  const lost = new Set<string>()
  for (const entry of entries) {
    const blocked = entry.needs.some(({ service, optional }) => !optional && lost.has(service))
    const began = performance.now()
    const failure = blocked ? undefined : await register(app, entry)
    if (failure) problems.push(toProblem(entry, failure.error))
    if ((failure || blocked) && entry.provides) lost.add(entry.provides)
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

async function register(app: FastifyInstance, entry: Entry): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined
  const slow = reportSlowStart(app, entry.id)
  app.register(entry.plugin, entry.settings)
  // With a parameter, the callback takes the error over; without one, it would end the start for all.
  app.after(error => {
    if (error) failure = { error }
  })
  await app.after()
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

function toProblem({ id }: Entry, error: unknown): Problem {
  const where = `plugins.${id}`
  const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
  if (code === 'AVV_ERR_PLUGIN_EXEC_TIMEOUT' || code === 'FST_ERR_PLUGIN_TIMEOUT') {
    const text = 'did not finish starting in time'
    return { code: 'PLUGIN_TIMEOUT', where, message: text, hint: 'see server.startTimeoutMs', cause: error }
  }
  return { code: 'PLUGIN_FAILED', where, message, cause: error }
}
