import { expect, test } from 'vitest'
import { reconnectMs } from './memory-line.ts'
import { cardKey, makeRig, otherCardKey, outcome, pin, type Rig } from './rig.ts'

const { certNo } = cardKey
const serial = 'cus-sec_SpcGetCertNo'
const counters = ({ device }: Rig): Readonly<Record<string, number>> => device.status().counters
const framesWith = ({ line }: Rig, text: string): string[] => line.handed.filter(one => one.includes(text))
const kinds = ({ events }: Rig): string[] => events.map(({ kind }) => kind)

async function signs(rig: Rig, text = 'next', ms = 1_000): Promise<void> {
  const signing = rig.sign(text)
  await rig.clock.advance(ms)
  expect(cardKey.verify(text, (await signing).sign)).toBe(true)
}

test('17: a device that must hold a certain card shows it before it is ready, on every connection', async () => {
  const rig = await makeRig({ certNos: [certNo.toUpperCase()] })
  expect(rig.device.status()).toMatchObject({ state: 'ready', certNo })
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  await signs(rig)
  expect(framesWith(rig, serial)).toHaveLength(2)
})

test('17: a card that is not the configured one never sees a PIN; its device works again once the right one is in', async () => {
  const rig = await makeRig({ certNos: [otherCardKey.certNo] })
  expect(rig.device.status()).toMatchObject({ state: 'down', reason: 'It holds another card than it should' })
  const refused = outcome(rig.sign('hello'))
  await rig.clock.advance(60_000)
  rig.control.cutAll()
  await rig.clock.advance(60_000)
  expect(await refused).toBe('sign.device_unavailable')
  expect(framesWith(rig, pin)).toEqual([])
  expect(kinds(rig)).toEqual(['card-swapped'])
  rig.control.card.key = otherCardKey
  await rig.clock.advance(15_000)
  expect(rig.device.status()).toMatchObject({ state: 'ready', certNo: otherCardKey.certNo })
})

test('17: what a card that was swapped under a connection signs is not given away, and it signs nothing more', async () => {
  const rig = await makeRig({ certNos: [certNo] })
  rig.control.card.key = otherCardKey
  await expect(rig.sign('hello')).rejects.toMatchObject({ entry: { key: 'sign.card_swapped', http: 502 } })
  await rig.clock.advance(60_000)
  expect(rig.device.state).toBe('down')
  const again = outcome(rig.sign('again'))
  await rig.clock.advance(3_000)
  expect(await again).toBe('sign.device_unavailable')
  expect(framesWith(rig, pin)).toHaveLength(1)
  expect(kinds(rig)).toEqual(['card-swapped'])
})

test.each([
  ['refuses the question for its serial', { do: 'fail', text: '?', code: 'Err:Base50001' }],
  ['leaves it unanswered', { do: 'ignore' }]
] as const)('17: a control that %s is judged by its signatures', async (_, fault) => {
  const script = [{ ...fault, on: 'read', times: Infinity }] as const
  const right = await makeRig({ certNos: [certNo], controls: [{ script }] })
  await right.clock.advance(2_000 + reconnectMs)
  await signs(right)
  const wrong = await makeRig({ certNos: [otherCardKey.certNo], controls: [{ script }] })
  await wrong.clock.advance(2_000 + reconnectMs)
  expect(await outcome(wrong.sign('hello'))).toBe('sign.card_swapped')
  await wrong.clock.advance(60_000)
  expect(wrong.device.state).toBe('down')
  expect(framesWith(wrong, pin)).toHaveLength(1)
})

test('17: a control that has told its serial before is waited for when it is slow to tell it again', async () => {
  const rig = await makeRig({ certNos: [certNo] })
  rig.control.play([{ do: 'ignore', on: 'read', times: 2 }])
  rig.control.cutAll()
  await rig.clock.advance(2_000 + 2 * reconnectMs)
  expect(rig.device.state).toBe('handshaking')
  await rig.clock.advance(2_000 + reconnectMs)
  await signs(rig)
  expect(framesWith(rig, serial)).toHaveLength(4)
})

test('19: a control that knows no pings is asked for its serial while it is idle, never while it signs, and never with a PIN', async () => {
  const rig = await makeRig()
  rig.line.ignoresPings = true
  await rig.clock.advance(60_000 + 2 * reconnectMs)
  expect(counters(rig)).toMatchObject({ connections: 3, replaced: 2 })
  await rig.clock.advance(60_000)
  expect(framesWith(rig, serial).length).toBeGreaterThanOrEqual(3)
  const asked = framesWith(rig, serial).length
  rig.control.play([{ do: 'delay', ms: 29_000, on: 'sign' }])
  const signing = rig.sign('long')
  await rig.clock.advance(29_000)
  expect((await signing).certNo).toBe(certNo)
  expect(framesWith(rig, serial)).toHaveLength(asked)
  expect(framesWith(rig, pin)).toHaveLength(1)
  rig.control.freezeAll()
  await rig.clock.advance(15_000 + 5_000)
  expect(counters(rig)).toMatchObject({ connections: 4, replaced: 3 })
  await signs(rig)
})

