import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isNode, LineCounter, parseDocument, type Document, type YAMLError } from 'yaml'
import type { Problem } from './problems.ts'
import { isSection, type Section } from './schema.ts'

/** A configuration as it was written. */
export interface ConfigSource {
  readonly data: Section
  /** Names a place in it: the nearest existing ancestor of `path` as `file:line:column`. */
  locate(path: readonly string[]): string | undefined
  /** Why there is nothing to go by, if so. */
  readonly problems: readonly Problem[]
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
      // A module is read once; one that has changed since is another.
      const version = `?${statSync(file).mtimeMs}`
      const module = (await import(pathToFileURL(file).href + version)) as { default?: unknown }
      return sourceOf(module.default, shown, () => shown)
    }
    const lines = new LineCounter()
    const document = parseDocument(readFileSync(file, 'utf8'), {
      lineCounter: lines,
      prettyErrors: false,
      // Its warnings go to the console, and quote what they are about.
      logLevel: 'error'
    })
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset)
      return `${shown}:${line}:${col}`
    }
    const [first] = document.errors
    if (first) {
      // Keys that stand twice are mistakes of their own; any other error makes nonsense of what follows it.
      const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
      const told = first.code === 'DUPLICATE_KEY' ? twice : [first]
      return nothing(told.map(error => yamlProblem(shown, error, place(error.pos[0]))))
    }
    return sourceOf(document.toJS() ?? {}, shown, path => place(offsetOf(document, path)))
  } catch (error) {
    const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
    if (code === 'ENOENT')
      return nothing([unreadable(shown, 'does not exist', 'create it, or name another in PAIFANG_CONFIG')])
    return nothing([unreadable(shown, `cannot be read: ${message.split(' (')[0]}`)])
  }
}

/** A configuration made by a program. */
export function givenConfig(data: unknown): ConfigSource {
  return sourceOf(data, 'config', () => undefined)
}

function sourceOf(data: unknown, where: string, locate: ConfigSource['locate']): ConfigSource {
  if (isSection(data)) return { data, locate, problems: [] }
  const hint = 'settings go under `server` and `plugins`'
  return nothing([unreadable(where, 'is not an object', hint, locate([]))])
}

function nothing(problems: readonly Problem[]): ConfigSource {
  return { data: {}, locate: () => undefined, problems }
}

function unreadable(where: string, message: string, hint?: string, position?: string): Problem {
  return { code: 'CONFIG_UNREADABLE', where, position, message, hint }
}

function yamlProblem(where: string, { code, message }: YAMLError, position: string): Problem {
  if (code === 'DUPLICATE_KEY')
    return unreadable(where, 'a key stands twice here', 'remove one of the two', position)
  // What follows the colon is quoted from the file: it may be a secret.
  const text = `is not valid YAML: ${message.split(/:|(?<=escape) sequence/)[0]}`
  const hint =
    code === 'TAB_AS_INDENT' ? 'indent with spaces' : 'values with any of : # & * ! | > @ ` { [ need quotes'
  return unreadable(where, text, hint, position)
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
