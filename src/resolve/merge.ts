import { leavesOf, type EnvValue, type Leaf } from '../settings/environment.ts'
import { copyOf, inputView, isSection, type SchemaNode, type Section } from '../settings/schema.ts'
import type { Provenance } from './describe.ts'
import type { Entry } from './entry.ts'
import { ServerSettings } from './server-settings.ts'
import type { Written } from './written.ts'

/** The settings of the server. */
export const serverView = inputView(ServerSettings)

const enabled: SchemaNode = { type: 'boolean' }

/** The setting that switches a plugin. */
export const switchOf = (id: string): Leaf => ({ path: [id, 'enabled'], node: enabled })

/** The settings of a plugin, and its switch. */
export function switchable(view: SchemaNode): SchemaNode {
  const description = 'true, false, or settings'
  return { type: 'object', description, ...view, properties: { ...view.properties, enabled } }
}

/** All settings as one schema. Those of a foreign plugin, which has none, count as secret. */
export function settingsView(entries: readonly Entry[]): SchemaNode {
  const unchecked = { additionalProperties: { secret: true } }
  const views = entries.map(({ id, meta }) => [id, switchable(meta?.config ?? unchecked)] as const)
  const plugins = { type: 'object', properties: Object.fromEntries(views) }
  return { type: 'object', properties: { server: serverView, plugins } }
}

/** The settings that variables can set, the `plugins` of their paths left out. */
export function leavesIn({ properties }: SchemaNode): Leaf[] {
  return [...leavesOf(serverView, ['server']), ...leavesOf(properties?.['plugins'] ?? {}, [])]
}

/** Puts the values of variables over those of the file. */
export function merge(
  { source, listed }: Written,
  entries: readonly Entry[],
  view: SchemaNode,
  overrides: readonly EnvValue[]
): Provenance {
  const { data } = source
  const settings = Object.fromEntries(entries.map(({ id }) => [id, settingsOf(listed[id])]))
  const plugins = isSection(data['plugins'] ?? {}) ? settings : data['plugins']
  const values: Section = { ...data, server: copyOf(data['server'] ?? {}), plugins }
  const variables = new Map<string, string>()
  for (const { path, value, from } of overrides) {
    const full = path[0] === 'server' ? path : ['plugins', ...path]
    set(values, full, value)
    variables.set(full.join('.'), from)
  }
  return { view, values, source, variables }
}

function settingsOf(entry: unknown): unknown {
  if (entry === undefined || entry === null || typeof entry === 'boolean') return {}
  if (!isSection(entry)) return entry
  const { use: _, ...settings } = entry
  return copyOf(settings)
}

/** Sets a value, unless something on the way is wrong already. */
function set(values: Section, path: readonly string[], value: unknown): void {
  let section: unknown = values
  for (const key of path.slice(0, -1)) section = isSection(section) ? (section[key] ??= {}) : undefined
  if (isSection(section)) section[path.at(-1) ?? ''] = value
}
