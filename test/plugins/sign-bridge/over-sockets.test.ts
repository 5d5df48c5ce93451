import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/index.ts'
import type { DeviceState } from '../../../src/plugins/sign-bridge/device.ts'
import { SignPool } from '../../../src/plugins/sign-bridge/pool.ts'
import { openSocket } from '../../../src/plugins/sign-bridge/socket.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import { cardKey, failure, outcome, pin, settings } from './rig.ts'

const range = { reconnectMinMs: 5, reconnectMaxMs: 20 }
let control: SimulatedDevice
let pool: SignPool
let waiting: { state: DeviceState; resolve: () => void }[] = []

beforeEach(async () => {
  control = await startSignSimulator({ key: cardKey })
})
afterEach(async () => {
  await pool.close()
  await control.close()
})

function start(changes: Partial<typeof settings> = {}): void {
  const { url } = control
  pool = new SignPool({
    places: [
      {
        name: 'card',
        address: 'here',
        certNo: '',
        connect: events => openSocket({ url, clock: systemClock, ...range }, events)
      }
    ],
    settings: { ...settings, ...range, ...changes },
    clock: systemClock,
    changed: ({ state }) => {
      for (const one of waiting.filter(each => each.state === state)) one.resolve()
      waiting = waiting.filter(each => each.state !== state)
    }
  })
}
/** The next time that the device enters a state. */
const enters = (state: DeviceState): Promise<void> =>
  new Promise(resolve => void waiting.push({ state, resolve: () => resolve() }))
const sign = (text: string): ReturnType<SignPool['sign']> => pool.sign({ data: text, pin })
const counters = (): Readonly<Record<string, number>> => pool.devices[0]?.status().counters ?? {}

test('1: a device that comes after the start is found', async () => {
  await control.goOffline()
  start()
  const signing = sign('patient')
  await control.comeOnline()
  expect(cardKey.verify('patient', (await signing).sign)).toBe(true)
})

test('3: a connection that is cut after the request was sent', async () => {
  start()
  await enters('ready')
  for (const when of ['unread', 'before-reply'] as const) {
    control.control.play([{ do: 'drop', when }])
    expect(await outcome(sign(`lost, ${when}`))).toBe('sign.device_lost_after_send')
  }
  control.control.play([{ do: 'close', code: 1011 }])
  expect(await outcome(sign('closed'))).toBe('sign.device_lost_after_send')
  expect(cardKey.verify('next', (await sign('next')).sign)).toBe(true)
  expect(control.control.record.count).toBe(4)
})

test('5: a wrong handshake ends the connection, and the next one is tried', async () => {
  control.control.play([{ on: 'connect', do: 'handshake', as: 'garbage', times: 2 }])
  start()
  await sign('hello')
  expect(counters()).toMatchObject({ refusedHandshakes: 2, connections: 3 })
})

test('6: a binary frame, even if it holds the reply, is no reply', async () => {
  control.control.play([{ do: 'binary' }])
  start()
  expect(await outcome(sign('hello'))).toBe('sign.protocol_error')
  expect(cardKey.verify('next', (await sign('next')).sign)).toBe(true)
})

test('8, 9, 10: two hundred texts through a device that doubles, delays and strips its replies', async () => {
  const faults = [
    { do: 'duplicate' },
    { do: 'bare' },
    { do: 'foreign-id', place: 'before' },
    { do: 'delay', ms: 1 }
  ] as const
  let count = 0
  control.control.play({
    request: () => [...(count++ % 2 ? [faults.at(count % 4)!] : []), faults.at(count % 3)!]
  })
  start({ maxQueued: 200 })
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`)
  const signed = await Promise.all(texts.map(sign))
  expect(signed.every((one, index) => cardKey.verify(texts[index] ?? '', one.sign))).toBe(true)
  expect(control.control.record.count).toBe(200)
})

test('9: a reply that drips in is read as one', async () => {
  control.control.play([{ do: 'drip', parts: 5, everyMs: 1 }])
  start()
  expect(cardKey.verify('slow', (await sign('slow')).sign)).toBe(true)
})

test('19: a connection that is half-open is noticed while idle and replaced', async () => {
  start({ pingIntervalMs: 20 })
  await enters('ready')
  control.control.freezeAll()
  await enters('connecting')
  await enters('ready')
  expect(counters()).toMatchObject({ replaced: 1, connections: 2 })
})

test('19: a connection that goes half-open under a request costs its timeout, and is replaced', async () => {
  start({ timeoutMs: 40, recycleAfterMs: 0 })
  control.control.play([{ do: 'freeze' }])
  expect(await outcome(sign('lost'))).toBe('sign.timeout')
  expect(cardKey.verify('next', (await sign('next')).sign)).toBe(true)
  expect(counters()).toMatchObject({ connections: 2 })
})

test('26: at shutdown a request that was sent finishes before the connection closes', async () => {
  start()
  control.control.play([{ do: 'hold' }])
  const sent = sign('sent')
  const queued = failure(sign('queued'))
  await control.control.record.received(1)
  pool.stop()
  expect(await queued).toMatchObject({ entry: { key: 'sign.shutting_down' } })
  const settled = pool.settled()
  control.control.release()
  await settled
  await pool.close()
  expect(cardKey.verify('sent', (await sent).sign)).toBe(true)
  expect(control.control.connected).toBe(0)
})

test('31: a control that goes away between requests is found again', async () => {
  start()
  await sign('before')
  const gone = enters('connecting')
  await control.goOffline()
  await gone
  await control.comeOnline()
  expect(cardKey.verify('after', (await sign('after')).sign)).toBe(true)
})

test('31: the state of a device follows its cable: a closed connection is seen when it closes', async () => {
  start()
  await sign('before')
  for (const end of ['cutAll', 'goOffline'] as const) {
    const gone = enters('connecting')
    if (end === 'cutAll') control.control.cutAll()
    else await control.goOffline()
    await gone
    // Nothing but the event was waited for: whoever asks now is told.
    expect(pool.devices[0]?.status()).toMatchObject({ state: 'connecting', certNo: undefined })
    expect(pool.devices[0]?.usable).toBe(false)
    const back = enters('ready')
    await control.comeOnline()
    await back
  }
})

test('19: with a short ping interval a connection that dies silently is seen within two of them', async () => {
  start({ pingIntervalMs: 10 })
  await enters('ready')
  const gone = enters('connecting')
  control.control.freezeAll()
  await gone
  expect(pool.devices[0]?.status().reason).toBe('It did not answer a ping')
})
