import { EventSource } from 'eventsource'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mulberry32, type Random } from '../../../src/plugins/sign-simulator/random.ts'
import { CutReader } from './cut-reader.ts'
import { startRig } from './rig.ts'

const events = 10_000
const historyEvents = 300
const seqOf = (id: string | null): number => Number(id?.split('-')[1])

interface Published {
  readonly topic: string
  readonly seq: number
}

test('10,000 events, cuts at random: every reader gets each event once and in order, or is told of the gap', async () => {
  await using rig = await startRig({ config: { historyEvents } })
  const random = mulberry32(4)
  const published: Published[] = []
  const lastOf = new Map<string, number>()
  const readers = ['a', 'b', 'quiet', 'a,b', 'b,a,quiet', 'a,quiet'].flatMap(topics =>
    Array.from({ length: 3 }, () => new CutReader(rig.url, topics.split(',')))
  )

  const isDone = (reader: CutReader): boolean =>
    published.length === events &&
    Number(reader.received.at(-1)) === Math.max(...reader.topics.map(topic => lastOf.get(topic) ?? 0))
  const lives = readers.map(async reader => {
    const most = reader.topics.length === 1 && reader.topics[0] === 'quiet' ? 800 : 20_000
    await reader.connect(400 + random() * most, () => isDone(reader))
    while (!isDone(reader)) {
      // Some are back at once, some only when the history of their topics has gone on without them.
      const backAt = Math.min(events, published.length + random() ** 2 * 4 * historyEvents)
      while (published.length < backAt) await turn()
      await reader.connect(200 + random() * most, () => isDone(reader))
    }
  })
  while (!readers.every(({ open }) => open)) await turn()

  while (published.length < events) {
    for (let left = Math.min(events - published.length, 1 + random() * 20); left >= 1; left--) {
      const topic = topicOf(random)
      const seq = published.length + 1
      expect(seqOf(await rig.hub.publish(topic, { data: String(seq) }))).toBe(seq)
      published.push({ topic, seq })
      lastOf.set(topic, seq)
    }
    await turn()
  }
  // To whoever has everything by now nothing comes any more.
  for (const reader of readers) if (isDone(reader)) reader.leave()
  await Promise.all(lives)

  for (const reader of readers) expect(faults(reader, published)).toEqual([])
  const sum = (count: (reader: CutReader) => number): number =>
    readers.reduce((total, reader) => total + count(reader), 0)
  expect(sum(({ connections }) => connections)).toBeGreaterThan(150)
  expect(sum(({ recoveries }) => recoveries)).toBeGreaterThan(75)
  expect(sum(({ gaps }) => gaps.length)).toBeGreaterThan(20)
  // Whatever happened to the others, a topic whose events all fit into its history has no gap.
  const quiet = readers.filter(({ topics }) => topics.length === 1 && topics[0] === 'quiet')
  expect(quiet.flatMap(({ gaps }) => gaps)).toEqual([])

  while (rig.hub.status().streams > 0) await turn()
  const { counters, ended, gaps: told } = rig.hub.status()
  const opened = sum(({ connections }) => connections)
  expect(counters).toMatchObject({ published_total: events, opened_total: opened, networks: 0 })
  expect(ended).toMatchObject({ client: opened, slow: 0 })
  expect(counters['resumed_total']).toBeGreaterThanOrEqual(sum(({ recoveries }) => recoveries))
  expect(told['evicted']).toBeGreaterThanOrEqual(sum(({ gaps }) => gaps.length))
})

test('a browser that outlives the gateway is told of the gap, and gets all that the new one remembers', async () => {
  const before = await startRig({ config: { retryMs: 20 } })
  let { url } = before
  const source = new EventSource(`${url}/stream?topics=a,b`, {
    // Where the name of the gateway leads to.
    fetch: (given, init) => fetch(String(given).replace(before.url, url), init)
  })
  const seen: string[] = []
  let wake = (): void => undefined
  const note = ({ type, data }: { readonly type: string; readonly data: string }): void => {
    seen.push(type === 'message' ? data : `${type} ${data}`)
    wake()
  }
  for (const type of ['hub.open', 'hub.gap', 'message']) source.addEventListener(type, note)
  const until = async (count: number): Promise<void> => {
    while (seen.length < count) await new Promise<void>(resolve => (wake = resolve))
  }
  await until(1)
  const last = await before.hub.publish('a', { data: 'old' })
  await until(2)
  await before.app.close()

  await using after = await startRig()
  ;({ url } = after)
  const id = await after.hub.publish('a', { data: 'new, before it is back' })
  await until(5)
  await after.hub.publish('b', { data: 'new, after' })
  await until(6)
  source.close()
  const epoch = id.split('-')[0]
  const gap = { topics: ['a', 'b'], from: last, to: `${epoch}-0`, reason: 'restart' }
  expect(seen.slice(1)).toEqual([
    'old',
    `hub.open ${JSON.stringify({ position: `${epoch}-0`, recovered: false })}`,
    `hub.gap ${JSON.stringify(gap)}`,
    'new, before it is back',
    'new, after'
  ])
})

function topicOf(random: Random): string {
  const drawn = random()
  if (drawn < 0.02) return 'quiet'
  return drawn < 0.7 ? 'a' : 'b'
}

/** Events that came out of turn or twice, or of another topic, and those that neither came nor were said to be missing. */
function faults({ topics, received, gaps }: CutReader, published: readonly Published[]): string[] {
  const own = published.filter(({ topic }) => topics.includes(topic))
  const expected = new Set(own.map(({ seq }) => seq))
  const seqs = received.map(Number)
  const wrong = seqs.filter((seq, place) => !expected.has(seq) || seq <= (seqs[place - 1] ?? 0))
  const came = new Set(seqs)
  const missing = own.filter(({ topic, seq }) => {
    const isTold = gaps.some(
      gap => gap.topics.includes(topic) && seqOf(gap.from) < seq && seq <= seqOf(gap.to)
    )
    return !came.has(seq) && !isTold
  })
  return [...wrong.map(seq => `${seq} out of turn`), ...missing.map(({ seq }) => `${seq} missing`)]
}
