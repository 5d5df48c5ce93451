import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

test('the head and hub.open come at once, without any event', async () => {
  await using rig = await startRig()
  const reader = await rig.read('news')
  expect(reader.status).toBe(200)
  expect(reader.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no'
  })
  expect(reader.response.headers).not.toHaveProperty('content-length')
  expect(reader.response.headers).not.toHaveProperty('content-encoding')
  const open = await reader.next()
  expect(open).toMatchObject({ event: 'hub.open', id: expect.stringMatching(/^[a-z2-7]{16}-0$/) })
  expect(JSON.parse(open.data)).toEqual({ position: open.id, recovered: false })
})

test('an event reaches all who read its topic, and nobody else', async () => {
  await using rig = await startRig()
  const [first, second, other] = await Promise.all(
    ['news', 'news,weather', 'sport'].map(topics => rig.read(topics))
  )
  const id = await rig.hub.publish('news', { data: { text: '你好' }, event: 'headline' })
  const expected = { event: 'headline', data: '{"text":"你好"}', id }
  expect((await first?.take(2))?.[1]).toEqual(expected)
  expect((await second?.take(2))?.[1]).toEqual(expected)
  await rig.hub.publish('sport', { data: 'goal' })
  expect((await other?.take(2))?.at(-1)?.data).toBe('goal')
})

test('a reader that comes back gets what it missed, in the order of all topics', async () => {
  await using rig = await startRig()
  const reader = await rig.read('a,b')
  await reader.next()
  const id = await rig.hub.publish('a', { data: '1' })
  expect((await reader.next()).id).toBe(id)
  reader.leave()
  await rig.streams[0]?.closed
  for (const [topic, data] of [
    ['b', '2'],
    ['c', '-'],
    ['a', '3'],
    ['b', '4']
  ] as const)
    await rig.hub.publish(topic, { data })
  const back = await rig.read('a,b', { headers: { 'last-event-id': id } })
  await rig.hub.publish('a', { data: '5' })
  const [open, ...events] = await back.take(5)
  expect(JSON.parse(open?.data ?? '')).toEqual({ position: id, recovered: true })
  expect(events.map(({ data }) => data)).toEqual(['2', '3', '4', '5'])
})