test('22: a device rests between a reply and the next frame, whatever that frame is', async () => {
  const at: number[] = []
  const rig = await makeRig({
    settings: { minGapMs: 150 },
    controls: [{ delayMs: 50, script: [{ do: 'data', as: 'one-element', on: 'sign' }] }]
  })
  const { push } = rig.line.handed
  rig.line.handed.push = frame => {
    at.push(rig.clock.monotonic())
    return push.call(rig.line.handed, frame)
  }
  const signing = Promise.all(['a', 'b'].map(text => rig.sign(text)))
  await rig.clock.advance(1_000)
  await signing
  // The signature without a serial, the serial, the next signature: 50 ms of work and 150 ms of rest each.
  expect(at).toEqual([0, 200, 400])
  expect(rig.device.state).toBe('ready')
})

test('22: a device that rests is no longer busy once it has rested, and a new connection does not cut its rest short', async () => {
  const rig = await makeRig({ settings: { minGapMs: 500 } })
  await rig.sign('one')
  expect(rig.device.state).toBe('busy')
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  expect(rig.device.state).toBe('busy')
  await rig.clock.advance(500 - reconnectMs)
  expect(rig.device.state).toBe('ready')
  expect(counters(rig)).toMatchObject({ connections: 2, refusedHandshakes: 0 })
})

test('22: a garbled frame or a lost connection during the rest ends what waits for its end', async () => {
  const rig = await makeRig({
    settings: { minGapMs: 500 },
    controls: [{ script: [{ do: 'data', as: 'one-element', times: 2, on: 'sign' }] }]
  })
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(100)
  rig.control.cutAll()
  expect(await lost).toBe('sign.cert_missing')
  await rig.clock.advance(1_000)
  const garbled = outcome(rig.sign('garbled'))
  await rig.clock.advance(100)
  rig.control.broadcast('no frame')
  expect(await garbled).toBe('sign.cert_missing')
  await rig.clock.advance(1_000)
  await signs(rig)
})

test('22: how many replies a device may leave out is a setting', async () => {
  const rig = await makeRig({
    controls: [{ script: [{ do: 'ignore', times: Infinity }] }],
    settings: { recycleAfterMs: 0, timeoutsUntilDown: 1 }
  })
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(30_000 + reconnectMs)
  expect(await lost).toBe('sign.timeout')
  expect(rig.device.status()).toMatchObject({ state: 'down', reason: 'It left several requests unanswered' })
  expect(framesWith(rig, pin)).toHaveLength(1)
})

test('22: an adaptive timeout follows the slowest of the last signatures, and never below five seconds', async () => {
  const rig = await makeRig({
    settings: { adaptiveTimeout: true, maxQueued: 50, recycleAfterMs: 0 },
    controls: [{ delayMs: 100 }]
  })
  const quick = Promise.all(Array.from({ length: 20 }, (_, index) => rig.sign(`quick ${index}`)))
  await rig.clock.advance(2_000)
  await quick
  rig.control.play([
    { do: 'delay', ms: 4_800, on: 'sign' },
    { do: 'ignore', on: 'sign', times: 2 }
  ])
  await signs(rig, 'a slow one within the floor', 4_900)
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(29_999)
  // Ten times the slow one is more than timeoutMs, which is the most.
  expect(counters(rig)['timeouts']).toBe(0)
  await rig.clock.advance(1)
  expect(await lost).toBe('sign.timeout')
})

test('22: an adaptive timeout gives up on a device that was quick, and then gives it all the time there is', async () => {
  const rig = await makeRig({
    settings: { adaptiveTimeout: true, maxQueued: 50, recycleAfterMs: 0 },
    controls: [{ delayMs: 100 }]
  })
  const quick = Promise.all(Array.from({ length: 20 }, (_, index) => rig.sign(`quick ${index}`)))
  await rig.clock.advance(2_000)
  await quick
  rig.control.play([{ do: 'ignore' }])
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(5_000)
  expect(await lost).toBe('sign.timeout')
  await rig.clock.advance(reconnectMs)
  rig.control.play([{ do: 'delay', ms: 20_000 }])
  await signs(rig, 'slow but honest', 21_000)
  expect(counters(rig)).toMatchObject({ timeouts: 1, signed: 21 })
})

