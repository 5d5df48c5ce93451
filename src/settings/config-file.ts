import { existsSync, readFileSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import type { Problem } from './problems.ts'
import { isSection, type Section } from './schema.ts'

/** A configuration as it was written. */
export interface ConfigSource {
  readonly data: Section
  /** Names a place in it: the nearest existing ancestor of `path` as `file:line:column`. */
  locate(path: readonly string[]): string | undefined
  /** Why there is nothing to go by, if so. */
  readonly problem?: Problem
}

const names = ['paifang.config.yaml', 'paifang.config.yml', 'paifang.config.json', 'paifang.config.js']

/** The configuration file of a directory, or `undefined`. */
export function findConfigFile(directory: string): string | undefined {
  return names.map(name => resolve(directory, name)).find(existsSync)
}

/** Reads YAML, JSON (a subset of YAML 1.2) or a JavaScript module's default export. */
export async function readConfigFile(file: string): Promise<ConfigSource> {
  const short = relative(process.cwd(), file)
  const shown = short.startsWith('..') ? file : short
  try {
    if (['.js', '.mjs', '.ts'].includes(extname(file))) {
      const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
      return sourceOf(module.default, shown, () => shown)
    }
    const lines = new LineCounter()
    const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false })
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset)
      return `${shown}:${line}:${col}`
    }
    const [error] = document.errors
    if (error) {
      // What follows the colon is quoted from the file: it may be a secret.
      const message = `is not valid YAML: ${error.message.split(/:|(?<=escape) sequence/)[0]}`
      return unreadable(
        shown,
        message,
        'values with any of : # & * ! | > @ ` { [ need quotes',
        place(error.pos[0])
      )
    }
    return sourceOf(document.toJS() ?? {}, shown, path => place(offsetOf(document, path)))
  } catch (error) {
    const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
    if (code === 'ENOENT')
      return unreadable(shown, 'does not exist', 'create it, or name another in PAIFANG_CONFIG')
    return unreadable(shown, `cannot be read: ${message.split(' (')[0]}`)
  }
}

/** A configuration made by a program. */
export function givenConfig(data: unknown): ConfigSource {
  return sourceOf(data, 'config', () => undefined)
}

function sourceOf(data: unknown, where: string, locate: ConfigSource['locate']): ConfigSource {
  if (isSection(data)) return { data, locate }
  return unreadable(where, 'is not an object', 'settings go under `server` and `plugins`', locate([]))
}

function unreadable(where: string, message: string, hint?: string, position?: string): ConfigSource {
  const problem: Problem = { code: 'CONFIG_UNREADABLE', where, position, message, hint }
  return { data: {}, locate: () => undefined, problem }
}

function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true)
    const items = isNode(parent) && 'items' in parent ? (parent.items as unknown[]) : []
    const pair = items.find(item => String((item as { key?: unknown }).key) === path[length - 1])
    const key: unknown =
      (pair as { key?: unknown } | undefined)?.key ?? document.getIn(path.slice(0, length), true)
    if (isNode(key) && key.range) return key.range[0]
  }
  return 0
}
