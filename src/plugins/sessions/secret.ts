import { secretInFile } from '../../core/index.ts'

/** Where the secret is. The file is used, and made when there is none, unless the secret itself is given. */
export interface SecretPlace {
  readonly secret?: string
  readonly keyFile: string
}

const remedy = 'set secret of sessions, or its keyFile to a file that can be written'

/**
 * Reads the secret that all keys of the gateway come from, or makes one.
 * @throws {Error} naming the file, as an absolute path, and the settings when it cannot be made or read, or holds no
 * secret
 */
export async function openSecret({ secret, keyFile }: SecretPlace): Promise<Buffer> {
  if (secret !== undefined) return Buffer.from(secret)
  return secretInFile(keyFile, {
    unreadable: (file, code) => `The secret in ${file} cannot be read (${code}): ${remedy}`,
    unkept: (file, code) => `The secret of sessions cannot be kept in ${file} (${code}): ${remedy}`,
    unfit: file => `${file} holds no 32 bytes in hex: restore it from a backup`
  })
}
