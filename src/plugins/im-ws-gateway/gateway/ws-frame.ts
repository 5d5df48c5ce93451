/** A ping without payload, as a server sends it. */
export const pingFrame: Buffer = Buffer.from([0x89, 0])

const textOpcode = 0x81
const mediumLength = 126
const longLength = 127

/** A text frame as a server sends it (RFC 6455 §5.2): header and payload in one piece, not masked, not compressed. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const frame = begin(length, length)
  frame.write(text, frame.length - length)
  return frame
}

/** The same for a text of which the last part is at hand. @param start what comes before it: ASCII */
export function textFrameUpTo(start: string, restBytes: number): Buffer {
  const frame = begin(start.length, start.length + restBytes)
  frame.write(start, frame.length - start.length, 'latin1')
  return frame
}

/** The header of a frame with a payload of `length` bytes, and room for so many of them as come with it. */
function begin(bytes: number, length: number): Buffer {
  const headerBytes = length < mediumLength ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + bytes)
  frame[0] = textOpcode
  if (headerBytes === 2) frame[1] = length
  else if (headerBytes === 4) {
    frame[1] = mediumLength
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = longLength
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  return frame
}
