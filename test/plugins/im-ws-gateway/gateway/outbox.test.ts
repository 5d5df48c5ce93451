import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame, outboxOf, Standing } from './outbox-rig.ts'

test('all frames of a turn are one write', () => {
  const { reader, outbox, due, flush } = outboxOf()
  for (const text of ['a', 'b', 'c']) outbox.push(frame(text))
  expect([due.length, reader.writes.length]).toEqual([1, 0])
  flush()
  expect(reader.writes.map(String)).toEqual(['abc'])
  expect(outbox.queuedBytes).toBe(0)
})

test('what is held back comes after what is pushed, when it is released', () => {
  const { reader, outbox, flush } = outboxOf()
  outbox.hold()
  outbox.pushHeld([frame('event')])
  outbox.push(frame('answer '))
  flush()
  expect([reader.text, outbox.queuedBytes]).toEqual(['answer ', 5])
  outbox.release()
  outbox.pushHeld([frame(' more')])
  flush()
  expect(reader.text).toBe('answer event more')
})

test('events wait for a pass, unless they are many or follow an answer; what comes out otherwise does not', () => {
  const { outbox, urgent, flush } = outboxOf()
  const asked = (): boolean[] => {
    const since = urgent.splice(0)
    flush()
    return since
  }
  outbox.pushHeld([frame('event')])
  outbox.pushHeld([frame('event')])
  expect(asked()).toEqual([false])
  outbox.pushHeld([frame('event')])
  outbox.push(frame('answer'))
  outbox.pushHeld([frame('event')])
  expect(asked()).toEqual([false, true])
  outbox.pushHeld([Buffer.alloc(65_536)])
  expect(asked()).toEqual([true])
  outbox.hold()
  outbox.pushHeld([frame('event')])
  outbox.release()
  expect(asked()).toEqual([true])
  outbox.whenEmpty(() => {})
  expect(asked()).toEqual([true])
})

test('the pieces of a frame stay together, held back or not', () => {
  const { reader, outbox, flush } = outboxOf()
  outbox.push(frame('a'), frame('b '))
  outbox.hold()
  outbox.pushHeld([frame('c'), frame('d ')])
  expect(outbox.queuedBytes).toBe(6)
  outbox.push(frame('e '))
  outbox.release()
  outbox.pushHeld([frame('f'), frame('g')])
  flush()
  expect([reader.text, outbox.queuedBytes]).toEqual(['ab e cd fg', 0])
})

test('what is held back can be forgotten', () => {
  const { reader, outbox, flush } = outboxOf()
  outbox.hold()
  outbox.pushHeld([frame('event')])
  outbox.dropHeld()
  outbox.push(frame('last'))
  flush()
  expect([reader.text, outbox.queuedBytes]).toEqual(['last', 0])
})

test('a slow reader gets 64 KiB at a time, and the rest as it takes them', async () => {
  const { reader, outbox, flush, tick, seen } = outboxOf()
  reader.reading = false
  for (let part = 0; part < 20; part++) outbox.push(frame(String.fromCharCode(97 + part).repeat(10_000)))
  flush(50)
  expect(reader.writes.map(({ length }) => length)).toEqual([70_000])
  expect([outbox.isPressed, outbox.queuedBytes, seen.waiting]).toEqual([true, 200_000, 1])
  expect(outbox.stallsAt(1_000)).toBe(50 + 1_000 + (70_000 - 65_536) / 16)
  reader.reading = true
  await tick()
  flush(60)
  expect(reader.writes.map(({ length }) => length)).toEqual([70_000, 70_000, 60_000])
  expect([outbox.isPressed, outbox.queuedBytes, outbox.stallsAt(1_000)]).toEqual([false, 0, Infinity])
})

test('the pieces of a frame are in one write: what is sent past the outbox never comes between them', () => {
  const { reader, outbox, flush } = outboxOf()
  for (let part = 0; part < 5; part++) outbox.push(Buffer.alloc(30_000), Buffer.alloc(1_000))
  flush()
  expect(reader.writes.map(({ length }) => length)).toEqual([93_000, 62_000])
})

