import { assert, property, stringMatching } from 'fast-check'
import jsQR from 'jsqr'
import { expect, test } from 'vitest'
import { qrSvg } from '../../../src/plugins/wechat-scan/qr-svg.ts'

const url = 'http://weixin.qq.com/q/02AbCdEfGhIjKlMnOpQrStUv12345'
const read = jsQR as unknown as typeof jsQR.default

/** Paints the document as a renderer would, `scale` pixels a module; refuses whatever it is not known to contain. */
function paint(svg: string, scale = 3): { pixels: Uint8ClampedArray; side: number; modules: number } {
  const [, left, top, width, ground, dark] = (
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="(-\d+) (-[\d.]+) (\d+) \3" role="img" shape-rendering="crispEdges"><title>QR code<\/title><path fill="#fff" d="([^"]+)"\/><path stroke="#000" d="([^"]+)"\/><\/svg>$/.exec(
      svg
    ) ?? []
  ).map(String)
  const [x0, y0, modules] = [Number(left), Number(top), Number(width)]
  expect(ground).toBe(`M${x0} ${y0}h${modules}v${modules}h-${modules}z`)
  const side = modules * scale
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y, length] of (dark ?? '').matchAll(/M(\d+) (\d+)h(\d+)/g))
    for (let row = 0; row < scale; row++) {
      const start = (Number(y) - 0.5 - y0) * scale + row
      const from = (start * side + (Number(x) - x0) * scale) * 4
      for (let at = from; at < from + Number(length) * scale * 4; at += 4) pixels.fill(0, at, at + 3)
    }
  return { pixels, side, modules }
}

test('another program reads the text back', () => {
  const { pixels, side } = paint(qrSvg(url))
  expect(read(pixels, side, side)?.data).toBe(url)
})

test('any text that a scene may have comes back', () => {
  assert(
    property(stringMatching(/^[A-Za-z0-9:/?=&_.%-]{1,120}$/), text => {
      const { pixels, side } = paint(qrSvg(text))
      expect(read(pixels, side, side)?.data).toBe(text)
    }),
    { numRuns: 20 }
  )
})

test('the address of a scene takes version 4 at level M, with four light modules around it', () => {
  const { pixels, side, modules } = paint(qrSvg(url), 1)
  expect(modules).toBe(33 + 2 * 4)
  const isDark = (x: number, y: number): boolean => pixels[(y * side + x) * 4] === 0
  for (let ring = 0; ring < 4; ring++)
    for (let at = 0; at < side; at++)
      for (const [x, y] of [
        [at, ring],
        [at, side - 1 - ring],
        [ring, at],
        [side - 1 - ring, at]
      ] as const)
        expect(isDark(x, y)).toBe(false)
  expect(isDark(4, 4)).toBe(true)
})

test('a code with a blot of nine by nine modules is still read', () => {
  const { pixels, side, modules } = paint(qrSvg(url))
  const module = side / modules
  for (let y = 16 * module; y < 25 * module; y++)
    pixels.fill(255, (y * side + 16 * module) * 4, (y * side + 25 * module) * 4)
  expect(read(pixels, side, side)?.data).toBe(url)
})

test('it is small, and holds nothing of the text itself', () => {
  const svg = qrSvg('"/><script>alert(1)</script>')
  expect(svg).not.toContain('script')
  expect(qrSvg(url).length).toBeLessThan(3_000)
})

test('a text that no code can hold is refused', () => {
  expect(() => qrSvg('x'.repeat(3_000))).toThrow('lean-qr')
})
