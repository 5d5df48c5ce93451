import { correction, generate, type Bitmap2D } from 'lean-qr'

/** Light modules around the code (ISO/IEC 18004 asks for four). */
const quietZone = 4

/**
 * Draws `text` as a QR code of level M or better: an SVG document with one path, black on white whatever the colours
 * around it are, so that it can be scanned from a dark page too.
 * @throws {Error} for a text that no QR code can hold (more than about 2,300 bytes)
 */
export function qrSvg(text: string): string {
  const code = generate(text, { minCorrectionLevel: correction.M })
  const side = code.size + 2 * quietZone
  const corner = -quietZone
  // The strokes run along the middle of each row: half a module lower than its number.
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${corner} ${corner - 0.5} ${side} ${side}" role="img"` +
    ' shape-rendering="crispEdges"><title>QR code</title>' +
    `<path fill="#fff" d="M${corner} ${corner - 0.5}h${side}v${side}h${-side}z"/>` +
    `<path stroke="#000" d="${darkRuns(code)}"/></svg>`
  )
}

/** A horizontal stroke for each run of dark modules. */
function darkRuns(code: Bitmap2D): string {
  let path = ''
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) {
      const from = x
      while (code.get(x, y)) x++
      if (x > from) path += `M${from} ${y}h${x - from}`
    }
  return path
}
