import { EventSource } from 'eventsource'
import { describe, expect, test } from 'vitest'
import type { HubEvent, SubscribeOptions } from '../../../src/plugins/sse-hub/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { openReader } from './reader.ts'
import { startRig } from './rig.ts'

const dataOf = (text: string | undefined): Record<string, unknown> =>
  JSON.parse(text ?? '') as Record<string, unknown>

describe('a reader that comes back', () => {
  test('with a position of an earlier life of the gateway hears of the gap, and gets what this life remembers', async () => {
    await using old = await startRig()
    const id = await old.hub.publish('a', { data: 'lost' })
    await using rig = await startRig()
    const fresh = await rig.hub.publish('a', { data: 'kept' })
    const reader = await rig.read('a', { headers: { 'last-event-id': id } })
    const [open, gap, event] = await reader.take(3)
    expect(dataOf(open?.data)).toMatchObject({ recovered: false, position: expect.stringMatching(/-0$/) })
    expect(gap).toMatchObject({ event: 'hub.gap', id: undefined })
    expect(dataOf(gap?.data)).toMatchObject({ topics: ['a'], from: id, reason: 'restart' })
    expect(event).toMatchObject({ data: 'kept', id: fresh })
    expect(rig.hub.status().gaps['restart']).toBe(1)
  })

  test('too late for some topics hears which, and gets the rest', async () => {
    await using rig = await startRig({ config: { historyEvents: 2 } })
    const ids = await Promise.all(['1', '2', '3', '4'].map(data => rig.hub.publish('a', { data })))
    await rig.hub.publish('b', { data: '5' })
    const reader = await rig.read('a,b', { headers: { 'last-event-id': ids[0] ?? '' } })
    const [open, gap, ...events] = await reader.take(5)
    expect(dataOf(open?.data)).toEqual({ position: ids[0], recovered: false })
    expect(dataOf(gap?.data)).toEqual({ topics: ['a'], from: ids[0], to: ids[1], reason: 'evicted' })
    expect(events.map(({ data }) => data)).toEqual(['3', '4', '5'])
    const again = await rig.read('a,b', { headers: { 'last-event-id': ids[1] ?? '' } })
    expect(dataOf((await again.next()).data)).toMatchObject({ recovered: true })
    expect([rig.count('resumed_total'), rig.hub.status().gaps['evicted']]).toEqual([1, 1])
  })

  test('after the events have become too old hears of the gap', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock, config: { historyMs: 60_000 } })
    const id = await rig.hub.publish('a', { data: '1' })
    await rig.hub.publish('a', { data: '2' })
    await clock.advance(60_001)
    expect(
      dataOf((await (await rig.read('a', { headers: { 'last-event-id': id } })).take(2))[1]?.data)
    ).toMatchObject({ reason: 'evicted' })
    await clock.advance(10_000)
    expect(rig.count('history_bytes')).toBe(0)
  })

  test('of a topic that was forgotten hears of the gap', async () => {
    await using rig = await startRig({ config: { maxIdleTopics: 1 } })
    const id = await rig.hub.publish('a', { data: '1' })
    await rig.hub.publish('a', { data: '2' })
    await rig.hub.publish('b', { data: '3' })
    const reader = await rig.read('a', { headers: { 'last-event-id': id } })
    expect((await reader.take(2)).map(({ event }) => event)).toEqual(['hub.open', 'hub.gap'])
  })

  test('with an id that is none of ours hears of the gap', async () => {
    await using rig = await startRig()
    await rig.hub.publish('a', { data: '1' })
    const reader = await rig.read('a', { headers: { 'last-event-id': 'forged"}\\' } })
    const [open, gap] = await reader.take(2)
    expect(dataOf(gap?.data)).toEqual({
      topics: ['a'],
      from: null,
      to: dataOf(open?.data)['position'],
      reason: 'unknown'
    })
    await rig.hub.publish('a', { data: '2' })
    expect((await reader.next()).data).toBe('2')
  })

  const queries = ['lastEventId', 'last_event_id']
  test.each(queries)('may say its id as %s in the query; the header wins', async name => {
    await using rig = await startRig()
    const [first = '', second = ''] = await Promise.all(
      ['1', '2', '3'].map(data => rig.hub.publish('a', { data }))
    )
    const read = async (headers?: Record<string, string>) => {
      const reader = await openReader(`${rig.url}/stream?topics=a&${name}=${first}`, headers && { headers })
      const [, event] = await reader.take(2)
      reader.leave()
      return event?.data
    }
    expect(await read()).toBe('2')
    expect(await read({ 'last-event-id': second })).toBe('3')
    expect(await read({ 'last-event-id': '' })).toBe('2')
  })

  test('with two ids hears of the gap', async () => {
    await using rig = await startRig()
    const reader = await openReader(`${rig.url}/stream?topics=a&lastEventId=1&lastEventId=2`)
    expect((await reader.take(2))[1]?.event).toBe('hub.gap')
    reader.leave()
  })
})

