/** A ping without payload, as a server sends it. */
export const pingFrame: Buffer = Buffer.from([0x89, 0])

const textOpcode = 0x81
const mediumLength = 126
const longLength = 127

/** A text frame as a server sends it (RFC 6455 §5.2): header and payload in one piece, not masked, not compressed. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerBytes = length < mediumLength ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + length)
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
  frame.write(text, headerBytes)
  return frame
}
