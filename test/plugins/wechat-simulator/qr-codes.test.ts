import { expect, test } from 'vitest'
import { QrCodes } from '../../../src/plugins/wechat-simulator/qr-codes.ts'
import { qrImage } from '../../../src/plugins/wechat-simulator/qr-image.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { readQrImage } from './qr-reader.ts'

function made() {
  const clock = fakeClock()
  return { clock, codes: new QrCodes(clock) }
}
const temporary = (scene: string, ttlS = 60) => ({ scene, kind: 'text', ttlS }) as const
const permanent = (scene: string, kind: 'text' | 'number' = 'text') => ({ scene, kind, ttlS: undefined })

test('a code has the URL and the ticket that WeChat’s have', () => {
  const { ticket, url } = made().codes.create(temporary('a'))
  expect(url).toMatch(/^http:\/\/weixin\.qq\.com\/q\/02[\w-]{20}$/)
  expect(url).toHaveLength(45)
  expect(ticket).toMatch(/^gQH[A-Za-z0-9+/]{91}==$/)
})

test('a ticket must be encoded in a URL, each one', () => {
  const { codes } = made()
  for (let count = 0; count < 50; count++) expect(codes.create(temporary('a')).ticket).toMatch(/\+.*\/.*=/)
})

test('a code is found by ticket, URL and scene, until it ends', async () => {
  const { clock, codes } = made()
  const code = codes.create(temporary('a'))
  const { ticket, url, scene } = code
  for (const by of [{ ticket }, { url }, { scene }]) expect(codes.find(by)).toBe(code)
  expect(codes.msLeft(code)).toBe(60_000)
  await clock.advance(59_999)
  expect(codes.find({ ticket })).toBe(code)
  await clock.advance(1)
  for (const by of [{ ticket }, { url }, { scene }, {}]) expect(codes.find(by)).toBeUndefined()
  expect(codes.msLeft(code)).toBe(0)
})

test('of two codes for one scene both can be scanned, and the scene means the newer', () => {
  const { codes } = made()
  const [first, second] = [codes.create(temporary('a')), codes.create(temporary('a'))]
  expect(codes.find({ scene: 'a' })).toBe(second)
  expect(codes.find({ url: first.url })).toBe(first)
})

test('a permanent code never ends, and is made once for a scene', async () => {
  const { clock, codes } = made()
  const code = codes.create(permanent('7'))
  await clock.advance(10 * 365 * 86_400_000)
  expect(codes.find({ scene: '7' })).toBe(code)
  expect(codes.msLeft(code)).toBeUndefined()
  expect(codes.create(permanent('7'))).toBe(code)
  expect(codes.create(permanent('7', 'number'))).not.toBe(code)
})

test('there are only so many permanent codes', () => {
  const codes = new QrCodes(fakeClock(), 2)
  codes.create(permanent('1'))
  codes.create(permanent('2'))
  expect(() => codes.create(permanent('3'))).toThrow(expect.objectContaining({ errcode: 40053 }))
  expect(codes.create(permanent('2')).scene).toBe('2')
  expect(codes.create(temporary('3')).scene).toBe('3')
})

test('the newest codes come first, and those that ended not at all, however many there were', async () => {
  const { clock, codes } = made()
  for (let count = 0; count < 3_000; count++) {
    codes.create(temporary(`${count}`))
    if (count % 10 === 9) await clock.advance(1_000)
  }
  expect(codes.newest(3).map(({ scene }) => scene)).toEqual(['2999', '2998', '2997'])
  // Ten a second for 60 s, of which the last second has just gone by.
  expect(codes.newest(10_000)).toHaveLength(590)
})

test('the image of a code can be scanned', () => {
  const { url } = made().codes.create(temporary('a'))
  expect(readQrImage(qrImage(url))).toBe(url)
})
