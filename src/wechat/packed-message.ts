import { MessageError } from './message-error.ts'

const randomBytes = 16
const lengthBytes = 4
const padTo = 32

/** Puts a message together: random bytes, length (big endian), content, receiver's id, padding to 32 bytes. */
export function packMessage(random: Buffer, content: Buffer, receiver: string): Buffer {
  const head = randomBytes + lengthBytes
  const size = head + content.length + Buffer.byteLength(receiver)
  const pad = padTo - (size % padTo)
  const message = Buffer.alloc(size + pad, pad)
  message.set(random)
  message.writeUInt32BE(content.length, randomBytes)
  message.set(content, head)
  message.write(receiver, head + content.length)
  return message
}

/**
 * Takes a decrypted message apart.
 * @throws {MessageError} when padding or length are not what a sender writes
 */
export function unpackMessage(padded: Buffer): { readonly content: Buffer; readonly receiver: Buffer } {
  const pad = padded.at(-1) ?? 0
  if (padded.length % padTo !== 0 || pad < 1 || pad > padTo) throw new MessageError('cipher')
  if (!padded.subarray(-pad).every(byte => byte === pad)) throw new MessageError('cipher')
  const message = padded.subarray(0, -pad)
  const start = randomBytes + lengthBytes
  if (message.length < start) throw new MessageError('content')
  const end = start + message.readUInt32BE(randomBytes)
  if (end > message.length) throw new MessageError('content')
  return { content: message.subarray(start, end), receiver: message.subarray(end) }
}
