import { array, assert, asyncProperty, constantFrom, record } from 'fast-check'
import { expect, test } from 'vitest'
import { isOver, isScene, mayBecome, newScene, type Scene } from '../../../src/plugins/wechat-scan/scene.ts'
import { SceneStore } from '../../../src/plugins/wechat-scan/scene-store.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { fakeLog, ttlMs } from './login-rig.ts'

function build() {
  const clock = fakeClock()
  const state = new MemoryState({ maxKeys: 10_000, clock, log: fakeLog() })
  return { clock, state, store: new SceneStore(state, clock, ttlMs) }
}

const facts = { handle: 'h', url: 'http://weixin.qq.com/q/1', ticket: 't', from: '' }
const name = { account: 'default', scene: newScene() }

test('a new scene has 128 random bits in 22 characters', () => {
  const scenes = Array.from({ length: 100 }, newScene)
  expect(new Set(scenes).size).toBe(100)
  for (const scene of scenes) {
    expect(isScene(scene)).toBe(true)
    expect(Buffer.from(scene, 'base64url')).toHaveLength(16)
  }
  for (const other of ['', '123', `${newScene()}x`, 'last_trade_no_4200000000', ' '.repeat(22)])
    expect(isScene(other)).toBe(false)
})

test('a scene is shown once, also when it is over', async () => {
  const { store, clock } = build()
  expect(await store.show(name, facts)).toMatchObject({ state: 'shown', expiresAt: clock.now() + ttlMs })
  expect(await store.show(name, facts)).toBeUndefined()
  await store.change(name, () => ({ state: 'cancelled' }))
  expect(await store.show(name, facts)).toBeUndefined()
})

test('a scene of one account is none of another account', async () => {
  const { store } = build()
  await store.show(name, facts)
  expect(await store.read({ ...name, account: 'other' })).toBeUndefined()
})

test('a scene is over when its time is, and nothing changes it then', async () => {
  const { store, clock } = build()
  await store.show(name, facts)
  await clock.advance(ttlMs - 1)
  expect(await store.read(name)).toMatchObject({ state: 'shown' })
  await clock.advance(1)
  const late = await store.change(name, () => ({ state: 'confirmed', openid: 'alice' }))
  expect(late).toMatchObject({ done: false, scene: { state: 'expired' } })
  expect(await store.read(name)).not.toHaveProperty('openid')
})

test('a scene that is over is known for its time to live and a minute more, then forgotten', async () => {
  const { store, clock } = build()
  await store.show(name, facts)
  await clock.advance(ttlMs)
  expect(await store.read(name)).toMatchObject({ state: 'expired' })
  await clock.advance(ttlMs + 59_999)
  expect(await store.read(name)).toMatchObject({ state: 'expired' })
  await clock.advance(1)
  expect(await store.read(name)).toBeUndefined()
})

test('a login that was scanned in the last moment is kept for a minute', async () => {
  const { store, clock } = build()
  await store.show(name, facts)
  await clock.advance(ttlMs - 1)
  await store.change(name, () => ({ state: 'confirmed', openid: 'alice' }))
  await clock.advance(59_999)
  expect(await store.read(name)).toMatchObject({ state: 'confirmed' })
  await clock.advance(1)
  expect(await store.read(name)).toMatchObject({ state: 'expired' })
})

test('of any number who scan at once, one has the scene', async () => {
  const { store } = build()
  await store.show(name, facts)
  const scan = (openid: string) =>
    store.change(name, ({ state }) => (state === 'shown' ? { state: 'confirmed', openid } : undefined))
  const changes = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(scan))
  const winners = changes.filter(change => change?.done)
  expect(winners).toHaveLength(1)
  expect(await store.read(name)).toMatchObject({ openid: winners[0]?.scene.openid, version: 2 })
})

test('what was taken back was never there, and only what nothing has happened to', async () => {
  const { store } = build()
  await store.show(name, facts)
  expect(await store.takeBack(name)).toBe(true)
  expect(await store.read(name)).toBeUndefined()
  await store.show(name, facts)
  await store.change(name, () => ({ state: 'scanned', openid: 'alice' }))
  expect(await store.takeBack(name)).toBe(false)
  expect(await store.read(name)).toMatchObject({ state: 'scanned' })
})

test('a store that never lets a change through is an error, not a loop', async () => {
  const { store, state } = build()
  await store.show(name, facts)
  state.compareAndSet = async () => false
  await expect(store.change(name, () => ({ state: 'scanned' }))).rejects.toThrow('kept changing')
})

const states = ['shown', 'scanned', 'confirmed', 'consumed', 'expired', 'cancelled', 'failed'] as const

test('no sequence of events leaves an end, changes whose scene it is, or skips a step', async () => {
  const step = record({
    to: constantFrom(...states),
    openid: constantFrom('alice', 'bob'),
    waitMs: constantFrom(0, 0, 1_000, 61_000, ttlMs)
  })
  await assert(
    asyncProperty(array(step, { maxLength: 12 }), async steps => {
      const { store, clock } = build()
      let last: Scene | undefined = await store.show(name, facts)
      for (const { to, openid, waitMs } of steps) {
        // eslint-disable-next-line no-await-in-loop
        await clock.advance(waitMs)
        // eslint-disable-next-line no-await-in-loop
        const change = await store.change(name, scene => ({
          state: to,
          ...(scene.openid === undefined && to !== 'shown' && { openid })
        }))
        if (!change || !last) return
        const { scene } = change
        expect(offence(last, scene)).toBeUndefined()
        last = scene
      }
    }),
    { numRuns: 150 }
  )
})

function offence(before: Scene, after: Scene): string | undefined {
  if (!mayBecome(before.state, after.state)) return `${before.state} became ${after.state}`
  if (isOver(before) && before.version !== after.version && before.state !== after.state) return 'it was over'
  if (before.openid !== undefined && before.openid !== after.openid) return 'it changed hands'
  return after.version < before.version ? 'it went back' : undefined
}
