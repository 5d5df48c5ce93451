import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../src/testing/index.ts'
import type { Reader } from './reader.ts'
import { startRig } from './rig.ts'

const streams = 1_000
const drainMs = 1_000
const perTurn = 100

test('1,000 open streams end inside the window, paced, each told when to come back', async () => {
  const clock = fakeClock()
  const rig = await startRig({ clock, config: { drainMs, retryMs: 5_000 } })
  const readers: Reader[] = []
  while (readers.length < streams)
    readers.push(...(await Promise.all(Array.from({ length: 50 }, () => rig.read('a')))))
  await rig.hub.publish('a', { data: 'last words' })

  const closed = rig.app.close()
  let told = 0
  while (told < streams) {
    told += perTurn
    // Those whose turn it is go, and nobody else, however long the clock stands still.
    while (rig.hub.status().streams > streams - told) await turn()
    for (let more = 0; more < 20; more++) await turn()
    expect(rig.hub.status().streams).toBe(streams - told)
    if (told < streams) await clock.advance(drainMs / (streams / perTurn))
  }
  await closed
  expect(clock.monotonic()).toBeLessThan(drainMs)
  expect(rig.app.gateway.cut).toBe(false)

  await Promise.all(readers.map(reader => reader.ended))
  const endings = readers.map(({ text, retry }) => text.endsWith(`data: last words\n\nretry: ${retry}\n\n`))
  expect(endings).toEqual(Array(streams).fill(true))
  const retries = readers.map(({ retry = 0 }) => retry)
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(5_000)
  expect(Math.max(...retries)).toBeLessThan(10_000)
  // Spread over the seconds, not in one crowd.
  expect(new Set(retries.map(retry => Math.floor(retry / 500))).size).toBe(10)
  const { counters, ended } = rig.hub.status()
  expect(counters).toMatchObject({ delivered_total: streams, networks: 0 })
  expect(ended).toMatchObject({ drained: streams })
})
