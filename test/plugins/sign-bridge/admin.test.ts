import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import database from '../../../src/plugins/database/index.ts'
import type { Database } from '../../../src/plugins/database/service.ts'
import { openAudit } from '../../../src/plugins/sign-bridge/audit-rows.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { startReceiver } from './receiver.ts'
import { cardKey, guardSecret, outcome, pin } from './rig.ts'

let device: SimulatedDevice
beforeAll(async () => {
  device = await startSignSimulator({ key: cardKey })
})
afterAll(() => device.close())

interface Desk extends AsyncDisposable {
  readonly gateway: TestGateway<SignBridge>
  readonly logs: readonly string[]
  get(path: string): Promise<[number, never]>
  post(path: string, body?: object): Promise<[number, never]>
  /** What was done so far, as `action device outcome`, oldest first. */
  deeds(): Promise<string[]>
}

/** A gateway with one simulated card, and its admin listener. */
async function desk(config: object = {}): Promise<Desk> {
  const logs: string[] = []
  let ready = (): void => {}
  const isReady = new Promise<void>(resolve => (ready = resolve))
  const envelope = { open: () => {}, seal: () => {}, status: () => [], keysFile: undefined } as never
  const gateway = await testPlugin(signBridge, {
    config: { guardSecret, devices: [device.url], connectWaitMs: 0, ...config },
    services: { envelope },
    with: [[apiError], [database, { file: ':memory:' }]] as never,
    server: { logLevel: 'info', adminPort: 0 },
    logDestination: {
      write(line) {
        logs.push(line)
        if (line.includes('signing device is')) ready()
      }
    }
  })
  await isReady
  const opened = logs.find(line => line.includes('admin listener')) ?? ''
  const base = `${(JSON.parse(opened) as { url: string }).url}/sign-bridge`
  const ask = async (path: string, init?: RequestInit): Promise<[number, never]> => {
    const response = await fetch(`${base}${path}`, init)
    return [response.status, (await response.json()) as never]
  }
  const headers = { 'content-type': 'application/json' }
  return {
    gateway,
    logs,
    get: path => ask(path),
    post: (path, body = {}) => ask(path, { method: 'POST', headers, body: JSON.stringify(body) }),
    async deeds() {
      const db = await openAudit(gateway.getDecorator<Database>('database'))
      const rows = await db.selectFrom('sign_audit_rows').selectAll().orderBy('seq').execute()
      return rows.map(row => `${row.action} ${row.device} ${row.outcome}`)
    },
    [Symbol.asyncDispose]: () => gateway.close()
  }
}

test('a device that is drained takes nothing more, and signs again once it is enabled; both are recorded', async () => {
  await using one = await desk()
  const { service } = one.gateway
  expect(await outcome(service.sign({ data: 'before', pin }))).toBe('signed')
  const reason = 'An operator has taken it out of service'
  expect(await one.post('/devices/device-1/drain')).toMatchObject([
    200,
    { name: 'device-1', state: 'down', reason }
  ])
  expect(await outcome(service.sign({ data: 'drained', pin }))).toBe('sign.device_unavailable')
  expect(service.status().devices).toMatchObject([{ state: 'down', reason }])
  expect(await one.post('/devices/device-1/enable')).toMatchObject([200, { state: 'ready' }])
  expect(await outcome(service.sign({ data: 'after', pin }))).toBe('signed')
  expect(await one.deeds()).toEqual([
    'sign device-1 signed',
    'drain device-1 done',
    'sign  sign.device_unavailable',
    'enable device-1 done',
    'sign device-1 signed'
  ])
})

test('enabling lifts no quarantine of another kind; releasing does', async () => {
  const certNos = ['00ff']
  await using one = await desk({ certNos })
  const { service } = one.gateway
  await outcome(service.sign({ data: 'other card', pin }))
  const reason = 'It holds another card than it should'
  expect(await one.post('/devices/device-1/enable')).toMatchObject([200, { state: 'down', reason }])
  const [status] = await one.post('/devices/device-1/release')
  expect(status).toBe(200)
  expect(await one.deeds()).toContain('release device-1 done')
})

test('blocked PINs are listed without the PIN, and can be allowed again', async () => {
  await using one = await desk()
  const { service } = one.gateway
  const wrong = '12345678'
  expect(await outcome(service.sign({ data: 'wrong', pin: wrong }))).toBe('sign.pin_refused')
  expect(await outcome(service.sign({ data: 'wrong', pin: wrong }))).toBe('sign.pin_blocked')
  const [, listed] = await one.get('/guard')
  expect(listed).toMatchObject({ blocks: [{ because: 'refused', devices: ['device-1'] }] })
  expect(JSON.stringify(listed)).not.toContain(wrong)
  expect(await one.post('/guard/reset', { device: 'device-1' })).toEqual([200, { status: 'reset' }])
  expect(await one.get('/guard')).toEqual([200, { blocks: [] }])
  expect(await outcome(service.sign({ data: 'right', pin }))).toBe('signed')
  expect(await one.deeds()).toEqual([
    'sign device-1 sign.pin_refused',
    'sign  sign.pin_blocked',
    'guard-reset device-1 done',
    'sign device-1 signed'
  ])
  expect(one.logs.join('')).not.toContain(wrong)
})

