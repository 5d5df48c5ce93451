import * as fc from 'fast-check'
import Fastify from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { StateFullError } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { ModelState } from './model-state.ts'

const { log } = Fastify()

describe('the memory driver', () => {
  const keys = fc.constantFrom('a', 'b', 'ab', 'c')
  const values = fc.constantFrom('1', '2', 'text')
  const expected = fc.option(values, { nil: undefined })
  const ttls = fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined })
  const expiries = ttls.map(ttlMs => (ttlMs === undefined ? {} : { ttlMs }))
  const commands = fc.oneof(
    fc.tuple(fc.constant('get' as const), keys),
    fc.tuple(fc.constant('set' as const), keys, values, expiries),
    fc.tuple(fc.constant('compareAndSet' as const), keys, expected, expected, expiries),
    fc.tuple(fc.constant('delete' as const), keys),
    fc.tuple(fc.constant('increment' as const), keys, expiries),
    fc.tuple(fc.constant('scan' as const), fc.constantFrom('', 'a', 'x')),
    fc.tuple(fc.constant('hold' as const), keys, fc.integer({ min: 1, max: 3_000 })),
    fc.tuple(fc.constant('advance' as const), fc.integer({ min: 1, max: 2_000 }))
  )

  it('does what a plain model does, whatever the sequence', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(commands, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, maxKeys) => {
          const clock = fakeClock()
          const state = new MemoryState({ maxKeys, clock, log })
          const model = new ModelState(maxKeys)
          for (const [name, ...args] of steps) {
            if (name === 'advance') await clock.advance(Number(args[0]))
            const actual = await outcome(() => run(state, name, args))
            expect([name, args, actual]).toEqual([name, args, model.apply(name, args)])
          }
          state.close()
        }
      ),
      { numRuns: 100 }
    )
  })

  it('refuses a new key when it is full, evicts nothing, and still changes the keys that it has', async () => {
    const state = new MemoryState({ maxKeys: 2, clock: fakeClock(), log })
    await state.set('a', '1')
    await state.set('b', '1', { ttlMs: 1_000 })
    await expect(state.set('c', '1')).rejects.toThrow(StateFullError)
    await expect(state.compareAndSet('c', undefined, '1')).rejects.toThrow(StateFullError)
    await expect(state.increment('c')).rejects.toThrow(StateFullError)
    await expect(state.lock('c', 1_000)).rejects.toThrow('it holds 2 keys')
    await state.set('a', '2')
    expect(await state.increment('b')).toBe(2)
    expect(await state.scan('')).toEqual(new Map(Object.entries({ a: '2', b: '2' })))
    await state.delete('a')
    expect(await state.lock('c', 1_000)).toBeDefined()
  })

  it('goes by the monotonic clock alone', async () => {
    const clock = fakeClock()
    const state = new MemoryState({ maxKeys: 10, clock, log })
    await state.set('a', '1', { ttlMs: 1_000 })
    clock.jump(86_400_000)
    expect(await state.get('a')).toBe('1')
    clock.jump(-172_800_000)
    await clock.advance(1_000)
    expect(await state.get('a')).toBeUndefined()
  })

  it('gives locks tokens that also grow over a restart and when the wall clock goes back', async () => {
    const clock = fakeClock()
    const before = await new MemoryState({ maxKeys: 10, clock, log }).lock('a', 1)
    await clock.advance(1)
    const state = new MemoryState({ maxKeys: 10, clock, log })
    const after = await state.lock('a', 1)
    clock.jump(-3_600_000)
    const other = await state.lock('b', 1)
    const tokens = [before?.token, after?.token, other?.token].map(token => token ?? NaN)
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b))
  })

  it('delivers nothing that was on its way to a listener that left', async () => {
    const clock = fakeClock()
    const state = new MemoryState({ maxKeys: 10, clock, log })
    const received: string[] = []
    const end = await state.subscribe('c', message => received.push(message))
    await state.publish('c', '1')
    await end()
    await clock.advance(0)
    expect(received).toEqual([])
  })

  it('leaves no timer behind when it closes', async () => {
    const cancel = vi.fn<() => void>()
    const state = new MemoryState({ maxKeys: 10, clock: { ...fakeClock(), after: () => ({ cancel }) }, log })
    await state.set('a', '1', { ttlMs: 1_000 })
    await state.lock('b', 2_000)
    state.close()
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('delivers nothing that was on its way when it closed', async () => {
    const clock = fakeClock()
    const state = new MemoryState({ maxKeys: 10, clock, log })
    const received: string[] = []
    await state.subscribe('c', message => received.push(message))
    await state.publish('c', '1')
    state.close()
    await clock.advance(0)
    expect(received).toEqual([])
  })
})

function run(state: MemoryState, name: string, args: readonly unknown[]): unknown {
  if (name === 'advance') return undefined
  if (name === 'hold') return state.lock(String(args[0]), Number(args[1])).then(lease => lease !== undefined)
  return (state[name as 'get'] as (...all: readonly unknown[]) => unknown)(...args)
}

async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return (error as Error).constructor.name
  }
}
