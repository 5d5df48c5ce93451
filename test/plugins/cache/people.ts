import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { CacheUser } from '../../../src/plugins/cache/service.ts'

/** A person with a key of their own: AES-256-GCM, 96 random bits a nonce. */
export function person(identity: string, dataKey: Uint8Array = randomBytes(32)): CacheUser {
  const key = Buffer.from(hkdfSync('sha256', dataKey, '', 'cache', 32))
  return {
    identity,
    seal(bytes, aad) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    },
    open(bytes, aad) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(aad)
      decipher.setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
    }
  }
}
