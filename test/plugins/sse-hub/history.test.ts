import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../../src/plugins/sse-hub/frame.ts'
import { History } from '../../../src/plugins/sse-hub/history.ts'

const frame = (seq: number, length = 10, at = 0): Frame => ({
  bytes: Buffer.alloc(length),
  epoch: '',
  seq,
  topic: undefined,
  key: undefined,
  at
})
const unbounded = { historyEvents: 1e9, historyBytes: 1e9, historyMs: 1e9 }
const seqs = (frames: readonly Frame[]): number[] => frames.map(({ seq }) => seq)

describe('bounds', () => {
  test('number: the oldest leaves', () => {
    const history = new History(0)
    for (const seq of [2, 5, 6, 9]) history.add(frame(seq), { ...unbounded, historyEvents: 2 })
    expect(seqs(history.after(0))).toEqual([6, 9])
    expect(history).toMatchObject({ evictedThrough: 5, bytes: 20, length: 2 })
  })

  test('bytes: as many leave as need be', () => {
    const history = new History(0)
    for (const seq of [1, 2, 3]) history.add(frame(seq, 10), { ...unbounded, historyBytes: 30 })
    history.add(frame(4, 25), { ...unbounded, historyBytes: 30 })
    expect(seqs(history.after(0))).toEqual([4])
    expect(history).toMatchObject({ evictedThrough: 3, bytes: 25 })
  })

  test('age: what is exactly as old as allowed stays', () => {
    const history = new History(0)
    history.add(frame(1, 10, 100), unbounded)
    history.add(frame(2, 10, 200), unbounded)
    history.expire(200)
    expect(seqs(history.after(0))).toEqual([2])
    expect(history.evictedThrough).toBe(1)
  })

  test('none: nothing is kept, and everything counts as gone', () => {
    const history = new History(0)
    history.add(frame(7), { ...unbounded, historyEvents: 0 })
    expect(history).toMatchObject({ evictedThrough: 7, bytes: 0, length: 0 })
  })

  test('clearing tells of the last', () => {
    const history = new History(0)
    for (const seq of [3, 4]) history.add(frame(seq), unbounded)
    history.clear()
    expect(history).toMatchObject({ evictedThrough: 4, bytes: 0, length: 0 })
    history.clear()
    expect(history.evictedThrough).toBe(4)
  })
})

test('behind any sequence there is just what a plain list has', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })), {
    maxLength: 300
  })
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 0, max: 90 }),
      fc.integer({ min: 1, max: 900 }),
      fc.nat(1_600),
      (all, most, bytes, from) => {
        const history = new History(0)
        let list: Frame[] = []
        let [seq, gone] = [0, 0]
        for (const [ahead, length] of all) {
          const next = frame((seq += ahead), length)
          history.add(next, { ...unbounded, historyEvents: most, historyBytes: bytes })
          list.push(next)
          while (list.length > most || list.reduce((sum, each) => sum + each.bytes.length, 0) > bytes)
            gone = list.shift()?.seq ?? 0
        }
        expect(seqs(history.after(from))).toEqual(seqs(list.filter(each => each.seq > from)))
        expect(history.evictedThrough).toBe(gone)
        expect(history.length).toBe(list.length)
        list = []
      }
    )
  )
})
