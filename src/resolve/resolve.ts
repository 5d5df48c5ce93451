import type { FastifyPluginAsync } from 'fastify'
import { join, resolve } from 'node:path'
import { findConfigFile, givenConfig, readConfigFile, type ConfigSource } from '../settings/config-file.ts'
import { leavesOf, mergeEnvironment, readVariables, type Leaf } from '../settings/environment.ts'
import { nearest } from '../settings/nearest.ts'
import type { Problem } from '../settings/problems.ts'
import { inputView, isSecret, validate, type SchemaFault, type SchemaNode } from '../settings/schema.ts'
import { loadEntry, type Entry } from './entry.ts'
import { order } from './graph.ts'
import { metaOf } from '../core/plugin.ts'
import { ServerSettings } from './server-settings.ts'

/** Where a gateway's configuration comes from. */
export interface ResolveOptions {
  /** Plugins that the configuration may name without `use`. */
  readonly builtins?: readonly FastifyPluginAsync[]
  /** The configuration as a value. `use` may hold a plugin itself. */
  readonly config?: unknown
  /** The configuration file; default `PAIFANG_CONFIG`, else `paifang.config.{yaml,yml,json,js}` in `cwd`. */
  readonly configFile?: string
  /** Where `.env` and the configuration file are looked for; default: the working directory. */
  readonly cwd?: string
  /** Default: the process's environment. A `.env` file counts only together with a configuration file. */
  readonly env?: NodeJS.ProcessEnv
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

type Section = Record<string, unknown>
const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const serverView = inputView(ServerSettings)
/** Reads, merges, checks and orders everything, and collects every problem on the way. Starts nothing. */
export async function resolveGateway(options: ResolveOptions = {}): Promise<Resolution> {
  const cwd = options.cwd ?? process.cwd()
  const given = options.config !== undefined
  const env = mergeEnvironment(options.env ?? process.env, given ? undefined : join(cwd, '.env'))
  const named = options.configFile ?? env['PAIFANG_CONFIG'] ?? findConfigFile(cwd)
  const file = resolve(cwd, named ?? 'paifang.config.yaml')
  const source = given ? givenConfig(options.config) : await readConfigFile(file)
  const production = env['NODE_ENV'] === 'production'
  const problems: Problem[] = [...source.problems]

  const root: Section = isSection(source.data) ? source.data : {}
  const listed: Section = isSection(root['plugins']) ? root['plugins'] : {}
  const builtins = new Map(
    (options.builtins ?? []).map(plugin => [metaOf(plugin)?.name ?? plugin.name, plugin])
  )
  const ids = [...new Set([...Object.keys(listed), ...builtins.keys()])]
  const switches = readVariables(
    env,
    ids.map(id => switchOf(id))
  ).values
  const isOn = (id: string): boolean => {
    const byVariable = switches.find(({ path }) => path[0] === id)
    const listedAs = listed[id]
    if (byVariable) return byVariable.value !== false
    return id in listed && listedAs !== false && !(isSection(listedAs) && listedAs['enabled'] === false)
  }

  const entries: Entry[] = []
  const promised = new Set<string>()
  const plugins: Section = {}
  for (const id of ids.filter(isOn)) {
    const settings = isSection(listed[id]) ? listed[id] : {}
    const entry = await loadEntry(id, settings['use'], builtins, file)
    if ('code' in entry) {
      problems.push({ ...entry, position: source.locate(['plugins', id]) })
      const meant = metaOf(builtins.get(nearest(id, builtins.keys()) ?? ''))?.provides
      if (meant) promised.add(meant.name)
      continue
    }
    entries.push(entry)
    plugins[id] =
      isSection(listed[id] ?? {}) || typeof listed[id] === 'boolean' ? { ...settings } : listed[id]
    if (isSection(plugins[id])) delete plugins[id]['use']
  }

  const views = new Map(entries.map(({ id, meta }) => [id, meta ? withSwitch(meta.config) : {}]))
  const view: SchemaNode = {
    type: 'object',
    properties: { server: serverView, plugins: { type: 'object', properties: Object.fromEntries(views) } },
    additionalProperties: false
  }
  const unlisted = [...builtins].filter(([id]) => !views.has(id)).map(([id, plugin]) => [id, plugin] as const)
  const leaves: Leaf[] = [
    ...leavesOf(serverView, ['server']),
    ...[...views].flatMap(([id, node]) => (node.properties ? leavesOf(node, [id]) : [switchOf(id)])),
    ...unlisted.flatMap(([id, plugin]) => leavesOf(withSwitch(metaOf(plugin)?.config ?? {}), [id]))
  ]
  const others = ids.filter(id => !views.has(id) && !builtins.has(id)).map(switchOf)
  const variables = readVariables(env, [...leaves, ...others])
  problems.push(...variables.problems)

  const values: Section = structuredClone({ server: {}, ...root, plugins })
  const origins = new Map<string, string>()
  for (const { path, value, from } of variables.values) {
    const full = path[0] === 'server' ? path : ['plugins', ...path]
    if (path[0] !== 'server' && !views.has(path[0] ?? '')) continue
    set(values, full, value)
    origins.set(full.join('.'), from)
  }
  const faults = validate(view, values)
  problems.push(...faults.map(fault => describe(fault, values, view, origins, source)))

  for (const entry of entries) {
    const settings = plugins[entry.id] === undefined ? {} : (values['plugins'] as Section)[entry.id]
    if (!isSection(settings)) continue
    if (entry.meta) delete settings['enabled']
    entry.settings = settings
    if (faults.some(({ path }) => path[0] === 'plugins' && path[1] === entry.id)) continue
    for (const { path, message, hint } of entry.meta?.check?.(settings, { production }) ?? []) {
      const full = ['plugins', entry.id, ...path]
      const from = origins.get(full.join('.'))
      const position = from ? undefined : source.locate(full)
      problems.push({ code: 'CONFIG_BAD_VALUE', where: from ?? full.join('.'), position, message, hint })
    }
  }

  const available = new Map([...builtins].map(([id, plugin]) => [metaOf(plugin)?.provides?.name ?? '', id]))
  const graph = order(entries, promised, available)
  problems.push(
    ...graph.problems.map(problem => ({ position: source.locate(problem.where.split('.')), ...problem }))
  )
  const server = values['server'] as ServerSettings
  return { server, entries: graph.ordered, production, problems, view, values }
}

const switchOf = (id: string): Leaf => ({ path: [id, 'enabled'], node: { type: 'boolean' } })

function withSwitch(view: SchemaNode): SchemaNode {
  return { ...view, properties: { ...view.properties, enabled: { type: 'boolean' } } }
}

function set(values: Section, path: readonly string[], value: unknown): void {
  let section = values
  for (const key of path.slice(0, -1)) {
    if (!isSection(section[key])) section[key] = {}
    section = section[key] as Section
  }
  section[path.at(-1)!] = value
}

function describe(
  { path, kind, text, node, candidates }: SchemaFault,
  values: Section,
  view: SchemaNode,
  origins: ReadonlyMap<string, string>,
  source: ConfigSource
): Problem {
  const prefixes = path.map((_, index) => path.slice(0, index + 1).join('.'))
  const from = prefixes.map(prefix => origins.get(prefix)).find(name => name !== undefined)
  const place = { where: from ?? path.join('.'), position: from ? undefined : source.locate(path) }
  if (kind === 'unknown') {
    const guess = nearest(path.at(-1) ?? '', candidates)
    const hint = guess ? `did you mean '${guess}'?` : `known here: ${candidates.join(', ')}`
    return { code: 'CONFIG_UNKNOWN_KEY', ...place, message: 'no setting has this name', hint }
  }
  if (kind === 'missing')
    return { code: 'CONFIG_MISSING', ...place, message: 'is required', hint: node?.description }
  let value: unknown = values
  for (const key of path) value = (value as Section | undefined)?.[key]
  const shown = isSecret(view, path) ? ' (value hidden: it is a secret)' : `; got ${JSON.stringify(value)}`
  const guess = typeof value === 'string' && !isSecret(view, path) ? nearest(value, candidates) : undefined
  const hint = guess ? `did you mean '${guess}'?` : undefined
  return { code: 'CONFIG_BAD_VALUE', ...place, message: text + shown, hint }
}
