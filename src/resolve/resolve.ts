import type { FastifyPluginAsync } from 'fastify'
import { leavesOf, readVariables, unknownVariables, variableName } from '../settings/environment.ts'
import type { Problem } from '../settings/problems.ts'
import type { SchemaNode } from '../settings/schema.ts'
import { metaOf } from '../core/plugin.ts'
import { checkSettings } from './check.ts'
import type { Entry } from './entry.ts'
import { order } from './graph.ts'
import { load, providers, switchedOn, type Builtins } from './load.ts'
import { leavesIn, merge, settingsView, switchOf } from './merge.ts'
import type { ServerSettings } from './server-settings.ts'
import { readWritten, useOf, type ConfigOptions, type Written } from './written.ts'

/** What a gateway is resolved from. */
export interface ResolveOptions extends ConfigOptions {
  /** Plugins that the configuration may name without `use`. */
  readonly builtins?: readonly FastifyPluginAsync[]
}

/** What a gateway would start with, or why it cannot. Nothing has been started. */
export interface Resolution {
  readonly server: ServerSettings
  /** In the order in which they start. */
  readonly entries: readonly Entry[]
  readonly production: boolean
  readonly problems: readonly Problem[]
  /** The schema of all settings in use, and their values. */
  readonly view: SchemaNode
  readonly values: object
}

/** Reads, merges, checks and orders everything, and collects every problem on the way. Starts nothing. */
export async function resolveGateway(options: ResolveOptions = {}): Promise<Resolution> {
  const written = await readWritten(options)
  const { source, env } = written
  const builtins = new Map(options.builtins?.map(plugin => [metaOf(plugin)?.name ?? plugin.name, plugin]))
  const isLost = source.problems.length > 0
  const ids = isLost ? [] : [...new Set([...Object.keys(written.listed), ...builtins.keys()])]
  const loaded = await load(switchedOn(ids, written), written, builtins)
  const { entries } = loaded
  const view = settingsView(entries)
  const variables = readVariables(env, leavesIn(view))
  const settings = merge(written, entries, view, variables.values)
  const production = env['NODE_ENV'] === 'production'
  const unread = new Set(variables.problems.map(({ where }) => where))
  const faults = checkSettings(entries, settings, production).filter(({ where }) => !unread.has(where))
  const graph = order(entries, loaded.excused, providers(builtins))
  const located = [...loaded.problems, ...graph.problems].map(problem => {
    return { ...problem, position: source.locate(problem.where.split('.')) }
  })
  const problems = [
    ...source.problems,
    ...located,
    ...variables.problems,
    ...strayVariables(written, ids, entries, builtins),
    ...faults
  ]
  const server = settings.values['server'] as ServerSettings
  return { server, entries: graph.ordered, production, problems, view, values: settings.values }
}

/** Finds variables that no plugin has, be it on or off; those of a plugin that was not loaded cannot be judged. */
function strayVariables(
  { source, listed, env }: Written,
  ids: readonly string[],
  entries: readonly Entry[],
  builtins: Builtins
): Problem[] {
  const on = new Set(entries.map(({ id }) => id))
  const off = [...builtins].filter(([id]) => !on.has(id))
  const unused = off.flatMap(([id, plugin]) => leavesOf(metaOf(plugin)?.config ?? {}, [id]))
  const known = [...leavesIn(settingsView(entries)), ...unused, ...ids.map(switchOf)]
  const unloaded = ids.filter(id => !on.has(id) && (!builtins.has(id) || useOf(listed[id]) !== undefined))
  const opaque =
    source.problems.length > 0 ? [variableName([''])] : unloaded.map(id => variableName([id, '']))
  return unknownVariables(env, new Set(known.map(({ path }) => variableName(path))), opaque)
}
