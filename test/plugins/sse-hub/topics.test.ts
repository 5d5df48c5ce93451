import { describe, expect, test } from 'vitest'
import type { OpenStream } from '../../../src/plugins/sse-hub/open-stream.ts'
import type { Topic } from '../../../src/plugins/sse-hub/topic.ts'
import type { KeptTopic } from '../../../src/plugins/sse-hub/topic-options.ts'
import { Topics } from '../../../src/plugins/sse-hub/topics.ts'

const byDefault: KeptTopic = {
  historyEvents: 10,
  historyBytes: 1e6,
  historyMs: 1_000,
  slowReaders: 'disconnect',
  maxStreams: 5,
  authorize: undefined
}

function build({ maxHistoryBytes = 1e6, maxIdleTopics = 100 } = {}) {
  const topics = new Topics({ maxHistoryBytes, maxIdleTopics }, byDefault)
  let seq = 0
  const publish = (name: string, { length = 10, at = 0 } = {}): Topic => {
    const topic = topics.open(name)
    topics.remember(topic, { bytes: Buffer.alloc(length), epoch: '', seq: ++seq, topic, key: undefined, at })
    return topic
  }
  return { topics, publish }
}
const reader = {} as OpenStream

describe('what is defined', () => {
  test('the longest name that fits wins; what it leaves out is as the settings say', () => {
    const { topics } = build()
    topics.define('*', { historyEvents: 1 })
    topics.define('orders/*', { historyEvents: 2, slowReaders: 'coalesce' })
    topics.define('orders/eu/*', { historyEvents: 3 })
    topics.define('orders/eu/1', { maxStreams: 1 })
    expect(topics.optionsOf('x').historyEvents).toBe(1)
    expect(topics.optionsOf('orders/us')).toMatchObject({ historyEvents: 2, slowReaders: 'coalesce' })
    expect(topics.optionsOf('orders/eu/2')).toMatchObject({ historyEvents: 3, slowReaders: 'disconnect' })
    expect(topics.optionsOf('orders/eu/1')).toEqual({ ...byDefault, maxStreams: 1 })
  })

  test('it holds for topics that there are already', () => {
    const { topics, publish } = build()
    const topic = publish('a')
    topics.define('a', { historyEvents: 3 })
    expect(topic.options.historyEvents).toBe(3)
    topics.define('a', { historyEvents: 4 })
    expect(topics.optionsOf('a').historyEvents).toBe(4)
  })

  const wrong: readonly (readonly [string, object])[] = [
    ['', {}],
    ['a b', {}],
    ['a*b', {}],
    ['a**', {}],
    ['a', { historyEvents: -1 }],
    ['a', { historyBytes: 0.5 }],
    ['a', { historyMs: Number.NaN }],
    ['a', { maxStreams: '3' }],
    ['a', { slowReaders: 'wait' }]
  ]
  test.each(wrong)('%j with %j throws', (name, options) => {
    const { topics } = build()
    expect(() => topics.define(name, options)).toThrow(TypeError)
  })
})

describe('topics without readers', () => {
  test('one that was never published to is nowhere', () => {
    const { topics } = build()
    const topic = topics.open('a')
    topic.readers.add(reader)
    topics.readersChanged(topic)
    expect(topics.size).toBe(1)
    topic.readers.delete(reader)
    topics.readersChanged(topic)
    expect(topics.size).toBe(0)
  })

  test('the one used longest ago is forgotten, and a new one of any name knows that something is gone', () => {
    const { topics, publish } = build({ maxIdleTopics: 2 })
    publish('a')
    publish('b')
    publish('a')
    publish('c')
    expect(topics.size).toBe(2)
    expect(topics.open('b').history.evictedThrough).toBe(2)
    expect(topics.open('a').history.evictedThrough).toBe(0)
    expect(topics.historyBytes).toBe(30)
  })

  test('one that is read is not forgotten', () => {
    const { topics, publish } = build({ maxIdleTopics: 0 })
    const topic = topics.open('a')
    topic.readers.add(reader)
    topics.readersChanged(topic)
    publish('a')
    publish('b')
    expect(topics.size).toBe(1)
    topic.readers.delete(reader)
    topics.readersChanged(topic)
    expect(topics).toMatchObject({ size: 0, historyBytes: 0, remembered: 0, historyEvents: 0 })
  })
})

describe('all histories together', () => {
  test('the topic published to longest ago loses its history first', () => {
    const { topics, publish } = build({ maxHistoryBytes: 35 })
    const [a, b] = [publish('a'), publish('b')]
    publish('a')
    publish('c')
    expect([a, b].map(({ history }) => history.length)).toEqual([2, 0])
    expect(b.history.evictedThrough).toBe(2)
    expect(topics).toMatchObject({ historyBytes: 30, historyEvents: 3, remembered: 2 })
  })

  test('a single topic loses its oldest events', () => {
    const { topics, publish } = build({ maxHistoryBytes: 35 })
    for (const length of [10, 10, 10, 20]) publish('a', { length })
    expect(topics.open('a').history).toMatchObject({ length: 2, bytes: 30, evictedThrough: 2 })
  })

  test('an event larger than the bound is not remembered', () => {
    const { topics, publish } = build({ maxHistoryBytes: 5 })
    expect(publish('a').history).toMatchObject({ length: 0, evictedThrough: 1 })
    expect(topics).toMatchObject({ historyBytes: 0, remembered: 0 })
  })

  test('what is too old goes with the sweep', () => {
    const { topics, publish } = build()
    publish('a', { at: 0 })
    publish('b', { at: 500 })
    topics.sweep(1_001)
    expect(topics).toMatchObject({ historyBytes: 10, remembered: 1 })
    expect(topics.open('a').history.evictedThrough).toBe(1)
  })
})
