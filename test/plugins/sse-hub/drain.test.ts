import { describe, expect, test } from 'vitest'
import { Drain } from '../../../src/plugins/sse-hub/drain.ts'
import type { OpenStream } from '../../../src/plugins/sse-hub/open-stream.ts'
import { fakeHost } from './fake-stream.ts'
import { startRig } from './rig.ts'

describe('when the gateway closes', () => {
  test('every reader is told when to come back, each at another time, and the close is clean', async () => {
    const rig = await startRig({ config: { drainMs: 200 } })
    const readers = await Promise.all(Array.from({ length: 20 }, () => rig.read('a')))
    const closed = rig.app.close()
    await Promise.all(readers.map(reader => reader.ended))
    await closed
    const retries = readers.map(reader => reader.retry ?? 0)
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(2_000)
    expect(Math.max(...retries)).toBeLessThan(4_000)
    expect(new Set(retries).size).toBeGreaterThan(10)
    expect(readers.every(reader => reader.text.endsWith(`\n\nretry: ${reader.retry}\n\n`))).toBe(true)
    expect(rig.app.gateway.cut).toBe(false)
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0, counters: { ended_drained_total: 20 } })
  })

  test('what was published before still arrives', async () => {
    const rig = await startRig()
    const reader = await rig.read('a')
    rig.hub.publish('a', { data: 'last' })
    await rig.app.close()
    await reader.ended
    expect(reader.seen.at(-1)?.data).toBe('last')
  })

  test('with no stream open it takes no time', async () => {
    const rig = await startRig({ config: { drainMs: 60_000 } })
    await rig.app.close()
    expect(rig.hub.status().streams).toBe(0)
  })

  test('who comes while it closes is told to come back', async () => {
    const rig = await startRig()
    const keep = await rig.read('a')
    const drained = (rig.hub as unknown as { drain(): Promise<void> }).drain()
    const late = await rig.read('a')
    await late.ended
    expect(late.text).toMatch(/^retry: \d+\n\n$/)
    expect(rig.count('refused_draining_total')).toBe(1)
    await drained
    await keep.ended
    await rig.app.close()
  })
})

describe('the pace', () => {
  const drainOf = (count: number, drainMs: number) => {
    const rig = fakeHost()
    const open = Array.from({ length: count }, () => rig.open([]))
    const streams = new Set<OpenStream>(open.map(({ stream }) => stream))
    for (const { stream } of open) stream.release('')
    const drain = new Drain(streams, { wheel: rig.wheel, drainMs, retryMs: () => 1 })
    let done = false
    void drain.done.then(() => (done = true))
    const settle = async (): Promise<void> => {
      await rig.tick()
      for (const { stream, out } of open) if (out.destroyed) streams.delete(stream)
      drain.left()
      await rig.tick()
    }
    return {
      ...rig,
      open,
      drain,
      settle,
      isDone: () => done,
      told: () => open.filter(({ out }) => out.writes.length > 0).length
    }
  }

  test('is even over the window', async () => {
    const { clock, settle, told, isDone } = drainOf(2_000, 2_000)
    const seen: number[] = []
    for (let turn = 0; turn < 20; turn++) {
      await settle()
      seen.push(told())
      await clock.advance(100)
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, turn) => (turn + 1) * 100))
    await settle()
    expect(isDone()).toBe(true)
  })

  test('is kept where turns come late', async () => {
    const { drain, settle, told } = drainOf(2_000, 2_000)
    drain.due(700)
    await settle()
    expect(told()).toBe(800)
    drain.due(1_950)
    await settle()
    expect(told()).toBe(2_000)
  })

  test('a few are told at once', async () => {
    const { settle, told, isDone } = drainOf(50, 60_000)
    await settle()
    expect([told(), isDone()]).toEqual([50, true])
  })

  test('who does not go is cut off a second after the last was told', async () => {
    const { wheel, open, clock, ends } = fakeHost()
    const { stream, out } = open([])
    stream.release('')
    out.reading = false
    const drain = new Drain(new Set([stream]), { wheel, drainMs: 1_000, retryMs: () => 1 })
    await clock.advance(900)
    expect(ends).toEqual([])
    await clock.advance(200)
    expect(ends).toEqual(['drained'])
    expect(drain.slot).toBe(-1)
  })

  test('when there is no more time all are cut off', async () => {
    const { drain, settle, ends, isDone } = drainOf(500, 60_000)
    drain.cut()
    await settle()
    expect(ends).toHaveLength(500)
    expect(isDone()).toBe(true)
  })
})
