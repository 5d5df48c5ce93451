import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * What stands for something secret in the database: HMAC-SHA-256 of `parts`, in hex. `purpose` keeps digests of one
 * kind from being compared with those of another. Without the key, an 8-digit PIN would be guessed in a second.
 */
export type KeyedDigest = (purpose: string, ...parts: readonly string[]) => string

/** Where the key is. The file is used, and made when there is none, unless the key itself is given. */
export interface SecretPlace {
  readonly guardSecret?: string
  readonly secretFile: string
}

const keyBytes = 32
const remedy = 'set guardSecret of sign-bridge, or its secretFile to a file that can be written'

/**
 * Reads the key, or makes one. A relative `secretFile` is in the working directory, not beside the database: whoever
 * copies the one should not get the other with it.
 * @throws {Error} naming the file, as an absolute path, and the settings when it cannot be made or read, or is no key
 */
export async function openSecret({ guardSecret, secretFile }: SecretPlace): Promise<KeyedDigest> {
  const key = guardSecret === undefined ? await keyIn(resolve(secretFile)) : Buffer.from(guardSecret)
  return keyedDigest(key)
}

/** The digest under a key. */
export function keyedDigest(key: string | Buffer): KeyedDigest {
  return (purpose, ...parts) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('hex')
}

async function keyIn(file: string): Promise<Buffer> {
  const found = (await read(file)) ?? (await make(file))
  const key = Buffer.from(found.trim(), 'hex')
  if (key.length === keyBytes) return key
  throw new Error(`${file} is no key of ${keyBytes} bytes in hex: restore it from a backup`)
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(`The key in ${file} cannot be read (${codeOf(error)}): ${remedy}`, { cause: error })
  }
}

/** Appears under its name complete and on the disk, or not at all; of two processes the first wins. */
async function make(file: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await makeDirectory(dirname(file))
    const handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(`${randomBytes(keyBytes).toString('hex')}\n`)
    await handle.sync()
    await handle.close()
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new Error(
        `The key that protects PINs in the database cannot be kept in ${file} (${codeOf(error)}): ${remedy}`,
        { cause: error }
      )
  } finally {
    await rm(draft, { force: true })
  }
  return (await read(file)) ?? ''
}

/** `mkdir` with `recursive` never returns where the parent exists and refuses, as `/proc` does. */
async function makeDirectory(directory: string): Promise<void> {
  if (existsSync(directory)) return
  await makeDirectory(dirname(directory))
  await mkdir(directory).catch((error: unknown) => {
    if (!existsSync(directory)) throw error
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
