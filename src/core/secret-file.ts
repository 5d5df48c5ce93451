import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { makeDirectory } from './make-directory.ts'

const secretBytes = 32

/** What is said of a file that cannot be used. `code` is that of the system, `file` an absolute path. */
export interface SecretFileFaults {
  readonly unreadable: (file: string, code: string) => string
  readonly unkept: (file: string, code: string) => string
  /** It holds something else than 32 bytes in hex. */
  readonly unfit: (file: string) => string
}

/**
 * The 32 random bytes that a file holds, in hex; it is made when there is none, for this account alone. Of two
 * processes that make it at once the first wins, and both read the same.
 * @param path relative to the working directory, or absolute
 * @throws {Error} one of `faults`
 */
export async function secretInFile(path: string, faults: SecretFileFaults): Promise<Buffer> {
  const file = resolve(path)
  const found = (await read(file, faults)) ?? (await make(file, faults))
  const bytes = Buffer.from(found.trim(), 'hex')
  if (bytes.length === secretBytes) return bytes
  throw new Error(faults.unfit(file))
}

async function read(file: string, { unreadable }: SecretFileFaults): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(unreadable(file, codeOf(error)), { cause: error })
  }
}

/** Appears under its name complete and on the disk, or not at all. */
async function make(file: string, faults: SecretFileFaults): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await makeDirectory(dirname(file))
    const handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(`${randomBytes(secretBytes).toString('hex')}\n`)
    await handle.sync()
    await handle.close()
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new Error(faults.unkept(file, codeOf(error)), { cause: error })
  } finally {
    await rm(draft, { force: true })
  }
  return (await read(file, faults)) ?? ''
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
