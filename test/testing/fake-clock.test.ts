import * as fc from 'fast-check'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { fakeClock } from '../../src/testing/index.ts'

describe('a fake clock', () => {
  test('stands still until it is advanced', async () => {
    const clock = fakeClock(1000)
    await wait(2)
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250])
    expect(new Date(fakeClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
  })

  test('jumps on the wall without touching timers', async () => {
    const clock = fakeClock(1000)
    let fired = false
    clock.after(100, () => (fired = true))
    clock.jump(-500)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([500, 0, false])
    await clock.advance(100)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([600, 100, true])
  })

  test('runs timers in the order of their time, and those of one time in the order they were set', async () => {
    const clock = fakeClock()
    const fired: string[] = []
    for (const [delay, name] of [
      [30, 'c'],
      [10, 'a'],
      [20, 'b'],
      [10, 'a2']
    ] as const)
      clock.after(delay, () => void fired.push(`${name}@${clock.monotonic()}`))
    await clock.advance(20)
    expect(fired).toEqual(['a@10', 'a2@10', 'b@20'])
    await clock.advance(9)
    expect(fired).toHaveLength(3)
    await clock.advance(1)
    expect(fired.at(-1)).toBe('c@30')
  })

  test('runs timers that timers set, when they fall due in the same advance', async () => {
    const clock = fakeClock()
    const fired: number[] = []
    const again = (): void => {
      fired.push(clock.monotonic())
      clock.after(10, again)
    }
    clock.after(10, again)
    await clock.advance(35)
    expect(fired).toEqual([10, 20, 30])
    expect(clock.monotonic()).toBe(35)
  })

  test('awaits the work of promises between two timers, and before the first', async () => {
    const clock = fakeClock()
    const events: string[] = []
    const work = async (name: string): Promise<void> => {
      for (let step = 0; step < 20; step++) await Promise.resolve()
      events.push(`${name} worked`)
      clock.after(5, () => void events.push(`${name} later @${clock.monotonic()}`))
    }
    void work('outside')
    clock.after(10, () => {
      events.push('first')
      void work('first')
    })
    clock.after(12, () => void events.push('second'))
    await clock.advance(20)
    expect(events).toEqual([
      'outside worked',
      'outside later @5',
      'first',
      'first worked',
      'second',
      'first later @15'
    ])
  })

  test('forgets a timer that is cancelled, also by another one at the same time', async () => {
    const clock = fakeClock()
    const fired: string[] = []
    const cancelled = clock.after(10, () => void fired.push('cancelled'))
    clock.after(5, () => cancelled.cancel())
    const done = clock.after(5, () => void fired.push('done'))
    await clock.advance(20)
    done.cancel()
    expect(fired).toEqual(['done'])
  })

  test('runs a timer of no or negative delay at the next advance, even of nothing', async () => {
    const clock = fakeClock()
    const fired: string[] = []
    clock.after(0, () => void fired.push('zero'))
    clock.after(-5, () => void fired.push('negative'))
    await Promise.resolve()
    expect(fired).toEqual([])
    await clock.advance(0)
    expect(fired).toEqual(['zero', 'negative'])
  })

  test('passes on what a timer throws, and has not lost the others', async () => {
    const clock = fakeClock()
    const fired: string[] = []
    clock.after(1, () => {
      throw new Error('no')
    })
    clock.after(2, () => void fired.push('second'))
    await expect(clock.advance(5)).rejects.toThrow('no')
    await clock.advance(5)
    expect(fired).toEqual(['second'])
  })

  test('fires everything once, at its time, in whatever steps it is advanced', async () => {
    const delays = fc.array(fc.nat(100), { maxLength: 10 })
    const steps = fc.array(fc.nat(50), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(delays, steps, async (given, advances) => {
        const clock = fakeClock()
        const fired: number[] = []
        for (const delay of given) clock.after(delay, () => void fired.push(clock.monotonic()))
        for (const step of advances) await clock.advance(step)
        const reached = advances.reduce((sum, step) => sum + step, 0)
        const due = advances.length === 0 ? [] : given.filter(delay => delay <= reached)
        expect(fired).toEqual(due.toSorted((a, b) => a - b))
      }),
      { numRuns: 30 }
    )
  })
})
