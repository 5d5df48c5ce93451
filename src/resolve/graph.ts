import type { Problem } from '../settings/problems.ts'
import type { Entry } from './entry.ts'

/**
 * Orders entries so that providers start before those who need them and global plugins before all private ones
 * that they do not need; otherwise in the order of the configuration.
 * @param excused whether something faulty may provide a service (or be a plugin): its absence is no problem of its own
 * @param available what could provide a service if it were enabled, for the hint
 */
export function order(
  entries: readonly Entry[],
  excused: (name: string) => boolean,
  available: ReadonlyMap<string, string>
): { ordered: Entry[]; problems: Problem[] } {
  const problems: Problem[] = []
  const providers = new Map<string, Entry>()
  const byPlugin = new Map<string, Entry>()
  for (const entry of entries) {
    const twin = byPlugin.get(entry.name)
    if (twin) {
      const message = `starts plugin '${entry.name}', and so does plugins.${twin.id}`
      problems.push({
        code: 'PLUGIN_DUPLICATE',
        where: `plugins.${entry.id}`,
        message,
        hint: 'remove one of the two'
      })
      continue
    }
    byPlugin.set(entry.name, entry)
    const other = entry.provides ? providers.get(entry.provides) : undefined
    if (other) {
      const message = `provides the service '${entry.provides}', and so does plugins.${other.id}`
      const hint = `switch one off: \`${entry.id}: false\` or \`${other.id}: false\``
      problems.push({ code: 'SERVICE_CONFLICT', where: `plugins.${entry.id}`, message, hint })
    } else if (entry.provides) providers.set(entry.provides, entry)
  }

  const neededBy = (entry: Entry): Entry[] => {
    const found = entry.needs.map(({ service }) => providers.get(service))
    return [...found, ...entry.dependencies.map(name => byPlugin.get(name))].filter(
      other => other !== undefined
    )
  }
  for (const entry of entries) {
    const where = `plugins.${entry.id}`
    for (const { service, optional } of entry.needs) {
      if (optional || providers.has(service) || excused(service)) continue
      const provider = available.get(service)
      const hint = provider
        ? `\`${provider}\` provides it: add \`${provider}: true\` under plugins`
        : 'no known plugin provides it: name one with `use`'
      problems.push({ code: 'SERVICE_MISSING', where, message: `needs the service '${service}'`, hint })
    }
    for (const name of entry.dependencies) {
      if (byPlugin.has(name) || excused(name)) continue
      const hint = `name the package that is called '${name}' with \`use\``
      problems.push({ code: 'SERVICE_MISSING', where, message: `needs the plugin '${name}'`, hint })
    }
  }

  const ordered: Entry[] = []
  const done = new Set<Entry>()
  const visit = (entry: Entry, path: Entry[]): void => {
    const start = path.indexOf(entry)
    if (start >= 0) {
      const circle = [...path.slice(start), entry].map(({ id }) => id).join(' → ')
      const hint = 'split a plugin in two; an optional need counts as well'
      problems.push({ code: 'DEPENDENCY_CYCLE', where: `plugins.${entry.id}`, message: circle, hint })
    }
    if (start >= 0 || done.has(entry)) return
    for (const provider of neededBy(entry)) visit(provider, [...path, entry])
    if (done.has(entry)) return
    done.add(entry)
    ordered.push(entry)
  }
  const alone = (entry: Entry, seen = new Set<Entry>()): boolean =>
    seen.has(entry) || (entry.global && neededBy(entry).every(other => alone(other, seen.add(entry))))
  const rank = (entry: Entry): number => (alone(entry) ? 0 : entry.global ? 1 : 2)
  for (const entry of entries.toSorted((a, b) => rank(a) - rank(b))) visit(entry, [])
  return { ordered, problems }
}
