import { createHmac } from 'node:crypto'
import { networkOf, secretInFile } from '../../core/index.ts'

const remedy = 'set secret of click-stats, or its keyFile to a file that can be written'

/** Where the key is. The file is used, and made when there is none, unless the secret itself is given. */
export interface KeyPlace {
  readonly secret?: string
  readonly keyFile: string
}

/**
 * Reads the key that pseudonyms are made with, or makes one.
 * @throws {Error} naming the file and the settings when it cannot be made or read, or holds no key
 */
export async function openKey({ secret, keyFile }: KeyPlace): Promise<Buffer> {
  if (secret !== undefined) return Buffer.from(secret)
  return secretInFile(keyFile, {
    unreadable: (file, code) => `The secret in ${file} cannot be read (${code}): ${remedy}`,
    unkept: (file, code) => `The secret of click-stats cannot be kept in ${file} (${code}): ${remedy}`,
    unfit: file => `${file} holds no 32 bytes in hex: restore it from a backup`
  })
}

/**
 * Stands for a user at one target, so that the rows of one user at two targets cannot be told to be theirs: 22
 * characters of base64url, 128 bits.
 */
export function pseudonymOf(key: Buffer, kind: string, id: string, identity: string): string {
  return digestOf(key, 'user', kind, id, identity)
}

/** Stands for a user, or for the network of a guest, where clicks in a minute are counted. */
export function callerOf(key: Buffer, identity: string | undefined, ip: string): string {
  return identity === undefined ? digestOf(key, 'guest', networkOf(ip)) : digestOf(key, 'caller', identity)
}

/** None of the parts holds a NUL. */
function digestOf(key: Buffer, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(parts.join('\0')).digest('base64url').slice(0, 22)
}
