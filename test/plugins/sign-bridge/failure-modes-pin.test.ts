import { expect, test } from 'vitest'
import type { ControlOptions } from '../../../src/plugins/sign-simulator/control.ts'
import { MemoryRows } from './memory-rows.ts'
import { makeRig, outcome, pin, type Rig, type RigOptions } from './rig.ts'

const wrong = '12345678'
const otherWrong = '87654321'
const unknownFailure = { do: 'fail', text: '?', code: 'Err:Custom50999' } as const

/** A rig whose guard keeps its rows in memory, or shares those of another. */
async function guarded(options: RigOptions = {}): Promise<Rig> {
  return makeRig({ rows: new MemoryRows(), ...options })
}
const one = (control: Partial<ControlOptions>): RigOptions => ({ controls: [control] })
/** How often a PIN was handed to the line of a device. */
const sent = ({ lines }: Rig, secret: string, device = 0): number =>
  lines.at(device)!.handed.filter(frame => frame.includes(secret)).length

async function tryPin(rig: Rig, secret: string, waitMs = 0, device?: string): Promise<string> {
  const signing = outcome(
    rig.pool.sign({ data: 'text', pin: secret, ...(device !== undefined && { devices: [device] }) })
  )
  await rig.clock.advance(waitMs)
  return signing
}

test('20: a PIN that was refused is refused here from then on, and never sent to that card again', async () => {
  const rig = await guarded()
  expect(await tryPin(rig, wrong)).toBe('sign.pin_refused')
  for (let count = 0; count < 3; count++) expect(await tryPin(rig, wrong)).toBe('sign.pin_blocked')
  expect(sent(rig, wrong)).toBe(1)
  expect(await tryPin(rig, pin)).toBe('signed')
})

test('20: the answer to a blocked PIN is 423, and says that nothing was sent', async () => {
  const rig = await guarded()
  await tryPin(rig, wrong)
  await expect(rig.pool.sign({ data: 'text', pin: wrong })).rejects.toMatchObject({
    entry: { http: 423, title: { en: expect.stringContaining('nothing was sent') as string } }
  })
})

test('20: requests with a wrong PIN that wait already are refused too, not sent', async () => {
  const rig = await guarded(one({ delayMs: 100 }))
  const outcomes = Array.from({ length: 5 }, () => tryPin(rig, wrong, 1_000))
  expect((await Promise.all(outcomes)).toSorted()).toEqual([
    ...Array.from({ length: 4 }, () => 'sign.pin_blocked'),
    'sign.pin_refused'
  ])
  expect(sent(rig, wrong)).toBe(1)
})

test('20: a refused PIN is not tried on another device for the same request', async () => {
  const rig = await guarded({ controls: [{}, {}] })
  expect(await tryPin(rig, wrong)).toBe('sign.pin_refused')
  await rig.clock.advance(10_000)
  expect(sent(rig, wrong, 0) + sent(rig, wrong, 1)).toBe(1)
})

test('20: a PIN that is blocked on one device may sign on another that it belongs to', async () => {
  const rig = await guarded({ controls: [{}, { pin: wrong }] })
  expect(await tryPin(rig, wrong, 0, 'device-1')).toBe('sign.pin_refused')
  expect(await tryPin(rig, wrong)).toBe('signed')
  expect(await tryPin(rig, wrong, 0, 'device-1')).toBe('sign.pin_blocked')
  expect([sent(rig, wrong, 0), sent(rig, wrong, 1)]).toEqual([1, 1])
})

test('20: after two different wrong PINs the card gets none at all, not even the right one', async () => {
  const rig = await guarded()
  expect(await tryPin(rig, wrong)).toBe('sign.pin_refused')
  expect(await tryPin(rig, otherWrong)).toBe('sign.pin_refused')
  expect(await tryPin(rig, pin)).toBe('sign.pin_blocked')
  expect(sent(rig, pin)).toBe(0)
  expect(rig.events.map(({ kind }) => kind)).toEqual(['pin-guard-tripped', 'pin-guard-tripped'])
})

