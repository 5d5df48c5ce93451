import { expect, test } from 'vitest'
import { OpenRequests } from '../../../src/plugins/sign-bridge/open-requests.ts'
import { fakeClock } from '../../../src/testing/index.ts'

/** Whether a promise has settled, once everything that is due has been done. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false
  void promise.then(() => (is = true))
  await new Promise(setImmediate)
  return is
}

test('it waits until the last request has left, and not at all when there is none', async () => {
  const [open, clock, { signal }] = [new OpenRequests(), fakeClock(), new AbortController()]
  await open.none(signal, clock, 1_000)
  const leaving = [open.enter(), open.enter()]
  const none = open.none(signal, clock, 1_000)
  leaving[0]?.()
  expect(await settled(none)).toBe(false)
  leaving[1]?.()
  expect(await settled(none)).toBe(true)
})

test('it waits no longer than its patience, and not beyond the signal', async () => {
  const [open, clock, end] = [new OpenRequests(), fakeClock(), new AbortController()]
  open.enter()
  const patient = open.none(end.signal, clock, 1_000)
  await clock.advance(999)
  expect(await settled(patient)).toBe(false)
  await clock.advance(1)
  expect(await settled(patient)).toBe(true)
  const aborted = open.none(end.signal, clock, 1_000)
  end.abort()
  expect(await settled(aborted)).toBe(true)
  await open.none(end.signal, clock, 1_000)
})
