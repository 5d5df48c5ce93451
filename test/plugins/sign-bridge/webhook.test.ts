import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import { Webhook, type WebhookOptions } from '../../../src/plugins/sign-bridge/webhook.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { fakeLog, type FakeLog } from './fake-log.ts'
import { startReceiver, type Receiver } from './receiver.ts'

const down: SignEvent = { kind: 'device-down', device: 'device-1', message: 'device-1 is down' }
const up: SignEvent = { kind: 'device-up', device: 'device-1', message: 'device-1 works again' }
const locked: SignEvent = { kind: 'card-locked', device: 'device-1', message: 'The card is locked' }

interface Rig extends AsyncDisposable {
  readonly webhook: Webhook
  readonly clock: FakeClock
  readonly receiver: Receiver
  readonly log: FakeLog
  /** The kinds that arrived. */
  kinds(): unknown[]
  /** Lets the next attempt begin, once so many have failed. */
  retry(failed: number): Promise<void>
}

async function rig(options: Partial<WebhookOptions> = {}): Promise<Rig> {
  const receiver = await startReceiver()
  const [clock, log] = [fakeClock(), fakeLog()]
  const all = {
    url: receiver.url,
    kinds: [],
    repeatMs: 600_000,
    timeoutMs: 10_000,
    clock,
    log,
    random: () => 0.5
  }
  const webhook = new Webhook({ ...all, ...options })
  return {
    webhook,
    clock,
    receiver,
    log,
    kinds: () => receiver.received.map(({ json }) => json['kind']),
    async retry(failed) {
      await log.until(failed)
      await clock.advance(500 + 500 * 2 ** (failed - 1))
    },
    [Symbol.asyncDispose]: async () => {
      webhook.close()
      await receiver[Symbol.asyncDispose]()
    }
  }
}

test('an event is posted once, as JSON, with an id and the time', async () => {
  await using one = await rig()
  one.webhook.tell(down)
  await one.webhook.settled()
  const { headers, json } = one.receiver.received.at(0)!
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    kind: 'device-down',
    device: 'device-1',
    message: 'device-1 is down',
    at: '2026-01-01T00:00:00.000Z',
    times: 1
  })
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': json['id'] })
  expect(headers).not.toHaveProperty('webhook-signature')
  expect(one.webhook.counters).toEqual({ delivered: 1, failures: 0, givenUp: 0 })
})

test.each([
  ['plain text', 'a secret of the operator', Buffer.from('a secret of the operator')],
  ['whsec_ and base64', `whsec_${Buffer.from('raw key').toString('base64')}`, Buffer.from('raw key')]
])('with a secret (%s) id, time and body are signed as in Standard Webhooks', async (_, secret, key) => {
  await using one = await rig({ secret })
  one.webhook.tell(locked)
  await one.webhook.settled()
  const { headers, body } = one.receiver.received.at(0)!
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const signature = createHmac('sha256', key).update(signed).digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  expect(headers['webhook-timestamp']).toBe(String(Date.UTC(2026, 0, 1) / 1_000))
})

test('the example of Standard Webhooks gets the signature that is printed there', async () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
  expect(createHmac('sha256', key).update(signed).digest('base64')).toBe(
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  )
})

test('38: a receiver that answers 500, redirects or refuses gets the same event again, later and later', async () => {
  await using one = await rig()
  one.receiver.answers.push(500, 302, 404)
  one.webhook.tell(down)
  for (const failed of [1, 2, 3]) await one.retry(failed)
  await one.webhook.settled()
  const ids = new Set(one.receiver.received.map(({ json }) => json['id']))
  expect(ids.size).toBe(1)
  expect(one.webhook.counters).toEqual({ delivered: 1, failures: 3, givenUp: 0 })
  // After 1 s, 1.5 s and 2.5 s: the middle of what the jitter allows.
  expect(one.clock.monotonic()).toBe(5_000)
})

