import { createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { sm4 } from 'sm-crypto-v2'
import type { Message, Occasion } from './message.ts'

/** Encrypts as the formats document says, and puts the tag behind the ciphertext. */
export type Encrypt = (key: Buffer, nonce: Buffer, plaintext: string, associated: Buffer) => Buffer

/** The AEADs of the JSON envelope, written from the formats document and its sources alone. */
export const encryptions = {
  A256GCM(key, nonce, plaintext, associated) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
    return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
  },

  C20P(key, nonce, plaintext, associated) {
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
    cipher.setAAD(associated, { plaintextLength: Buffer.byteLength(plaintext) })
    return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
  },

  SM4GCM(key, iv, plaintext, associatedData) {
    const options = { mode: 'gcm', iv, associatedData, outputTag: true } as const
    const { output, tag = '' } = sm4.encrypt(Buffer.from(plaintext), key, options)
    return Buffer.from(output + tag, 'hex')
  },

  'SM4CBC-HSM3'(key, iv, plaintext, associated) {
    const derived = Buffer.from(hkdfSync('sm3', key, '', 'SM4CBC-HSM3', 48))
    const cipher = createCipheriv('sm4-cbc', derived.subarray(0, 16), iv)
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
    const bits = Buffer.alloc(8)
    bits.writeUInt32BE(associated.length * 8, 4)
    const mac = createHmac('sm3', derived.subarray(16))
    return Buffer.concat([ciphertext, mac.update(Buffer.concat([associated, iv, ciphertext, bits])).digest()])
  }
} satisfies Record<string, Encrypt>

export type Alg = keyof typeof encryptions

export const nonceBytes: Readonly<Record<Alg, number>> = {
  A256GCM: 12,
  C20P: 12,
  SM4GCM: 12,
  'SM4CBC-HSM3': 16
}

/** A request in the JSON envelope. */
export function sealAead(alg: Alg, key: Buffer, kid: string, plaintext: string, at: Occasion): Message {
  const nonce = randomBytes(nonceBytes[alg])
  const header = { v: 1, alg, kid, ts: at.ts, nonce: nonce.toString('base64url') }
  const associated = Buffer.from([...Object.values(header), at.method, at.path, 'req'].join('\n'))
  const ct = encryptions[alg](key, nonce, plaintext, associated).toString('base64url')
  return {
    body: Buffer.from(JSON.stringify({ ...header, ct })),
    context: { method: at.method, path: at.path }
  }
}
