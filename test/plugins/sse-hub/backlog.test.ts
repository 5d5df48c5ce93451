import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Backlog } from '../../../src/plugins/sse-hub/backlog.ts'
import type { Frame } from '../../../src/plugins/sse-hub/frame.ts'
import { fakeHost } from './fake-stream.ts'

const { topic, frame } = fakeHost()
const keeps = topic('keeps')
const drops = topic('drops', 'drop-oldest')
const drained = (backlog: Backlog): number[] => {
  const seqs: number[] = []
  for (let next = backlog.take(); next; next = backlog.take()) seqs.push(next.seq)
  return seqs
}

test('what was to be replayed comes first and counts for nothing', () => {
  const [one, two, three] = ['1', '2', '3'].map(text => frame(keeps, text, { length: 10 })) as [
    Frame,
    Frame,
    Frame
  ]
  const backlog = new Backlog([one, two])
  backlog.add(three)
  expect(backlog).toMatchObject({ bytes: 10, replaying: true })
  expect([backlog.take(), backlog.take()]).toEqual([one, two])
  expect(backlog).toMatchObject({ bytes: 10, replaying: false })
  expect(backlog.take()).toBe(three)
  expect(backlog.take()).toBeUndefined()
  expect(backlog.bytes).toBe(0)
})

describe('of events with one key', () => {
  test('only the newest waits, in its own place', () => {
    const [old, other, fresh] = [
      frame(keeps, '1', { key: 'x', length: 10 }),
      frame(keeps, '2', { key: 'y', length: 10 }),
      frame(keeps, '3', { key: 'x', length: 5 })
    ]
    const backlog = new Backlog()
    expect([old, other, fresh].map(each => backlog.add(each))).toEqual([false, false, true])
    expect(backlog.bytes).toBe(15)
    expect(drained(backlog)).toEqual([other.seq, fresh.seq])
  })

  test('one that has left is not taken back', () => {
    const [first, second] = [frame(keeps, '1', { key: 'x' }), frame(keeps, '2', { key: 'x' })]
    const backlog = new Backlog()
    backlog.add(first)
    expect(backlog.take()).toBe(first)
    expect(backlog.add(second)).toBe(false)
    expect(drained(backlog)).toEqual([second.seq])
  })

  test('keys of different topics are different', () => {
    const backlog = new Backlog()
    backlog.add(frame(keeps, '1', { key: 'x' }))
    expect(backlog.add(frame(drops, '2', { key: 'x' }))).toBe(false)
  })
})

describe('when there is too much', () => {
  test('the oldest of topics that lose events go, until there is room', () => {
    const frames = [drops, keeps, drops, drops, keeps].map(to => frame(to, 'x', { length: 10 }))
    const backlog = new Backlog()
    for (const each of frames) backlog.add(each)
    expect(backlog.shrink(30, false)).toBe(2)
    expect(backlog.bytes).toBe(30)
    expect(backlog.takeLost()).toEqual({
      topics: new Set(['drops']),
      first: frames[0],
      last: frames[2]
    })
    expect(backlog.takeLost()).toBeUndefined()
    expect(drained(backlog)).toEqual([1, 3, 4].map(place => frames[place]?.seq))
  })

  test('of all topics, when it is told so, but never what is replayed or was for this reader alone', () => {
    const [replayed, kept] = [frame(keeps, '1', { length: 10 }), frame(keeps, '2', { length: 10 })]
    const alone: Frame = {
      bytes: Buffer.alloc(10),
      epoch: '',
      seq: 0,
      topic: undefined,
      key: undefined,
      at: 0
    }
    const backlog = new Backlog([replayed])
    backlog.add(kept)
    backlog.add(alone)
    expect(backlog.shrink(0, true)).toBe(1)
    expect(drained(backlog)).toEqual([replayed.seq, 0])
  })

  test('it adds up with what was lost before, until that was told', () => {
    const backlog = new Backlog()
    const lose = (): Frame => {
      const next = frame(drops, 'x', { length: 10 })
      backlog.add(next)
      backlog.shrink(0, false)
      return next
    }
    const [first, last] = [lose(), lose()]
    expect(backlog.takeLost()).toMatchObject({ first, last })
    const later = lose()
    expect(backlog.takeLost()).toMatchObject({ first: later, last: later })
  })
})

test('whatever is done to it, bytes are right, the order stays, and every event is taken, replaced or told as lost', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      key: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      droppable: fc.boolean(),
      length: fc.integer({ min: 3, max: 30 })
    }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('shrink' as const), to: fc.nat(60) })
  )
  fc.assert(
    fc.property(fc.nat(3), fc.array(step, { maxLength: 300 }), (replayed, steps) => {
      const replay = Array.from({ length: replayed }, () => frame(keeps, 'r'))
      const backlog = new Backlog(replay)
      const added: Frame[] = [...replay]
      const taken: number[] = []
      const replaced = new Set<number>()
      const waiting = new Map<string, number>()
      let [lostFrom, lostTo, lost] = [Infinity, 0, 0]
      for (const each of steps) {
        if (each.kind === 'take') {
          const next = backlog.take()
          if (next) taken.push(next.seq)
          if (next?.key !== undefined) waiting.delete(next.key)
        } else if (each.kind === 'shrink') {
          lost += backlog.shrink(each.to, false)
          const range = backlog.takeLost()
          if (range)
            [lostFrom, lostTo] = [Math.min(lostFrom, range.first.seq), Math.max(lostTo, range.last.seq)]
        } else {
          const next = frame(each.droppable ? drops : keeps, 'x', {
            length: each.length,
            ...(each.key && { key: each.key })
          })
          added.push(next)
          const before = next.key === undefined ? undefined : waiting.get(next.key)
          if (backlog.add(next) && before !== undefined) replaced.add(before)
          if (next.key !== undefined) waiting.set(next.key, next.seq)
        }
      }
      taken.push(...drained(backlog))
      expect(backlog.bytes).toBe(0)
      expect(taken).toEqual(taken.toSorted((a, b) => a - b))
      const missing = added.filter(({ seq }) => !taken.includes(seq) && !replaced.has(seq))
      expect(missing).toHaveLength(lost)
      expect(missing.every(({ seq, topic: of }) => of === drops && seq >= lostFrom && seq <= lostTo)).toBe(
        true
      )
    })
  )
})
