import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Where the secret is. The file is used, and made when there is none, unless the secret itself is given. */
export interface SecretPlace {
  readonly secret?: string
  readonly secretFile: string
}

const secretBytes = 32
const remedy = 'set secret of sessions, or its secretFile to a file that can be written'

/**
 * Reads the secret that all keys of the gateway come from, or makes one.
 * @throws {Error} naming the file, as an absolute path, and the settings when it cannot be made or read, or holds no
 * secret
 */
export async function openSecret({ secret, secretFile }: SecretPlace): Promise<Buffer> {
  if (secret !== undefined) return Buffer.from(secret)
  const file = resolve(secretFile)
  const found = (await read(file)) ?? (await make(file))
  const bytes = Buffer.from(found.trim(), 'hex')
  if (bytes.length === secretBytes) return bytes
  throw new Error(`${file} holds no ${secretBytes} bytes in hex: restore it from a backup`)
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(`The secret in ${file} cannot be read (${codeOf(error)}): ${remedy}`, { cause: error })
  }
}

/** Appears under its name complete and on the disk, or not at all; of two processes the first wins. */
async function make(file: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await makeDirectory(dirname(file))
    const handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(`${randomBytes(secretBytes).toString('hex')}\n`)
    await handle.sync()
    await handle.close()
    await link(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new Error(`The secret of sessions cannot be kept in ${file} (${codeOf(error)}): ${remedy}`, {
        cause: error
      })
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
