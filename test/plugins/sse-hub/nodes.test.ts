import { describe, expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { quiet } from '../state/log/log-server.ts'
import { openNodes, settle } from './nodes.ts'
import type { Reader, Seen } from './reader.ts'
import { startRig } from './rig.ts'

const data = (events: readonly Seen[]): string[] => events.map(event => event.data)
const epochOf = (id: string): string => id.split('-')[0] ?? ''
const gapOf = (event: Seen | undefined) => {
  expect(event?.event).toBe('hub.gap')
  return JSON.parse(event?.data ?? '{}') as { topics: string[]; from: string; to: string; reason: string }
}
const opening = (reader: Reader) =>
  JSON.parse(reader.seen[0]?.data ?? '{}') as { position: string; recovered: boolean }
const behind = (id: string | undefined) => ({ headers: { 'last-event-id': id ?? '' } })

describe('nodes that share their events', () => {
  test('send what one publishes to the readers of all, in the same places', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const readers = [await a.read('x,y'), await b.read('x,y'), await b.read('y')]
    const ids = [
      await a.hub.publish('x', { data: { n: 1 }, event: 'go' }),
      await b.hub.publish('y', { data: 'two\nlines\r\nand 行' }),
      await a.hub.publish('y', { data: '' })
    ]
    const all = [
      { event: 'go', data: '{"n":1}', id: ids[0] },
      { event: 'message', data: 'two\nlines\nand 行', id: ids[1] },
      { event: 'message', data: '', id: ids[2] }
    ]
    for (const [index, reader] of readers.entries())
      expect((await reader.take(index === 2 ? 3 : 4)).slice(1)).toEqual(index === 2 ? all.slice(1) : all)
    const epoch = epochOf(ids[0] ?? '')
    expect(ids).toEqual([1, 2, 3].map(seq => `${epoch}-${seq}`))
    expect([a.count('published_total'), b.count('published_total')]).toEqual([2, 1])
    expect([a.count('log_entries_total'), b.count('log_entries_total')]).toEqual([3, 3])
    expect(a.count('log_current')).toBe(1)
  })

  test('let a reader change from one to the other, and miss nothing', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const first = await a.read('x')
    await a.hub.publish('x', { data: '1' })
    const last = (await first.take(2)).at(-1)?.id
    first.leave()
    await b.hub.publish('x', { data: '2' })
    await a.hub.publish('z', { data: 'of others' })
    const second = await b.read('x', behind(last))
    await a.hub.publish('x', { data: '3' })
    expect(data((await second.take(3)).slice(1))).toEqual(['2', '3'])
    expect(opening(second).recovered).toBe(true)
  })

  test('know nothing of each other’s slow messages: a reader that is ahead waits for the node', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const first = await a.read('x')
    b.connection.held = []
    for (const number of ['1', '2', '3']) await a.hub.publish('x', { data: number })
    const seen = await first.take(4)
    const second = await b.read('x', behind(seen[2]?.id))
    expect((await second.take(2)).map(({ event }) => event)).toEqual(['hub.open', 'message'])
    expect(opening(second)).toEqual({ position: seen[2]?.id, recovered: true })
    b.connection.release()
    await a.hub.publish('x', { data: '4' })
    expect(await second.next()).toMatchObject({ data: '4' })
    expect(data(second.seen.slice(1))).toEqual(['3', '4'])
  })

  test('read nothing for readers whose place they know', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const id = await a.hub.publish('x', { data: '1' })
    await settle()
    const { reads } = b.connection
    const readers = [await b.read('x'), await b.read('x', behind(id)), await b.read('x', behind('none'))]
    await Promise.all(readers.map(reader => reader.next()))
    expect(b.connection.reads).toBe(reads)
  })

  test('tell a reader whose place nobody has come to that it may have missed something', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const id = await a.hub.publish('x', { data: '1' })
    const reader = await b.read('x', behind(`${epochOf(id)}-99`))
    expect(gapOf((await reader.take(2))[1])).toMatchObject({ reason: 'unknown', to: id })
  })

  test('fill the histories of one that comes late', async () => {
    await using nodes = openNodes()
    const a = await nodes.add()
    const ids: string[] = []
    for (const number of ['1', '2', '3']) ids.push(await a.hub.publish('x', { data: number }))
    const b = await nodes.add()
    expect(b.count('history_events')).toBe(3)
    const reader = await b.read('x', behind(ids[0]))
    expect(data((await reader.take(3)).slice(1))).toEqual(['2', '3'])
    expect(opening(reader).recovered).toBe(true)
  })

  test('say what one that comes late cannot know', async () => {
    await using nodes = openNodes({ maxLogEvents: 100 })
    const a = await nodes.add()
    const ids: string[] = []
    for (let number = 1; number <= 150; number++) ids.push(await a.hub.publish('x', { data: `${number}` }))
    const b = await nodes.add()
    const [lost, kept] = [await b.read('x', behind(ids[48])), await b.read('x', behind(ids[49]))]
    const [, gap, first] = await lost.take(3)
    expect(gapOf(gap)).toEqual({ topics: ['x'], from: ids[48], to: ids[49], reason: 'evicted' })
    expect(first?.data).toBe('51')
    expect((await kept.take(2)).at(-1)?.data).toBe('51')
    expect(opening(kept).recovered).toBe(true)
  })

  test('keep events as long as they were to be kept, wherever they were published', async () => {
    await using nodes = openNodes({ historyMs: 10_000 })
    const a = await nodes.add()
    const old = await a.hub.publish('x', { data: 'old' })
    await nodes.clock.advance(8_000)
    await a.hub.publish('x', { data: 'new' })
    await nodes.clock.advance(4_000)
    const b = await nodes.add()
    for (const node of [a, b]) {
      const reader = await node.read('x', behind(old.replace(/-\d+$/, '-0')))
      const [, gap, event] = await reader.take(3)
      expect(gapOf(gap)).toMatchObject({ to: old, reason: 'evicted' })
      expect(event?.data).toBe('new')
    }
  })

  test('end the streams of a principal on all of them, once', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const [here, there, other] = [
      await a.read('x', { principal: 'alice' }),
      await b.read('x', { principal: 'alice' }),
      await b.read('x', { principal: 'bob' })
    ]
    await Promise.all([here, there, other].map(reader => reader.next()))
    // The word of the one that says so reaches it as well; whoever is back by then stays.
    a.connection.held = []
    expect(await a.hub.closePrincipal('alice', { event: 'revoked', data: { why: 'logged out' } })).toBe(1)
    for (const reader of [here, there]) {
      await reader.ended
      expect(reader.seen.at(-1)).toEqual({ event: 'revoked', data: '{"why":"logged out"}', id: undefined })
    }
    const back = await a.read('x', { principal: 'alice' })
    a.connection.release()
    expect(await b.hub.closePrincipal('nobody')).toBe(0)
    const id = await b.hub.publish('x', { data: 'on' })
    expect(id).toMatch(/-3$/)
    for (const reader of [back, other]) expect(await untilData(reader, 'on')).toMatchObject({ id })
    await expect(a.hub.closePrincipal('bob', { data: 1n })).rejects.toThrow(TypeError)
    await expect(a.hub.closePrincipal('bob', { data: '', event: 'hub.x' })).rejects.toThrow(TypeError)
  })

  test('refuse what cannot be sent, before anybody hears of it', async () => {
    await using nodes = openNodes({ maxEventBytes: 1_024 })
    const a = await nodes.add()
    for (const wrong of [{ data: undefined }, { data: 'x', event: 'a\n' }, { data: 'x', key: 7 as never }])
      await expect(a.hub.publish('x', wrong)).rejects.toThrow(TypeError)
    await expect(a.hub.publish('a b', { data: '' })).rejects.toThrow(TypeError)
    await expect(a.hub.publish('x', { data: 'x'.repeat(1_000) })).rejects.toThrow(RangeError)
    await a.hub.publish('x', { data: 'x'.repeat(900) })
    await settle()
    expect(a.count('log_entries_total')).toBe(1)
  })
})

