import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../../src/plugins/sse-hub/frame.ts'
import { Group } from '../../../src/plugins/sse-hub/group.ts'
import { fakeHost } from './fake-stream.ts'

describe('what is published in one turn', () => {
  test('is one write for each stream, with the same bytes for those who read the same', async () => {
    const { fanOut, topic, frame, open, tick } = fakeHost()
    const [a, b] = [topic('a'), topic('b')]
    const readers = [[a], [a], [a, b], [b]].map(topics => open(topics))
    for (const { stream } of readers) stream.release('')
    fanOut.add(a, frame(a, '1'))
    fanOut.add(b, frame(b, '2'))
    fanOut.add(a, frame(a, '3'))
    expect(readers.map(({ out }) => out.writes)).toEqual([[], [], [], []])
    await tick()
    expect(readers.map(({ out }) => out.writes)).toEqual([['1;3;'], ['1;3;'], ['1;2;3;'], ['2;']])
  })

  test('nobody reads: nothing is kept for it', () => {
    const { fanOut, topic, frame } = fakeHost()
    const a = topic('a')
    fanOut.add(a, frame(a, '1'))
    expect(fanOut.busy).toBe(false)
    expect(a.pending).toEqual([])
  })

  test('something for one stream alone comes behind what was published before', async () => {
    const { fanOut, topic, frame, open, tick } = fakeHost()
    const a = topic('a')
    const { stream, out } = open([a])
    stream.release('')
    fanOut.add(a, frame(a, '1'))
    stream.send({ data: 'x' })
    fanOut.add(a, frame(a, '2'))
    stream.end({ last: { data: 'y' } })
    await tick()
    expect(out.writes.join('')).toBe('1;data: x\n\n2;data: y\n\n')
  })
})

describe('a topic with very many readers', () => {
  const crowd = () => {
    const rig = fakeHost()
    const a = rig.topic('a')
    const readers = Array.from({ length: 2_500 }, () => rig.open([a]))
    for (const { stream } of readers) stream.release('')
    const had = (): number => readers.filter(({ out }) => out.writes.length > 0).length
    return { ...rig, a, readers, had }
  }

  test('lets the rest of the process have its turn after a thousand', async () => {
    const { fanOut, a, frame, tick, had } = crowd()
    fanOut.add(a, frame(a, '1'))
    const seen: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      await tick()
      seen.push(had())
    }
    expect(seen).toEqual([1_000, 2_000, 2_500, 2_500])
    expect(fanOut.busy).toBe(false)
  })

  test('keeps the order for each; who still waits gets it all at once', async () => {
    const { fanOut, a, frame, tick, readers } = crowd()
    fanOut.add(a, frame(a, '1'))
    await tick()
    fanOut.add(a, frame(a, '2'))
    for (let turn = 0; turn < 9; turn++) await tick()
    expect(readers.every(({ out }) => out.writes.join('') === '1;2;')).toBe(true)
    expect(readers.filter(({ out }) => out.writes.length === 1)).toHaveLength(1_500)
  })

  test('does not make others wait', async () => {
    const { fanOut, a, topic, frame, open, tick, had } = crowd()
    const small = topic('small')
    const { stream, out } = open([small])
    stream.release('')
    fanOut.add(a, frame(a, '1'))
    await tick()
    fanOut.add(small, frame(small, 'quick'))
    await tick()
    expect(out.writes).toEqual(['quick;'])
    expect(had()).toBe(2_000)
  })

  test('streams that end meanwhile get no more', async () => {
    const { fanOut, a, frame, tick, readers, counters } = crowd()
    fanOut.add(a, frame(a, '1'))
    await tick()
    for (const { stream } of readers) stream.destroy('revoked')
    for (let turn = 0; turn < 4; turn++) await tick()
    expect(counters.delivered).toBe(1_000)
  })
})

describe('a group', () => {
  const frame = (seq: number, length = 1): Frame => ({
    bytes: Buffer.alloc(length, `${seq % 10}`),
    epoch: '',
    seq,
    topic: undefined,
    key: undefined,
    at: 0
  })

  test('has all events of its topics in order, whichever topic comes first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { maxLength: 40 }),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        (owners, order) => {
          const batches: Frame[][] = [[], [], []]
          for (const [place, owner] of owners.entries()) batches[owner]?.push(frame(place + 1))
          let group = new Group()
          for (const owner of order) group = group.with(batches[owner] ?? [])
          expect(group.frames.map(({ seq }) => seq)).toEqual(owners.map((_, place) => place + 1))
          expect(group.chunks.map(({ bytes }) => bytes.toString()).join('')).toBe(
            owners.map((_, place) => `${(place + 1) % 10}`).join('')
          )
        }
      )
    )
  })

  test('is the same for all who come by the same way', () => {
    const [none, a, b] = [new Group(), [frame(1)], [frame(2)]]
    expect(none.with(a).with(b)).toBe(none.with(a).with(b))
    expect(none.with(b)).not.toBe(none.with(a))
    expect(none.with(a).chunks[0]?.bytes).toBe(none.with(a).chunks[0]?.bytes)
  })

  test('is written in pieces of at most 64 KiB; larger events are not copied', () => {
    const frames = [frame(1, 40_000), frame(2, 20_000), frame(3, 10_000), frame(4, 70_000), frame(5, 1)]
    const { chunks } = new Group().with(frames)
    expect(chunks.map(({ frames: part }) => part.map(({ seq }) => seq))).toEqual([[1, 2], [3], [4], [5]])
    expect(chunks[2]?.bytes).toBe(frames[3]?.bytes)
    expect(
      Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(Buffer.concat(frames.map(({ bytes }) => bytes)))
    ).toBe(true)
  })
})
