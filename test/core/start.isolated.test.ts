import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { definePlugin } from '../../src/core/index.ts'
import { gatewayOf, logLines } from './kernel.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('what is awaited is said after 1, 3, 6 and 11 seconds, and no more once it has started', async () => {
  const log = logLines()
  let started = (): void => {}
  let begun = (): void => {}
  const beginning = new Promise<void>(resolve => (begun = resolve))
  const slow = definePlugin({
    name: 'slow',
    description: '',
    setup: () => {
      begun()
      return new Promise<void>(resolve => (started = resolve))
    }
  })
  const start = gatewayOf([slow], { logLevel: 'info', startTimeoutMs: 60_000 }, { logDestination: log })
  await beginning
  vi.advanceTimersByTime(11_000)
  expect(log.lines.map(({ msg }) => msg)).toEqual([1, 3, 6, 11].map(s => `still starting: slow (${s} s)`))
  expect(log.lines[0]).toMatchObject({ plugin: 'slow', level: 30 })
  started()
  const app = await start
  vi.advanceTimersByTime(60_000)
  expect(log.lines).toHaveLength(4)
  vi.useRealTimers()
  await app.close()
})
