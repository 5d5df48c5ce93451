import { createCipheriv, createDecipheriv } from 'node:crypto'

export const legacyKey = '1234567887654321'

/** What a client of `POST /getCode` does: AES-128-ECB under the key text, in hex. */
export function sealHex(plain: string | Buffer, key = legacyKey): string {
  const cipher = createCipheriv('aes-128-ecb', Buffer.from(key), null)
  return Buffer.concat([cipher.update(plain), cipher.final()])
    .toString('hex')
    .toUpperCase()
}

/** Reads the `data` of an answer. */
export function openHex(hex: string): string {
  const decipher = createDecipheriv('aes-128-ecb', Buffer.from(legacyKey), null)
  return decipher.update(hex, 'hex', 'utf8') + decipher.final('utf8')
}
