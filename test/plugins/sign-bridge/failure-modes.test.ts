import { expect, test } from 'vitest'
import { Errors } from '../../../src/plugins/sign-bridge/errors.ts'
import { cardKey, failure, makeRig, otherCardKey, outcome, pin, type Rig } from './rig.ts'
import { reconnectMs } from './memory-line.ts'

const method = 'cus-sec_SpcSignDataAsPEM'
const certNo = cardKey.certNo
const counters = ({ device }: Rig): Readonly<Record<string, number>> => device.status().counters
const framesWithPin = ({ lines }: Rig): string[] =>
  lines.flatMap(({ handed }) => handed).filter(frame => frame.includes(pin))
const idOf = (frame: string): number => {
  const { _id: id } = JSON.parse(frame) as { readonly _id: number }
  return id
}
const readsSent = ({ line }: Rig): number => line.handed.filter(frame => !frame.includes(method)).length

async function signs(rig: Rig, text = 'next'): Promise<void> {
  const signing = rig.sign(text)
  await rig.clock.advance(1_000)
  const { sign } = await signing
  expect(cardKey.verify(text, sign)).toBe(true)
}

test('a device that works signs, over one connection, without any other frame', async () => {
  const rig = await makeRig()
  const signed = await Promise.all(['a', 'b', 'c'].map(text => rig.sign(text)))
  expect(signed.map(({ sign }, index) => cardKey.verify('abc'.charAt(index), sign))).toEqual([
    true,
    true,
    true
  ])
  expect(signed.map(one => one.certNo)).toEqual([certNo, certNo, certNo])
  expect(rig.line.handed).toHaveLength(3)
  expect(new Set(rig.line.handed.map(frame => idOf(frame))).size).toBe(3)
  expect(counters(rig)).toMatchObject({ connections: 1, signed: 3, failed: 0 })
})

test('1: a device that is absent at start costs each request the short wait, then 503; it signs when it comes', async () => {
  const rig = await makeRig({ start: false })
  rig.line.goOffline()
  const early = failure(rig.sign('early'))
  await rig.clock.advance(2_999)
  expect(rig.pool.queued).toBe(1)
  const late = outcome(rig.sign('late'))
  await rig.clock.advance(1)
  expect(await early).toMatchObject({
    entry: { key: 'sign.device_unavailable', http: 503, transient: true },
    context: { retryAfter: 15 }
  })
  rig.line.comeOnline()
  await rig.clock.advance(reconnectMs)
  expect(await late).toBe('signed')
})

test('2: a request that did not get to its socket goes to another device, ahead of those that came after it', async () => {
  const rig = await makeRig({ controls: [{}, {}] })
  rig.line.refuseSends = 1
  const [first, second] = [rig.sign('first'), rig.sign('second')]
  expect((await first).device.name).toBe('device-2')
  expect((await second).device.name).toBe('device-2')
  expect(framesWithPin(rig)).toHaveLength(2)
})

test('2: a request that missed twice fails with 503 and is safe to make again', async () => {
  const rig = await makeRig({ controls: [{}, {}] })
  for (const line of rig.lines) line.refuseSends = 1
  await expect(rig.sign('unlucky')).rejects.toMatchObject({
    entry: { key: 'sign.device_unavailable', transient: true }
  })
  expect(framesWithPin(rig)).toEqual([])
})

test('2: a request that missed once waits for its device to come back, within its deadline', async () => {
  const rig = await makeRig()
  rig.line.refuseSends = 1
  const signing = rig.sign('patient')
  await rig.clock.advance(reconnectMs)
  expect(cardKey.verify('patient', (await signing).sign)).toBe(true)
})

test.each(['unread', 'before-reply'] as const)(
  '3: a drop after the frame was sent (%s) fails with an unknown outcome; nothing is sent again',
  async when => {
    const rig = await makeRig({ controls: [{ script: [{ do: 'drop', when }] }] })
    await expect(rig.sign('once')).rejects.toMatchObject({
      entry: { key: 'sign.device_lost_after_send', http: 502 }
    })
    await rig.clock.advance(10_000)
    expect(framesWithPin(rig)).toHaveLength(1)
    await signs(rig)
  }
)

test('3, 12: only what no card has seen is called safe to make again', () => {
  const transient = Object.values(Errors).filter(entry => 'transient' in entry)
  expect(transient.map(({ key }) => key.slice('sign.'.length)).toSorted()).toEqual([
    'audit_unavailable',
    'cancelled',
    'deadline_in_queue',
    'device_elsewhere',
    'device_unavailable',
    'guard_unavailable',
    'idempotency_in_flight',
    'idempotency_unavailable',
    'queue_full',
    'shutting_down'
  ])
})

