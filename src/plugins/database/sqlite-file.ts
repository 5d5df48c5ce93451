import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../../core/index.ts'
import { whileBusy } from './sqlite-busy.ts'
import { fileFailure, permit, recover, unusable } from './sqlite-failure.ts'
import { SqliteThread } from './sqlite-thread.ts'

/**
 * Starts a thread that has a file open, which is created if need be, and proves that it can be written. A file that
 * cannot be used is left as it is.
 * @throws {Error} whose message names the file, the matter and a remedy
 */
export async function openFile(file: string, busyTimeoutMs: number): Promise<SqliteThread> {
  if (file !== ':memory:') await prepareDirectory(file)
  const thread = new SqliteThread({ file, busyTimeoutMs })
  try {
    await enterWal(thread)
    // FULL: a commit is on the disk before it is acknowledged. NORMAL would survive the death of the process too,
    // but lose the last commits when the power fails. It costs one fsync a commit; batch writes in transactions.
    await thread.ask({ do: 'script', sql: 'pragma synchronous = full; pragma foreign_keys = on' })
    return thread
  } catch (error) {
    await thread.close()
    throw fileFailure(file, error)
  }
}

async function prepareDirectory(file: string): Promise<void> {
  const directory = dirname(file)
  try {
    await makeDirectory(directory)
    // Node 20 throws for a path below a file, Node 24 says that there is nothing.
    if (!statSync(directory).isDirectory()) throw Object.assign(new Error(directory), { code: 'ENOTDIR' })
    if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw unusable(file, `has no directory, and ${directory} cannot be made (${code})`, permit(file), error)
  }
  throw unusable(file, 'is a directory', 'Move it away')
}

/**
 * Switches to the write-ahead log and tries a write. While another process is about to do the same, SQLite refuses
 * without waiting.
 */
async function enterWal(thread: SqliteThread): Promise<void> {
  const { file, busyTimeoutMs } = thread
  const torn = isTorn(file)
  await whileBusy(busyTimeoutMs, async () => {
    await thread.ask({ do: 'script', sql: 'pragma schema_version' })
    if (torn) throw unusable(file, 'is damaged: its end is missing', recover(file))
    const probe = 'pragma journal_mode = wal; begin immediate; create table paifang_probe (x); rollback'
    await thread.ask({ do: 'script', sql: probe })
  })
}

/** SQLite does not mind that a last page is cut off. Only a log could mend it, and SQLite makes one when it reads. */
function isTorn(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return size % 512 > 0 && !existsSync(`${file}-wal`)
}