test('what names nothing is not found, and what makes no sense is refused', async () => {
  await using one = await desk()
  const notFound = [404, { status: 'not found' }]
  expect(await one.post('/devices/nobody/drain')).toEqual(notFound)
  expect(await one.post('/guard/reset', { device: 'nobody' })).toEqual(notFound)
  expect(await one.post('/webhook/test')).toEqual(notFound)
  expect(await one.post('/guard/reset')).toMatchObject([400, {}])
  expect(await one.get('/audit?limit=0')).toMatchObject([400, {}])
  expect(await one.get('/audit?limit=many')).toMatchObject([400, {}])
})

test('the newest audit rows come first, as many as are wanted, without texts and PINs', async () => {
  await using one = await desk()
  for (const data of ['text one', 'text two', 'text three']) await one.gateway.service.sign({ data, pin })
  const [status, answer] = await one.get('/audit?limit=2')
  expect(status).toBe(200)
  expect(answer).toMatchObject({ rows: [{ seq: 3, outcome: 'signed' }, { seq: 2 }] })
  expect(JSON.stringify(answer)).not.toMatch(/text|88888888/)
})

test('the webhook can be tried out, and its URL is shown nowhere', async () => {
  await using receiver = await startReceiver()
  await using one = await desk({ webhookUrl: receiver.url, webhookSecret: 'a secret for webhooks' })
  expect(await one.post('/webhook/test')).toEqual([200, { delivered: true }])
  expect(receiver.received.map(({ json }) => json['kind'])).toEqual(['test'])
  expect(await one.deeds()).toEqual(['webhook-test  done'])
  expect(one.logs.join('')).not.toContain('token=')
})

test('metrics have what the routes have seen', async () => {
  await using one = await desk()
  await one.gateway.service.sign({ data: 'hello', pin })
  const [, { metrics }] = (await one.get('/metrics')) as unknown as [number, { metrics: { name: string }[] }]
  const requests = metrics.find(({ name }) => name === 'paifang_sign_requests_total')
  expect(requests).toMatchObject({ samples: [{ labels: { outcome: 'signed' }, value: 1 }] })
  const waits = metrics.find(({ name }) => name === 'paifang_sign_queue_wait_seconds')
  expect(waits).toMatchObject({ samples: [{ value: { count: 1 } }] })
})

test('metrics tell what became of checks, of events and of certificates; each has a name and a help of its own', async () => {
  await using one = await desk()
  await one.gateway.service.sign({ data: 'unverified', pin })
  await one.gateway.service.certificate(cardKey.certNo)
  await one.gateway.service.sign({ data: 'verified', pin })
  device.control.play([{ do: 'bad-signature' }])
  expect(await outcome(one.gateway.service.sign({ data: 'forged', pin }))).toBe('sign.signature_invalid')
  const { metrics } = one.gateway.service.status()
  const samplesOf = (name: string) => metrics.find(metric => metric.name === `paifang_sign_${name}`)?.samples
  const byLabel = (name: string, label: string) =>
    Object.fromEntries((samplesOf(name) ?? []).map(({ labels, value }) => [labels[label], value]))
  expect(byLabel('verifications_total', 'result')).toEqual({ verified: 1, unverified: 1, invalid: 1 })
  expect(byLabel('events_total', 'kind')).toMatchObject({ 'signature-invalid': 1, 'card-locked': 0 })
  const end = Date.parse(new X509Certificate(cardKey.certificate).validTo) / 1_000
  expect(byLabel('certificate_end_seconds', 'device')).toEqual({ 'device-1': end })
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
  for (const { name, kind, help } of metrics) {
    expect(name).toMatch(kind === 'counter' ? /^paifang_sign_[a-z_]+_total$/ : /^paifang_sign_[a-z_]+$/)
    expect(help).not.toBe('')
  }
  expect(JSON.stringify(metrics)).not.toContain(pin)
})

test('with audit off nothing is recorded, and everything else works', async () => {
  await using one = await desk({ audit: 'off' })
  expect(await outcome(one.gateway.service.sign({ data: 'hello', pin }))).toBe('signed')
  expect(await one.post('/devices/device-1/drain')).toMatchObject([200, { state: 'down' }])
  expect(await one.get('/audit')).toEqual([200, { rows: [] }])
  expect(await one.deeds()).toEqual([])
})