test('4: without a handshake, lenient is ready after two seconds of silence', async () => {
  const rig = await makeRig({ controls: [{ handshake: 'none' }] })
  const signing = rig.sign('hello')
  await rig.clock.advance(1_999)
  expect(rig.device.state).toBe('handshaking')
  expect(rig.line.handed).toEqual([])
  await rig.clock.advance(1)
  expect((await signing).certNo).toBe(certNo)
})

test('4: without a handshake, strict ends the connection and tries again', async () => {
  const rig = await makeRig({ settings: { handshake: 'strict' }, controls: [{ handshake: 'none' }] })
  await rig.clock.advance(2_000)
  expect(rig.device.status()).toMatchObject({ state: 'connecting', reason: 'It sent no opening frame' })
  rig.control.set({ handshake: 'open' })
  await rig.clock.advance(reconnectMs)
  await signs(rig)
})

test('4: with the handshake off, a device is ready at once and its opening frame means nothing', async () => {
  const rig = await makeRig({ settings: { handshake: 'off' }, controls: [{ handshake: 'wrong-status' }] })
  await signs(rig)
  expect(counters(rig)).toMatchObject({ connections: 1, refusedHandshakes: 0 })
})

test('4: an opening frame that comes after the silence is no reply', async () => {
  const rig = await makeRig({ controls: [{ handshakeDelayMs: 2_500, script: [{ do: 'delay', ms: 1_000 }] }] })
  const signing = rig.sign('hello')
  await rig.clock.advance(3_000)
  expect(cardKey.verify('hello', (await signing).sign)).toBe(true)
  expect(counters(rig)).toMatchObject({ foreign: 0, garbage: 0 })
})

test.each(['wrong-method', 'wrong-status', 'garbage'] as const)(
  '5: a wrong handshake (%s) is refused, strict or lenient, and such a peer never sees a PIN',
  async handshake => {
    for (const mode of ['strict', 'lenient'] as const) {
      const rig = await makeRig({ settings: { handshake: mode }, controls: [{ handshake }] })
      const failing = outcome(rig.sign('secret'))
      await rig.clock.advance(3_000)
      expect(await failing).toBe('sign.device_unavailable')
      expect(rig.line.handed).toEqual([])
      expect(counters(rig)['refusedHandshakes']).toBeGreaterThan(1)
    }
  }
)

test.each(['garbage', 'binary', 'not-an-object'] as const)(
  '6: %s in place of a reply fails the request and costs the connection',
  async fault => {
    const rig = await makeRig({ controls: [{ script: [{ do: fault }] }] })
    await expect(rig.sign('hello')).rejects.toMatchObject({
      entry: { key: 'sign.protocol_error', http: 502 }
    })
    expect(rig.device.state).toBe('connecting')
    await rig.clock.advance(reconnectMs)
    await signs(rig)
    expect(counters(rig)).toMatchObject({ garbage: 1, connections: 2 })
  }
)

test('6: garbage while nothing is out is ignored, and the fifth costs the connection', async () => {
  const rig = await makeRig()
  for (let count = 1; count < 5; count++) rig.control.broadcast('no frame')
  await rig.clock.advance(0)
  expect(counters(rig)).toMatchObject({ garbage: 4, connections: 1 })
  rig.control.broadcast('no frame')
  await rig.clock.advance(reconnectMs)
  expect(counters(rig)).toMatchObject({ garbage: 5, connections: 2 })
  await signs(rig)
})

test.each([
  ['another id', { do: 'foreign-id', place: 'before' }],
  ['the next id', { do: 'foreign-id' }],
  ['an id in a list', { do: 'foreign-id', id: [1], place: 'before' }],
  ['no id but null', { do: 'foreign-id', id: null, place: 'before' }],
  ['another method', { do: 'wrong-method', place: 'before' }]
] as const)('7: a reply with %s resolves nothing', async (_, fault) => {
  const rig = await makeRig({ controls: [{ script: [{ ...fault, on: 'sign' }] }] })
  const signing = outcome(rig.sign('hello'))
  await rig.clock.advance(30_000)
  expect(await signing).toBe('place' in fault ? 'signed' : 'sign.timeout')
  expect(counters(rig)['foreign']).toBe(1)
})

