import jsQR from 'jsqr'
import { inflateSync } from 'node:zlib'

// Its types say that a module has a default export; Node finds the function itself.
const read = jsQR as unknown as typeof jsQR.default

/** What a QR code says that is drawn as PNG with one bit a pixel and a palette, as the simulator's are. */
export function readQrImage(png: Buffer): string | undefined {
  const chunks = chunksOf(png)
  const header = chunks.get('IHDR') ?? Buffer.alloc(13)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0)
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
  const rowBytes = 1 + Math.ceil(width / 8)
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)]
    const byte = rows[y * rowBytes + 1 + (x >> 3)] ?? 0
    const color = 3 * ((byte >> (7 - (x & 7))) & 1)
    return [...palette.subarray(color, color + 3), 255]
  })
  return read(Uint8ClampedArray.from(pixels.flat()), width, height)?.data
}

function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return chunks
}
