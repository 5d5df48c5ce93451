import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedControl, type ControlOptions } from '../../../src/plugins/sign-simulator/control.ts'
import { seededFaults } from '../../../src/plugins/sign-simulator/seeded-faults.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { rsaKey, sm2Key } from './keys.ts'
import { MemoryClient } from './memory-client.ts'

/** A control on a clock that stands still, with one client. */
function started(options: Partial<ControlOptions> = {}) {
  const clock = fakeClock()
  const control = new SimulatedControl({ key: rsaKey, clock, ...options })
  return { clock, control, client: new MemoryClient(control) }
}

const open = '{"_id":0,"_method":"open","_status":"00","_args":{}}'

describe('the handshake', () => {
  test.each([
    ['open', [open]],
    ['none', []],
    ['wrong-method', ['{"_id":0,"_method":"close","_status":"00","_args":{}}']],
    ['wrong-status', ['{"_id":0,"_method":"open","_status":"99","_args":{}}']],
    ['garbage', ['HELLO']]
  ] as const)('may be %s', (handshake, heard) => {
    expect(started({ handshake }).client.heard).toEqual(heard)
  })

  test('may come late, and does not hold up requests', async () => {
    const { clock, client } = started({ handshakeDelayMs: 500 })
    client.request(1, 'SpcGetCertNo')
    await clock.advance(499)
    expect(client.heard).toHaveLength(1)
    await clock.advance(1)
    expect(client.heard[1]).toBe(open)
  })

  test('changes for connections to come', () => {
    const { control } = started()
    control.set({ handshake: 'none' })
    expect(new MemoryClient(control).heard).toEqual([])
  })
})

describe('the form of replies', () => {
  test.each([
    ['same', 7, 7],
    ['same', '7', '7'],
    ['number', '7', 7],
    ['string', 7, '7']
  ] as const)('an id echoed as %s: %j comes back as %j', (idEcho, sent, received) => {
    const { client } = started({ idEcho })
    client.sign(sent)
    expect(client.ids).toEqual([received])
  })

  test('bare replies are the inner object alone', () => {
    const { control, client } = started({ replies: 'bare' })
    client.request(1, 'SpcGetCertNo')
    const bare = { Result: true, Data: [rsaKey.certNo], Error: [] }
    expect(JSON.parse(String(client.heard[1]))).toEqual(bare)
    control.set({ replies: 'full' })
    client.request(2, 'SpcGetCertNo')
    expect(client.replies).toMatchObject([{ id: 2, ...bare }])
  })
})

describe('time', () => {
  test('the card takes one request after the other, over all connections', async () => {
    const { clock, control, client } = started({ delayMs: 100 })
    const other = new MemoryClient(control)
    client.sign(1)
    other.sign(2)
    client.sign(3)
    await clock.advance(100)
    expect([client.ids, other.ids]).toEqual([[1], []])
    await clock.advance(100)
    expect([client.ids, other.ids]).toEqual([[1], [2]])
    await clock.advance(100)
    expect([client.ids, other.ids]).toEqual([[1, 3], [2]])
  })

  test('concurrent requests are answered in the order in which they are done', async () => {
    const script = [{ do: 'delay', ms: 50 }] as const
    const { clock, client } = started({ order: 'concurrent', delayMs: 10, script })
    for (const id of [1, 2, 3]) client.sign(id)
    await clock.advance(10)
    expect(client.ids).toEqual([2, 3])
    await clock.advance(50)
    expect(client.ids).toEqual([2, 3, 1])
  })

  test('a range is drawn from by seed', async () => {
    const times = async (seed: number): Promise<number[]> => {
      const { clock, client } = started({ delayMs: [10, 20], seed })
      const at: number[] = []
      for (let id = 1; id <= 20; id++) {
        const before = clock.monotonic()
        client.sign(id)
        while (client.ids.length < id) await clock.advance(1)
        at.push(clock.monotonic() - before)
      }
      return at
    }
    const first = await times(4)
    expect(await times(4)).toEqual(first)
    expect(await times(5)).not.toEqual(first)
    expect(Math.min(...first)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...first)).toBeLessThanOrEqual(20)
  })

  test('the delay may change while it runs', async () => {
    const { clock, control, client } = started({ delayMs: 1000 })
    control.set({ delayMs: 0 })
    client.sign(1)
    expect(client.ids).toEqual([1])
    control.set({ delayMs: 5 })
    client.sign(2)
    await clock.advance(5)
    expect(client.ids).toEqual([1, 2])
  })

  test('a delayed request keeps the card busy, a late reply does not', async () => {
    const delayed = started({ script: [{ do: 'delay', ms: 100 }] })
    const late = started({ script: [{ do: 'late', ms: 100 }] })
    for (const { client } of [delayed, late]) for (const id of [1, 2]) client.sign(id)
    expect([delayed.client.ids, late.client.ids]).toEqual([[], [2]])
    for (const { clock } of [delayed, late]) await clock.advance(100)
    expect([delayed.client.ids, late.client.ids]).toEqual([
      [1, 2],
      [2, 1]
    ])
  })
})

test('held replies are sent, oldest first, when they are released', () => {
  const { control, client } = started({ script: [{ do: 'hold', times: 2 }] })
  for (const id of [1, 2, 3]) client.sign(id)
  expect(client.ids).toEqual([3])
  expect(control.counters).toMatchObject({ signatures: 3, replies: 1 })
  expect(control.release()).toBe(2)
  expect(client.ids).toEqual([3, 1, 2])
  expect(control.release()).toBe(0)
})

