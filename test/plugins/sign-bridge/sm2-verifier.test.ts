import { X509Certificate } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from '../../../src/core/index.ts'
import { sm2Point, Sm2Verifier } from '../../../src/plugins/sign-bridge/sm2-verifier.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { cardKey } from './rig.ts'

const key = await createCardKey({ algorithm: 'sm2' })
const point = sm2Point(key.publicKey)!
const clock = fakeClock()
let verifier = new Sm2Verifier({ clock })
afterEach(async () => {
  await verifier.close()
  verifier = new Sm2Verifier({ clock })
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
  verifier = new Sm2Verifier({ clock, maxWaiting: 4 })
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

test('one that waits is checked however many are before it', async () => {
  verifier = new Sm2Verifier({ clock, maxWaiting: 1 })
  const sign = key.sign('a')
  const answers = [0, 0, 1_000].map(waitMs => verifier.verify('a', sign, point, waitMs))
  expect(await Promise.all(answers)).toEqual([true, undefined, true])
})

test('one that waits is not checked when its time is over; its answer, which comes later, harms no other', async () => {
  // Time is over in the next microtask, before anything can come from the thread.
  const hasty: Clock = { ...clock, after: (_, task) => (queueMicrotask(task), { cancel() {} }) }
  verifier = new Sm2Verifier({ clock: hasty })
  const sign = key.sign('a')
  expect(await verifier.verify('a', sign, point, 1_000)).toBeUndefined()
  expect(await verifier.verify('b', sign, point)).toBe(false)
  expect(await verifier.verify('a', sign, point)).toBe(true)
})

test.each([
  [1, 0, undefined],
  [1, 1_000, true],
  [2, 1_000, undefined]
])(
  'when %i threads die in a row, one that may wait %i ms is answered with %s',
  async (deaths, waitMs, answer) => {
    let started = 0
    const startWorker = (): Worker => {
      const answering = 'm => parentPort.postMessage({ id: m.id, valid: true })'
      const task = started++ < deaths ? '() => process.exit(1)' : answering
      const program = `const { parentPort } = require('node:worker_threads'); parentPort.on('message', ${task})`
      return new Worker(program, { eval: true })
    }
    verifier = new Sm2Verifier({ clock, startWorker })
    expect(await verifier.verify('a', key.sign('a'), point, waitMs)).toBe(answer)
    expect(started).toBe(waitMs === 0 ? 1 : 2)
    expect(await verifier.verify('a', key.sign('a'), point)).toBe(true)
  }
)