test('20: a PIN that signs clears the count, and leaves the refused ones blocked', async () => {
  const rig = await guarded()
  for (const each of [wrong, otherWrong, '55555555']) {
    expect(await tryPin(rig, each)).toBe('sign.pin_refused')
    expect(await tryPin(rig, pin)).toBe('signed')
  }
  expect(await tryPin(rig, wrong)).toBe('sign.pin_blocked')
  expect(sent(rig, wrong)).toBe(1)
})

test('20: the guard remembers through a restart, by the address of a device whose card is not known yet', async () => {
  const rows = new MemoryRows()
  const before = await makeRig({ rows })
  expect(await tryPin(before, pin)).toBe('signed')
  expect(await tryPin(before, wrong)).toBe('sign.pin_refused')
  await before.pool.close()
  const after = await makeRig({ rows })
  expect(after.device.cardNo).toBeUndefined()
  expect(await tryPin(after, wrong)).toBe('sign.pin_blocked')
  expect(sent(after, wrong)).toBe(0)
})

test('20: the guard knows a card again that has moved to another device', async () => {
  const rows = new MemoryRows()
  const before = await makeRig({ rows, controls: [{}] })
  await tryPin(before, pin)
  await tryPin(before, wrong)
  await before.pool.close()
  const after = await makeRig({ rows, controls: [{ pin: otherWrong }, {}] })
  expect(await tryPin(after, pin, 0, 'device-2')).toBe('signed')
  expect(await tryPin(after, wrong, 0, 'device-2')).toBe('sign.pin_blocked')
})

test('20: the second failure of unknown kind in a row blocks a PIN that has never signed', async () => {
  const rig = await guarded(one({ script: [unknownFailure, unknownFailure] }))
  expect(await tryPin(rig, pin)).toBe('sign.device_error')
  expect(await tryPin(rig, pin)).toBe('sign.device_error')
  expect(await tryPin(rig, pin)).toBe('sign.pin_blocked')
  expect(await rig.guard.list()).toMatchObject([{ target: 'at:card-1:61232', because: 'unclear' }])
})

test('20: of a PIN that has signed, the second unknown failure in a row blocks it', async () => {
  const rig = await guarded()
  for (let count = 0; count < 3; count++) {
    expect(await tryPin(rig, pin)).toBe('signed')
    rig.control.play([unknownFailure])
    expect(await tryPin(rig, pin)).toBe('sign.device_error')
  }
  rig.control.play([unknownFailure])
  expect(await tryPin(rig, pin)).toBe('sign.device_error')
  expect(await tryPin(rig, pin)).toBe('sign.pin_blocked')
})

test('20: a fault of the reader counts for nothing: the PIN did not reach the card', async () => {
  const rig = await guarded(one({ script: [{ do: 'reader', code: 50200, on: 'sign', times: 3 }] }))
  for (let count = 0; count < 3; count++) {
    expect(await tryPin(rig, pin)).toBe('sign.device_error')
    await rig.clock.advance(1_000)
  }
  expect(await tryPin(rig, pin)).toBe('signed')
})

test('20: another status than 00 says nothing of the PIN', async () => {
  const rig = await guarded(one({ script: [{ do: 'status', times: 3 }] }))
  for (let count = 0; count < 3; count++) expect(await tryPin(rig, pin)).toBe('sign.device_error')
  expect(await tryPin(rig, pin)).toBe('signed')
})

test('20: silence blocks no PIN, not even one that has never signed', async () => {
  const silence = { do: 'drop', when: 'before-reply', times: 6 } as const
  const rig = await guarded(one({ script: [silence] }))
  for (let count = 0; count < 6; count++)
    expect(await tryPin(rig, pin, 1_000)).toBe('sign.device_lost_after_send')
  expect(await tryPin(rig, pin, 1_000)).toBe('signed')
  expect(await rig.guard.list()).toEqual([])
})

test('20: a refusal that comes too late for its caller blocks the PIN all the same', async () => {
  const rig = await guarded(one({ script: [{ do: 'delay', ms: 31_000 }] }))
  expect(await tryPin(rig, wrong, 30_000)).toBe('sign.timeout')
  await rig.clock.advance(1_000)
  expect(await rig.guard.list()).toMatchObject([{ because: 'refused' }])
  expect(await tryPin(rig, wrong)).toBe('sign.pin_blocked')
  expect(await tryPin(rig, pin)).toBe('signed')
})

