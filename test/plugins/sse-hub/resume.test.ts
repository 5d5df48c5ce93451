import { describe, expect, test } from 'vitest'
import { formatPosition, newEpoch, parsePosition } from '../../../src/plugins/sse-hub/position.ts'
import { resume } from '../../../src/plugins/sse-hub/resume.ts'
import { Topic } from '../../../src/plugins/sse-hub/topic.ts'
import type { KeptTopic } from '../../../src/plugins/sse-hub/topic-options.ts'

const epoch = 'abcdefghijklmnop'
const options: KeptTopic = {
  historyEvents: 3,
  historyBytes: 1e6,
  historyMs: 1e9,
  slowReaders: 'disconnect',
  maxStreams: 5,
  authorize: undefined
}

/** Topics a, b and quiet, with events 1–9; a has seen 1, 2, 3, 5, 7, 9 and keeps three of them, b 4, 6, 8. */
function world() {
  const [a, b, quiet] = ['a', 'b', 'quiet'].map(name => new Topic(name, options, 0)) as [Topic, Topic, Topic]
  for (const [topic, seq] of [
    [a, 1],
    [a, 2],
    [a, 3],
    [b, 4],
    [a, 5],
    [b, 6],
    [a, 7],
    [b, 8],
    [a, 9]
  ] as const)
    topic.history.add({ bytes: Buffer.alloc(1), epoch, seq, topic, key: undefined, at: 0 }, options)
  return { a, b, quiet, all: [a, b, quiet], hub: { epoch, top: 9 } }
}
const id = (seq: number): string => formatPosition(epoch, seq)
const at = (given: string | undefined, topics: readonly Topic[], hub = world().hub) => {
  const { frames, ...rest } = resume(given, topics, hub)
  return { ...rest, seqs: frames.map(({ seq }) => seq) }
}

describe('a reader', () => {
  test('that comes for the first time gets what comes from now on', () => {
    expect(at(undefined, world().all)).toEqual({ seq: 9, recovered: false, gap: undefined, seqs: [] })
  })

  test('that has everything is told so', () => {
    expect(at(id(9), world().all)).toEqual({ seq: 9, recovered: true, gap: undefined, seqs: [] })
  })

  test('gets what it missed of all its topics, in order', () => {
    expect(at(id(3), world().all)).toEqual({
      seq: 3,
      recovered: true,
      gap: undefined,
      seqs: [4, 5, 6, 7, 8, 9]
    })
    expect(at(id(6), [world().b])).toMatchObject({ recovered: true, seqs: [8] })
  })

  test('of a quiet topic misses nothing, whatever happened to others', () => {
    const { b, quiet } = world()
    expect(at(id(0), [quiet])).toMatchObject({ recovered: true, gap: undefined })
    expect(at(id(1), [b, quiet])).toMatchObject({ recovered: true, seqs: [4, 6, 8] })
  })

  test('is told which of its topics have lost events, and gets what there is', () => {
    expect(at(id(1), world().all)).toEqual({
      seq: 1,
      recovered: false,
      gap: { topics: ['a'], from: id(1), to: id(3), reason: 'evicted' },
      seqs: [4, 5, 6, 7, 8, 9]
    })
  })

  test('of an empty history at the very top misses nothing', () => {
    const { a, hub } = world()
    a.history.clear()
    expect(at(id(9), [a], hub)).toMatchObject({ recovered: true, seqs: [] })
    expect(at(id(8), [a], hub)).toMatchObject({ recovered: false, gap: { to: id(9), reason: 'evicted' } })
  })

  test('of another life of the hub gets all that this one remembers', () => {
    const from = 'ponmlkjihgfedcba-3'
    expect(at(from, [world().b, world().quiet])).toEqual({
      seq: 0,
      recovered: false,
      gap: { topics: ['b', 'quiet'], from, to: id(0), reason: 'restart' },
      seqs: [4, 6, 8]
    })
    expect(at(from, [world().a]).gap).toMatchObject({ to: id(3), reason: 'restart' })
  })

  const forged = [
    id(10),
    id(999_999_999_999_999),
    `${epoch}-1e1`,
    `${epoch}--1`,
    `${epoch}-01`,
    `${epoch}-`,
    '7',
    'x',
    `${epoch.toUpperCase()}-1`,
    '1-\u0000',
    'a'.repeat(5_000),
    `${epoch}-9999999999999999999`
  ]
  test.each(forged)('that comes with %j gets a gap and what comes from now on', given => {
    expect(at(given, world().all)).toEqual({
      seq: 9,
      recovered: false,
      gap: { topics: ['a', 'b', 'quiet'], from: null, to: id(9), reason: 'unknown' },
      seqs: []
    })
  })
})

test('ids are read as they are written', () => {
  for (const seq of [0, 1, 10, 2 ** 49])
    expect(parsePosition(formatPosition(epoch, seq))).toEqual({ epoch, seq })
})

test('no two lives have one name, and a name needs no escape anywhere', () => {
  const bytes = (length: number) => Uint8Array.from({ length }, (_, place) => place * 37)
  expect(newEpoch(bytes)).toMatch(/^[a-z2-7]{16}$/)
  expect(newEpoch(() => new Uint8Array(16).fill(255))).toBe('7'.repeat(16))
})
