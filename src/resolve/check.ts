import type { Problem } from '../settings/problems.ts'
import { isSection, validate, type SchemaNode, type Section } from '../settings/schema.ts'
import { describe, placeOf, type Provenance } from './describe.ts'
import type { Entry } from './entry.ts'
import { serverView, switchable } from './merge.ts'

/** Validates the settings of the server and of every plugin, fills in defaults, and hands each plugin its own. */
export function checkSettings(
  entries: readonly Entry[],
  settings: Provenance,
  production: boolean
): Problem[] {
  const problems = validate(frame(entries), settings.values).map(fault => describe(fault, settings))
  for (const entry of entries) {
    const own = (settings.values['plugins'] as Section)[entry.id]
    if (!isSection(own)) continue
    delete own['enabled']
    entry.settings = own
    try {
      problems.push(...checkPlugin(entry, own, settings, production))
    } catch (cause) {
      const message = `its settings cannot be checked: ${cause instanceof Error ? cause.message : String(cause)}`
      const hint = 'this is a mistake in the plugin: in its schema or its check'
      problems.push({ code: 'PLUGIN_INVALID', where: `plugins.${entry.id}`, message, hint, cause })
    }
  }
  return problems
}

/** What surrounds the plugins' own settings. */
function frame(entries: readonly Entry[]): SchemaNode {
  const plugins = Object.fromEntries(entries.map(({ id }) => [id, switchable({})]))
  const properties = {
    $schema: { type: 'string' },
    server: serverView,
    plugins: { type: 'object', properties: plugins }
  }
  return { type: 'object', properties, additionalProperties: false }
}

function checkPlugin(
  { id, meta }: Entry,
  own: Section,
  settings: Provenance,
  production: boolean
): Problem[] {
  if (!meta) return []
  const inside = (path: readonly string[]): string[] => ['plugins', id, ...path]
  const faults = validate(meta.config, own)
  if (faults.length > 0)
    return faults.map(fault => describe({ ...fault, path: inside(fault.path) }, settings))
  const found = meta.check?.(own, { production }) ?? []
  return found.map(({ path, message, hint }) => {
    return { code: 'CONFIG_BAD_VALUE', ...placeOf(inside(path), settings), message, hint }
  })
}
