import { expect, test } from 'vitest'
import { Limits } from '../../../src/plugins/sse-hub/limits.ts'
import { Readers } from '../../../src/plugins/sse-hub/readers.ts'
import { Timeline } from '../../../src/plugins/sse-hub/timeline.ts'
import { Topics } from '../../../src/plugins/sse-hub/topics.ts'
import { fakeHost } from './fake-stream.ts'

const epochs = ['abcdefgh', 'ijklmnop'] as const

function build() {
  const rig = fakeHost({ maxQueueBytes: 400 })
  const kept = {
    historyEvents: 100,
    historyBytes: 1e6,
    historyMs: 1e6,
    slowReaders: 'drop-oldest' as const,
    maxStreams: 9,
    authorize: undefined
  }
  const topics = new Topics({ maxHistoryBytes: 1e6, maxIdleTopics: 10 }, kept)
  const most = { maxStreams: 9, maxStreamsPerIp: 9, maxStreamsPerPrincipal: 9 }
  const readers = new Readers(topics, new Limits(most))
  const { fanOut, wheel } = rig
  const timeline = new Timeline({ epoch: epochs[0], topics, readers, fanOut, wheel })
  const open = (names: readonly string[], announce = true) => {
    const opened = rig.open(
      names.map(name => topics.open(name)),
      { announce }
    )
    readers.add(opened.stream)
    opened.stream.release('')
    return opened
  }
  const add = (data: string): number => timeline.add('a', { data }, 1e6)
  return { ...rig, topics, timeline, open, add }
}

const gaps = (text: string): { from: string; to: string; reason: string }[] =>
  [...text.matchAll(/event: hub\.gap\ndata: (.*)\n/g)].map(([, json]) => JSON.parse(json ?? '') as never)

test('what a slow reader loses in two epochs is told with positions of both', async () => {
  const { timeline, open, add, tick, counters } = build()
  const { out } = open(['a'])
  out.reading = false
  for (let number = 0; number < 8; number++) {
    add('x'.repeat(60))
    await tick()
  }
  timeline.restart(epochs[1], 0)
  for (let number = 0; number < 8; number++) {
    add('y'.repeat(60))
    await tick()
  }
  await out.read()
  const told = gaps(out.writes.join(''))
  expect(told.find(({ reason }) => reason === 'slow')).toMatchObject({
    from: expect.stringMatching(/^abcdefgh-\d+$/),
    to: expect.stringMatching(/^ijklmnop-\d+$/)
  })
  expect(told.find(({ reason }) => reason === 'restart')).toMatchObject({
    from: 'abcdefgh-8',
    to: 'ijklmnop-0'
  })
  expect(counters.gaps).toMatchObject({ restart: 1, slow: 1 })
})

test('events of the same turn come before the gap behind them, and those after it behind it', async () => {
  const { timeline, open, add, tick } = build()
  const { out } = open(['a'])
  add('before')
  timeline.restart(epochs[1], 5)
  add('between')
  timeline.lose(9)
  add('after')
  await tick()
  const lines = out.writes.join('').match(/before|between|after|"(?:from|to)":"[^"]*"|^id: .*$/gm)
  expect(lines).toEqual([
    'id: abcdefgh-1',
    'before',
    'id: ijklmnop-5',
    '"from":"abcdefgh-1"',
    '"to":"ijklmnop-5"',
    'id: ijklmnop-6',
    'between',
    'id: ijklmnop-9',
    '"from":"ijklmnop-6"',
    '"to":"ijklmnop-9"',
    'id: ijklmnop-10',
    'after'
  ])
})

test('a restart forgets all events and the topics that nobody reads, and a loss what may have been between', () => {
  const { timeline, topics, open, add } = build()
  open(['a'])
  add('1')
  timeline.add('idle', { data: '1' }, 1e6)
  expect(topics).toMatchObject({ size: 2, historyEvents: 2 })
  timeline.lose(7)
  expect(topics.historyEvents).toBe(2)
  for (const name of ['a', 'idle', 'new']) expect(topics.open(name).history.evictedThrough).toBe(7)
  // What is remembered from before may leave, and what was lost stays lost.
  topics.sweep(1e9)
  expect(topics.open('idle').history.evictedThrough).toBe(7)
  timeline.restart(epochs[1], 3)
  expect(topics).toMatchObject({ size: 1, historyEvents: 0, historyBytes: 0, remembered: 0 })
  for (const name of ['a', 'idle']) expect(topics.open(name)).toMatchObject({ lastSeq: 0 })
  expect(topics.open('a').history.evictedThrough).toBe(3)
  expect(topics.open('idle').history.evictedThrough).toBe(3)
})

test('streams that know no events of the hub, or read no topic, are told nothing', async () => {
  const { timeline, open, tick, counters } = build()
  const [plain, empty] = [open(['a'], false), open([])]
  timeline.restart(epochs[1], 0)
  timeline.lose(4)
  await tick()
  expect([...plain.out.writes, ...empty.out.writes].join('')).not.toContain('hub.gap')
  expect(counters.gaps).toMatchObject({ restart: 0, lost: 0 })
})
