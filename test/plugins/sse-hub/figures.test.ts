import { expect, test } from 'vitest'
import { figures } from '../metrics/figures.ts'
import { startRig } from './rig.ts'

test('streams, events and how streams ended are counted, each as what it was', async () => {
  await using rig = await startRig({ config: { maxStreamsPerPrincipal: 2 } })
  const readers = [
    await rig.read('a', { principal: 'ann' }),
    await rig.read('a,b', { principal: 'ann' }),
    await rig.read('a')
  ]
  await rig.read('a', { principal: 'ann' })
  const data = 'x'.repeat(10)
  for (const topic of ['a', 'a', 'b']) await rig.hub.publish(topic, { data })
  for (const [index, events] of [2, 3, 2].entries()) await readers[index]?.take(events + 1)
  expect(await figures(rig.app, 'paifang_sse')).toMatchObject({
    paifang_sse_connections: 3,
    paifang_sse_connections_total: 3,
    paifang_sse_published_total: 3,
    paifang_sse_delivered_total: 7,
    paifang_sse_topics: 2,
    paifang_sse_principals: 1,
    paifang_sse_networks: 1,
    paifang_sse_history_events: 3,
    'paifang_sse_refused_total{reason="principal"}': 1
  })

  await rig.hub.closePrincipal('ann')
  rig.streams.at(2)?.end()
  await readers[2]?.ended
  const leaving = await rig.read('b')
  leaving.leave()
  const ends = async (): Promise<Record<string, number>> => {
    const all = Object.entries(await figures(rig.app, 'paifang_sse'))
    return Object.fromEntries(all.filter(([name]) => /dropped_total\{|ended|connections/.test(name)))
  }
  await expect.poll(ends).toEqual({
    paifang_sse_connections_total: 4,
    'paifang_sse_dropped_total{reason="revoked"}': 2,
    'paifang_sse_ended_total{reason="ended"}': 1,
    'paifang_sse_ended_total{reason="client"}': 1
  })
})