describe('a node that events may not reach', () => {
  test('takes no streams over topics, says that it is not ready, and sends the rest when it is back', async () => {
    await using nodes = openNodes({ retryMs: 2_000 })
    const [a, b] = [await nodes.add(), await nodes.add()]
    const health = (): unknown => metaOf(sseHub)?.health?.(b.hub)
    expect(health()).toBeUndefined()
    const stays = await b.read('x')
    await stays.next()
    b.connection.isListening = false
    expect(health).toThrow('cannot be followed')
    expect(b.count('log_current')).toBe(0)
    const refused = await b.read('x')
    await refused.ended
    expect(refused.status).toBe(200)
    expect(refused.text).toMatch(/^retry: [23]\d\d\d\n\n$/)
    const told = await b.read('x', { accept: 'application/json' })
    await told.ended
    expect(told.status).toBe(503)
    expect(told.text).toContain('sse.busy')
    expect(b.hub.status().refused['behind']).toBe(2)
    const ofNoTopic = await b.read('')
    expect((await ofNoTopic.next()).event).toBe('hub.open')
    await a.hub.publish('x', { data: '1' })
    b.connection.isListening = true
    await settle()
    expect(health()).toBeUndefined()
    expect(await stays.next()).toMatchObject({ data: '1' })
    expect(b.count('log_catch_ups_total')).toBe(1)
    expect((await (await b.read('x')).next()).event).toBe('hub.open')
  })

  test('rejects what is published there, and ends the streams of a principal all the same', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const [here, there] = [
      await a.read('x', { principal: 'alice' }),
      await b.read('x', { principal: 'alice' })
    ]
    await Promise.all([here.next(), there.next()])
    b.connection.isAway = true
    await expect(b.hub.publish('x', { data: 'lost' })).rejects.toThrow('away')
    await expect(b.hub.closePrincipal('alice')).rejects.toThrow('away')
    await there.ended
    expect(b.count('log_failed_total')).toBe(2)
    expect(b.count('published_total')).toBe(0)
    await a.hub.publish('x', { data: '1' })
    expect(data(await here.take(1))).toEqual(['1'])
  })

  test('sends readers away that are ahead of what it can have', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    b.connection.isDeaf = true
    const id = await a.hub.publish('x', { data: '1' })
    b.connection.isAway = true
    const reader = await b.read('x', behind(id))
    await reader.ended
    expect(reader.text).toMatch(/^retry/)
    expect(b.hub.status().refused['behind']).toBe(1)
  })

  test('starts without the log, and takes streams when it is there', async () => {
    await using nodes = openNodes()
    const a = await nodes.add()
    const id = await a.hub.publish('x', { data: '1' })
    const starting = nodes.add({ away: true })
    await settle()
    while (nodes.server.size < 2) await settle()
    for (let step = 0; step < 20; step++) await nodes.clock.advance(200)
    const b = await starting
    const early = await b.read('x')
    await early.ended
    expect(early.text).toMatch(/^retry/)
    b.connection.isAway = false
    await nodes.clock.advance(1_000)
    await settle()
    const reader = await b.read('x', behind(id.replace(/1$/, '0')))
    expect(data((await reader.take(2)).slice(1))).toEqual(['1'])
  })
})