test('several faults of a source strike the same request', async () => {
  const { clock, client } = started({
    script: {
      request: () => [
        { do: 'delay', ms: 10 },
        { do: 'duplicate' },
        { do: 'foreign-id', id: 99, place: 'before' }
      ]
    }
  })
  client.sign(1)
  await clock.advance(9)
  expect(client.ids).toEqual([])
  await clock.advance(1)
  expect(client.ids).toEqual([99, 1, 1])
})

describe('the record and the counters', () => {
  test('hold every frame with its connection, and count', () => {
    const { control, client } = started()
    const other = new MemoryClient(control)
    client.sign(1, 'first')
    other.send('HELLO')
    other.send(Buffer.of(1, 2))
    other.request(2, 'SpcNothing')
    expect(
      control.record.frames.map(({ order, connection, request }) => [order, connection, request?.id])
    ).toEqual([
      [1, 1, 1],
      [2, 2, undefined],
      [3, 2, undefined],
      [4, 2, 2]
    ])
    expect(control.record.frames[0]?.request?.args).toEqual({ inData: 'first', passwd: '88888888' })
    expect(control.counters).toEqual({
      connections: 2,
      refused: 0,
      requests: 2,
      ignored: 2,
      signatures: 1,
      replies: 2,
      lost: 0,
      faults: 0
    })
  })

  test('a reply that finds its client gone is lost, but the card did sign', async () => {
    const { clock, control, client } = started({ delayMs: 50 })
    client.sign(1)
    client.leave()
    expect(control.connected).toBe(0)
    await clock.advance(50)
    expect(control.counters).toMatchObject({ signatures: 1, replies: 0, lost: 1 })
  })

  test('a wrong PIN in a reply that is lost counts all the same', async () => {
    const { clock, control, client } = started({ delayMs: 50 })
    client.sign(1, 'text', 'wrong')
    client.leave()
    await clock.advance(50)
    expect(control.card.wrongPins).toBe(1)
  })
})

describe('connections', () => {
  test('share the card, but not the PIN that was verified', () => {
    const { control, client } = started()
    client.request(1, 'SpcVerifyPIN', { passwd: '88888888' })
    const other = new MemoryClient(control)
    for (const each of [client, other]) each.request(2, 'SpcSignData', { inData: 'a' })
    expect(client.replies.map(({ Result }) => Result)).toEqual([true, true])
    expect(other.replies.map(({ Result }) => Result)).toEqual([false])
  })

  test('all hear a broadcast, all are cut, all freeze', () => {
    const { control, client } = started({ handshake: 'none' })
    const other = new MemoryClient(control)
    control.broadcast('noise')
    control.freezeAll()
    control.broadcast('unheard')
    control.cutAll()
    for (const { heard } of [client, other]) expect(heard).toEqual(['noise', 'paused', 'cut'])
  })

  test('a frozen one hears and says nothing, and is cut after a minute', async () => {
    const { clock, control, client } = started({ handshake: 'none' })
    control.freezeAll()
    client.sign(1)
    expect(control.record.count).toBe(0)
    await clock.advance(59_999)
    expect(client.heard).toEqual(['paused'])
    await clock.advance(1)
    expect(client.heard).toEqual(['paused', 'cut'])
  })

  test('a frozen one that was left is not cut again', async () => {
    const { clock, control, client } = started({ handshake: 'none' })
    control.freezeAll()
    client.leave()
    await clock.advance(60_000)
    expect(client.heard).toEqual(['paused'])
  })

  test('one that is being closed hears and says nothing more', async () => {
    const script = [
      { on: 'sign', do: 'late', ms: 10 },
      { on: 'read', do: 'close', code: 1001, reason: 'bye' }
    ] as const
    const { clock, control, client } = started({ handshake: 'none', script })
    client.sign(1)
    client.request(2, 'SpcGetCertNo')
    client.sign(3)
    await clock.advance(10)
    expect(client.heard).toEqual(['closed 1001 bye'])
    expect(control.counters).toMatchObject({ requests: 2, signatures: 1, lost: 1 })
  })
})

test('the card may be swapped, and the reader may fail, while it runs', () => {
  const { control, client } = started()
  control.card.key = sm2Key
  client.sign(1, 'text')
  const [signature = '', certNo] = client.replies[0]?.Data ?? []
  expect(certNo).toBe(sm2Key.certNo)
  expect(sm2Key.verify('text', signature)).toBe(true)
  control.card.readerFault = 50070
  client.sign(2)
  expect(client.replies[1]?.Error[1]).toBe('Err:Custom50070')
})

test('the same seed replays the same conversation, and no request is answered twice on its own account', async () => {
  const converse = async (seed: number, order: 'serial' | 'concurrent') => {
    const script = seededFaults({ seed, rate: 0.5 })
    const { clock, control, client } = started({ order, seed, delayMs: [0, 20], script })
    for (let id = 1; id <= 20; id++) {
      client.sign(id, `text ${id}`)
      await clock.advance(5)
    }
    await clock.advance(60_000)
    return { heard: client.heard, counters: control.counters }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.constantFrom('serial' as const, 'concurrent' as const),
      async (seed, order) => {
        const { heard, counters } = await converse(seed, order)
        expect(await converse(seed, order)).toEqual({ heard, counters })
        expect(counters.replies + counters.lost).toBeLessThanOrEqual(counters.requests)
        expect(counters.signatures).toBeLessThanOrEqual(counters.requests)
      }
    ),
    { numRuns: 20 }
  )
})