describe('no event is lost or doubled', () => {
  test('around the moment at which a reader comes', async () => {
    // Both in the very turn in which the reader is subscribed.
    const greeting = (): undefined => void rig.hub.publish('a', { data: 'after' })
    await using rig = await startRig({ subscribe: () => ({ greeting }) })
    const authorize = async (): Promise<boolean> => (await rig.hub.publish('a', { data: 'before' })) !== ''
    rig.hub.define('a', { authorize })
    const stays = await rig.read('a')
    const start = await rig.hub.publish('a', { data: 'start' })
    const reader = await rig.read('a')
    expect((await reader.take(2)).map(({ event, data }) => (event === 'hub.open' ? event : data))).toEqual([
      'hub.open',
      'after'
    ])
    const back = await rig.read('a', { headers: { 'last-event-id': start } })
    await rig.hub.publish('a', { data: 'end' })
    const seen = await back.take(6)
    expect(seen.slice(1).map(({ data }) => data)).toEqual(['before', 'after', 'before', 'after', 'end'])
    const ids = (await stays.take(8)).map(({ id }) => Number(id?.split('-')[1]))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('a greeting', () => {
  const greeted =
    (greeting: SubscribeOptions['greeting'], more: Partial<SubscribeOptions> = {}) =>
    () => ({ ...(greeting && { greeting }), ...more })

  test('comes behind hub.open and before everything else, and is for this reader alone', async () => {
    let answer: (event: HubEvent) => void = () => undefined
    const greeting = (): Promise<HubEvent> => new Promise(resolve => (answer = resolve))
    await using rig = await startRig({ subscribe: greeted(greeting) })
    const old = await rig.hub.publish('a', { data: '1' })
    await rig.hub.publish('a', { data: '2' })
    const reader = await rig.read('a', { headers: { 'last-event-id': old } })
    expect((await reader.next()).event).toBe('hub.open')
    await rig.hub.publish('a', { data: '3' })
    answer({ event: 'hello', data: { you: 'first' } })
    expect((await reader.take(3)).map(({ event, data, id }) => [event, data, id !== undefined])).toEqual([
      ['hello', '{"you":"first"}', false],
      ['message', '2', true],
      ['message', '3', true]
    ])
  })

  test('that is undefined is none', async () => {
    await using rig = await startRig({ subscribe: greeted(() => undefined) })
    const reader = await rig.read('a')
    await rig.hub.publish('a', { data: '1' })
    expect((await reader.take(2))[1]?.data).toBe('1')
  })

  test('that fails ends the stream, and its reader is told to come back', async () => {
    const logs: string[] = []
    await using rig = await startRig({
      logs,
      subscribe: greeted(() => Promise.reject(new Error('no greeting')))
    })
    const reader = await rig.read('a')
    await reader.ended
    expect(reader.text).toMatch(/hub\.open[^]*\n\nretry: \d+\n\n$/)
    expect(logs.join('')).toContain('no greeting')
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
  })

  test('without announcement is the very first event, though the head has come before', async () => {
    await using rig = await startRig({
      subscribe: greeted(() => ({ data: { scene_id: '1' } }), { announce: false })
    })
    const reader = await rig.read('a', { headers: { 'last-event-id': 'forged' } })
    expect(await reader.next()).toEqual({ event: 'message', data: '{"scene_id":"1"}', id: undefined })
    expect(reader.text).toBe(':\n\ndata: {"scene_id":"1"}\n\n')
  })
})

describe('the life of a stream', () => {
  test('is the one that was asked for, when that is shorter', async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock, subscribe: () => ({ maxLifeMs: 20_000 }) })
    const reader = await rig.read('a')
    await reader.next()
    await clock.advance(19_900)
    expect(rig.hub.status().streams).toBe(1)
    await clock.advance(200)
    await reader.ended
    expect(await rig.streams[0]?.closed).toBe('expired')
    expect(reader.text).toMatch(/\n\nretry: \d+\n\n$/)
  })

  test("is at random 80 to 100 % of the hub's, so that not all come back at once", async () => {
    const clock = fakeClock()
    await using rig = await startRig({ clock, config: { maxLifeMs: 100_000 } })
    await Promise.all(Array.from({ length: 30 }, () => rig.read('a')))
    await clock.advance(79_900)
    expect(rig.hub.status().ended['expired']).toBe(0)
    await clock.advance(10_000)
    expect(rig.hub.status().ended['expired']).toBeGreaterThan(3)
    expect(rig.hub.status().ended['expired']).toBeLessThan(27)
    await clock.advance(10_300)
    expect(rig.hub.status().ended['expired']).toBe(30)
  })
})

test('an EventSource opens at once, follows the ids by itself and misses nothing over ends of the stream', async () => {
  await using rig = await startRig({ config: { retryMs: 0 } })
  const source = new EventSource(`${rig.url}/stream?topics=a`)
  const seen: string[] = []
  const opens: unknown[] = []
  let wake = (): void => undefined
  source.addEventListener('message', ({ data }) => {
    seen.push(data as string)
    wake()
  })
  source.addEventListener('hub.open', ({ data }) => {
    opens.push(dataOf(data as string)['recovered'])
    wake()
  })
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>(resolve => (wake = resolve))
  }
  await until(() => opens.length === 1)
  for (let round = 0; round < 5; round++) {
    await rig.hub.publish('a', { data: `${round} live` })
    await until(() => seen.at(-1) === `${round} live`)
    const closed = rig.streams.at(-1)?.closed
    rig.streams.at(-1)?.end({ retryMs: 0 })
    await closed
    await rig.hub.publish('a', { data: `${round} away` })
    await until(() => seen.at(-1) === `${round} away`)
  }
  source.close()
  expect(seen).toEqual(Array.from({ length: 5 }, (_, round) => [`${round} live`, `${round} away`]).flat())
  expect(opens).toEqual([false, true, true, true, true, true])
})
