import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame, outboxOf, Standing, untold } from './outbox-rig.ts'

test('how something stands is told once a write, as it is then, behind whatever else goes out', () => {
  const { reader, outbox, flush, urgent } = outboxOf()
  const standing = new Standing('1')
  outbox.pushLatest(standing)
  outbox.pushHeld([frame('event ')])
  standing.text = '2'
  outbox.pushLatest(standing)
  expect(outbox.queuedBytes).toBe(6)
  flush()
  expect(reader.text).toBe('event <2>')
  flush()
  outbox.pushLatest(standing)
  flush()
  expect([reader.text, outbox.queuedBytes, urgent]).toEqual(['event <2><2>', 0, [false, false]])
})

test('totals come after what they add up', () => {
  const { reader, outbox, flush } = outboxOf()
  for (const standing of [new Standing('a'), new Standing('total', true), new Standing('b')])
    outbox.pushLatest(standing)
  flush()
  expect(reader.text).toBe('<a><b><total>')
})

test('how something stands comes before an answer that is given later, which knows as much', () => {
  const { reader, outbox, flush } = outboxOf()
  const standing = new Standing('1')
  outbox.pushLatest(standing)
  outbox.push(frame('answer'))
  standing.text = '2'
  flush()
  expect(reader.text).toBe('<1>answer')
})

test('while something is held back, how something stands waits behind it', () => {
  const { reader, outbox, flush, urgent } = outboxOf()
  const before = new Standing('before')
  outbox.pushLatest(before)
  outbox.hold()
  outbox.pushLatest(new Standing('during'))
  outbox.push(frame('status '))
  flush()
  outbox.pushHeld([frame('event ')])
  outbox.push(frame('answer '))
  before.text = 'since before'
  outbox.release()
  flush()
  expect(reader.text).toBe('status answer event <since before><during>')
  outbox.hold()
  outbox.pushLatest(before)
  outbox.release()
  expect(urgent.at(-1)).toBe(true)
  flush()
  expect(reader.text).toMatch(/<during><since before>$/)
})

test('at the end, how something stands is told if nothing comes before it that is not', () => {
  const [open, holding] = [outboxOf(), outboxOf()]
  holding.outbox.hold()
  for (const { outbox, reader, flush } of [open, holding]) {
    outbox.pushLatest(new Standing('1'))
    outbox.dropHeld()
    outbox.push(frame('last'))
    flush()
    expect(outbox.queuedBytes).toBe(0)
    expect(reader.text).toBe(outbox === open.outbox ? '<1>last' : 'last')
  }
})

test('a slow reader is told how something stands when he has taken the rest, and of no end of things', async () => {
  const { reader, outbox, flush, tick, seen } = outboxOf(200_000)
  reader.reading = false
  outbox.push(Buffer.alloc(100_000, 'x'))
  flush()
  const all = Array.from({ length: 1_000 }, (_, index) => new Standing(String(index)))
  for (const round of ['early', 'late'])
    for (const standing of all) {
      standing.text = round
      outbox.pushLatest(standing)
    }
  expect([seen.overflowed, outbox.queuedBytes]).toEqual([0, 100_000])
  outbox.pushLatest(new Standing('one too many'))
  expect(seen.overflowed).toBe(1)
  reader.reading = true
  await tick()
  flush()
  expect(reader.text.slice(100_000)).toBe('<late>'.repeat(1_000))
  expect(outbox.queuedBytes).toBe(0)
})

test('of what stands in a way that its reader is not told, nothing is sent', () => {
  const { reader, outbox, flush } = outboxOf()
  outbox.pushLatest(new Standing(untold))
  flush()
  expect(reader.writes).toEqual([])
  outbox.pushLatest(new Standing(untold))
  outbox.push(frame('answer'))
  flush()
  expect(reader.text).toBe('answer')
})

test('an answer to a slow reader brings with it as much as may stand', async () => {
  const { reader, outbox, flush, tick, seen } = outboxOf()
  reader.reading = false
  outbox.push(Buffer.alloc(70_000, 'x'))
  flush()
  for (let count = 0; count < 1_000; count++) outbox.pushLatest(new Standing(''))
  outbox.push(frame('answer'))
  reader.reading = true
  await tick()
  flush()
  expect(reader.text.slice(70_000)).toBe('<>'.repeat(1_000) + 'answer')
  expect([seen.overflowed, outbox.queuedBytes]).toEqual([0, 0])
})

test('an answer to a slow reader brings with it what stands, within the bound for bytes', () => {
  const { reader, outbox, flush, seen } = outboxOf(1_000)
  reader.reading = false
  outbox.push(Buffer.alloc(70_000))
  flush()
  const all = Array.from({ length: 900 }, (_, index) => new Standing(String(index)))
  for (const standing of all) outbox.pushLatest(standing)
  expect(seen.overflowed).toBe(0)
  outbox.push(frame('answer'))
  expect(seen.overflowed).toBeGreaterThan(0)
  expect(outbox.queuedBytes).toBeLessThan(70_000 + 1_010)
})

/** What a reader knows in the end. @throws {Error} when he was told something too early, or what was no longer so */
function read(text: string): { readonly events: number; readonly known: readonly number[] } {
  let events = 0
  const known = [0, 0, 0]
  for (const [told, what, time] of text.matchAll(/<(\w+) (\d+)>/g)) {
    const at = Number(time)
    if (what === 'event') events++
    const isRight =
      what === 'event' || what === 'answer'
        ? at === events
        : at <= events && at >= (known[Number(what)] ?? NaN)
    if (!isRight) throw new Error(`${told} after ${events} events`)
    if (what !== 'event' && what !== 'answer') known[Number(what)] = at
  }
  return { events, known }
}

test('whatever the reader does, he hears how things stand after what has come of them, and last how they stand at last', async () => {
  const step = fc.oneof(
    fc.record({ changes: fc.nat({ max: 2 }), pad: fc.constantFrom(0, 0, 40_000) }),
    fc.constantFrom('hold', 'release', 'answer', 'flush', 'read', 'stop', 'tick')
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { reader, outbox, flush, tick } = outboxOf(Infinity)
      const things = [new Standing('0 0'), new Standing('1 0'), new Standing('2 0', true)]
      const none = new Standing('')
      let time = 0
      let isHolding = false
      for (const one of [...steps, 'release', 'read', ...Array.from({ length: 100 }, () => 'drain')]) {
        if (typeof one === 'object') {
          const thing = things[one.changes] ?? none
          thing.text = `${one.changes} ${++time}`
          outbox.pushHeld([frame(`<event ${time}>${'x'.repeat(one.pad)}`)])
          outbox.pushLatest(thing)
        } else if (one === 'hold') {
          outbox.hold()
          isHolding = true
        } else if (one === 'release') {
          outbox.release()
          isHolding = false
        } else if (one === 'answer') outbox.push(frame(isHolding ? '' : `<answer ${time}>`))
        else if (one === 'read' || one === 'stop') reader.reading = one === 'read'
        else if (one === 'tick') await tick()
        else {
          flush()
          if (one === 'drain') await tick()
        }
      }
      const { events, known } = read(reader.text)
      expect(events).toBe(time)
      expect(known).toEqual(things.map(({ text }) => Number(text.slice(2))))
    }),
    { numRuns: 200 }
  )
})