test('8: the reply to a request that timed out is dropped, and the device counts as busy until it comes', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'late', ms: 40_000 }] }] })
  const late = outcome(rig.sign('late'))
  const waiting = rig.sign('waiting')
  await rig.clock.advance(30_000)
  expect(await late).toBe('sign.timeout')
  expect(rig.device.state).toBe('recovering')
  await rig.clock.advance(9_999)
  expect(framesWithPin(rig)).toHaveLength(1)
  await rig.clock.advance(1)
  expect(cardKey.verify('waiting', (await waiting).sign)).toBe(true)
  expect(counters(rig)).toMatchObject({ late: 1, timeouts: 1, connections: 1 })
  const [first, second] = rig.line.handed.map(frame => idOf(frame))
  expect(second).not.toBe(first)
})

test('8: a reply that never comes costs the connection after the grace, with a fresh handshake', async () => {
  const rig = await makeRig({
    controls: [{ script: [{ do: 'ignore' }] }],
    settings: { recycleAfterMs: 5_000 }
  })
  const lost = outcome(rig.sign('lost'))
  const waiting = rig.sign('waiting')
  await rig.clock.advance(34_999)
  expect(await lost).toBe('sign.timeout')
  expect(counters(rig)['connections']).toBe(1)
  await rig.clock.advance(1 + reconnectMs)
  expect((await waiting).certNo).toBe(certNo)
  expect(rig.control.counters.connections).toBe(2)
})

test('8: with recycleAfterMs 0 the connection is replaced at once, and the late reply dies with it', async () => {
  const rig = await makeRig({
    controls: [{ order: 'concurrent', script: [{ do: 'late', ms: 30_500 }] }],
    settings: { recycleAfterMs: 0 }
  })
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(30_000)
  expect(await lost).toBe('sign.timeout')
  await rig.clock.advance(1_000)
  await signs(rig)
  expect(rig.control.counters.lost).toBe(1)
})

test('9: the first of two replies wins, the second is dropped and counted', async () => {
  const script = { request: () => [{ do: 'duplicate', times: 3 } as const] }
  const rig = await makeRig({ controls: [{ script }] })
  const signed = await Promise.all(['one', 'two', 'three'].map(text => rig.sign(text)))
  expect(signed.map(({ sign }, index) => cardKey.verify(['one', 'two', 'three'].at(index)!, sign))).toEqual([
    true,
    true,
    true
  ])
  expect(counters(rig)['duplicate']).toBeGreaterThan(0)
})

test('10: a reply without an id is taken when only one request can be meant', async () => {
  const rig = await makeRig({ controls: [{ replies: 'bare' }] })
  await signs(rig, 'one')
  await signs(rig, 'two')
  expect(counters(rig)).toMatchObject({ signed: 2, connections: 1 })
})

test('10: a reply without an id is not taken while another reply is overdue', async () => {
  const rig = await makeRig({
    controls: [{ replies: 'bare', order: 'concurrent', script: [{ do: 'hold' }] }]
  })
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(30_000)
  expect(await lost).toBe('sign.timeout')
  const waiting = rig.sign('waiting')
  rig.control.release()
  await rig.clock.advance(reconnectMs)
  expect(cardKey.verify('waiting', (await waiting).sign)).toBe(true)
  expect(counters(rig)).toMatchObject({ stray: 1, connections: 2 })
})

test('10: the second copy of a reply without an id is not taken for the answer to the next request', async () => {
  const rig = await makeRig({ controls: [{ replies: 'bare', script: [{ do: 'duplicate' }] }] })
  const signed = await Promise.all([rig.sign('one'), rig.sign('two')])
  expect(signed.map(({ sign }, index) => cardKey.verify(['one', 'two'].at(index)!, sign))).toEqual([
    true,
    true
  ])
  expect(counters(rig)['duplicate']).toBe(1)
})

test('10: the second copy of a failure without an id does not shift the answers that follow', async () => {
  const fail = { do: 'fail', text: 'no', code: 'Err:Custom50999' } as const
  const script = {
    connect: () => [],
    request: () => (script.failed++ ? [] : [fail, { do: 'duplicate' } as const]),
    failed: 0
  }
  const rig = await makeRig({ controls: [{ replies: 'bare', script }] })
  const outcomes = ['one', 'two', 'three'].map(text => rig.sign(text))
  const failed = outcome(outcomes.at(0)!)
  await rig.clock.advance(reconnectMs)
  expect(await failed).toBe('sign.device_error')
  expect(cardKey.verify('two', (await outcomes.at(1)!).sign)).toBe(true)
  expect(cardKey.verify('three', (await outcomes.at(2)!).sign)).toBe(true)
})

