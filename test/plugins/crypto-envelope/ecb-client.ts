import { createCipheriv, createDecipheriv } from 'node:crypto'

export const demonstrationKey = '1234567887654321'

/** What a client of `mysql-ecb-hex` does, for keys of sixteen characters. */
export function encryptHex(plaintext: string | Buffer, key = demonstrationKey): string {
  const cipher = createCipheriv('aes-128-ecb', key, null)
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('hex')
}

export function decryptHex(ciphertext: string, key = demonstrationKey): string {
  const decipher = createDecipheriv('aes-128-ecb', key, null)
  return decipher.update(ciphertext, 'hex', 'utf8') + decipher.final('utf8')
}
