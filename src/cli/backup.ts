import { open, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError, type Invocation } from './invocation.ts'
import { configuredDatabase } from './open-database.ts'

/**
 * `paifang backup FILE`: copies the SQLite file of the configuration as it is at one moment, also while the gateway runs.
 * The copy is one file, for this account alone.
 * @throws {UsageError} when there is such a file already, or no SQLite file to be copied
 * @throws {StartupError} when the configuration is at fault
 */
export async function backup({ args, options }: Invocation): Promise<void> {
  const [name] = args
  if (name === undefined || args.length > 1) throw new UsageError('usage: paifang backup FILE')
  const copy = resolve(name)
  const { file, busyTimeoutMs } = await sqliteSettings(options)
  await makeEmpty(copy)
  try {
    await writeCopy(file, busyTimeoutMs, copy)
  } catch (error) {
    await rm(copy, { force: true })
    process.stderr.write(`paifang: no backup was made: ${(error as Error).message}\n`)
    process.exitCode = 1
    return
  }
  const { size } = await stat(copy)
  process.stdout.write(`${file} was copied to ${copy}, ${size} bytes. Back up the key files apart from it.\n`)
}

/** The copy is on the disk when this resolves. */
async function writeCopy(file: string, busyTimeoutMs: number, copy: string): Promise<void> {
  const { SqliteDatabase } = await import('../plugins/database/sqlite-database.ts')
  const database = await SqliteDatabase.connect(file, busyTimeoutMs)
  try {
    await database.copyTo(copy)
  } finally {
    await database.close()
  }
  await using handle = await open(copy, 'r+')
  await handle.sync()
}

async function sqliteSettings(
  options: Invocation['options']
): Promise<{ file: string; busyTimeoutMs: number }> {
  const { provider, file } = await configuredDatabase(options)
  const { driver, busyTimeoutMs } = provider.settings as {
    readonly driver?: unknown
    readonly busyTimeoutMs?: unknown
  }
  if (driver === 'postgres') throw new UsageError('the database is a PostgreSQL: back it up with pg_dump')
  if (file === undefined || typeof busyTimeoutMs !== 'number')
    throw new UsageError('the database is no SQLite file')
  return { file, busyTimeoutMs }
}

/** SQLite writes into an empty file as into none, and leaves its mode as it is. */
async function makeEmpty(copy: string): Promise<void> {
  try {
    await (await open(copy, 'wx', 0o600)).close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new UsageError(`${copy} is there already`)
    throw new UsageError(`${copy} cannot be made: ${code ?? String(error)}`)
  }
}
