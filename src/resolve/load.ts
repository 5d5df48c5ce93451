import type { FastifyPluginAsync } from 'fastify'
import { readVariables } from '../settings/environment.ts'
import { nearest } from '../settings/nearest.ts'
import type { Problem } from '../settings/problems.ts'
import { isSection } from '../settings/schema.ts'
import { metaOf } from '../core/plugin.ts'
import { loadEntry, type Entry } from './entry.ts'
import { switchOf } from './merge.ts'
import { useOf, type Written } from './written.ts'

/** Built-in plugins by name. */
export type Builtins = ReadonlyMap<string, FastifyPluginAsync>

/** What the entries turned out to be. */
export interface Loaded {
  readonly entries: readonly Entry[]
  readonly problems: readonly Problem[]
  /** Whether an entry that could not be loaded may be what is missing: that is no problem of its own. */
  readonly excused: (name: string) => boolean
}

/** Naming a plugin switches it on; `false`, `enabled: false` or its variable switch it off. */
export function switchedOn(ids: readonly string[], { listed, env }: Written): string[] {
  const { values } = readVariables(env, ids.map(switchOf))
  const switches = new Map(values.map(({ path, value }) => [path[0], value]))
  return ids.filter(id => {
    const byVariable = switches.get(id)
    if (byVariable !== undefined) return byVariable !== false
    const entry = listed[id]
    return Object.hasOwn(listed, id) && entry !== false && !(isSection(entry) && entry['enabled'] === false)
  })
}

/** Finds the plugins of the entries `ids`. */
export async function load(
  ids: readonly string[],
  { listed, file }: Written,
  builtins: Builtins
): Promise<Loaded> {
  const entries: Entry[] = []
  const problems: Problem[] = []
  const faulty = new Set<string>()
  for (const id of ids) {
    const entry = await loadEntry(id, useOf(listed[id]), builtins, file)
    if (!('code' in entry)) {
      entries.push(entry)
      continue
    }
    problems.push(entry)
    const meant = nearest(id, builtins.keys()) ?? id
    const provided = metaOf(builtins.get(meant))?.provides?.name ?? id
    for (const name of [id, meant, provided]) faulty.add(bare(name))
  }
  return { entries, problems, excused: name => faulty.has(bare(name)) }
}

/** The plugin `audit-log` and the service `auditLog` are taken for the same word. */
const bare = (name: string): string => name.replaceAll('-', '').toLowerCase()

/** The built-in plugins by the service that they provide. */
export function providers(builtins: Builtins): Map<string, string> {
  const provided = [...builtins].map(([id, plugin]) => [metaOf(plugin)?.provides?.name, id] as const)
  return new Map(provided.flatMap(([name, id]) => (name ? [[name, id]] : [])))
}
