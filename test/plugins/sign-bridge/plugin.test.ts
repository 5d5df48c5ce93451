import { execFileSync } from 'node:child_process'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import type { CryptoEnvelope } from '../../../src/plugins/crypto-envelope/service.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import { checkSettings } from '../../../src/plugins/sign-bridge/check.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import { metaOf } from '../../../src/core/plugin.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { cardKey, failure, guardSecret, outcome, pin } from './rig.ts'

let device: SimulatedDevice
beforeAll(async () => {
  device = await startSignSimulator({ key: cardKey })
})
afterAll(() => device.close())

const envelope = (names: readonly string[]): CryptoEnvelope => ({
  open: () => Promise.reject(new Error('not here')),
  seal: () => Promise.reject(new Error('not here')),
  status: () => names.map(name => ({ name, codec: 'mysql-ecb-hex', keys: ['legacy'], counters: {} })),
  keysFile: () => undefined
})

interface Started extends AsyncDisposable {
  readonly gateway: TestGateway<SignBridge>
  readonly logs: string[]
}

async function start(config: object = {}, services: object = {}): Promise<Started> {
  const logs: string[] = []
  const gateway = await testPlugin(signBridge, {
    config: { guardSecret, ...config },
    services: { envelope: envelope(['legacy']), ...services },
    with: [[apiError], [database, { file: ':memory:' }]] as never,
    server: { logLevel: 'info' },
    logDestination: { write: line => void logs.push(line) }
  })
  return { gateway, logs, [Symbol.asyncDispose]: () => gateway.close() }
}

const health = (gateway: TestGateway<SignBridge>): unknown => metaOf(signBridge)?.health?.(gateway.service)
const here = (): object => ({ devices: [device.url] })

test('devices are listed with their state and counters, and without anything secret', async () => {
  await using started = await start({ devices: [`${device.url}/path?token=secret`] })
  const { gateway } = started
  await gateway.service.sign({ data: 'hello', pin })
  const response = await gateway.inject('/v1/sign/devices')
  expect(response.statusCode).toBe(200)
  const { host } = new URL(device.url)
  expect(response.json()).toMatchObject({
    devices: [
      { name: 'device-1', address: host, state: 'ready', certNo: cardKey.certNo, counters: { signed: 1 } }
    ],
    queued: 0
  })
  expect(response.body).not.toMatch(/secret|88888888|hello/)
})

test('a certificate is served as a PEM file that openssl reads; others are 404, and what is no serial is 400', async () => {
  await using started = await start(here())
  const { gateway } = started
  await gateway.service.sign({ data: 'hello', pin })
  const found = await gateway.inject(`/v1/sign/certificates/${cardKey.certNo}`)
  expect(found.headers['content-type']).toMatch(/^application\/x-pem-file/)
  const serial = execFileSync('openssl', ['x509', '-noout', '-serial'], {
    input: found.body,
    encoding: 'utf8'
  })
  expect(serial.trim().toLowerCase()).toBe(`serial=${cardKey.certNo}`)
  expect((await gateway.inject('/v1/sign/certificates/00ff00ff')).statusCode).toBe(404)
  expect((await gateway.inject('/v1/sign/certificates/..%2f')).statusCode).toBe(400)
  expect((await gateway.inject(`/v1/sign/certificates/${'a'.repeat(41)}`)).statusCode).toBe(400)
})

test('the simulator’s devices are used when none is configured, and only then', async () => {
  const simulator = { urls: [device.url] }
  await using simulated = await start({}, { simulator })
  expect(simulated.gateway.service.status().devices.map(({ address }) => address)).toEqual([
    new URL(device.url).host
  ])
  await using real = await start({ devices: ['ws://card.example:61232'] }, { simulator })
  expect(real.gateway.service.status().devices.map(({ address }) => address)).toEqual(['card.example:61232'])
})

test('without any device it starts, is honestly not ready, and says how to change that', async () => {
  await using started = await start()
  await expect(health(started.gateway)).rejects.toThrow('0 of 0 devices are ready; none is configured')
  expect(await outcome(started.gateway.service.sign({ data: 'hello', pin }))).toBe('sign.device_unavailable')
  expect(started.logs.join('')).toContain('set devices, or turn on sign-simulator')
})

test('1: ready with one device that works, not ready with none, and the reason is told', async () => {
  await using working = await start({ devices: [device.url, 'ws://127.0.0.1:9'] })
  await working.gateway.service.sign({ data: 'hello', pin })
  await expect(health(working.gateway)).resolves.toBeUndefined()
  await using broken = await start({ devices: ['ws://127.0.0.1:9'], connectWaitMs: 0 })
  await outcome(broken.gateway.service.sign({ data: 'hello', pin }))
  await expect(health(broken.gateway)).rejects.toThrow(
    /^0 of 1 devices are ready; device-1 \(127\.0\.0\.1:9\) connecting/
  )
})

