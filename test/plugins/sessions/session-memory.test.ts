import { expect, test } from 'vitest'
import type { OpenSession } from '../../../src/plugins/sessions/open-session.ts'
import { SessionMemory } from '../../../src/plugins/sessions/session-memory.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const session = (identity: string, platform = 'web'): OpenSession =>
  ({ row: { identity, platform } }) as unknown as OpenSession

/** A reading that the test ends. */
function reading(): {
  load: () => Promise<OpenSession | undefined>
  end: (found?: OpenSession) => void
  count: () => number
} {
  let end: (found?: OpenSession) => void = () => undefined
  let count = 0
  const load = (): Promise<OpenSession | undefined> => {
    count++
    return new Promise(resolve => (end = resolve))
  }
  return { load, end: found => end(found), count: () => count }
}

test('what was read is known for a minute, at once; that a token is none, for five seconds', async () => {
  const clock = fakeClock()
  const memory = new SessionMemory(100, clock)
  const ann = session('ann')
  await memory.find('a', async () => ann)
  await memory.find('x', async () => undefined)
  const never = (): Promise<never> => Promise.reject(new Error('read again'))
  expect([memory.find('a', never), memory.find('x', never)]).toEqual([ann, undefined])
  await clock.advance(5_001)
  await expect(memory.find('x', never)).rejects.toThrow('read again')
  expect(memory.find('a', never)).toBe(ann)
  await clock.advance(55_000)
  await expect(memory.find('a', never)).rejects.toThrow('read again')
})

test('many who ask at once wait for one reading, and a reading that fails is not remembered', async () => {
  const memory = new SessionMemory(100, fakeClock())
  const { load, end, count } = reading()
  const all = [1, 2, 3].map(async () => memory.find('a', load))
  const ann = session('ann')
  end(ann)
  expect([await Promise.all(all), count()]).toEqual([[ann, ann, ann], 1])
  await expect(memory.find('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await memory.find('b', async () => ann)).toBe(ann)
})

test('what was read before a session was forgotten does not come in afterwards', async () => {
  const memory = new SessionMemory(100, fakeClock())
  const { load, end, count } = reading()
  const early = memory.find('a', load)
  memory.forget('ann')
  const endEarly = end
  endEarly(session('ann'))
  await early
  const late = memory.find('a', load)
  end(undefined)
  expect([await late, count()]).toEqual([undefined, 2])
})

test('who asks after a session was forgotten does not wait for a reading from before', async () => {
  const memory = new SessionMemory(100, fakeClock())
  const [before, after] = [reading(), reading()]
  const early = memory.find('a', before.load)
  memory.forget('ann')
  const late = memory.find('a', after.load)
  after.end(undefined)
  expect(await late).toBeUndefined()
  before.end(session('ann'))
  await early
  expect(memory.find('a', before.load)).toBeUndefined()
})

test('a person is forgotten on one platform or on all, and others are not', async () => {
  const memory = new SessionMemory(100, fakeClock())
  const known = { a: session('ann'), i: session('ann', 'ios'), b: session('bob') }
  for (const [tid, one] of Object.entries(known)) await memory.find(tid, async () => one)
  const gone = async (): Promise<undefined> => undefined
  memory.forget('ann', 'web')
  expect([await memory.find('a', gone), await memory.find('i', gone)]).toEqual([undefined, known.i])
  memory.forget('ann')
  expect([await memory.find('i', gone), await memory.find('b', gone)]).toEqual([undefined, known.b])
})

test('no more sessions are in memory than may be', async () => {
  const memory = new SessionMemory(2, fakeClock())
  for (const tid of ['a', 'b', 'c']) await memory.find(tid, async () => session(tid))
  let reads = 0
  await memory.find('a', async () => {
    reads++
    return undefined
  })
  expect(reads).toBe(1)
})
