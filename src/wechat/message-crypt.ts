import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  timingSafeEqual,
  type KeyObject
} from 'node:crypto'
import { MessageError } from './message-error.ts'
import { packMessage, unpackMessage } from './packed-message.ts'

const cipher = 'aes-256-cbc'
const randomSize = 16
/** To export a key costs a third of what it takes to open a message. */
const vectors = new WeakMap<KeyObject, Buffer>()

/**
 * The key behind an EncodingAESKey. Of the 258 bits in its 43 characters, which are drawn at random, the last two mean
 * nothing: strict decoders of base64 refuse three keys out of four.
 * @throws {TypeError} for other texts, without the text
 */
export function keyBytes(encodingAesKey: string): Buffer {
  if (!/^[A-Za-z0-9+/]{43}$/.test(encodingAesKey))
    throw new TypeError('an EncodingAESKey has 43 letters and digits')
  return Buffer.from(encodingAesKey, 'base64')
}

/** As {@link keyBytes}, ready for use. */
export function messageKey(encodingAesKey: string): KeyObject {
  return createSecretKey(keyBytes(encodingAesKey))
}

const pool = Buffer.alloc(256 * randomSize)
let used = pool.length

/** Random bytes for one message, of many that were drawn at once: a draw costs more than to encrypt the message. */
function drawn(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += randomSize
  return pool.subarray(used - randomSize, used)
}

/** Encrypts a message and writes it in base64: AES-256-CBC, its vector being the first half of the key. */
export function sealMessage(
  key: KeyObject,
  content: Buffer,
  receiver: string,
  random: (size: number) => Buffer = drawn
): string {
  const encryption = createCipheriv(cipher, key, vectorOf(key)).setAutoPadding(false)
  const packed = packMessage(random(randomSize), content, receiver)
  // Whole blocks, and no padding to come.
  return encryption.update(packed).toString('base64')
}

/**
 * Decrypts a message. Its signature must have been verified before: the faults tell paddings apart.
 * @param receiver the app id (official account), corp id or suite id (WeCom) that the message must be for
 * @throws {MessageError}
 */
export function openMessage(key: KeyObject, encrypted: string, receiver: string): Buffer {
  const message = unpackMessage(decrypt(key, encrypted))
  const expected = Buffer.from(receiver)
  const ours = message.receiver.length === expected.length && timingSafeEqual(message.receiver, expected)
  if (!ours) throw new MessageError('receiver')
  return message.content
}

/**
 * Opens a message with the first key that fits, and says which: an answer takes the same one, because while a key is
 * being changed the other side may not know the new one yet.
 * @throws {MessageError} as the last key did
 */
export function openWithAny(
  keys: readonly KeyObject[],
  encrypted: string,
  receiver: string
): { readonly content: Buffer; readonly key: KeyObject } {
  let failure: MessageError | undefined
  for (const key of keys) {
    try {
      return { content: openMessage(key, encrypted, receiver), key }
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      failure = error
    }
  }
  throw failure ?? new MessageError('cipher')
}

function decrypt(key: KeyObject, encrypted: string): Buffer {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== encrypted) throw new MessageError('encoding')
  const decryption = createDecipheriv(cipher, key, vectorOf(key)).setAutoPadding(false)
  try {
    return Buffer.concat([decryption.update(bytes), decryption.final()])
  } catch {
    throw new MessageError('cipher')
  }
}

function vectorOf(key: KeyObject): Buffer {
  const known = vectors.get(key)
  if (known) return known
  const vector = key.export().subarray(0, 16)
  vectors.set(key, vector)
  return vector
}
