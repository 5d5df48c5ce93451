import { readFileSync, statSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import type { SettingProblem } from '../../core/index.ts'
import { filePath } from './built-ins.ts'
import { checkAgainst } from './check-against.ts'
import { Key, type KeySettings } from './config.ts'

/** What a keys file holds. Nothing in the problems is quoted from it but key ids and the names of settings. */
export interface KeysFile {
  readonly keys: Readonly<Record<string, KeySettings>>
  readonly problems: readonly SettingProblem[]
}

/** What changes whenever a file, or the file that it links to, does. */
export function identityOf(file: string): string {
  try {
    const { dev, ino, size, ctimeMs } = statSync(file)
    return [dev, ino, size, ctimeMs].join(' ')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

const maxBytes = 1_048_576

/** Reads the keys of a JSON or YAML file; of no file, none. JSON is a subset of YAML 1.2. */
export function readKeysFile(file: string | undefined): KeysFile {
  if (file === undefined) return { keys: {}, problems: [] }
  const failed = (message: string): KeysFile => ({ keys: {}, problems: [{ path: filePath, message }] })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return failed(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`)
  }
  if (text.length > maxBytes) return failed(`${file} is larger than 1 MiB`)
  const lineCounter = new LineCounter()
  // Warnings of the parser would go to the console, and quote what they are about.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  // The message of a parser may quote what it read.
  if (error)
    return failed(`${file} is neither JSON nor YAML, at line ${lineCounter.linePos(error.pos[0]).line}`)
  try {
    return readKeys(document.toJS({ maxAliasCount: 0 }) as unknown, failed)
  } catch {
    return failed(`${file} has aliases, which keys do not need`)
  }
}

function readKeys(value: unknown, failed: (message: string) => KeysFile): KeysFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failed('the keys file is no object of keys by id')
  const entries = Object.entries(value as Record<string, KeySettings>)
  const problems = entries.flatMap(([kid, key]) =>
    checkAgainst(Key, key, []).map(({ message, hint }) => {
      return { path: filePath, message: `of '${kid}', ${message.trim()}`, ...(hint && { hint }) }
    })
  )
  return problems.length > 0 ? { keys: {}, problems } : { keys: Object.fromEntries(entries), problems }
}