test('38: a receiver that hangs is given up for this time, and asked again', async () => {
  await using one = await rig()
  one.receiver.answers.push('hang')
  one.webhook.tell(down)
  await one.receiver.until(1)
  await one.clock.advance(9_999)
  expect(one.webhook.counters.failures).toBe(0)
  await one.clock.advance(1)
  await one.retry(1)
  await one.webhook.settled()
  expect(one.webhook.counters).toMatchObject({ delivered: 1, failures: 1 })
})

test('38: telling returns at once, and a receiver that is not there is named without its URL', async () => {
  await using one = await rig({ url: 'http://127.0.0.1:1/hook?token=in-the-url' })
  expect(one.webhook.tell(down)).toBeUndefined()
  expect(await one.webhook.test()).toEqual({
    delivered: false,
    because: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)|the connection failed/)
  })
  expect(one.log.lines.join()).not.toContain('token')
})

test('an event that nobody takes for a day is given up, and the next is tried', async () => {
  const clock = fakeClock()
  let skipped = 0
  const later = { ...clock, monotonic: () => clock.monotonic() + skipped }
  await using one = await rig({ clock: later })
  one.receiver.answers.push(500, 500)
  one.webhook.tell(down)
  one.webhook.tell(locked)
  await one.log.until(1)
  skipped = 86_400_000
  await clock.advance(1_000)
  await one.webhook.settled()
  expect(one.log.lines.at(-1)).toBe('error: the webhook did not take an event for a day; it is given up')
  expect(one.webhook.counters).toEqual({ delivered: 1, failures: 2, givenUp: 1 })
  expect(one.kinds()).toEqual(['device-down', 'device-down', 'card-locked'])
})

test('only the kinds that are wanted are sent', async () => {
  await using one = await rig({ kinds: ['card-locked'] })
  one.webhook.tell(down)
  one.webhook.tell(locked)
  await one.webhook.settled()
  expect(one.kinds()).toEqual(['card-locked'])
})

test('a storm on one device hides no other device and no other kind', async () => {
  await using one = await rig()
  for (let time = 0; time < 10; time++) one.webhook.tell(locked)
  one.webhook.tell({ ...locked, device: 'device-2' })
  one.webhook.tell(down)
  await one.webhook.settled()
  const heard = one.receiver.received.map(({ json }) => `${String(json['kind'])} ${String(json['device'])}`)
  expect(heard).toEqual(['card-locked device-1', 'card-locked device-2', 'device-down device-1'])
})

test('however often a device comes and goes, what was sent last is how it is', async () => {
  await using one = await rig()
  for (let time = 0; time < 5; time++) {
    one.webhook.tell(down)
    one.webhook.tell(up)
  }
  await one.webhook.settled()
  expect(one.kinds()).toEqual(['device-down', 'device-up'])
  one.webhook.tell(down)
  await one.webhook.settled()
  expect(one.kinds()).toHaveLength(2)
  await one.clock.advance(600_000)
  await one.webhook.settled()
  expect(one.kinds()).toEqual(['device-down', 'device-up', 'device-down'])
})

test('a test is sent at once and once, and says how it went', async () => {
  await using one = await rig()
  expect(await one.webhook.test()).toEqual({ delivered: true })
  expect(await one.webhook.test()).toEqual({ delivered: true })
  one.receiver.answers.push(503)
  expect(await one.webhook.test()).toEqual({ delivered: false, because: 'it answered 503' })
  expect(one.kinds()).toEqual(['test', 'test', 'test'])
})

test('closing ends what is under way and sends nothing more', async () => {
  await using one = await rig()
  one.receiver.answers.push('hang')
  one.webhook.tell(down)
  one.webhook.tell(locked)
  await one.receiver.until(1)
  one.webhook.close()
  await one.webhook.settled()
  one.webhook.tell(up)
  await one.clock.advance(86_400_000)
  expect(one.kinds()).toEqual(['device-down'])
})
