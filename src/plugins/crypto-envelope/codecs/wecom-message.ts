import { Unopenable } from '../codec.ts'

const randomBytes = 16
const lengthBytes = 4
const padTo = 32

/** Puts a message together: random bytes, length (big endian), content, receiver's id, padding to 32 bytes. */
export function packMessage(random: Buffer, content: Buffer, receiver: string): Buffer {
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(content.length)
  const message = Buffer.concat([random, length, content, Buffer.from(receiver)])
  const pad = padTo - (message.length % padTo)
  return Buffer.concat([message, Buffer.alloc(pad, pad)])
}

/**
 * Takes a decrypted message apart.
 * @throws {Unopenable} when padding or length are not what a sender writes
 */
export function unpackMessage(padded: Buffer): { readonly content: Buffer; readonly receiver: string } {
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > padTo || pad > padded.length) throw new Unopenable('cipher')
  if (!padded.subarray(-pad).every(byte => byte === pad)) throw new Unopenable('cipher')
  const message = padded.subarray(0, -pad)
  const start = randomBytes + lengthBytes
  if (message.length < start) throw new Unopenable('content')
  const end = start + message.readUInt32BE(randomBytes)
  if (end > message.length) throw new Unopenable('content')
  return { content: message.subarray(start, end), receiver: message.subarray(end).toString('utf8') }
}
