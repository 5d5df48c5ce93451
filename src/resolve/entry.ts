import type { FastifyPluginAsync } from 'fastify'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nearest } from '../settings/nearest.ts'
import type { Problem } from '../settings/problems.ts'
import { metaOf, type PluginMeta } from '../core/plugin.ts'

/** One plugin that the configuration names, ready to be started. */
export interface Entry {
  /** The key under `plugins`. */
  readonly id: string
  /** The name of the plugin itself; the same as `id` for built-in ones. */
  readonly name: string
  readonly plugin: FastifyPluginAsync
  /** `undefined` for a Fastify plugin from elsewhere: its settings go unchecked. */
  readonly meta: PluginMeta | undefined
  readonly version: string | undefined
  readonly global: boolean
  readonly provides: string | undefined
  readonly needs: readonly { readonly service: string; readonly optional: boolean }[]
  /** Plugins that a foreign plugin's own metadata wants before it. */
  readonly dependencies: readonly string[]
  settings: object
}

interface ForeignMeta {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: readonly string[]
}

/** Finds the plugin of one entry: a built-in one by its name, or whatever `use` names. */
export async function loadEntry(
  id: string,
  use: unknown,
  builtins: ReadonlyMap<string, FastifyPluginAsync>,
  configFile: string
): Promise<Entry | Problem> {
  const where = `plugins.${id}`
  if (use === undefined) {
    const builtin = builtins.get(id)
    if (builtin) return entryOf(id, builtin)
    const guess = nearest(id, builtins.keys())
    const advice = guess
      ? `did you mean '${guess}'?`
      : `built in are ${[...builtins.keys()].join(', ')}; others need \`use: ./file.js\` or \`use: package\``
    return { code: 'PLUGIN_UNKNOWN', where, message: 'no built-in plugin has this name', hint: advice }
  }
  const hint = 'use takes a path relative to the configuration file, or the name of an installed package'
  const invalid = (message: string, cause?: unknown): Problem => {
    return { code: 'PLUGIN_INVALID', where: `${where}.use`, message, hint, cause }
  }
  if (!/^[a-z][a-z0-9-]*$/i.test(id) || id === 'server')
    return { ...invalid('a plugin cannot have this name'), where, hint: 'use letters, digits and hyphens' }
  if (typeof use === 'function') return entryOf(id, use as FastifyPluginAsync)
  if (typeof use !== 'string' || use === '') return invalid('must be a path, a package name or a plugin')
  try {
    const module = (await import(locate(use, configFile))) as { default?: unknown }
    const inner = module.default as { default?: unknown } | undefined
    const plugin = typeof inner === 'function' ? inner : inner?.default
    if (typeof plugin !== 'function') return invalid(`${use} has no default export that is a Fastify plugin`)
    return entryOf(id, plugin as FastifyPluginAsync)
  } catch (error) {
    const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
    const problem = invalid(`cannot load ${use}: ${message.split(/ imported from |\n/)[0]}`, error)
    const isSource = code === 'ERR_UNKNOWN_FILE_EXTENSION'
    return isSource ? { ...problem, hint: 'compile it, or run on Node 22.18 or later' } : problem
  }
}

/** Paths are relative to the configuration file, packages are found from there. */
function locate(use: string, configFile: string): string {
  if (!use.startsWith('.') && !isAbsolute(use))
    return pathToFileURL(createRequire(configFile).resolve(use)).href
  const file = resolve(dirname(configFile), use)
  if (!existsSync(file)) throw new Error(`${file} does not exist`)
  return pathToFileURL(file).href
}

/** Describes a plugin under the id it has in a configuration. */
export function entryOf(id: string, plugin: FastifyPluginAsync): Entry {
  const meta = metaOf(plugin)
  const symbols = plugin as unknown as Record<symbol, unknown>
  const foreign = (symbols[Symbol.for('plugin-meta')] ?? {}) as ForeignMeta
  return {
    id,
    name: foreign.name ?? id,
    plugin,
    meta,
    version: foreign.version,
    global: meta ? meta.scope === 'global' : symbols[Symbol.for('skip-override')] === true,
    provides: meta?.provides?.name,
    needs: Object.values(meta?.needs ?? {}).map(need => ({
      service: need.name,
      optional: need.optional === true
    })),
    dependencies: meta ? [] : (foreign.dependencies ?? []),
    settings: {}
  }
}