test('12, 21: a device in quarantine gets nothing at all, over all connections, until it is released', async () => {
  const rig = await makeRig({ certNos: [certNo] })
  rig.device.quarantine('Its card is locked')
  expect(rig.device.status()).toMatchObject({ state: 'down', reason: 'Its card is locked' })
  const frames = rig.line.handed.length
  rig.control.card.readerFault = 50070
  rig.control.cutAll()
  await rig.clock.advance(600_000)
  expect(rig.line.handed).toHaveLength(frames)
  rig.control.card.readerFault = undefined
  rig.device.release()
  await signs(rig)
})

test('12, 21: a device put in quarantine while it signs may finish', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 100 }] })
  const [sent, waiting] = [outcome(rig.sign('sent')), outcome(rig.sign('waiting'))]
  await rig.clock.advance(50)
  rig.device.quarantine('An operator said so')
  await rig.clock.advance(10_000)
  expect([await sent, await waiting]).toEqual(['signed', 'sign.device_unavailable'])
  expect(rig.device.state).toBe('down')
})

test('12: a device that is released while a probe is due is not asked in the middle of a request', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 10 }] })
  rig.control.card.readerFault = 50070
  const failed = outcome(rig.sign('hello'))
  await rig.clock.advance(20)
  expect(await failed).toBe('sign.device_error')
  rig.control.card.readerFault = undefined
  rig.device.release()
  rig.control.set({ delayMs: 20_000 })
  await signs(rig, 'long', 20_000)
  expect(counters(rig)).toMatchObject({ duplicate: 0, foreign: 0, late: 0 })
})

test('32: a failed reader is told once, with its code, until the device has worked again', async () => {
  const rig = await makeRig()
  for (const code of [50070, 50200] as const) {
    rig.control.card.readerFault = code
    expect(await outcome(rig.sign('hello'))).toBe('sign.device_error')
    await rig.clock.advance(60_000)
    rig.control.card.readerFault = undefined
    await rig.clock.advance(15_000)
    await signs(rig)
  }
  expect(rig.events.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
    'reader-fault Err:Custom50070',
    'reader-fault Err:Custom50200'
  ])
})

test('32: with checkCards, a reader that is pulled out while nothing is asked is noticed within a ping', async () => {
  const rig = await makeRig({ settings: { checkCards: true, pingIntervalMs: 500 } })
  await rig.clock.advance(1_000)
  rig.control.card.readerFault = 50200
  await rig.clock.advance(500)
  expect(rig.device.status()).toMatchObject({
    state: 'down',
    reason: 'Its reader failed: Err:Custom50200'
  })
  expect(framesWith(rig, pin)).toEqual([])
})

test('34: replies to what was never asked are told once a connection: another program may use the card', async () => {
  const rig = await makeRig()
  const foreign = '{"_id":990001,"_method":"cus-sec_SpcSignDataAsPEM","_status":"00","_args":{"Result":true}}'
  for (let count = 0; count < 3; count++) rig.control.broadcast(foreign)
  await rig.clock.advance(0)
  expect(kinds(rig)).toEqual(['card-shared'])
  expect(counters(rig)['foreign']).toBe(3)
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  rig.control.broadcast(foreign)
  await signs(rig)
  expect(kinds(rig)).toEqual(['card-shared', 'card-shared'])
})

test('40: what is told of a device holds no PIN and no text, whatever the control quotes', async () => {
  const quote = `${pin} of "a text to sign"`
  const rig = await makeRig({ certNos: [certNo], settings: { timeoutsUntilDown: 1, recycleAfterMs: 0 } })
  const faults = [
    { do: 'fail', text: quote, code: 'Err:Custom50070' },
    { do: 'fail', text: quote, code: quote },
    { do: 'cert-no', certNo: quote },
    { do: 'frame', frame: `{"_id":"${pin}","_method":"${pin}","_args":{"Result":true}}`, place: 'before' },
    { do: 'garbage' },
    { do: 'ignore' }
  ] as const
  for (const fault of faults) {
    rig.control.play([{ ...fault, on: 'sign' }])
    const ended = rig.sign('a text to sign').catch((error: unknown) => error)
    await rig.clock.advance(120_000)
    const error = await ended
    const told = JSON.stringify([rig.events, rig.device.status(), error]) + String(error)
    expect(told).not.toContain(pin)
    expect(told).not.toContain('a text to sign')
  }
  expect(kinds(rig)).toEqual(['reader-fault', 'card-swapped', 'card-shared'])
})
