import { dirname } from 'node:path'
import type { StatementFailure } from './figures.ts'

/** SQLite's primary result codes for failures of the file, what each means, and what helps. */
const failures: ReadonlyMap<number, readonly [matter: string, remedy: (file: string) => string]> = new Map([
  [5, ['is locked by another process', file => `Stop that process (\`fuser ${file}\` finds it)`]],
  [8, ['cannot be written', permit]],
  [10, ['cannot be read or written', () => 'Check the disk and its file system']],
  [11, ['is damaged', recover]],
  [13, ['cannot grow because the disk is full', () => 'Free some space']],
  [14, ['cannot be opened', permit]],
  [26, ['is not an SQLite database', () => 'Move it away']]
])

/** A database file that cannot be used. The message is meant for the person who starts the gateway. */
export function unusable(file: string, matter: string, remedy: string, cause?: unknown): Error {
  const instead = 'or name another file in plugins.database.file (PAIFANG_DATABASE_FILE)'
  return new Error(`The database file ${file} ${matter}. ${remedy}, ${instead}.`, { cause })
}

/** Makes what libsql throws about the file {@link unusable}; other errors are returned as they are. */
export function fileFailure(file: string, error: unknown): unknown {
  const [matter, remedy] = failures.get(primaryCode(error)) ?? []
  return matter && remedy ? unusable(file, matter, remedy(file), error) : error
}

/** Whether another connection is in the way. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === 5
}

/** Why a statement failed. */
export function statementFailure(error: unknown): StatementFailure {
  const code = primaryCode(error)
  // Busy and locked, constraint and mismatch, full; what has no code is not of SQLite, but of its thread or ours.
  if (code === 5 || code === 6) return 'busy'
  if (code === 19 || code === 20) return 'constraint'
  if (code === 13) return 'full'
  return code === 0 && error instanceof Error && error.message.startsWith('The thread of')
    ? 'connection'
    : 'other'
}

/** What lets this process use a file. */
export function permit(file: string): string {
  return `Let user ${process.geteuid?.() ?? 'of this process'} write to it and to ${dirname(file)}`
}

/** What is left to do with a damaged file. */
export function recover(file: string): string {
  return `Restore a backup, save what is left with \`sqlite3 ${file} .recover\``
}

/** 0 for what is not an error of SQLite. A failed opening has its code only in the text of an ordinary error. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error)) return 0
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode & 0xff
  return error.message.includes('Unable to open connection') ? 14 : 0
}
