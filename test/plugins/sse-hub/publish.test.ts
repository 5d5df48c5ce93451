import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

test('ids count up over all topics, and name the life of the hub', async () => {
  await using rig = await startRig()
  const ids = await Promise.all(['a', 'b', 'a'].map(topic => rig.hub.publish(topic, { data: '' })))
  const epoch = ids[0]?.split('-')[0] ?? ''
  expect(ids).toEqual([1, 2, 3].map(seq => `${epoch}-${seq}`))
  await using other = await startRig()
  expect(await other.hub.publish('a', { data: '' })).not.toContain(epoch)
})

test('nothing can be smuggled in, and what is refused leaves no trace', async () => {
  await using rig = await startRig()
  const reader = await rig.read('a')
  const wrong: readonly (readonly [string, object])[] = [
    ['a', { data: 'x', event: 'a\nid: evil' }],
    ['a', { data: 'x', event: 'a\rdata: evil' }],
    ['a', { data: 'x', event: '\0' }],
    ['a', { data: 'x', event: 'hub.open' }],
    ['a', { data: 'x', event: 7 }],
    ['a', { data: 'x', key: 7 }],
    ['a', { data: undefined }],
    ['a', { data: Symbol('x') }],
    ['a', { data: 1n }],
    ['a\n', { data: 'x' }],
    ['', { data: 'x' }],
    ['a,b', { data: 'x' }],
    ['*', { data: 'x' }],
    ['x'.repeat(256), { data: 'x' }]
  ]
  for (const [topic, event] of wrong)
    await expect(rig.hub.publish(topic, event as never)).rejects.toThrow(TypeError)
  const cycle: { self?: object } = {}
  cycle.self = cycle
  await expect(rig.hub.publish('a', { data: cycle })).rejects.toThrow(TypeError)
  const id = await rig.hub.publish('a', { data: 'id: evil\revent: evil\n\ndata: evil' })
  expect(id).toMatch(/-1$/)
  const [, event] = await reader.take(2)
  expect(event).toEqual({ event: 'message', data: 'id: evil\nevent: evil\n\ndata: evil', id })
  expect(rig.hub.status()).toMatchObject({ topics: 1, counters: { published_total: 1 } })
})

test('an event that is too large is refused, one that just fits is not', async () => {
  await using rig = await startRig({ config: { maxEventBytes: 1_024 } })
  const reader = await rig.read('a')
  const overhead = Buffer.byteLength(`id: ${await rig.hub.publish('a', { data: '' })}\ndata: \n\n`)
  const fits = '中'.repeat(Math.floor((1_024 - overhead) / 3))
  await expect(rig.hub.publish('a', { data: `${fits}中` })).rejects.toThrow(RangeError)
  await expect(rig.hub.publish('a', { data: 'x'.repeat(1e8) })).rejects.toThrow(RangeError)
  await rig.hub.publish('a', { data: fits })
  expect((await reader.take(3))[2]?.data).toBe(fits)
})

test('strings are sent as they are, everything else as JSON', async () => {
  await using rig = await startRig()
  const reader = await rig.read('a')
  const values = ['{"a":1}', '', ' x ', { a: '行' }, [1, null], 0, false, null, '\u{1F600}\uD83D']
  for (const data of values) await rig.hub.publish('a', { data })
  const [, ...events] = await reader.take(values.length + 1)
  expect(events.map(({ data }) => data)).toEqual([
    '{"a":1}',
    '',
    ' x ',
    '{"a":"行"}',
    '[1,null]',
    '0',
    'false',
    'null',
    '\u{1F600}\uFFFD'
  ])
})

test('everybody gets the same events in the same order, however they are published', async () => {
  await using rig = await startRig()
  const [both, onlyA] = await Promise.all([rig.read('a,b'), rig.read('a')])
  for (let n = 0; n < 200; n++) {
    await rig.hub.publish(n % 3 ? 'a' : 'b', { data: `${n}` })
    if (n % 17 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  const numbers = Array.from({ length: 200 }, (_, n) => `${n}`)
  expect((await both?.take(201))?.slice(1).map(({ data }) => data)).toEqual(numbers)
  const ofA = numbers.filter(n => Number(n) % 3)
  expect((await onlyA?.take(ofA.length + 1))?.slice(1).map(({ data }) => data)).toEqual(ofA)
  expect(rig.count('delivered_total')).toBe(200 + ofA.length)
  expect(rig.count('writes_total')).toBeLessThan(60)
})
