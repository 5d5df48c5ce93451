import { describe, expect, test } from 'vitest'
import { fakeHost } from './fake-stream.ts'

describe('before it is released', () => {
  test('a stream keeps what comes, and sends it behind what it begins with', async () => {
    const { topic, frame, open, fanOut, tick } = fakeHost()
    const a = topic()
    const old = frame(a, 'old')
    const { stream, out } = open([a], { replay: [old], gapText: 'gap;' })
    fanOut.add(a, frame(a, 'new'))
    stream.send({ data: 'alone' })
    await tick()
    expect(out.writes).toEqual([])
    stream.release('first;')
    await tick()
    expect(out.writes.join('')).toBe('first;gap;old;new;data: alone\n\n')
  })

  test('what is too much is left out, not the reader', async () => {
    const { topic, frame, open, fanOut, tick, ends } = fakeHost()
    const a = topic()
    const { stream, out } = open([a])
    for (let n = 0; n < 20; n++) fanOut.add(a, frame(a, `${n}`, { length: 100 }))
    await tick()
    stream.release('')
    await tick()
    expect(ends).toEqual([])
    expect(out.writes.join('')).toMatch(/^event: hub\.gap\n.*\n\n\d/)
    expect(out.writes.join('')).toContain('19;')
  })

  test('its end waits for it, but not for ever', async () => {
    const { open, tick, ends, clock } = fakeHost()
    const [ended, never] = [open([]), open([])]
    for (const { stream } of [ended, never]) stream.end({ last: { data: 'bye' } })
    await tick()
    expect(ends).toEqual([])
    ended.stream.release('first;')
    await tick()
    expect(ended.out.writes.join('')).toBe('first;data: bye\n\n')
    expect(ends).toEqual(['ended'])
    await clock.advance(10_100)
    expect(ends).toEqual(['ended', 'ended'])
    never.stream.release('late')
    expect(never.out.writes).toEqual([])
  })
})

describe('the end', () => {
  test('comes behind everything that was sent, with when to come back', async () => {
    const { open, tick, stream: _, ...rig } = { ...fakeHost(), stream: undefined }
    const { stream, out } = open([])
    stream.release('')
    stream.send({ data: '1' })
    stream.end({ last: { event: 'done', data: { ok: true } }, retryMs: 5_000 })
    await tick()
    expect(out.writes.join('')).toBe('data: 1\n\nevent: done\ndata: {"ok":true}\n\nretry: 5000\n\n')
    expect(await stream.closed).toBe('ended')
    expect(rig.ends).toEqual(['ended'])
    expect(stream.send({ data: '2' })).toBe(false)
    stream.end({ last: { data: '3' } })
    expect(out.writes.join('')).not.toContain('3\n')
  })

  test.each([-1, 0.5, Number.NaN])('retryMs %d throws, and the stream goes on', retryMs => {
    const { open } = fakeHost()
    const { stream } = open([])
    stream.release('')
    expect(() => stream.end({ retryMs })).toThrow(RangeError)
    expect(stream.send({ data: 'x' })).toBe(true)
  })

  test('an event that cannot be sent throws, and the stream goes on', () => {
    const { open } = fakeHost()
    const { stream } = open([])
    stream.release('')
    for (const bad of [
      { data: () => 1 },
      { data: 'x', event: 'a\nb' },
      { data: 'x', event: 'hub.gap' },
      { data: 1n }
    ]) {
      expect(() => stream.send(bad)).toThrow(TypeError)
      expect(() => stream.end({ last: bad })).toThrow(TypeError)
    }
    expect(() => stream.send({ data: 'x'.repeat(600) })).toThrow(RangeError)
    expect(stream.send({ data: 'x' })).toBe(true)
  })

  test('closed tells late comers as well', async () => {
    const { open, tick } = fakeHost()
    const { stream, out } = open([])
    stream.release('')
    out.destroy()
    await tick()
    expect(await stream.closed).toBe('client')
    expect(await stream.closed).toBe('client')
  })
})

describe('time', () => {
  test('a quiet stream gets signs of life; one in four is an event with a position', async () => {
    const { open, clock, out: _, ...rig } = { ...fakeHost(), out: undefined }
    const { stream, out } = open([])
    stream.release('')
    await clock.advance(81_000)
    expect(out.writes).toEqual([
      ':\n\n',
      ':\n\n',
      ':\n\n',
      'id: abcdefgh-0\nevent: hub.beat\ndata: {"position":"abcdefgh-0"}\n\n'
    ])
    expect(rig.counters.heartbeats).toBe(4)
  })

  test('one that knows no events of the hub gets comments alone', async () => {
    const { open, clock } = fakeHost()
    const { stream, out } = open([], { announce: false })
    stream.release('')
    await clock.advance(200_000)
    expect(new Set(out.writes)).toEqual(new Set([':\n\n']))
  })

  test('no sign of life is needed where something was written lately', async () => {
    const { open, clock } = fakeHost()
    const { stream, out } = open([])
    stream.release('')
    for (let n = 0; n < 10; n++) {
      await clock.advance(15_000)
      stream.send({ data: 'x' })
    }
    expect(out.writes.filter(text => text.startsWith(':'))).toEqual([])
    await clock.advance(21_000)
    expect(out.writes.at(-1)).toBe(':\n\n')
  })

  test('its life ends, and its reader is told when to come back', async () => {
    const { open, clock, ends } = fakeHost()
    const { stream, out } = open([], { lifeMs: 15_000 })
    stream.release('')
    await clock.advance(14_900)
    expect(ends).toEqual([])
    await clock.advance(200)
    expect(ends).toEqual(['expired'])
    expect(out.writes).toEqual(['retry: 1234\n\n'])
  })
})

test('a stream that is over is nowhere any more', async () => {
  const { open, clock, topic, frame, fanOut, tick, host, counters } = fakeHost()
  const a = topic()
  const { stream, out } = open([a])
  stream.release('')
  fanOut.add(a, frame(a, '1'))
  out.destroy()
  await tick()
  await clock.advance(100_000)
  expect([stream.slot, stream.group, out.writes, counters.heartbeats]).toEqual([-1, undefined, [], 0])
  expect(host.counters.delivered).toBe(0)
})
