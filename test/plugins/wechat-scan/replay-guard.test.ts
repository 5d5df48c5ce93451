import { expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { ReplayGuard } from '../../../src/plugins/wechat-scan/replay-guard.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const build = (windowS = 300) => {
  const clock = fakeClock()
  const state = new MemoryState({ maxKeys: 100, clock, log: console as never })
  const push = { account: 'default', timestamp: String(clock.now() / 1000) }
  return { clock, state, push, guard: new ReplayGuard(state, clock, windowS) }
}

test('a signature is for one body', async () => {
  const { guard, push } = build()
  expect(await guard.claim(push, 's', 'a')).toBe(true)
  expect(await guard.claim(push, 's', 'b')).toBe(false)
  expect(await guard.claim(push, 's', 'a')).toBe(true)
  expect(await guard.claim({ ...push, account: 'shop' }, 's', 'b')).toBe(true)
})

test.each([
  ['now', 0, 300, 360],
  ['at the end of the window', 300, 300, 660],
  ['at its start', -300, 300, 60],
  ['with a clock a second behind', 1, 1, 62],
  ['whenever, where any time is accepted', -1_000_000, 0, 600]
])('what was signed %s is remembered until nobody accepts it', async (_when, offsetS, windowS, keptS) => {
  const { guard, state, clock, push } = build(windowS)
  const signed = { ...push, timestamp: String(Number(push.timestamp) + offsetS) }
  await guard.claim(signed, 's', 'a')
  await guard.once(signed, 'id', async () => 'answer', 'pending')
  await clock.advance(keptS * 1000 - 1)
  expect((await state.scan('wechat-scan:')).size).toBe(2)
  await clock.advance(1)
  expect((await state.scan('wechat-scan:')).size).toBe(0)
})

test('an answer that cannot be kept is given all the same, and then the next one does the work', async () => {
  const { state, clock, push, guard } = build()
  let times = 0
  const work = async (): Promise<string> => {
    state.set = () => Promise.reject(new Error('full'))
    return `answer ${++times}`
  }
  expect(await guard.once(push, 'id', work, 'success')).toBe('answer 1')
  const next = guard.once(push, 'id', work, 'success')
  await clock.advance(3_000)
  expect(await next).toBe('answer 2')
})

test('whoever gets a push that another node works on waits for its answer, however long that takes', async () => {
  const { state, clock, push, guard } = build()
  const other = new ReplayGuard(state, clock, 300)
  let done: ((answer: string) => void) | undefined
  const first = guard.once(push, 'id', () => new Promise<string>(resolve => (done = resolve)), 'success')
  const second = other.once(push, 'id', async () => 'twice', 'success')
  await clock.advance(20_000)
  done?.('once')
  expect(await first).toBe('once')
  await clock.advance(1_000)
  expect(await second).toBe('once')
})

test('nobody waits for more than a minute', async () => {
  const { state, clock, push, guard } = build()
  const other = new ReplayGuard(state, clock, 300)
  void guard.once(push, 'id', () => new Promise<string>(() => {}), 'success')
  const second = other.once(push, 'id', async () => 'twice', 'success')
  await clock.advance(61_000)
  expect(await second).toBe('success')
})

test('a push whose node was killed while it worked is worked on by the next, within the time that WeChat waits', async () => {
  const { state, clock, push } = build()
  const killed = new ReplayGuard(state, fakeClock(), 300)
  void killed.once(push, 'id', () => new Promise<string>(() => {}), 'success')
  const next = new ReplayGuard(state, clock, 300).once(push, 'id', async () => 'not lost', 'success')
  await clock.advance(2_400)
  expect(await next).toBe('not lost')
})

test('a failure is told as it was, even when it cannot be undone', async () => {
  const { state, push, guard } = build()
  const failing = async (): Promise<string> => {
    state.compareAndSet = () => Promise.reject(new Error('away'))
    throw new Error('no luck')
  }
  await expect(guard.once(push, 'id', failing, 'success')).rejects.toThrow('no luck')
})
