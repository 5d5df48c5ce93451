import { existsSync, readFileSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import type { Problem } from './problems.ts'

/** A configuration as it was written. */
export interface ConfigSource {
  readonly data: unknown
  /** Names a place in it: the nearest existing ancestor of `path` as `file:line:column`. */
  locate(path: readonly string[]): string | undefined
  readonly problems: readonly Problem[]
}

const names = ['paifang.config.yaml', 'paifang.config.yml', 'paifang.config.json', 'paifang.config.js']

/** The configuration file of a directory, or `undefined`. */
export function findConfigFile(directory: string): string | undefined {
  return names.map(name => resolve(directory, name)).find(existsSync)
}

/** Reads YAML, JSON (a subset of YAML 1.2) or a JavaScript module's default export. */
export async function readConfigFile(file: string): Promise<ConfigSource> {
  const shown = relative(process.cwd(), file) || file
  const unreadable = (message: string, position?: string): Problem => {
    return { code: 'CONFIG_UNREADABLE', where: shown, position, message }
  }
  const locate = (): string => shown
  try {
    if (['.js', '.mjs', '.ts'].includes(extname(file))) {
      const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
      return { data: module.default, locate, problems: [] }
    }
    const lines = new LineCounter()
    const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false })
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset)
      return `${shown}:${line}:${col}`
    }
    const problems = document.errors.map(error =>
      unreadable(`is not valid YAML: ${error.message}`, place(error.pos[0]))
    )
    const position = (path: readonly string[]): string => place(offsetOf(document, path))
    return { data: problems.length > 0 ? {} : document.toJS(), locate: position, problems }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const text = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`
    return { data: {}, locate, problems: [unreadable(text)] }
  }
}

/** A configuration made by a program. */
export function givenConfig(data: unknown): ConfigSource {
  return { data, locate: () => undefined, problems: [] }
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
