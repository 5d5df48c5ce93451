import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/index.ts'

describe('the clock of the machine', () => {
  test('tells the time, and a time that never goes back', () => {
    const [wall, steady] = [systemClock.now(), systemClock.monotonic()]
    expect(Math.abs(Date.now() - wall)).toBeLessThan(60_000)
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(steady)
  })

  test('runs a task once, later, and forgets one that is cancelled', async () => {
    const ran: string[] = []
    const cancelled = systemClock.after(1, () => void ran.push('cancelled'))
    const done = new Promise<void>(resolve => {
      systemClock.after(2, () => {
        ran.push('done')
        resolve()
      })
    })
    cancelled.cancel()
    expect(ran).toEqual([])
    // A pending timer of this clock does not keep the process alive, so something else must.
    const alive = setInterval(() => {}, 1000)
    await done
    clearInterval(alive)
    cancelled.cancel()
    expect(ran).toEqual(['done'])
  })
})
