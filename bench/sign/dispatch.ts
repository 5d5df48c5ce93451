import type { Span } from './device.ts'
import { median, type Figure } from '../figures.ts'
import { keepBusy } from './load.ts'
import { startRig, ways, type Rig, type RigOptions, type Way } from './rig.ts'

interface Measured {
  /** From a reply to the next frame, by the clock of the device. */
  readonly gapsMs: number[]
  /** From a frame to its reply. */
  busyMs: number
}

const rounds = 2

/**
 * More requests than four cards of 10 ms can do. A device notes when it replies and when the next frame arrives;
 * the floor answers each reply with the next frame.
 */
export async function dispatchGap(seconds: number): Promise<Figure[]> {
  const measured = await saturate({ devices: 4, delayMs: 10 }, seconds)
  const floor = median(measured.floor.gapsMs)
  const noise = { value: Math.abs(median(measured.relay.gapsMs) - floor), atMost: 0.25 }
  const value = median(measured.gateway.gapsMs) - floor
  return [
    { name: 'dispatch gap under saturation, p50', unit: 'ms', value, floor, limit: { atMost: 0.5 }, noise }
  ]
}

/**
 * How much of the time the cards work while requests wait, less what is lost without the gateway too. What a card
 * takes is what it took, not what it was told to take: the drift of its timer is no loss. Noise: what the relay adds.
 */
export async function poolUse(seconds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const devices of [1, 4, 16]) {
    const { gateway, relay, floor } = await saturate({ devices, delayMs: 100 }, seconds)
    const noise = { value: use(floor) - use(relay), atMost: 0.5 }
    const name = `pool use, 100 ms, ${devices} ${devices === 1 ? 'card' : 'cards'}`
    const value = 100 - (use(floor) - use(gateway))
    figures.push({ name, unit: '%', value, floor: use(floor), limit: { atLeast: 99 }, noise })
  }
  return figures
}

async function saturate(size: RigOptions, seconds: number): Promise<Record<Way, Measured>> {
  await using rig = await startRig(size)
  const measured = { floor: nothing(), relay: nothing(), gateway: nothing() }
  for (let round = 0; round < rounds; round++)
    for (const way of round % 2 === 0 ? ways : ways.toReversed())
      await measure(rig, way, way === 'gateway' ? seconds : seconds / 2, measured[way])
  return measured
}

async function measure(rig: Rig, way: Way, seconds: number, into: Measured): Promise<void> {
  const client = rig.clients[way]
  await keepBusy(client.send, 4 * rig.devices, seconds, answer => rig.check(client, answer))
  const last = new Map<number, Span>()
  for (const span of await rig.spans()) {
    const { device, arrivedMs, repliedMs } = span
    const before = last.get(device)
    last.set(device, span)
    // The first one only begins the count: nothing was queued before it.
    if (!before) continue
    into.gapsMs.push(arrivedMs - before.repliedMs)
    into.busyMs += repliedMs - arrivedMs
  }
}

function nothing(): Measured {
  return { gapsMs: [], busyMs: 0 }
}

/** In percent. */
function use({ gapsMs, busyMs }: Measured): number {
  const idleMs = gapsMs.reduce((sum, gap) => sum + gap, 0)
  return (100 * busyMs) / (busyMs + idleMs)
}
