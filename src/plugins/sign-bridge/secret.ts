import { createHmac } from 'node:crypto'
import { secretInFile } from '../../core/index.ts'

/**
 * What stands for something secret in the database: HMAC-SHA-256 of `parts`, in hex. `purpose` keeps digests of one
 * kind from being compared with those of another. Without the key, an 8-digit PIN would be guessed in a second.
 */
export type KeyedDigest = (purpose: string, ...parts: readonly string[]) => string

/** Where the key is. The file is used, and made when there is none, unless the key itself is given. */
export interface SecretPlace {
  readonly guardSecret?: string
  readonly keyFile: string
}

const remedy = 'set guardSecret of sign-bridge, or its keyFile to a file that can be written'

/**
 * Reads the key, or makes one. A relative `keyFile` is in the working directory, not beside the database: whoever
 * copies the one should not get the other with it.
 * @throws {Error} naming the file, as an absolute path, and the settings when it cannot be made or read, or is no key
 */
export async function openSecret({ guardSecret, keyFile }: SecretPlace): Promise<KeyedDigest> {
  if (guardSecret !== undefined) return keyedDigest(guardSecret)
  const key = await secretInFile(keyFile, {
    unreadable: (file, code) => `The key in ${file} cannot be read (${code}): ${remedy}`,
    unkept: (file, code) =>
      `The key that protects PINs in the database cannot be kept in ${file} (${code}): ${remedy}`,
    unfit: file => `${file} is no key of 32 bytes in hex: restore it from a backup`
  })
  return keyedDigest(key)
}

/** The digest under a key. */
export function keyedDigest(key: string | Buffer): KeyedDigest {
  return (purpose, ...parts) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('hex')
}
