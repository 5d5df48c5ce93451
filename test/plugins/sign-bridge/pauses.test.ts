import { expect, test } from 'vitest'
import type { Clock } from '../../../src/core/index.ts'
import { watchPauses } from '../../../src/plugins/sign-bridge/pauses.ts'
import type { CryptoEnvelope } from '../../../src/plugins/crypto-envelope/service.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { DeviceStatus } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { reconnectMs } from './memory-line.ts'
import { cardKey, guardSecret, makeRig, outcome, pin, type Rig } from './rig.ts'

const envelope: CryptoEnvelope = {
  open: () => Promise.reject(new Error('not here')),
  seal: () => Promise.reject(new Error('not here')),
  status: () => [],
  keysFile: () => undefined
}

interface Host {
  readonly clock: Clock
  readonly pauses: number[]
  /** Sleeps: timers come that much late. */
  sleep(ms: number): void
  /** Sleeps on a system whose monotonic clock sleeps too. */
  sleepUnnoticed(ms: number): void
  advance(ms: number): Promise<void>
  jump(ms: number): void
}

function makeHost(maxPauseMs = 5_000, base = fakeClock()): Host {
  let [slept, unnoticed] = [0, 0]
  const clock: Clock = { ...base, monotonic: () => base.monotonic() + slept }
  const pauses: number[] = []
  watchPauses({
    clock,
    maxPauseMs,
    uptimeMs: () => base.monotonic() + slept + unnoticed,
    defer: queueMicrotask,
    paused: ms => void pauses.push(ms)
  })
  return {
    clock,
    pauses,
    sleep: ms => void (slept += ms),
    sleepUnnoticed: ms => void (unnoticed += ms),
    advance: ms => base.advance(ms),
    jump: ms => base.jump(ms)
  }
}

test('30: a host that stands still is noticed within a second of its waking, once', async () => {
  const host = makeHost()
  await host.advance(10_500)
  host.sleep(3_600_000)
  await host.advance(500)
  expect(host.pauses).toEqual([3_600_000])
  await host.advance(60_000)
  expect(host.pauses).toHaveLength(1)
})

test('30: so is a sleep during which the monotonic clock stood still as well', async () => {
  const host = makeHost()
  await host.advance(10_500)
  host.sleepUnnoticed(20_000)
  await host.advance(500)
  expect(host.pauses).toEqual([20_000])
})

test('30: neither a timer that is somewhat late nor a wall clock that is set is a pause', async () => {
  const host = makeHost()
  await host.advance(1_500)
  host.sleep(5_000)
  await host.advance(1_000)
  for (const ms of [3_600_000, -7_200_000]) {
    host.jump(ms)
    await host.advance(2_000)
  }
  expect(host.pauses).toEqual([])
})

test('30: once cancelled it says nothing more', async () => {
  const base = fakeClock()
  const pauses: number[] = []
  let uptime = 0
  const watch = watchPauses({
    clock: base,
    maxPauseMs: 1_000,
    uptimeMs: () => uptime,
    defer: queueMicrotask,
    paused: ms => void pauses.push(ms)
  })
  await base.advance(1_500)
  watch.cancel()
  uptime = 1e9
  await base.advance(10_000)
  expect(pauses).toEqual([])
})

const reconnectAll = ({ pool }: Rig): void => {
  for (const device of pool.devices) device.reconnect('The host stood still')
}

test('30: after a pause an idle connection is made anew, with a fresh handshake, before anything is sent over it', async () => {
  const rig = await makeRig({ certNos: [cardKey.certNo] })
  reconnectAll(rig)
  expect(rig.device.status()).toMatchObject({ state: 'connecting', reason: 'The host stood still' })
  const signing = rig.sign('next')
  await rig.clock.advance(reconnectMs)
  expect(cardKey.verify('next', (await signing).sign)).toBe(true)
  expect(rig.device.status().counters).toMatchObject({ connections: 2, replaced: 1 })
})

test('30: the gateway connects every device anew after a pause of its host, and says so', async () => {
  await using control = await startSignSimulator({ key: cardKey })
  const host = makeHost()
  let logs = ''
  await using gateway = await testPlugin(signBridge, {
    config: { devices: [control.url], guardSecret },
    services: { clock: host.clock, envelope },
    with: [[database, { file: ':memory:' }]] as never,
    server: { logLevel: 'warn' },
    logDestination: { write: line => void (logs += line) }
  })
  const connected = async (times: number): Promise<void> => {
    const device = (): DeviceStatus | undefined => gateway.service.status().devices[0]
    while (device()?.state !== 'ready' || device()?.counters['connections'] !== times) await host.advance(10)
  }
  await connected(1)
  expect(logs).not.toContain('stood still')
  host.sleep(60_000)
  await connected(2)
  expect(gateway.service.status().devices[0]?.counters).toMatchObject({ replaced: 1 })
  expect(logs).toContain('the host stood still: devices are connected anew')
})

test('30: a request that was out during a pause fails with an unknown outcome and is not sent again', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 60_000, order: 'concurrent' }] })
  const [sent, waiting] = [outcome(rig.sign('sent')), rig.sign('waiting')]
  await rig.clock.advance(10)
  rig.control.set({ delayMs: 10 })
  reconnectAll(rig)
  expect(await sent).toBe('sign.device_lost_after_send')
  await rig.clock.advance(1_000)
  expect(cardKey.verify('waiting', (await waiting).sign)).toBe(true)
  expect(rig.line.handed.filter(frame => frame.includes(pin))).toHaveLength(2)
})

test('30: a device that is already being connected is left to it', async () => {
  const rig = await makeRig()
  rig.line.goOffline()
  await rig.clock.advance(10)
  reconnectAll(rig)
  expect(rig.device.status()).toMatchObject({ reason: 'ECONNRESET', counters: { replaced: 0 } })
})