test('10: with bareReplies off, a reply without an id resolves nothing', async () => {
  const rig = await makeRig({ controls: [{ replies: 'bare' }], settings: { bareReplies: false } })
  const signing = outcome(rig.sign('hello'))
  await rig.clock.advance(30_000)
  expect(await signing).toBe('sign.timeout')
  expect(counters(rig)['stray']).toBe(1)
})

test('10: a text instead of a number comes back as the id and is recognised', async () => {
  const rig = await makeRig({ controls: [{ idEcho: 'string' }] })
  await signs(rig)
  expect(counters(rig)).toMatchObject({ signed: 1, foreign: 0 })
})

test('11: a status other than 00 is an error of unknown kind', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'status', status: '07' }] }] })
  await expect(rig.sign('hello')).rejects.toMatchObject({
    entry: { key: 'sign.device_error', http: 502 },
    context: { detail: 'The device answered status 07' }
  })
  await signs(rig)
})

test('11: a status that is no number is not repeated', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'status', status: pin }] }] })
  expect(JSON.stringify(await failure(rig.sign('hello')))).not.toContain(pin)
})

test.each([50070, 50200, 51590] as const)(
  '12: after a fault of the reader (%i) the device is down until a probe without a PIN succeeds',
  async code => {
    const rig = await makeRig()
    rig.control.card.readerFault = code
    await expect(rig.sign('hello')).rejects.toMatchObject({
      entry: { key: 'sign.device_error' },
      context: { detail: `The device answered Err:Custom${code}` }
    })
    await rig.clock.advance(0)
    expect(rig.device.status()).toMatchObject({
      state: 'down',
      reason: `Its reader failed: Err:Custom${code}`
    })
    await rig.clock.advance(5_000)
    expect(counters(rig)['probes']).toBeGreaterThan(2)
    expect(framesWithPin(rig)).toHaveLength(1)
    rig.control.card.readerFault = undefined
    await rig.clock.advance(10_000)
    expect(rig.device.status()).toMatchObject({ state: 'ready', certNo })
    await signs(rig)
  }
)

test('12: after a fault of its reader a device that knows no probe is tried again with the next request', async () => {
  for (const deaf of [{ do: 'ignore' }, { do: 'fail', text: '?', code: 'Err:Base50001' }] as const) {
    const script = [
      { do: 'reader', code: 50070, on: 'sign' },
      { ...deaf, on: 'read', times: Infinity }
    ] as const
    const rig = await makeRig({ controls: [{ script }] })
    expect(await outcome(rig.sign('hello'))).toBe('sign.device_error')
    await rig.clock.advance(6_000)
    await signs(rig)
  }
})

test('12: a device that comes back with a broken reader is probed before it is ready', async () => {
  const rig = await makeRig()
  rig.control.card.readerFault = 50200
  expect(await outcome(rig.sign('hello'))).toBe('sign.device_error')
  rig.control.cutAll()
  await rig.clock.advance(1_000)
  expect(rig.device.state).toBe('down')
  expect(framesWithPin(rig)).toHaveLength(1)
})

test('12: a refused PIN is never tried again, nor elsewhere', async () => {
  const rig = await makeRig({ controls: [{}, {}] })
  const wrong = '12345678'
  await expect(rig.pool.sign({ data: 'hello', pin: wrong })).rejects.toMatchObject({
    entry: { key: 'sign.pin_refused', http: 502 }
  })
  await rig.clock.advance(60_000)
  expect(rig.lines.flatMap(({ handed }) => handed).filter(frame => frame.includes(wrong))).toHaveLength(1)
  expect(rig.controls.map(({ card }) => card.wrongPins).toSorted((a, b) => a - b)).toEqual([0, 1])
})

test('12: what a device says never gets into an error: it may quote the PIN', async () => {
  const fail = { do: 'fail', text: `bad PIN ${pin}`, code: `Err:Custom${pin}` } as const
  const rig = await makeRig({ controls: [{ script: [fail] }] })
  const error: unknown = await rig.sign('hello').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ entry: { key: 'sign.pin_refused' }, context: {} })
  expect(JSON.stringify(error) + String(error)).not.toContain(pin)
})

