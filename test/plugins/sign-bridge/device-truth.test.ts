import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CryptoEnvelope } from '../../../src/plugins/crypto-envelope/service.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { DeviceStatus, SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import state from '../../../src/plugins/state/index.ts'
import { fakeClock, testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { cardKey, guardSecret, outcome, pin } from './rig.ts'

const envelope: CryptoEnvelope = {
  open: () => Promise.reject(new Error('not here')),
  seal: () => Promise.reject(new Error('not here')),
  status: () => [],
  keysFile: () => undefined
}

let device: SimulatedDevice
beforeEach(async () => {
  device = await startSignSimulator({ key: cardKey })
})
afterEach(() => device.close())

const start = (config: object): Promise<TestGateway<SignBridge>> =>
  testPlugin(signBridge, {
    config: { guardSecret, devices: [device.url], ...config },
    services: { envelope },
    with: [[state], [database, { file: ':memory:' }]] as never
  })

/** Waits, one turn of the event loop at a time, until the first device is in a state. */
async function until({ service }: TestGateway<SignBridge>, wanted: DeviceStatus['state']): Promise<void> {
  while (service.status().devices[0]?.state !== wanted)
    await new Promise(resolve => void setImmediate(resolve))
}

test('when the line to the only device is cut, devices and readiness say so as soon as the socket has closed', async () => {
  await using gateway = await start({})
  await gateway.service.sign({ data: 'hello', pin })
  await device.goOffline()
  await until(gateway, 'connecting')
  const devices = (await gateway.inject('/v1/sign/devices')).json<{ devices: DeviceStatus[] }>()
  expect(devices.devices[0]).toMatchObject({ state: 'connecting' })
  expect((await gateway.inject('/readyz')).statusCode).toBe(503)
  expect((await gateway.inject('/healthz')).statusCode).toBe(200)
})

test('19: when the only device goes silent, whoever asks is told so within half a second', async () => {
  const clock = fakeClock()
  await using gateway = await testPlugin(signBridge, {
    config: { guardSecret, devices: [device.url] },
    services: { envelope, clock },
    with: [[state], [database, { file: ':memory:' }]] as never
  })
  await clock.advance(0)
  await until(gateway, 'ready')
  const read = async (): Promise<DeviceStatus | undefined> =>
    (await gateway.inject('/v1/sign/devices')).json<{ devices: DeviceStatus[] }>().devices[0]
  await clock.advance(500)
  expect(await read()).toMatchObject({ state: 'ready' })
  device.control.freezeAll()
  await clock.advance(500)
  const askedAt = clock.monotonic()
  const told: (DeviceStatus | undefined)[] = []
  void read().then(status => told.push(status))
  while (told.length === 0) await clock.advance(10)
  expect(told[0]).toMatchObject({ state: 'connecting', reason: 'It did not answer a ping' })
  expect(clock.monotonic() - askedAt).toBeLessThanOrEqual(500)
  expect((await gateway.inject('/readyz')).statusCode).toBe(503)
})

test('readiness that was just asked for is another one within the second for which answers are kept', async () => {
  await using gateway = await start({})
  await gateway.service.sign({ data: 'hello', pin })
  const ready = async (): Promise<boolean> => (await gateway.inject('/readyz')).statusCode === 200
  expect(await ready()).toBe(true)
  await device.goOffline()
  await until(gateway, 'connecting')
  const closedAt = performance.now()
  // However slow this machine is, whoever asks a second later is told the truth.
  const asked: number[] = []
  do asked.push(performance.now())
  while (await ready())
  expect((asked.at(-2) ?? closedAt) - closedAt).toBeLessThan(1_000)
})

test('32: with checkCards, a reader that is pulled out of an idle device makes it down and not ready', async () => {
  await using gateway = await start({ checkCards: true, pingIntervalMs: 10 })
  await until(gateway, 'ready')
  device.control.card.readerFault = 50200
  await until(gateway, 'down')
  expect((await gateway.inject('/readyz')).statusCode).toBe(503)
})

test('32: a reader that fails asks for a restart of its control at the URL in the settings', async () => {
  const hook = createServer((_, response) => void response.writeHead(204).end()).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  const called = once(hook, 'request')
  await using gateway = await start({
    restartHookUrl: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/restart`
  })
  device.control.card.readerFault = 50070
  expect(await outcome(gateway.service.sign({ data: 'hello', pin }))).toBe('sign.device_error')
  await called
  hook.closeAllConnections()
  hook.close()
})

test('34: with deviceLease it signs, and is gone when it closes', async () => {
  const gateway = await start({ deviceLease: true })
  expect(await outcome(gateway.service.sign({ data: 'hello', pin }))).toBe('signed')
  await gateway.close()
  expect(device.control.connected).toBe(0)
})

test('34: deviceLease without `state` ends the start with what to do', async () => {
  const starting = testPlugin(signBridge, {
    config: { guardSecret, devices: [device.url], deviceLease: true },
    services: { envelope },
    with: [[database, { file: ':memory:' }]] as never
  })
  await expect(starting).rejects.toThrow(/deviceLease needs the plugin `state`/)
})
