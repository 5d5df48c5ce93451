import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Feed } from '../../../src/plugins/console/feed.ts'
import type { Snapshot } from '../../../src/plugins/console/snapshot.ts'
import { fakeClock } from '../../../src/testing/index.ts'

/** A feed of what `now` holds, which counts how often it looks. */
function rig() {
  const clock = fakeClock()
  const now = { requests: 1, looks: 0, fails: false }
  const logged: string[] = []
  const take = async (): Promise<Snapshot> => {
    now.looks++
    if (now.fails) throw new Error('no view')
    return { plugins: [], figures: { requests: now.requests, streams: 0, sockets: 0 }, failures: [] }
  }
  const log = { error: (_: object, text: string) => void logged.push(text) } as unknown as FastifyBaseLogger
  const feed = new Feed(take, clock, log)
  /** A response, and the figure in each event that was written to it. */
  function reader() {
    const heard: unknown[] = []
    const raw = Object.assign(new EventEmitter(), {
      writableNeedDrain: false,
      writableEnded: false,
      writeHead: () => undefined,
      write: (text: string) => {
        if (text.startsWith('data: ')) heard.push((JSON.parse(text.slice(6)) as Snapshot).figures.requests)
      },
      end: () => (raw.writableEnded = true)
    })
    const request = { raw: { socket: {} } } as FastifyRequest
    feed.open(request, { hijack: () => ({ raw }) } as unknown as FastifyReply)
    return { raw, heard }
  }
  return { clock, now, logged, feed, reader }
}

test('who reads slowly misses what was in between, and has the last word', async () => {
  const { clock, now, reader } = rig()
  const [slow, fast] = [reader(), reader()]
  await clock.advance(0)
  slow.raw.writableNeedDrain = true
  for (now.requests = 2; now.requests < 5; now.requests++) await clock.advance(2_000)
  slow.raw.writableNeedDrain = false
  await clock.advance(2_000)
  expect(fast.heard).toEqual([1, 2, 3, 4, 5])
  expect(slow.heard).toEqual([1, 5])
})

test('nobody looks while nobody reads, whatever fails', async () => {
  const { clock, now, feed, reader } = rig()
  feed.hurry()
  await clock.advance(60_000)
  expect(now.looks).toBe(0)
  const { raw, heard } = reader()
  await clock.advance(0)
  expect(heard).toEqual([1])
  raw.emit('close')
  await clock.advance(2_000)
  const { looks } = now
  feed.hurry()
  await clock.advance(60_000)
  expect(now.looks).toBe(looks)
})

test('a look that fails is logged, and is not the last', async () => {
  const { clock, now, logged, reader } = rig()
  now.fails = true
  const { heard } = reader()
  await clock.advance(0)
  expect(logged).toEqual(['the console cannot tell how the gateway is'])
  now.fails = false
  await clock.advance(2_000)
  expect(heard).toEqual([1])
})

test('a feed that has ended ends whoever still comes', () => {
  const { feed, reader } = rig()
  const early = reader()
  feed.end()
  expect([early, reader()].map(({ raw }) => raw.writableEnded)).toEqual([true, true])
})
