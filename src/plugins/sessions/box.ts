import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** Where a box belongs. One that is moved elsewhere does not open. */
export interface BoxPlace {
  /** What is in it. */
  readonly kind: string
  /** The id of its row. */
  readonly row: string
  readonly identity: string
  readonly platform?: string
}

/** A box does not open. */
export class BoxError extends Error {
  readonly code = 'BOX_CLOSED'
  /** `form`: it is none. `key`: another key closed it. `content`: it was changed, or moved. */
  readonly reason: 'form' | 'key' | 'content'

  constructor(reason: BoxError['reason']) {
    super(`A box does not open (${reason})`)
    this.name = 'BoxError'
    this.reason = reason
  }
}

const cipherName = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** Contents are filled up to a multiple of this, which hides the length of a password. */
const blockBytes = 64
const form = /^v1\.([\w-]{6})\.([\w-]+)$/

/** Closes a box (AES-256-GCM): `v1.<id of the key>.<nonce, ciphertext and tag in base64url>`. */
export function sealBox(key: Buffer, place: BoxPlace, content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const sealed = sealBytes(key, aadOf(place), padded(bytes))
  return `v1.${keyIdOf(key)}.${sealed.toString('base64url')}`
}

/**
 * Opens a box.
 * @throws {BoxError} when it was not closed with this key for this place. It never yields nothing instead.
 */
export function openBox(key: Buffer, place: BoxPlace, box: string): Buffer {
  const [, keyId, body] = form.exec(box) ?? []
  if (keyId === undefined || body === undefined) throw new BoxError('form')
  if (keyId !== keyIdOf(key)) throw new BoxError('key')
  return unpadded(openBytes(key, aadOf(place), Buffer.from(body, 'base64url')))
}

/** Seals bytes as they are: nonce, ciphertext and tag, 28 bytes more. */
export function sealBytes(key: Buffer, aad: Uint8Array, content: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(aad)
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** @throws {BoxError} when the bytes are not what {@link sealBytes} made of something with this key and `aad` */
export function openBytes(key: Buffer, aad: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new BoxError('form')
  const nonce = sealed.subarray(0, nonceBytes)
  const decipher = createDecipheriv(cipherName, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    const start = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
    return Buffer.concat([start, decipher.final()])
  } catch {
    throw new BoxError('content')
  }
}

function aadOf({ kind, row, identity, platform = '' }: BoxPlace): Buffer {
  return Buffer.from(`v1|${kind}|${row}|${identity}|${platform}`)
}

/** Tells that another key is needed from that a box was changed. It says nothing about the key. */
function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('gw.kid.v1').digest('base64url').slice(0, 6)
}

/** A one behind the content, then zeros (ISO/IEC 7816-4). */
function padded(content: Uint8Array): Buffer {
  const filled = Buffer.alloc((Math.floor(content.length / blockBytes) + 1) * blockBytes)
  filled.set(content)
  filled[content.length] = 0x80
  return filled
}

function unpadded(filled: Buffer): Buffer {
  const end = filled.lastIndexOf(0x80)
  if (end === -1) throw new BoxError('content')
  return filled.subarray(0, end)
}
