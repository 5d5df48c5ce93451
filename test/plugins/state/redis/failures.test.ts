import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StateFullError } from '../../../../src/plugins/state/service.ts'
import { startProxy } from '../../../servers/proxy.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { listen } from './listen.ts'
import { openState } from './open-state.ts'

/** Resolves when `works` does not throw any more. */
async function until<T>(works: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      // eslint-disable-next-line no-await-in-loop
      return await works()
    } catch {
      // eslint-disable-next-line no-await-in-loop
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}

describe.skipIf(!hasRedis)('the driver redis', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis()))
  beforeEach(() => redis.client.flushall())
  afterAll(() => redis[Symbol.asyncDispose]())

  it('opens without a server, refuses everything, and works once there is one', async () => {
    await using other = await startRedis()
    await other.kill()
    const state = await openState({ url: other.url, timeoutMs: 100 })
    const reason = `Redis 127.0.0.1:${other.port} cannot be reached: ECONNREFUSED`
    await expect(state.get('a')).rejects.toThrow(reason)
    await expect(state.check()).rejects.toThrow(reason)
    const listening = listen(state)
    await other.start()
    await until(() => state.set('a', '1'))
    const listener = await listening
    await state.publish('c', 'hello')
    await expect.poll(() => listener.heard).toEqual(['hello'])
    await until(() => state.check())
    state.close()
  })

  it('fails while the server is gone, and tells listeners that they may have missed something', async () => {
    await using other = await startRedis()
    const state = await openState({ url: other.url })
    const quiet: string[] = []
    const listener = await listen(state)
    const end = await state.subscribe(
      'd',
      () => undefined,
      () => void quiet.push('told')
    )
    await end()
    await state.set('a', '1')
    await other.kill()
    await expect(
      until(() => state.get('a').then(() => Promise.reject(new Error('still there')), String))
    ).resolves.toContain('Error')
    expect(listener.missed).toBe(0)
    await other.start()
    expect(await until(() => state.get('a'))).toBeUndefined()
    await until(() => state.check())
    expect(listener.missed).toBe(1)
    await state.publish('c', 'again')
    await expect.poll(() => listener.heard).toEqual(['again'])
    expect(quiet).toEqual([])
    state.close()
  })

  it('counts nothing twice when the connection breaks under way', async () => {
    await using proxy = await startProxy(redis.port)
    const state = await openState({ url: `redis://127.0.0.1:${proxy.port}` })
    let failed = 0
    let done = 0
    for (let round = 0; round < 20; round++) {
      const steps = Array.from({ length: 20 }, () =>
        state.increment('n').then(
          () => void done++,
          () => void failed++
        )
      )
      // Some are on their way by now, and some not.
      if (round % 2) setImmediate(() => proxy.cut())
      // eslint-disable-next-line no-await-in-loop
      await Promise.all(steps)
      // eslint-disable-next-line no-await-in-loop
      await until(() => state.get('n'))
    }
    const sum = Number(await state.get('n'))
    expect(failed).toBeGreaterThan(0)
    expect(sum).toBeGreaterThanOrEqual(done)
    expect(sum).toBeLessThanOrEqual(done + failed)
    expect(done + failed).toBe(400)
    state.close()
  })

  it('gives up on a server that does not answer', async () => {
    await using proxy = await startProxy(redis.port)
    const state = await openState({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 100 })
    await state.set('a', '1')
    proxy.silence()
    await expect(state.get('a')).rejects.toThrow('timed out')
    proxy.heal()
    expect(await until(() => state.get('a'))).toBe('1')
    state.close()
  })

  it('listens in the end, when the connection breaks or falls silent while it asks for a channel', async () => {
    await using proxy = await startProxy(redis.port)
    for (const breaks of ['at once', 'in silence']) {
      // eslint-disable-next-line no-await-in-loop
      const state = await openState({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 200 })
      proxy.silence()
      const listening = listen(state)
      proxy.heal()
      if (breaks === 'at once') proxy.cut()
      // eslint-disable-next-line no-await-in-loop
      const { heard } = await listening
      // eslint-disable-next-line no-await-in-loop
      await redis.client.publish('test:channel:c', breaks)
      // eslint-disable-next-line no-await-in-loop
      await expect.poll(() => heard).toEqual([breaks])
      state.close()
    }
  })

  it('says that messages may have been missed only when all that come are heard again', async () => {
    const state = await openState({ url: redis.url })
    const heard: string[] = []
    const told: Promise<number>[] = []
    const missed = (): void => void told.push(redis.client.publish('test:channel:c', 'now'))
    await state.subscribe('c', message => void heard.push(message), missed)
    for (let count = 1; count <= 20; count++) {
      // eslint-disable-next-line no-await-in-loop
      await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      // eslint-disable-next-line no-await-in-loop
      await expect.poll(() => heard, { interval: 5 }).toHaveLength(count)
    }
    expect(await Promise.all(told)).toEqual(Array(20).fill(1))
    state.close()
  })

  it('listens to nothing any more when it is closed before there was a server', async () => {
    const state = await openState({ timeoutMs: 50 })
    const listening = state.subscribe('c', () => undefined)
    state.close()
    await expect(listening).rejects.toThrow('closed')
  })

  it('refuses a channel that the server refuses, and goes on with others', async () => {
    await redis.client.call('ACL', 'SETUSER', 'few', 'on', '>secret', '+@all', '~*', '&test:channel:c')
    const state = await openState({ url: `redis://few:secret@127.0.0.1:${redis.port}` })
    await expect(state.subscribe('other', () => undefined)).rejects.toThrow('NOPERM')
    const { heard } = await listen(state)
    await state.publish('c', 'hello')
    await expect.poll(() => heard).toEqual(['hello'])
    state.close()
  })

  it('notices that a connection which only listens has fallen silent', async () => {
    await using proxy = await startProxy(redis.port)
    const clock = fakeClock()
    const state = await openState({ url: `redis://127.0.0.1:${proxy.port}` }, { clock })
    const listener = await listen(state)
    await clock.advance(10_000)
    await expect.poll(() => redis.client.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).toContain('cmd=ping')
    proxy.silence()
    proxy.heal()
    await clock.advance(12_000)
    await expect.poll(() => listener.missed).toBe(1)
    await redis.client.publish('test:channel:c', 'there')
    await expect.poll(() => listener.heard).toEqual(['there'])
    state.close()
  })

  it('is full when Redis is', async () => {
    await using small = await startRedis()
    const state = await openState({ url: small.url })
    const value = 'x'.repeat(1_000)
    await state.set('k0', value)
    await small.client.config('SET', 'maxmemory', '1')
    await expect(state.set('one more', value)).rejects.toThrow(StateFullError)
    await expect(state.increment('n')).rejects.toThrow(StateFullError)
    await expect(state.compareAndSet('c', undefined, '1')).rejects.toThrow(StateFullError)
    await expect(state.lock('l', 1_000)).rejects.toThrow(StateFullError)
    expect(await state.get('k0')).toBe(value)
    state.close()
  })

  it('is one state for two nodes, and another one under another prefix', async () => {
    const [first, second, other] = await Promise.all([
      openState({ url: redis.url }),
      openState({ url: redis.url }),
      openState({ url: redis.url, keyPrefix: 'other:' })
    ])
    const { heard } = await listen(second)
    const lease = await first.lock('l', 60_000)
    expect(lease).toBeDefined()
    expect(await second.lock('l', 60_000)).toBeUndefined()
    expect(await other.lock('l', 60_000)).toBeDefined()
    await first.set('a', '1')
    expect([await second.get('a'), await other.get('a')]).toEqual(['1', undefined])
    await other.publish('c', 'elsewhere')
    await first.publish('c', 'here')
    await expect.poll(() => heard).toEqual(['here'])
    for (const state of [first, second, other]) state.close()
  })
})
