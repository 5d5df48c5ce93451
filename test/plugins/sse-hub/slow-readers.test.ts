import { describe, expect, test } from 'vitest'
import type { SlowReaderPolicy } from '../../../src/plugins/sse-hub/service.ts'
import { fakeHost, type FakeHostOptions } from './fake-stream.ts'

/** A stream of one topic whose reader takes nothing for now. Its connection holds 100 bytes, its queue 1,000. */
function stalled(policy: SlowReaderPolicy, options?: FakeHostOptions) {
  const rig = fakeHost(options)
  const a = rig.topic('a', policy)
  const { stream, out } = rig.open([a])
  stream.release('')
  out.reading = false
  const publish = async (text: string, more: { length?: number; key?: string } = {}): Promise<number> => {
    const frame = rig.frame(a, text, more)
    rig.fanOut.add(a, frame)
    await rig.tick()
    return frame.seq
  }
  return { ...rig, a, stream, out, publish }
}
const texts = (out: { writes: readonly string[] }): string[] => {
  const text = out.writes.join('').replaceAll(/event: hub\.gap\n.*\n\n/g, '')
  return text.split(/;\.*/).filter(Boolean)
}

describe('a reader that pauses', () => {
  test('gets everything, in order, when it goes on', async () => {
    const { out, publish, counters, ends } = stalled('disconnect')
    for (let n = 1; n <= 9; n++) await publish(`${n}`, { length: 100 })
    expect(out.writes).toEqual([])
    await out.read()
    expect(texts(out)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(counters.delivered).toBe(9)
    await publish('10')
    expect(texts(out).at(-1)).toBe('10')
    expect(ends).toEqual([])
  })

  test('gets what is for it alone in its place', async () => {
    const { out, publish, stream } = stalled('disconnect')
    await publish('1', { length: 120 })
    expect(stream.send({ data: 'x;' })).toBe(true)
    await publish('2')
    await out.read()
    expect(texts(out)).toEqual(['1', 'data: x', '\n\n2'])
  })

  test('is written to in pieces that its connection takes, not all at once', async () => {
    const { out, publish } = stalled('disconnect')
    for (let n = 1; n <= 9; n++) await publish(`${n}`, { length: 60 })
    const largest = async (): Promise<number> => {
      while (texts(out).length < 9) await out.takeOne()
      return Math.max(...out.writes.map(text => text.length))
    }
    expect(await largest()).toBeLessThanOrEqual(120)
  })
})

describe('a queue that is full', () => {
  test('disconnect: the reader is cut off, and nothing of the queue is kept', async () => {
    const { publish, ends, counters, stream, a } = stalled('disconnect')
    for (let n = 1; n <= 10; n++) await publish(`${n}`, { length: 100 })
    expect(ends).toEqual([])
    await publish('11')
    expect(ends).toEqual(['slow'])
    expect(await stream.closed).toBe('slow')
    expect(a.readers.size).toBe(0)
    expect(stream.send({ data: 'x' })).toBe(false)
    expect(counters.slowDropped).toBe(0)
  })

  test('drop-oldest: hub.gap says what is missing, the newest come', async () => {
    const { out, publish, ends, counters } = stalled('drop-oldest')
    const seqs: number[] = []
    for (let n = 1; n <= 15; n++) seqs.push(await publish(`${n}`, { length: 100 }))
    await out.read()
    expect(ends).toEqual([])
    const [head = '', gap = '', ...rest] = out.writes.join('').split(/(event: hub\.gap\ndata: .*\n\n)/)
    const said = JSON.parse(gap.slice(gap.indexOf('{'))) as { from: string; to: string }
    const [from, to] = [said.from, said.to].map(id => Number(id.split('-')[1])) as [number, number]
    expect(said).toMatchObject({ topics: ['a'], reason: 'slow' })
    const names = (text: string): number[] => text.split(/;\.*/).filter(Boolean).map(Number)
    const came = [...names(head), ...names(rest.join(''))]
    const missing = seqs.map((seq, place) => ({ seq, n: place + 1 })).filter(({ n }) => !came.includes(n))
    expect(missing.map(({ seq }) => seq)).toEqual(seqs.filter(seq => seq > from && seq <= to))
    expect(missing.length).toBeGreaterThan(3)
    expect(came.at(-1)).toBe(15)
    expect(counters).toMatchObject({ slowDropped: missing.length, gaps: { slow: 1 } })
  })

  test('coalesce: of each key only the newest comes, and the queue stays short', async () => {
    const { out, publish, ends, counters } = stalled('coalesce')
    await publish('0', { length: 100 })
    for (let n = 1; n <= 100; n++) await publish(`${n}`, { length: 100, key: n % 2 ? 'odd' : 'even' })
    await out.read()
    expect(texts(out)).toEqual(['0', '99', '100'])
    expect(counters.slowCoalesced).toBe(98)
    expect(ends).toEqual([])
  })

  test('coalesce: events without a key are too much some time', async () => {
    const { publish, ends } = stalled('coalesce')
    for (let n = 1; n <= 11; n++) await publish(`${n}`, { length: 100 })
    expect(ends).toEqual(['slow'])
  })

  test('what is for one reader alone is never left out: it cuts off', async () => {
    const { publish, ends, stream } = stalled('drop-oldest')
    await publish('1', { length: 100 })
    for (let n = 0; n < 8; n++) stream.send({ data: 'x'.repeat(120) })
    expect(ends).toEqual([])
    stream.send({ data: 'x'.repeat(120) })
    await new Promise(resolve => setImmediate(resolve))
    expect(ends).toEqual(['slow'])
  })

  test('of several topics, those that keep everything keep it', async () => {
    const { fanOut, topic, frame, open, tick, ends } = fakeHost()
    const [keeps, drops] = [topic('keeps'), topic('drops', 'drop-oldest')]
    const { stream, out } = open([keeps, drops])
    stream.release('')
    out.reading = false
    for (let n = 1; n <= 30; n++) {
      const to = n % 10 === 0 ? keeps : drops
      fanOut.add(to, frame(to, `${n}`, { length: 80 }))
      await tick()
    }
    await out.read()
    expect(ends).toEqual([])
    expect(texts(out)).toEqual(expect.arrayContaining(['10', '20', '30']))
  })
})

describe('a reader that catches up', () => {
  const catchingUp = () => {
    const rig = fakeHost()
    const a = rig.topic('a')
    const replay = Array.from({ length: 30 }, (_, n) => rig.frame(a, `old${n}`, { length: 100 }))
    const { stream, out } = rig.open([a], { replay })
    out.reading = false
    stream.release('')
    return { ...rig, a, stream, out, replay }
  }

  test('is not cut off for what it catches up with, however much it is', async () => {
    const { out, ends } = catchingUp()
    await out.read()
    expect(texts(out)).toHaveLength(30)
    expect(ends).toEqual([])
  })

  test('misses what comes meanwhile rather than beginning anew for ever, and is told', async () => {
    const { out, a, frame, fanOut, tick, ends } = catchingUp()
    for (let n = 1; n <= 20; n++) {
      fanOut.add(a, frame(a, `new${n}`, { length: 100 }))
      await tick()
    }
    await out.read()
    expect(ends).toEqual([])
    expect(texts(out)).toEqual(expect.arrayContaining(['old0', 'old29', 'new20']))
    expect(texts(out)).not.toContain('new1')
    expect(out.writes.join('').match(/event: hub\.gap/g)).toHaveLength(1)
  })

  test('is written to at its own pace', async () => {
    const { out } = catchingUp()
    await out.takeOne()
    await out.takeOne()
    expect(texts(out).length).toBeLessThan(5)
  })
})

describe('a reader that takes nothing', () => {
  test('is cut off in time, however little waits', async () => {
    const { clock, publish, ends } = stalled('drop-oldest')
    await publish('1')
    await clock.advance(9_900)
    expect(ends).toEqual([])
    await clock.advance(200)
    expect(ends).toEqual(['slow'])
  })

  test('is left alone when it takes at least something', async () => {
    const { clock, publish, ends, out } = stalled('disconnect')
    for (let n = 0; n < 8; n++) await publish(`${n}`, { length: 110 })
    for (let n = 0; n < 8; n++) {
      await clock.advance(9_000)
      await out.takeOne()
    }
    expect(ends).toEqual([])
    expect(texts(out)).toHaveLength(8)
  })

  test('does not hold up its end', async () => {
    const { clock, publish, ends, stream } = stalled('disconnect')
    await publish('1', { length: 200 })
    stream.end()
    await clock.advance(9_000)
    expect(ends).toEqual([])
    await clock.advance(1_200)
    expect(ends).toEqual(['ended'])
  })

  test('gets no signs of life on top', async () => {
    const { clock, publish, out, counters } = stalled('disconnect', { stalledMs: 90_000 })
    await publish('1', { length: 200 })
    await clock.advance(60_000)
    expect(counters.heartbeats).toBe(0)
    await out.read()
    await clock.advance(40_000)
    expect(counters.heartbeats).toBeGreaterThan(0)
  })
})

describe('an event of several hundred kilobytes', () => {
  const large = { maxQueueBytes: 1_000_000, maxEventBytes: 400_000 }

  test('goes out in pieces, so that who takes it slowly is not taken for stalled', async () => {
    const { clock, publish, ends, out } = stalled('disconnect', large)
    await publish('large', { length: 300_000 })
    await publish('next')
    while (!out.writes.join('').includes('next')) {
      await clock.advance(9_000)
      await out.takeOne()
    }
    expect(ends).toEqual([])
    expect(out.writes.length).toBeGreaterThan(4)
    expect(texts(out)).toEqual(['large', 'next'])
    expect(out.writes.join('')).toHaveLength(300_005)
  })

  test('arrives whole, and what was sent behind it behind it', async () => {
    const { publish, stream, out, ends, tick, counters } = stalled('disconnect', large)
    out.reading = true
    await publish('large', { length: 300_000 })
    stream.send({ data: 'x'.repeat(200_000) })
    stream.end({ last: { data: 'bye' } })
    while (ends.length === 0) await tick()
    const squeezed = out.writes
      .join('')
      .replaceAll(/(.)\1{99,}/g, (run, [letter]) => `${letter}×${run.length}`)
    expect(squeezed).toBe(`large;.×${300_000 - 6}data: x×200000\n\ndata: bye\n\n`)
    expect(counters.writtenBytes).toBe(out.writes.join('').length)
  })

  test('counts with what is left of it', async () => {
    const { publish, ends } = stalled('disconnect', { ...large, maxQueueBytes: 600_000 })
    await publish('1', { length: 300_000 })
    await publish('2', { length: 200_000 })
    expect(ends).toEqual([])
    await publish('3', { length: 200_000 })
    expect(ends).toEqual(['slow'])
  })
})
