import { correction, generate } from 'lean-qr'
import { toPngBuffer } from 'lean-qr/extras/node_export'

/** Pixels of a module: the whole is about as large as WeChat's own, 430 pixels. */
const scale = 10

/** Draws a QR code as PNG. WeChat's are JPEG with the same content. */
export function qrImage(text: string): Buffer {
  const code = generate(text, { minCorrectionLevel: correction.M })
  // By default, what is not dark is transparent: no code on a dark page.
  return Buffer.from(toPngBuffer(code, { scale, off: [255, 255, 255] }))
}
