import { X509Certificate } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { sm2Point, Sm2Verifier } from '../../../src/plugins/sign-bridge/sm2-verifier.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { cardKey } from './rig.ts'

const key = await createCardKey({ algorithm: 'sm2' })
const point = sm2Point(key.publicKey)!
let verifier = new Sm2Verifier()
afterEach(async () => {
  await verifier.close()
  verifier = new Sm2Verifier()
})

test('the point is read from a certificate with an SM2 key, and from no other', () => {
  const { publicKey } = new X509Certificate(key.certificate)
  expect(sm2Point(publicKey.export({ format: 'der', type: 'spki' }))).toBe(point)
  expect(point).toMatch(/^04[0-9a-f]{128}$/)
  expect(sm2Point(cardKey.publicKey)).toBeUndefined()
  expect(sm2Point(Buffer.alloc(0))).toBeUndefined()
})

test('signatures of the text and key verify, others do not', async () => {
  const sign = key.sign('签名 "5.0"')
  expect(await verifier.verify('签名 "5.0"', sign, point)).toBe(true)
  expect(await verifier.verify('签名 "5.00"', sign, point)).toBe(false)
  const other = await createCardKey({ algorithm: 'sm2' })
  expect(await verifier.verify('签名 "5.0"', sign, sm2Point(other.publicKey)!)).toBe(false)
})

test.each([
  ['nothing', '', point],
  ['an RSA signature', cardKey.sign('text'), point],
  ['zeros', Buffer.alloc(64).toString('base64'), point],
  ['ones', Buffer.alloc(64, 255).toString('base64'), point],
  ['a point that is none', key.sign('text'), `04${'1'.repeat(128)}`]
])('%s does not verify and harms nothing', async (_, sign, at) => {
  expect(await verifier.verify('text', sign, at)).toBe(false)
  expect(await verifier.verify('text', key.sign('text'), point)).toBe(true)
})

test('answers find their questions, and more than may wait are not checked', async () => {
  verifier = new Sm2Verifier(4)
  const sign = key.sign('a')
  const answers = ['a', 'b', 'a', 'c', 'a'].map(text => verifier.verify(text, sign, point))
  expect(await Promise.all(answers)).toEqual([true, false, true, false, undefined])
})

test('when it is closed, what waits is not checked; the next question starts it again', async () => {
  const waiting = verifier.verify('a', key.sign('a'), point)
  await verifier.close()
  expect(await waiting).toBeUndefined()
  expect(await verifier.verify('a', key.sign('a'), point)).toBe(true)
})
