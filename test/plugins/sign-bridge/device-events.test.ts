import { expect, test } from 'vitest'
import { tellChanges } from '../../../src/plugins/sign-bridge/device-events.ts'
import { Announcer, type SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import type { Device } from '../../../src/plugins/sign-bridge/device.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { fakeLog } from './fake-log.ts'

function outages() {
  const clock = fakeClock()
  const told: SignEvent[] = []
  const changed = tellChanges(event => void told.push(event), clock)
  const device = {
    name: 'device-1',
    state: 'ready',
    usable: true,
    status: () => ({ address: 'card:1', reason })
  }
  let reason: string | undefined = 'ECONNREFUSED'
  const become = (state: string, because?: string): void => {
    reason = because
    changed(Object.assign(device, { state, usable: state === 'ready' }) as unknown as Device)
  }
  return { clock, told, become }
}

test('a device that is out of work for five seconds is told as down, once, and as up when it works again', async () => {
  const { clock, told, become } = outages()
  become('connecting', 'ECONNREFUSED')
  await clock.advance(4_999)
  expect(told).toEqual([])
  become('connecting', 'ETIMEDOUT')
  await clock.advance(1)
  expect(told).toEqual([
    { kind: 'device-down', device: 'device-1', message: 'device-1 (card:1) is down: ETIMEDOUT' }
  ])
  become('handshaking')
  become('connecting', 'ECONNREFUSED')
  await clock.advance(60_000)
  become('ready')
  expect(told.map(({ kind }) => kind)).toEqual(['device-down', 'device-up'])
})

test('a connection that comes back within five seconds is told to nobody', async () => {
  const { clock, told, become } = outages()
  for (let times = 0; times < 100; times++) {
    become('connecting', 'ECONNRESET')
    await clock.advance(4_000)
    become('ready')
  }
  expect(told).toEqual([])
})

test('a device that another gateway holds is not down: nothing is told', async () => {
  const { clock, told, become } = outages()
  become('standby', 'Another gateway holds this device')
  await clock.advance(60_000)
  become('ready')
  become('connecting', 'ECONNRESET')
  await clock.advance(1_000)
  become('standby', 'Another gateway holds this device')
  await clock.advance(60_000)
  expect(told).toEqual([])
})

test('a device that is closed is neither down nor up', async () => {
  const { clock, told, become } = outages()
  become('connecting', 'ECONNRESET')
  become('closed')
  await clock.advance(60_000)
  expect(told).toEqual([])
})

test('38: a listener that throws is logged and counted, and hinders no other', () => {
  const log = fakeLog()
  const announcer = new Announcer(log)
  const heard: string[] = []
  announcer.listen(() => {
    throw new Error('broken')
  })
  announcer.listen(({ kind }) => void heard.push(kind))
  announcer.tell({ kind: 'card-locked', device: 'device-1', message: 'The card is locked' })
  expect(heard).toEqual(['card-locked'])
  expect(announcer.failures).toBe(1)
  expect(announcer.counts).toMatchObject({ 'card-locked': 1, 'device-down': 0 })
  expect(log.lines).toEqual(['warn: The card is locked', 'error: a listener for events failed'])
})
