import { afterEach, expect, test, vi } from 'vitest'
import { definePlugin } from '../../src/core/index.ts'
import { gatewayOf } from '../core/kernel.ts'

afterEach(() => vi.restoreAllMocks())

test('an answer holds for half a second, and no longer', async () => {
  let now = 5000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  let asked = 0
  const plugin = definePlugin({
    name: 'plugin',
    description: '',
    setup: () => {},
    health: () => void asked++
  })
  await using app = await gatewayOf([plugin])
  await app.inject('/readyz')
  now += 499
  await app.inject('/readyz')
  await app.inject('/readyz/plugin')
  expect(asked).toBe(1)
  now += 1
  await app.inject('/readyz/plugin')
  expect(asked).toBe(2)
})

test('a check that takes more than two seconds counts as down, and the others are not held up', async () => {
  const limits: number[] = []
  const end = new AbortController()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(ms => {
    limits.push(ms)
    return end.signal
  })
  const stuck = definePlugin({
    name: 'stuck',
    description: '',
    setup: () => {},
    health: () => new Promise(() => {})
  })
  const well = definePlugin({ name: 'well', description: '', setup: () => {}, health: () => {} })
  const sick = definePlugin({
    name: 'sick',
    description: '',
    setup: () => {},
    health: () => {
      throw new Error('at once')
    }
  })
  await using app = await gatewayOf([stuck, well, sick])
  const answer = app.inject('/readyz')
  expect((await app.inject('/readyz/well')).json()).toEqual({ status: 'ok' })
  end.abort()
  expect((await answer).json()).toEqual({
    status: 'down',
    plugins: { stuck: 'down', well: 'ok', sick: 'down' }
  })
  expect(limits).toEqual([2000, 2000, 2000])
  expect(await app.gateway.health.one('stuck')).toEqual({
    status: 'down',
    reason: 'did not answer within 2 s'
  })
})
