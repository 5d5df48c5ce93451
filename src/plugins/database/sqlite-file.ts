import { existsSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'libsql'
import { fileFailure, isBusy, permit, recover, unusable } from './sqlite-failure.ts'

const pauseMs = 10

/**
 * Opens a file, which is created if need be, and proves that it can be written. A file that cannot be used is left
 * as it is.
 * @throws {Error} whose message names the file, the matter and a remedy
 */
export async function openFile(file: string, busyTimeoutMs: number): Promise<Sqlite.Database> {
  if (file !== ':memory:') await prepareDirectory(file)
  let connection: Sqlite.Database | undefined
  try {
    connection = new Sqlite(file)
    await enterWal(connection, file, busyTimeoutMs)
    // FULL: a commit is on the disk before it is acknowledged. NORMAL would survive the death of the process too,
    // but lose the last commits when the power fails. It costs one fsync a commit; batch writes in transactions.
    connection.exec(
      `pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = ${busyTimeoutMs}`
    )
    return connection
  } catch (error) {
    connection?.close()
    throw fileFailure(file, error)
  }
}

/**
 * Closes a connection. The last one to a file takes the log into it and removes the log; libsql alone would not,
 * since it keeps statements until they are garbage-collected and SQLite waits for them. Closing twice is harmless.
 */
export function closeFile(connection: Sqlite.Database): void {
  if (!connection.open) return
  try {
    if (connection.inTransaction) connection.exec('rollback')
    connection.exec('pragma busy_timeout = 0; pragma journal_mode = delete')
  } catch {
    // Another connection uses the file. The log stays for it, complete.
  } finally {
    connection.close()
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

/** `mkdir` with `recursive` never returns where the parent exists and refuses, as `/proc` does. */
async function makeDirectory(directory: string): Promise<void> {
  if (existsSync(directory)) return
  await makeDirectory(dirname(directory))
  await mkdir(directory).catch((error: unknown) => {
    if (!existsSync(directory)) throw error
  })
}

/**
 * Switches to the write-ahead log and tries a write. While another process is about to do the same, SQLite refuses
 * without waiting, so the waiting is done here.
 */
async function enterWal(connection: Sqlite.Database, file: string, patienceMs: number): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      connection.exec('pragma schema_version')
      refuseTorn(file)
      connection.exec('pragma journal_mode = wal; begin immediate; create table paifang_probe (x); rollback')
      return
    } catch (error) {
      if (!isBusy(error) || waitedMs >= patienceMs) throw error
    }
    await pause(pauseMs)
  }
}

/** SQLite does not mind that a last page is cut off. Only a log could mend it. */
function refuseTorn(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size % 512 > 0 && !existsSync(`${file}-wal`))
    throw unusable(file, 'is damaged: its end is missing', recover(file))
}
