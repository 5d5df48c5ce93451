import { isDeepStrictEqual } from 'node:util'
import type { Resolution } from '../resolve/resolve.ts'
import { isSection } from '../settings/schema.ts'

/** How a configuration differs from the one before. Names alone: values may be secret. */
export interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Of plugins that stay, and of the server: `server.closeMs`, `plugins.cache.ttlMs`. */
  readonly settings: readonly string[]
}

type Compared = Pick<Resolution, 'entries' | 'values'>

/** Compares the plugins that are on, and their settings with defaults filled in. */
export function changesBetween(before: Compared, after: Compared): Changes {
  const [old, now] = [before, after].map(({ entries }) => entries.map(({ id }) => id)) as [string[], string[]]
  const added = now.filter(id => !old.includes(id))
  const removed = old.filter(id => !now.includes(id))
  const isTold = (path: string): boolean =>
    ![...added, ...removed].some(id => path === `plugins.${id}` || path.startsWith(`plugins.${id}.`))
  const replaced = after.entries.filter(entry => {
    const last = before.entries.find(({ id }) => id === entry.id)
    return last && (last.name !== entry.name || last.version !== entry.version)
  })
  const settings = [
    ...replaced.map(({ id }) => `plugins.${id}.use`),
    ...pathsOf(sectionsOf(before), sectionsOf(after))
  ]
  return { added, removed, settings: settings.filter(isTold) }
}

function sectionsOf({ values }: Compared): object {
  return { plugins: {}, ...values }
}

/** Where two sections differ. */
function pathsOf(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isSection(before) || !isSection(after)) return [path.join('.')]
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap(key => pathsOf(before[key], after[key], [...path, key]))
}
