import { pipeline, Readable, type Duplex } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** A body that cannot be had. The text is for the log. */
export class BodyError extends Error {}

/** Encodings on top of each other that are undone: nobody needs more, and each costs memory. */
const maxEncodings = 2

/**
 * Reads a body to its end and decompresses it, with an eye on its size before and after: a few bytes may become millions.
 * @param encoding the header Content-Encoding
 * @throws {BodyError} when it is larger than `maxBytes`, or its encoding is unknown or wrong
 * @throws what `body` throws
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  maxBytes: number
): Promise<Buffer> {
  const encodings = (encoding ?? '')
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '' && name !== 'identity')
  if (encodings.length > maxEncodings) throw new BodyError('it is encoded too often')
  let bytes: AsyncIterable<Uint8Array> = bounded(body, maxBytes)
  for (const name of encodings.toReversed()) bytes = bounded(decoded(bytes, name), maxBytes)
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* bounded(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of body) {
    count += chunk.byteLength
    if (count > maxBytes) throw new BodyError(`it has more than ${maxBytes} bytes`)
    yield chunk
  }
}

async function* decoded(body: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  const first = await source.next()
  // Answers to HEAD, and those without a body, say how they would be encoded.
  if (first.done) return
  const decompressor = decompressorOf(encoding, first.value)
  const whole = Readable.from(startingWith(first.value, source))
  let fault: unknown
  pipeline(whole, decompressor, error => (fault = error))
  try {
    for await (const chunk of decompressor) yield chunk as Uint8Array
  } catch (error) {
    if (whole.errored) throw whole.errored
    throw new BodyError(`it is no ${encoding}`, { cause: fault ?? error })
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/** Some servers send `deflate` without the header that it should have (RFC 9110 §8.4.1.2). */
function decompressorOf(encoding: string, [firstByte = 0]: Uint8Array): Duplex {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return (firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw()
  throw new BodyError(`nobody knows the encoding '${encoding.slice(0, 32)}'`)
}
