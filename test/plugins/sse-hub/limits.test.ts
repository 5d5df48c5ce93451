import { EventSource } from 'eventsource'
import { describe, expect, test } from 'vitest'
import { startRig, type Rig } from './rig.ts'

const kinds: readonly (readonly [
  cause: string,
  config: object,
  principal: string | undefined,
  status: number,
  key: string
])[] = [
  ['global', { maxStreams: 2 }, undefined, 503, 'sse.busy'],
  ['ip', { maxStreamsPerIp: 2 }, undefined, 429, 'sse.too_many'],
  ['principal', { maxStreamsPerPrincipal: 2 }, 'alice', 429, 'sse.too_many'],
  ['topic', { maxStreamsPerTopic: 2 }, undefined, 503, 'sse.busy']
]

describe.each(kinds)('the limit %s', (cause, config, principal, status, key) => {
  const read = (rig: Rig, more: object = {}) => rig.read('a', { ...(principal && { principal }), ...more })

  test('tells an EventSource to come back', async () => {
    await using rig = await startRig({ config })
    await Promise.all([read(rig), read(rig)])
    const refused = await read(rig)
    expect(refused.status).toBe(200)
    await refused.ended
    expect(refused.text).toMatch(/^retry: 1\d{4}\n\n$/)
    expect(rig.hub.status().refused[cause]).toBe(1)
    expect(rig.hub.status().streams).toBe(2)
    expect(await rig.streams.at(-1)?.closed).toBe('refused')
  })

  test('tells others by the status', async () => {
    await using rig = await startRig({ config })
    await Promise.all([read(rig), read(rig)])
    const refused = await read(rig, { accept: 'application/problem+json' })
    expect(refused.status).toBe(status)
    expect(Number(refused.response.headers['retry-after'])).toBeGreaterThanOrEqual(10)
    await refused.ended
    expect(JSON.parse(refused.text)).toMatchObject({ type: expect.stringContaining(key) })
  })

  test('makes room when somebody goes', async () => {
    await using rig = await startRig({ config })
    const [first] = await Promise.all([read(rig), read(rig)])
    first?.leave()
    await Promise.race(rig.streams.map(stream => stream.closed))
    expect((await (await read(rig)).next()).event).toBe('hub.open')
  })
})

test('limits of one concern nobody else', async () => {
  await using rig = await startRig({ config: { maxStreamsPerIp: 1, maxStreamsPerPrincipal: 1 } })
  await rig.read('a', { principal: 'alice', localAddress: '127.0.0.1' })
  const others = [
    { principal: 'bob', localAddress: '127.0.0.2' },
    { localAddress: '127.0.0.3' },
    { localAddress: '127.0.0.4' }
  ]
  for (const other of others) expect((await (await rig.read('a', other)).next()).event).toBe('hub.open')
  for (const full of [
    { principal: 'alice', localAddress: '127.0.0.9' },
    { principal: 'x', localAddress: '127.0.0.1' }
  ])
    expect((await rig.read('a', full)).response.headers['content-length']).toBeDefined()
})

test('a topic has the number that was defined for it', async () => {
  await using rig = await startRig()
  rig.hub.define('small', { maxStreams: 1 })
  await rig.read('small')
  const refused = await rig.read('large,small')
  await refused.ended
  expect(refused.text).toMatch(/^retry/)
  expect((await (await rig.read('large')).next()).event).toBe('hub.open')
  expect(rig.hub.status().topics).toBe(2)
})

test('an EventSource that finds no room comes back by itself and gets in', async () => {
  await using rig = await startRig({ config: { maxStreams: 1, busyRetryMs: 1 } })
  const first = await rig.read('a')
  const source = new EventSource(`${rig.url}/stream?topics=a`)
  const opened = new Promise<void>(resolve => source.addEventListener('hub.open', () => resolve()))
  while ((rig.hub.status().refused['global'] ?? 0) < 2) await new Promise(resolve => setImmediate(resolve))
  first.leave()
  await opened
  expect(source.readyState).toBe(EventSource.OPEN)
  source.close()
})

test('after much coming and going all numbers are as if nobody had been there', async () => {
  await using rig = await startRig()
  const rounds = Array.from({ length: 60 }, (_, n) => n)
  await Promise.all(
    rounds.map(async n => {
      const reader = await rig.read(`t${n % 7},all`, {
        principal: `p${n % 5}`,
        localAddress: `127.0.0.${(n % 9) + 1}`
      })
      await reader.next()
      if (n % 3 === 0) await rig.hub.publish('all', { data: n })
      if (n % 4 === 0) await rig.hub.closePrincipal(`p${n % 5}`)
      else if (n % 4 === 1) for (const stream of rig.streams) stream.end()
      reader.leave()
    })
  )
  await Promise.all(rig.streams.map(stream => stream.closed))
  const { streams, topics, counters, ended } = rig.hub.status()
  expect({ streams, topics }).toEqual({ streams: 0, topics: 1 })
  expect(counters).toMatchObject({ networks: 0, principals: 0, opened_total: 60, history_topics: 1 })
  expect(Object.values(ended).reduce((sum, count) => sum + count)).toBe(60)
})
