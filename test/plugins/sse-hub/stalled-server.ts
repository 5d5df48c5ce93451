import { setImmediate as turn } from 'node:timers/promises'
import { startRig } from './rig.ts'

/** What the hub holds, garbage aside. */
export interface Holdings {
  readonly streams: number
  readonly endedSlow: number
  readonly published: number
  /** Bytes of buffers: events, and what waits for readers. */
  readonly bufferBytes: number
  readonly rssBytes: number
}

/** Events of a round, and characters of each. */
const [events, length] = [10, 16_000]

/**
 * A process of its own with a hub, so that the memory is the hub's alone. It says its address, and at each message
 * publishes some numbered events and says what it holds.
 */
const config = { maxQueueBytes: 256 * 1024, historyBytes: 1024 * 1024, stalledMs: 120_000 }
const rig = await startRig({ config })
const filler = 'x'.repeat(length)
let published = 0

process.on('message', () => {
  for (let event = 0; event < events; event++) void rig.hub.publish('a', { data: `${++published} ${filler}` })
  void tell()
})
process.on('disconnect', () => process.exit())
process.send?.(rig.url)

async function tell(): Promise<void> {
  while (rig.count('delivered_total') < published) await turn()
  globalThis.gc?.()
  const { arrayBuffers: bufferBytes, rss: rssBytes } = process.memoryUsage()
  const { streams, ended } = rig.hub.status()
  const endedSlow = ended['slow'] ?? Number.NaN
  process.send?.({ streams, endedSlow, published, bufferBytes, rssBytes } satisfies Holdings)
}
