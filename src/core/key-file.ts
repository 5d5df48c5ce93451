import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { makeDirectory } from './make-directory.ts'

const keyBytes = 32

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
 * processes that make it at once the first wins, and both get the same key.
 * @throws {Error} as {@link readKeyFile}, and when the file cannot be kept
 */
export async function makeKeyFile(path: string, remedy: string): Promise<Buffer> {
  const file = resolve(path)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const unkept = (error: unknown): Error =>
    new Error(`A key cannot be kept in ${file} (${codeOf(error)}): ${remedy}`, { cause: error })
  try {
    await makeDirectory(dirname(file))
    const handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(`${randomBytes(keyBytes).toString('hex')}\n`)
    await handle.sync()
    await handle.close()
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unkept(error)
  } finally {
    await rm(draft, { force: true })
  }
  const key = await readKeyFile(file, remedy)
  if (!key) throw unkept(undefined)
  return key
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