test('an operator reads once that a device came, and once that it went and why', async () => {
  await using started = await start({
    devices: [device.url, 'ws://127.0.0.1:9'],
    reconnectMinMs: 1,
    reconnectMaxMs: 1,
    connectWaitMs: 5_000
  })
  for (const data of ['a', 'b', 'c']) await started.gateway.service.sign({ data, pin })
  const lines = started.logs
    .map(line => JSON.parse(line) as Record<string, string>)
    .filter(line => 'device' in line)
  expect(lines.filter(line => line['device'] === 'device-1').map(line => line['msg'])).toEqual([
    'signing device is ready'
  ])
  const gone = lines.filter(line => line['device'] === 'device-2')
  expect(gone.map(({ state, reason }) => ({ state, reason }))).toEqual([
    { state: 'connecting', reason: 'ECONNREFUSED' }
  ])
  expect(started.logs.join('')).not.toContain(pin)
})

test('without the profile `legacy`, /getCode is left out with a line that says what to set', async () => {
  await using started = await start(here(), { envelope: envelope(['default']) })
  expect((await started.gateway.inject({ method: 'POST', url: '/getCode' })).statusCode).toBe(404)
  expect(started.logs.join('')).toContain('set its legacyKey')
  expect((await started.gateway.inject('/v1/sign/devices')).statusCode).toBe(200)
})

test('26: draining refuses what comes, lets what was sent finish, and ends by the signal at the latest', async () => {
  const { gateway } = await start(here())
  await gateway.service.sign({ data: 'warm', pin })
  device.control.play([{ do: 'ignore' }])
  const before = device.control.record.count
  const sent = failure(gateway.service.sign({ data: 'sent', pin }))
  await device.control.record.received(before + 1)
  const time = new AbortController()
  const drained = Promise.resolve(metaOf(signBridge)?.drain?.(gateway.service, time.signal))
  expect(await outcome(gateway.service.sign({ data: 'new', pin }))).toBe('sign.shutting_down')
  time.abort()
  await drained
  expect(await sent).toMatchObject({ entry: { key: 'sign.device_lost_after_send' } })
  await gateway.close()
  expect(gateway.service.status().devices.map(({ state }) => state)).toEqual(['closed'])
})

test('in a plain Fastify app, without the kernel, it closes with the app', async () => {
  const app = Fastify()
  app.decorate('cryptoEnvelope', envelope([]))
  await app.register(database, { file: ':memory:' })
  await app.register(signBridge, { guardSecret, ...here() })
  await app.ready()
  const bridge = app.getDecorator<SignBridge>('signBridge')
  expect(await outcome(bridge.sign({ data: 'hello', pin }))).toBe('signed')
  await app.close()
  expect(bridge.status().devices.map(({ state }) => state)).toEqual(['closed'])
})

const allowed = { devices: [], certNos: [], reconnectMinMs: 250, reconnectMaxMs: 15_000 }

test('settings that cannot work are named, with the fix', () => {
  const problems = (settings: object): string[] =>
    checkSettings({ ...allowed, ...settings }).map(({ path, message }) => `${path.join('.')} ${message}`)
  expect(problems({})).toEqual([])
  expect(
    problems({ devices: ['ws://card:61232', 'wss://wss.singlewindow.cn:61231/x?y=1'], certNos: ['', '01ab'] })
  ).toEqual([])
  expect(problems({ devices: ['ws://'] })).toEqual(['devices.0 is no URL'])
  expect(problems({ devices: ['ws://card', 'ws://card/#'] })).toEqual([
    'devices.1 has a fragment, which a WebSocket URL cannot have'
  ])
  expect(problems({ devices: ['ws://user:secret@card'] })).toEqual([
    'devices.0 holds a password, which would be shown wherever settings are'
  ])
  expect(problems({ devices: ['ws://a', 'ws://b'], certNos: ['01'] })).toEqual([
    'certNos has 1 entries for 2 devices'
  ])
  expect(problems({ webhookUrl: 'https://alerts.example/hook?key=1' })).toEqual([])
  for (const webhookUrl of ['https://', 'https://user:secret@alerts.example/'])
    expect(problems({ webhookUrl })).toEqual(['webhookUrl is no URL that can be posted to'])
  expect(problems({ reconnectMinMs: 20_000 })).toEqual(['reconnectMinMs is more than reconnectMaxMs'])
})