test('20: a PIN that was changed on the card is blocked, and the new one signs', async () => {
  const rig = await guarded()
  expect(await tryPin(rig, pin)).toBe('signed')
  rig.control.play([{ do: 'fail', text: '口令错误', code: 'Err:Custom50102' }])
  expect(await tryPin(rig, pin)).toBe('sign.pin_refused')
  expect(await tryPin(rig, pin)).toBe('sign.pin_blocked')
  expect(sent(rig, pin)).toBe(2)
})

test('20: an operator sees what is blocked where, and resets it by device, card or target', async () => {
  const rig = await guarded()
  await tryPin(rig, pin)
  await tryPin(rig, wrong)
  const targets = ['at:card-1:61232', `card:${rig.control.card.key.certNo}`]
  expect(await rig.guard.list()).toEqual(
    targets.map(target => ({ target, devices: ['device-1'], because: 'refused', since: rig.clock.now() }))
  )
  expect(JSON.stringify(await rig.guard.list())).not.toContain(wrong)
  expect(await rig.guard.reset('device-9')).toBe(false)
  for (const name of ['device-1', rig.control.card.key.certNo.toUpperCase(), 'at:card-1:61232']) {
    expect(await rig.guard.reset(name)).toBe(true)
    expect(await rig.guard.list()).toEqual([])
    rig.control.play([{ do: 'fail', text: '口令错误', code: 'Err:Custom50102' }])
    expect(await tryPin(rig, wrong)).toBe('sign.pin_refused')
  }
})

test('20: when the guard cannot be asked, nothing is sent, and the request may be made again', async () => {
  const rows = new MemoryRows()
  rows.of = () => Promise.reject(new Error('disk I/O error'))
  const rig = await makeRig({ rows })
  await expect(rig.pool.sign({ data: 'text', pin })).rejects.toMatchObject({
    entry: { key: 'sign.guard_unavailable', http: 503, transient: true }
  })
  expect(sent(rig, pin)).toBe(0)
})

test('20: a request that is withdrawn or shut down while its PIN is looked up is not sent, and counts for nothing', async () => {
  const rig = await guarded()
  const gone = new AbortController()
  const withdrawn = outcome(rig.sign('text', gone.signal))
  gone.abort()
  expect(await withdrawn).toBe('sign.cancelled')
  const late = outcome(rig.sign('text'))
  rig.pool.stop()
  expect(await late).toBe('sign.shutting_down')
  expect(sent(rig, pin)).toBe(0)
  expect(await rig.guard.list()).toEqual([])
})

test('21: a locked card is quarantined and told of; it gets no PIN any more, not after a restart either', async () => {
  const rows = new MemoryRows()
  const rig = await makeRig({
    rows,
    controls: [{ script: [{ do: 'fail', text: '口令(PIN)已锁死', code: 'Err:Custom50103' }] }]
  })
  expect(await tryPin(rig, wrong)).toBe('sign.pin_refused')
  await rig.clock.advance(600_000)
  expect(rig.device.status()).toMatchObject({ state: 'down', reason: 'Its card is locked' })
  expect(rig.events.map(({ kind }) => kind)).toContain('card-locked')
  expect(await tryPin(rig, pin, 5_000)).toBe('sign.device_unavailable')
  expect(sent(rig, pin)).toBe(0)
  const after = await makeRig({ rows })
  expect(await tryPin(after, pin)).toBe('sign.pin_blocked')
  expect(await rig.guard.list()).toContainEqual(expect.objectContaining({ because: 'locked' }))
})

test('21: an operator releases a card that was unlocked', async () => {
  const rig = await guarded(
    one({ script: [{ do: 'fail', text: '口令(PIN)已锁死', code: 'Err:Custom50103' }] })
  )
  await tryPin(rig, wrong)
  expect(await rig.guard.reset('device-1')).toBe(true)
  await rig.clock.advance(1_000)
  expect(rig.device.state).toBe('ready')
  expect(await tryPin(rig, pin)).toBe('signed')
})
