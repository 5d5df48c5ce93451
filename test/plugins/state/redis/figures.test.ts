import { expect, it } from 'vitest'
import { figuresOf } from '../../metrics/figures.ts'
import { hasRedis, startRedis } from '../../../servers/redis.ts'
import { failureOf } from '../../../../src/plugins/state/redis/redis-figures.ts'
import { openState } from './open-state.ts'

it.skipIf(!hasRedis)('commands, their failures and the connections are counted and timed', async () => {
  await using redis = await startRedis()
  const state = await openState({ url: redis.url })
  for (const _ of [1, 2]) await state.set('a', '1')
  for (const _ of [1, 2, 3]) await state.get('a')
  await state.log('x').append('1', { maxEntries: 10 })
  const lease = await state.lock('l', 60_000)
  await lease?.release()
  await expect.poll(() => state.check().then(() => 'works', String)).toBe('works')
  const before = figuresOf(state.metrics())
  expect(before).toMatchObject({
    'paifang_state_commands_total{command="set"}': 2,
    'paifang_state_commands_total{command="lock"}': 2,
    'paifang_state_commands_total{command="log"}': 1,
    'paifang_state_connected{connection="commands"}': 1,
    'paifang_state_connected{connection="messages"}': 1,
    'paifang_state_connects_total{connection="commands"}': 1,
    'paifang_state_connects_total{connection="messages"}': 1
  })
  const gets = before['paifang_state_commands_total{command="get"}'] ?? 0
  expect(gets).toBeGreaterThan(3)
  expect(before['paifang_state_command_duration_seconds_count']).toBe(5 + gets)
  expect(Object.keys(before).filter(name => name.includes('errors'))).toEqual([])

  await redis.kill()
  await expect
    .poll(() => figuresOf(state.metrics())['paifang_state_connected{connection="commands"}'])
    .toBe(undefined)
  for (const _ of [1, 2]) await expect(state.get('a')).rejects.toThrow(/cannot be reached|Connection/)
  expect(figuresOf(state.metrics())).toMatchObject({ 'paifang_state_errors_total{reason="away"}': 2 })
  await redis.start()
  await expect.poll(() => state.check().then(() => 'works', String), { timeout: 15_000 }).toBe('works')
  expect(figuresOf(state.metrics())).toMatchObject({
    'paifang_state_connected{connection="commands"}': 1,
    'paifang_state_connected{connection="messages"}': 1,
    'paifang_state_connects_total{connection="commands"}': 2,
    'paifang_state_connects_total{connection="messages"}': 2
  })
  state.close()
})

it.each([
  ['Command timed out', 'Error', 'timeout'],
  ['Connection is closed.', 'Error', 'away'],
  ['CLUSTERDOWN The cluster is down', 'ReplyError', 'away'],
  ['OOM command not allowed when used memory > maxmemory', 'ReplyError', 'full'],
  ['WRONGTYPE Operation against a key', 'ReplyError', 'other']
])('%s (%s) is a failure of the kind %s', (message, name, kind) => {
  expect(failureOf(Object.assign(new Error(message), { name }))).toBe(kind)
})