test('a large frame has longer than a small one', () => {
  const { reader, outbox, flush } = outboxOf()
  reader.reading = false
  outbox.push(Buffer.alloc(65_536 + 16_000))
  flush(0)
  expect(outbox.stallsAt(1_000)).toBe(2_000)
})

test('one frame of any size may wait; beyond the bound the reader is given up', () => {
  const { reader, outbox, flush, seen } = outboxOf(1_000)
  reader.reading = false
  outbox.push(Buffer.alloc(100_000))
  flush()
  outbox.push(Buffer.alloc(5_000))
  expect(seen.overflowed).toBe(0)
  outbox.push(frame('x'))
  outbox.push(frame('x'))
  expect([seen.overflowed, outbox.queuedBytes]).toEqual([2, 105_000])
})

test('what is held back is bounded too', () => {
  const { outbox, seen } = outboxOf(1_000)
  outbox.hold()
  for (let part = 0; part < 3; part++) outbox.pushHeld([Buffer.alloc(600)])
  expect(seen.overflowed).toBe(1)
})

test('what has to wait for the end is called once all is out', async () => {
  const { reader, outbox, flush, tick } = outboxOf()
  let isOver = false
  reader.reading = false
  outbox.push(Buffer.alloc(100_000))
  outbox.whenEmpty(() => (isOver = true))
  flush()
  await tick()
  expect(isOver).toBe(false)
  reader.reading = true
  await tick()
  expect(isOver).toBe(true)
  outbox.whenEmpty(() => (isOver = false))
  flush()
  expect(isOver).toBe(false)
})

test('whatever the reader does, it gets every byte once and in order', async () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 90_000 }) }),
    fc.record({ push: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ held: fc.integer({ min: 1, max: 5_000 }) }),
    fc.constantFrom('hold', 'release', 'flush', 'read', 'stop', 'tick')
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { reader, outbox, flush, tick } = outboxOf(Infinity)
      const sent: Buffer[] = []
      let held: Buffer[] | undefined
      let next = 0
      const make = (bytes: number): Buffer => Buffer.alloc(bytes, next++ % 251)
      for (const one of [...steps, 'release', 'read', ...Array.from({ length: 200 }, () => 'drain')]) {
        if (typeof one === 'object') {
          const bytes = make('push' in one ? one.push : one.held)
          if ('push' in one || !held) sent.push(bytes)
          else held.push(bytes)
          if ('push' in one) outbox.push(bytes)
          else outbox.pushHeld([bytes])
        } else if (one === 'hold') {
          held ??= []
          outbox.hold()
        } else if (one === 'release') {
          sent.push(...(held ?? []))
          held = undefined
          outbox.release()
        } else if (one === 'read' || one === 'stop') reader.reading = one === 'read'
        else if (one === 'tick') await tick()
        else {
          flush()
          if (one === 'drain') await tick()
        }
        if (one === 'drain' && outbox.queuedBytes === 0) break
      }
      expect(Buffer.concat(reader.writes).equals(Buffer.concat(sent))).toBe(true)
      expect(outbox.queuedBytes).toBe(0)
    }),
    { numRuns: 100 }
  )
})

test('its owner hears of what nobody asked for, and a ping waits for the next pass', () => {
  const { outbox, seen, urgent, reader, flush } = outboxOf()
  outbox.push(frame('answer'))
  expect([seen.told, urgent]).toEqual([0, [true]])
  flush()
  outbox.pushHeld([frame('event')])
  outbox.pushLatest(new Standing('stands'))
  outbox.pushSoon(frame('ping'))
  expect([seen.told, urgent]).toEqual([2, [true, false]])
  flush()
  expect(String(reader.writes.at(-1))).toBe('event<stands>ping')
})
