import { expect, test } from 'vitest'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { figuresOf } from '../metrics/figures.ts'

const log = { error: () => undefined } as never

test('commands of each kind are counted, and what is held', async () => {
  const state = new MemoryState({ maxKeys: 5, clock: fakeClock(), log })
  for (const key of ['a', 'b']) await state.set(key, '1')
  for (const _ of [1, 2, 3]) await state.get('a')
  await state.compareAndSet('a', '1', '2')
  for (const _ of [1, 2, 3, 4]) await state.delete('b')
  for (const _ of [1, 2, 3, 4, 5]) await state.increment('n')
  await state.scan('a')
  for (const _ of [1, 2, 3, 4, 5, 6]) await state.publish('c', 'm')
  const lease = await state.lock('l', 1_000)
  await lease?.extend(1_000)
  for (const text of ['1', '2', '3', '4', '5', '6', '7'])
    await state.log('x').append(text, { maxEntries: 10 })
  expect(figuresOf(state.metrics())).toEqual({
    'paifang_state_commands_total{command="set"}': 2,
    'paifang_state_commands_total{command="get"}': 3,
    'paifang_state_commands_total{command="compare_and_set"}': 1,
    'paifang_state_commands_total{command="delete"}': 4,
    'paifang_state_commands_total{command="increment"}': 5,
    'paifang_state_commands_total{command="scan"}': 1,
    'paifang_state_commands_total{command="publish"}': 6,
    'paifang_state_commands_total{command="lock"}': 2,
    'paifang_state_commands_total{command="log"}': 7,
    paifang_state_keys: 3,
    paifang_state_keys_allowed: 5
  })
  await lease?.release()
  expect(figuresOf(state.metrics())).toMatchObject({ paifang_state_keys: 2 })
  state.close()
})

test('keys that found no room are errors', async () => {
  const state = new MemoryState({ maxKeys: 1, clock: fakeClock(), log })
  await state.set('a', '1')
  for (const key of ['b', 'c']) await expect(state.set(key, '1')).rejects.toThrow('full')
  expect(figuresOf(state.metrics())).toMatchObject({
    'paifang_state_errors_total{reason="full"}': 2,
    paifang_state_keys: 1
  })
  state.close()
})
