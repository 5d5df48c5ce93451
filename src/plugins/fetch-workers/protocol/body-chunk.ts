import { FrameFault } from './read-frame.ts'

/** Part of a body: a binary frame of 4 bytes with the stream, one with flags, and the bytes of the body. */
export interface BodyChunk {
  readonly stream: number
  /** The last one of its stream. */
  readonly last: boolean
  readonly payload: Buffer
}

const headerBytes = 5
const lastFlag = 1
/** Bytes of a body in one frame. */
export const maxChunkBytes = 65_536

/** Writes a chunk. */
export function chunkFrame(stream: number, payload: Uint8Array, last: boolean): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.byteLength)
  frame.writeUInt32BE(stream, 0)
  frame[4] = last ? lastFlag : 0
  frame.set(payload, headerBytes)
  return frame
}

/** Writes a whole body: at least one chunk, also of one that is empty. */
export function* chunkFrames(stream: number, body: Uint8Array): Generator<Buffer> {
  for (let start = 0; ; start += maxChunkBytes) {
    const end = Math.min(body.byteLength, start + maxChunkBytes)
    yield chunkFrame(stream, body.subarray(start, end), end === body.byteLength)
    if (end === body.byteLength) return
  }
}

/** Reads a chunk. @throws {FrameFault} for one that is too short or too long, or has flags that nobody knows */
export function readChunk(frame: Buffer): BodyChunk {
  const flags = frame[4]
  if (flags === undefined || frame.length > headerBytes + maxChunkBytes)
    throw new FrameFault('a chunk is too short or too long')
  if (flags > lastFlag) throw new FrameFault('a chunk has unknown flags')
  return { stream: frame.readUInt32BE(0), last: flags === lastFlag, payload: frame.subarray(headerBytes) }
}