test.each([
  ['"true"', 'true'],
  ['1', 1],
  ['null', null],
  ['missing', undefined]
])('13: a Result that is %s is a protocol error', async (_, value) => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'result', value }] }] })
  expect(await outcome(rig.sign('hello'))).toBe('sign.protocol_error')
  await signs(rig)
})

test.each(['missing', 'empty', 'empty-string', 'not-strings', 'not-an-array'] as const)(
  '14: Data that is %s is no signature',
  async as => {
    const rig = await makeRig({ controls: [{ script: [{ do: 'data', as }] }] })
    await expect(rig.sign('hello')).rejects.toMatchObject({ entry: { key: 'sign.empty_result', http: 502 } })
    await signs(rig)
  }
)

test('15: one element of Data: the serial is asked for, once a connection', async () => {
  const rig = await makeRig({
    controls: [{ script: [{ do: 'data', as: 'one-element', times: 2, on: 'sign' }] }]
  })
  expect((await rig.sign('one')).certNo).toBe(certNo)
  expect((await rig.sign('two')).certNo).toBe(certNo)
  expect(readsSent(rig)).toBe(1)
})

test('15: one element of Data and no serial to be had: the signature is not given away', async () => {
  const refuse = { do: 'fail', text: '?', code: 'Err:Base50001', on: 'read', times: Infinity } as const
  const one = { do: 'data', as: 'one-element', times: Infinity, on: 'sign' } as const
  const rig = await makeRig({ controls: [{ script: [refuse, one] }] })
  expect(await outcome(rig.sign('one'))).toBe('sign.cert_missing')
  expect(await outcome(rig.sign('two'))).toBe('sign.cert_missing')
  expect(readsSent(rig)).toBe(1)
})

test('15: the serial of another connection is not used', async () => {
  const rig = await makeRig()
  await signs(rig)
  rig.control.card.key = otherCardKey
  rig.control.play([{ do: 'data', as: 'one-element', on: 'sign' }])
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  expect((await rig.sign('hello')).certNo).toBe(otherCardKey.certNo)
})

test('15: the serial and the signature share one receive timeout', async () => {
  const script = [
    { do: 'data', as: 'one-element', on: 'sign' },
    { do: 'ignore', on: 'read' }
  ] as const
  const rig = await makeRig({ controls: [{ script, delayMs: 28_000 }] })
  const signing = outcome(rig.sign('hello'))
  await rig.clock.advance(30_000)
  expect(await signing).toBe('sign.cert_missing')
})

test('16: of three elements of Data the first two count', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'data', as: 'three-elements' }] }] })
  expect((await rig.sign('hello')).certNo).toBe(certNo)
  expect(counters(rig)['extraData']).toBe(1)
})

test('19: an idle connection that is half-open is noticed by two pings and replaced', async () => {
  const rig = await makeRig()
  await signs(rig)
  rig.control.freezeAll()
  await rig.clock.advance(29_000)
  expect(rig.device.status()).toMatchObject({ state: 'connecting', reason: 'It did not answer a ping' })
  await rig.clock.advance(reconnectMs)
  await signs(rig)
  await rig.clock.advance(120_000)
  expect(counters(rig)).toMatchObject({ connections: 2, replaced: 1 })
})

test('22: after three requests without a reply the device is probed, without a PIN, before it gets another', async () => {
  const rig = await makeRig({
    controls: [{ script: [{ do: 'ignore', on: 'sign', times: 3 }] }],
    settings: { recycleAfterMs: 0 }
  })
  for (let count = 0; count < 3; count++) {
    const lost = outcome(rig.sign(`lost ${count}`))
    await rig.clock.advance(30_000 + reconnectMs)
    expect(await lost).toBe('sign.timeout')
  }
  expect(counters(rig)).toMatchObject({ timeouts: 3, probes: 1 })
  expect(rig.device.state).toBe('ready')
  await signs(rig)
})

test('22: a device that never replies costs every request its timeout and no more', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'ignore', times: Infinity }] }] })
  const outcomes = ['a', 'b', 'c', 'd'].map(text => outcome(rig.sign(text)))
  await rig.clock.advance(120_000)
  expect(await Promise.all(outcomes)).toEqual([
    'sign.timeout',
    'sign.timeout',
    'sign.deadline_in_queue',
    'sign.deadline_in_queue'
  ])
})

