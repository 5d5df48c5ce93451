import { describe, expect, test } from 'vitest'
import type { State } from '../../../src/plugins/state/service.ts'
import { fill, methodsOf, twoNodes } from './nodes.ts'
import { hour, second, watch } from './rig.ts'

describe('a state that does not work', () => {
  const broken = (change: Partial<State>): State => ({ ...methodsOf(twoNodes().state), ...change })
  const down = async (): Promise<never> => {
    throw new Error('down')
  }

  test('costs no reader anything: the work is done, and nothing is asked of it for 5 s', async () => {
    let asked = 0
    const state = broken({ get: () => (asked++, down()) })
    const { a: _, clock, node } = twoNodes()
    const { handle, source, logs, cache } = node(state)
    const read = async (key: string): Promise<unknown> => {
      const reader = watch(handle(key))
      await clock.advance(0)
      source.succeed(key)
      await clock.advance(0)
      return reader.seen
    }
    expect(await read('x')).toEqual({ value: 'x' })
    const once = asked
    expect(await read('y')).toEqual({ value: 'y' })
    expect(asked).toBe(once)
    await clock.advance(5 * second)
    expect(await read('z')).toEqual({ value: 'z' })
    expect(asked).toBeGreaterThan(once)
    expect(logs).toEqual([
      'warn: values that nodes share: read failed',
      'warn: values that nodes share: read failed'
    ])
    expect(cache.stats().counters['shared_failures_total']).toBe(2)
  })

  test('and does not answer is waited for no longer than the settings say', async () => {
    const state = broken({ get: () => new Promise(() => {}) })
    const { clock, node } = twoNodes('10m', { sharedTimeoutMs: 300 })
    const { handle, source } = node(state)
    void watch(handle('x'))
    await clock.advance(299)
    expect(source.calls).toBe(0)
    await clock.advance(1)
    expect(source.calls).toBe(1)
  })

  test('and answers when the time for the work is up leaves nothing over', async () => {
    const nodes = twoNodes({ ttl: '10m', timeout: 100 }, { sharedTimeoutMs: 300 })
    await fill(nodes)
    let answer: () => void = () => {}
    const slow = new Promise<void>(resolve => (answer = resolve))
    const state = { ...methodsOf(nodes.state), get: (key: string) => slow.then(() => nodes.state.get(key)) }
    const { handle, source, cache } = nodes.node(state)
    const reader = watch(handle('key'))
    await nodes.clock.advance(100)
    expect(reader.seen).toMatchObject({ error: { statusCode: 504 } })
    expect(cache.stats()).toMatchObject({ inFlight: 0, late: 1 })
    answer()
    await nodes.clock.advance(0)
    expect(cache.stats()).toMatchObject({ inFlight: 0, late: 0 })
    expect(await handle('key')).toBe('of a')
    expect(source.calls).toBe(0)
  })

  test('and cannot be written to is logged; values are in the process all the same', async () => {
    const { clock, node } = twoNodes()
    const { handle, source, logs } = node(broken({ compareAndSet: down }))
    const reader = watch(handle('x'))
    await clock.advance(0)
    source.succeed('x')
    await clock.advance(0)
    expect(reader.seen).toEqual({ value: 'x' })
    expect(await handle('x')).toBe('x')
    expect(logs).toEqual(['warn: values that nodes share: write failed'])
  })

  test('and cannot be cleared is an error in the log; the process has cleared', async () => {
    const { node } = twoNodes()
    const { handle, logs } = node(broken({ set: down, publish: down }))
    await handle.clear('x')
    expect(logs).toEqual([
      'error: values that nodes share could not be cleared',
      'error: other nodes could not be told what to clear'
    ])
  })

  test('and cannot be listened to is tried again every 5 s', async () => {
    let tries = 0
    const { clock, node } = twoNodes()
    const { cache } = node(
      broken({ subscribe: () => (tries++, tries < 3 ? down() : Promise.resolve(async () => {})) })
    )
    await clock.advance(4_999)
    expect(tries).toBe(1)
    await clock.advance(60 * second)
    expect(tries).toBe(3)
    await cache.core.stop()
  })

  test.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['another record', '{"v":1}'],
    ['two values', '{"v":1,"b":"","createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['no value', '{"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['bytes that are no text', '{"b":7,"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['a time that is none', '{"v":1,"createdAt":"0","workMs":0,"tags":{"@handle:a":""}}'],
    ['other tags', '{"v":1,"createdAt":1767225600000,"workMs":0,"tags":{}}'],
    ['no tags', '{"v":1,"createdAt":1767225600000,"workMs":0,"tags":null}'],
    ['a record of long ago', '{"v":1,"createdAt":0,"workMs":0,"tags":{"@handle:a":""}}'],
    ['too much', `{"v":1,"createdAt":1767225600000,"workMs":0,"tags":{"@handle:a":""}}${' '.repeat(262_144)}`]
  ])('and holds %s for a key holds nothing', async (_name, text) => {
    const { a, state, clock } = twoNodes()
    await state.set(`cache:v:${a.handle.explain('key').id}`, text)
    void watch(a.handle('key'))
    await clock.advance(0)
    expect(a.source.calls).toBe(1)
  })

  test.each(['{', 'null', '7', '{"ids":[]}', '{"ids":[7],"tags":[]}', `["${'x'.repeat(1_000_000)}"]`])(
    'and brings a message that is none clears nothing',
    async message => {
      const nodes = twoNodes()
      await fill(nodes)
      await nodes.state.publish('cache:clear', message)
      await nodes.clock.advance(0)
      expect(nodes.a.handle.explain('key').state).toBe('fresh')
      expect(nodes.a.logs).toEqual([])
    }
  )
})

test('the clock of another node may be ahead: its value is new, not from the future', async () => {
  const nodes = twoNodes()
  const { a, state, clock } = nodes
  const record = { v: 1, createdAt: clock.now() + hour, workMs: 0, tags: { '@handle:a': '' } }
  await state.set(`cache:v:${a.handle.explain('key').id}`, JSON.stringify(record))
  expect(await a.handle('key')).toBe(1)
  expect(a.handle.explain('key').ageMs).toBe(0)
})

test('closing waits for what is being written', async () => {
  let write: (wasWritten: boolean) => void = () => {}
  const { clock, node, state } = twoNodes()
  const slow = {
    ...methodsOf(state),
    compareAndSet: () => new Promise<boolean>(resolve => (write = resolve))
  }
  const { handle, source, cache } = node(slow)
  void watch(handle('x'))
  await clock.advance(0)
  source.succeed('x')
  await clock.advance(0)
  const drained = watch(cache.core.drain())
  await clock.advance(0)
  expect(drained.seen).toBeUndefined()
  write(true)
  await clock.advance(0)
  expect(drained.seen).toEqual({ value: undefined })
})