describe('events that are lost', () => {
  test('on the way to a node are told to its readers, and to those who come back', async () => {
    await using nodes = openNodes({ maxLogEvents: 100 })
    const [a, b] = [await nodes.add(), await nodes.add()]
    const [here, other] = [await b.read('x'), await b.read('quiet,y')]
    const first = await a.hub.publish('x', { data: 'first' })
    expect((await here.take(2))[1]?.id).toBe(first)
    await other.next()
    b.connection.isListening = false
    const ids: string[] = []
    for (let number = 1; number <= 150; number++) ids.push(await a.hub.publish('x', { data: `${number}` }))
    b.connection.isListening = true
    await settle()
    const [gap, event] = await here.take(2)
    expect(gapOf(gap)).toEqual({ topics: ['x'], from: first, to: ids[49], reason: 'lost' })
    expect(gap?.id).toBe(ids[49])
    expect(event).toMatchObject({ data: '51', id: ids[50] })
    expect(gapOf(await other.next())).toMatchObject({ topics: ['quiet', 'y'], reason: 'lost' })
    expect(b.hub.status().gaps['lost']).toBe(2)
    const back = await b.read('x', behind(ids[10]))
    expect(gapOf((await back.take(2))[1])).toEqual({
      topics: ['x'],
      from: ids[10],
      to: ids[49],
      reason: 'evicted'
    })
    const afterGap = await b.read('x', behind(gap?.id))
    expect((await afterGap.take(2))[1]).toMatchObject({ data: '51' })
    expect(opening(afterGap).recovered).toBe(true)
  })

  test('with the whole log are told to everybody, and positions begin anew', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const readers = [await a.read('x,y'), await b.read('x,y')]
    const silent = await b.read('x')
    const old = await a.hub.publish('x', { data: 'old' })
    for (const reader of readers) await reader.take(2)
    await silent.take(2)
    await nodes.server.wipe()
    const fresh = await b.hub.publish('y', { data: 'new' })
    const epoch = epochOf(fresh)
    expect(epoch).not.toBe(epochOf(old))
    for (const reader of readers) {
      const [gap, event] = await reader.take(2)
      expect(gapOf(gap)).toEqual({ topics: ['x', 'y'], from: old, to: `${epoch}-0`, reason: 'restart' })
      expect(gap?.id).toBe(`${epoch}-0`)
      expect(event).toMatchObject({ data: 'new', id: `${epoch}-1` })
    }
    expect(gapOf(await silent.next())).toMatchObject({ topics: ['x'] })
    expect([a.count('history_events'), b.count('history_events')]).toEqual([1, 1])
    expect([a.hub.status().gaps['restart'], b.hub.status().gaps['restart']]).toEqual([1, 2])
    const [late, back] = [await a.read('y', behind(old)), await b.read('y', behind(`${epoch}-0`))]
    expect(gapOf((await late.take(2))[1])).toMatchObject({ reason: 'restart', from: old })
    expect((await late.next()).data).toBe('new')
    expect((await back.take(2))[1]?.data).toBe('new')
    expect(opening(back).recovered).toBe(true)
  })

  test('by a failover are told to those who had them, and to those who never will', async () => {
    await using nodes = openNodes()
    const [a, b] = [await nodes.add(), await nodes.add()]
    const [here, there] = [await a.read('x'), await b.read('x')]
    await a.hub.publish('x', { data: '1' })
    await Promise.all([here.take(2), there.take(2)])
    nodes.server.holdReplication()
    b.connection.isDeaf = true
    await a.hub.publish('x', { data: 'lost' })
    expect((await here.next()).data).toBe('lost')
    await nodes.server.failOver()
    b.connection.isDeaf = false
    await b.hub.publish('x', { data: 'other' })
    const gaps = [gapOf(await here.next()), undefined]
    const next = await there.next()
    gaps[1] = gapOf(next.event === 'hub.gap' ? next : await there.next())
    expect(gaps[0]).toMatchObject({ reason: 'restart' })
    expect(gaps[1]?.to).toBe(gaps[0]?.to)
    expect(await a.hub.publish('x', { data: 'new' })).toBe(gaps[0]?.to.replace(/0$/, '1'))
    expect([(await here.next()).data, (await there.next()).data]).toEqual(['new', 'new'])
  })

  test('as what is in the log cannot be read are told, and the rest goes on', async () => {
    const logs: string[] = []
    await using nodes = openNodes()
    const a = await nodes.add({ logs })
    const reader = await a.read('x')
    await reader.next()
    const head = (fields: object): string => `${JSON.stringify({ at: 0, ...fields })}\n`
    const wrong = [
      '',
      'nonsense',
      '[]\n',
      'null\n',
      '{"kind":"event"}\nx',
      head({ kind: 'event', topic: 'a b' }),
      head({ kind: 'event', topic: 'x', key: 7 }),
      head({ kind: 'event', topic: 'x', type: 'a\nid: evil' }),
      head({ kind: 'event', topic: 'x', type: 'hub.open' }),
      head({ kind: 'event', topic: 'x', at: 'now' }),
      head({ kind: 'close', principal: 'alice' }),
      head({ kind: 'what comes later' })
    ]
    const log = nodes.server.node().logs.open('sse-hub')
    for (const text of wrong) await log.append(text, { maxEntries: 100 })
    const id = await a.hub.publish('x', { data: 'on' })
    const seen = await reader.take(wrong.length + 1)
    expect(seen.at(-1)).toMatchObject({ data: 'on', id })
    expect(seen.slice(0, -1).map(event => gapOf(event).to)).toEqual(
      wrong.map((_, index) => `${epochOf(id)}-${index + 1}`)
    )
    expect(logs.filter(line => line.includes('cannot be used'))).toHaveLength(wrong.length)
  })
})

describe('whether events are shared', () => {
  const state = () => new MemoryState({ maxKeys: 10, clock: fakeClock(), log: quiet })
  const areShared = async (config: object, given?: object): Promise<boolean> => {
    const options = { config, ...(given && { state: given as MemoryState }) }
    await using a = await startRig(options)
    await using b = await startRig(options)
    const [one, two] = [await a.hub.publish('x', { data: '' }), await b.hub.publish('x', { data: '' })]
    return epochOf(one) === epochOf(two)
  }

  test('is by default as the driver of the state is', async () => {
    expect(await areShared({})).toBe(false)
    expect(await areShared({}, state())).toBe(false)
    expect(await areShared({}, Object.assign(state(), { isShared: true }))).toBe(true)
  })

  test('can be said', async () => {
    expect(await areShared({ shared: true }, state())).toBe(true)
    expect(await areShared({ shared: false }, Object.assign(state(), { isShared: true }))).toBe(false)
    await expect(startRig({ config: { shared: true } })).rejects.toThrow('no plugin provides state')
  })
})

async function untilData(reader: Reader, wanted: string): Promise<Seen> {
  for (;;) {
    const event = await reader.next()
    if (event.data === wanted) return event
  }
}