test('23: a full queue refuses at once, and says when to come back', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 500 }], settings: { maxQueued: 4 } })
  const first = rig.sign('warm')
  await rig.clock.advance(500)
  await first
  const accepted = ['a', 'b', 'c', 'd', 'e'].map(text => rig.sign(text))
  await expect(rig.sign('too many')).rejects.toMatchObject({
    entry: { key: 'sign.queue_full', http: 503, transient: true },
    context: { retryAfter: 3 }
  })
  await rig.clock.advance(2_500)
  expect(await Promise.all(accepted.map(outcome))).toEqual(Array(5).fill('signed'))
})

test('24: a request whose deadline passes in the queue is never sent', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 20_000 }], settings: { deadlineMs: 25_000 } })
  const first = Promise.all(['a', 'b'].map(text => rig.sign(text)))
  const third = failure(rig.sign('c'))
  await rig.clock.advance(40_000)
  await first
  expect(await third).toMatchObject({
    entry: { key: 'sign.deadline_in_queue', http: 504, transient: true }
  })
  expect(framesWithPin(rig)).toHaveLength(2)
})

test('24, 30: deadlines follow the clock that cannot jump', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 20_000 }], settings: { deadlineMs: 25_000 } })
  const outcomes = ['a', 'b'].map(text => outcome(rig.sign(text)))
  await rig.clock.advance(1_000)
  rig.clock.jump(3_600_000)
  await rig.clock.advance(39_000)
  expect(await Promise.all(outcomes)).toEqual(['signed', 'signed'])
})

test('25: a caller that goes away takes its request out of the queue; one that was sent is let finish', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 1_000 }] })
  const [sent, queued] = [new AbortController(), new AbortController()]
  const outcomes = [outcome(rig.sign('sent', sent.signal)), outcome(rig.sign('queued', queued.signal))]
  await rig.clock.advance(10)
  sent.abort()
  queued.abort()
  expect(rig.pool.queued).toBe(0)
  await rig.clock.advance(2_000)
  expect(await Promise.all(outcomes)).toEqual(['signed', 'sign.cancelled'])
  expect(framesWithPin(rig)).toHaveLength(1)
  expect(counters(rig)['signed']).toBe(1)
})

test('25: a caller that has gone before its request came is not queued', async () => {
  const rig = await makeRig()
  expect(await outcome(rig.sign('gone', AbortSignal.abort()))).toBe('sign.cancelled')
  expect(rig.line.handed).toEqual([])
})

test('26: at shutdown what was sent finishes, what waits and what comes is refused, and connections close', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 1_000 }] })
  const outcomes = [outcome(rig.sign('sent')), outcome(rig.sign('queued'))]
  await rig.clock.advance(10)
  rig.pool.stop()
  expect(await outcomes[1]).toBe('sign.shutting_down')
  await expect(rig.sign('new')).rejects.toMatchObject({
    entry: { key: 'sign.shutting_down', http: 503, transient: true },
    context: { headers: { connection: 'close' } }
  })
  const settled = rig.pool.settled()
  await rig.clock.advance(1_000)
  await settled
  expect(await outcomes[0]).toBe('signed')
  await rig.pool.close()
  expect(rig.line.closeCalls).toBe(1)
  expect(rig.device.state).toBe('closed')
})

test('26: what is out when the connections close fails with an unknown outcome', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'ignore' }] }] })
  const lost = outcome(rig.sign('lost'))
  await rig.clock.advance(10)
  await rig.pool.close()
  expect(await lost).toBe('sign.device_lost_after_send')
})

test('31: a control that is restarted is greeted afresh, and its serial is forgotten until it is known again', async () => {
  const rig = await makeRig()
  await signs(rig)
  expect(rig.device.status().certNo).toBe(certNo)
  rig.line.goOffline()
  await rig.clock.advance(1_000)
  expect(rig.device.status()).toMatchObject({
    state: 'connecting',
    certNo: undefined,
    reason: 'ECONNREFUSED'
  })
  rig.line.comeOnline()
  await rig.clock.advance(reconnectMs)
  await signs(rig)
  expect(rig.device.status().certNo).toBe(certNo)
})

test('35: what is signed is the text byte for byte', async () => {
  const rig = await makeRig()
  for (const text of [
    '\uFEFFbom',
    'nul\0nul',
    'crlf\r\n',
    ' trim me ',
    '"5.0"||{"a":1.0}',
    '签名😀',
    '\u2028'
  ]) {
    const { sign } = await rig.sign(text)
    expect(cardKey.verify(text, sign)).toBe(true)
  }
})
