import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { makeDirectory } from './make-directory.ts'

const keyBytes = 32
/** What file systems without hard links answer. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'ENOSYS'])
/** What those answer whose directories cannot be synced. */
const withoutSync = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS'])

/**
 * The 32 random bytes that a file holds, in hex; `undefined` when there is no such file.
 * @param path relative to the working directory, or absolute
 * @param remedy what is said to do about a file that cannot be used
 * @throws {Error} naming the file, as an absolute path, when it cannot be read or holds something else
 */
export async function readKeyFile(path: string, remedy: string): Promise<Buffer | undefined> {
  const file = resolve(path)
  let found: string
  try {
    found = await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(`The key in ${file} cannot be read (${codeOf(error)}): ${remedy}`, { cause: error })
  }
  const bytes = Buffer.from(found.trim(), 'hex')
  if (bytes.length === keyBytes) return bytes
  throw new Error(`${file} is no key of ${keyBytes} bytes in hex: restore it from a backup`)
}

/**
 * Makes such a file, for this account alone. It appears under its name complete and on the disk, or not at all; of two
 * processes that make it at once the first wins, and both get the same key. Where the file system has no hard links,
 * they must not start at once.
 * @throws {Error} as {@link readKeyFile}, and when the file cannot be kept
 */
export async function makeKeyFile(path: string, remedy: string): Promise<Buffer> {
  const file = resolve(path)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const unkept = (error: unknown): Error =>
    new Error(`A key cannot be kept in ${file} (${codeOf(error)}): ${remedy}`, { cause: error })
  try {
    await makeDirectory(dirname(file))
    await write(draft, `${randomBytes(keyBytes).toString('hex')}\n`)
    await publish(draft, file)
    await syncDirectory(dirname(file))
  } catch (error) {
    throw unkept(error)
  } finally {
    await rm(draft, { force: true })
  }
  const key = await readKeyFile(file, remedy)
  if (!key) throw unkept(undefined)
  return key
}

async function write(draft: string, text: string): Promise<void> {
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gives the draft its name, unless a file has it already. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (!withoutLinks.has(codeOf(error))) throw error
    if (!existsSync(file)) await rename(draft, file)
  }
}

/** Without it the entry of a file may be gone after a power cut, and with it the file. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!withoutSync.has(codeOf(error))) throw error
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
