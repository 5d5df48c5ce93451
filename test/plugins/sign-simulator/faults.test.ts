import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import type { RequestFault } from '../../../src/plugins/sign-simulator/faults.ts'
import { RawClient, type Reply } from './client.ts'
import { rsaKey } from './keys.ts'

const device = await startSignSimulator({ key: rsaKey })
const { control } = device
afterAll(() => device.close())
beforeEach(() => control.set({ handshake: 'none' }))

/** Connects to a device on which `fault` strikes the first signature. */
async function connect(fault: RequestFault): Promise<RawClient> {
  control.play([{ on: 'sign', ...fault }])
  return await RawClient.connect(device.url)
}

/** What a request for a signature of `text` brings under a fault. */
async function signUnder(fault: RequestFault): Promise<Reply> {
  await using client = await connect(fault)
  client.sign(5, 'text')
  return await client.nextReply()
}

const isValid = ({ Data }: Reply): boolean => rsaKey.verify('text', Data[0] ?? '')

describe('frames that should not be there', () => {
  const strange: readonly (readonly [string, RequestFault, (frame: string | Buffer) => void])[] = [
    [
      'a foreign id',
      { do: 'foreign-id' },
      frame => expect(JSON.parse(String(frame))).toMatchObject({ _id: 6 })
    ],
    [
      'a chosen foreign id',
      { do: 'foreign-id', id: 'x' },
      frame => expect(JSON.parse(String(frame))).toMatchObject({ _id: 'x' })
    ],
    [
      'a wrong method',
      { do: 'wrong-method' },
      frame => expect(JSON.parse(String(frame))).toMatchObject({ _id: 5, _method: 'cus-sec_SpcGetUName' })
    ],
    [
      'a chosen wrong method',
      { do: 'wrong-method', method: 'open' },
      frame => expect(JSON.parse(String(frame))).toMatchObject({ _id: 5, _method: 'open' })
    ],
    [
      'garbage',
      { do: 'garbage' },
      frame => expect(() => JSON.parse(String(frame)) as unknown).toThrow(SyntaxError)
    ],
    ['a binary frame', { do: 'binary' }, frame => expect(frame).toBeInstanceOf(Buffer)],
    [
      'JSON that is no object',
      { do: 'not-an-object' },
      frame => expect(JSON.parse(String(frame))).toBeInstanceOf(Array)
    ],
    ['any text', { do: 'frame', frame: '{"a":1}' }, frame => expect(frame).toBe('{"a":1}')],
    ['any bytes', { do: 'frame', frame: Buffer.of(1, 2) }, frame => expect(frame).toEqual(Buffer.of(1, 2))]
  ]

  test.each(strange)('%s comes instead of the reply', async (_, fault, check) => {
    await using client = await connect(fault)
    client.sign(5, 'text')
    client.request(9, 'SpcGetCertNo')
    check(await client.next())
    expect(await client.nextReply()).toMatchObject({ id: 9 })
  })

  test.each(strange)('%s comes before the reply', async (_, fault, check) => {
    await using client = await connect({ ...fault, place: 'before' } as RequestFault)
    client.sign(5, 'text')
    check(await client.next())
    expect(await client.nextReply()).toMatchObject({
      id: 5,
      method: 'cus-sec_SpcSignDataAsPEM',
      Result: true
    })
  })

  test.each(strange)('%s comes after the reply', async (_, fault, check) => {
    await using client = await connect({ ...fault, place: 'after' } as RequestFault)
    client.sign(5, 'text')
    expect(isValid(await client.nextReply())).toBe(true)
    check(await client.next())
  })

  test('a reply comes twice, or as often as wished', async () => {
    for (const times of [undefined, 4]) {
      await using client = await connect(times ? { do: 'duplicate', times } : { do: 'duplicate' })
      client.sign(5, 'text')
      client.request(6, 'SpcGetCertNo')
      const copies = new Set()
      for (let copy = 0; copy < (times ?? 2); copy++) copies.add(await client.next())
      expect(copies.size).toBe(1)
      expect(await client.nextReply()).toMatchObject({ id: 6 })
    }
  })
})

describe('replies that are spoilt', () => {
  test('a bare one has no id', async () => {
    await using client = await connect({ do: 'bare' })
    client.sign(5, 'text')
    const reply = JSON.parse(String(await client.next())) as Record<string, unknown>
    expect(Object.keys(reply)).toEqual(['Result', 'Data', 'Error'])
  })

  test('a status is not 00', async () => {
    expect(await signUnder({ do: 'status' })).toMatchObject({ status: '99', Result: true })
    expect(await signUnder({ do: 'status', status: '01' })).toMatchObject({ status: '01' })
  })

  test('a Result is not a boolean', async () => {
    expect((await signUnder({ do: 'result' })).Result).toBe('true')
    expect((await signUnder({ do: 'result', value: 1 })).Result).toBe(1)
    expect((await signUnder({ do: 'result', value: undefined })).Result).toBeUndefined()
  })

  test.each([
    ['missing', undefined],
    ['empty', []],
    ['empty-string', ['', rsaKey.certNo]],
    ['not-strings', [42, rsaKey.certNo]],
    ['not-an-array', expect.any(String)],
    ['one-element', [expect.any(String)]],
    ['three-elements', [expect.any(String), rsaKey.certNo, 'more']]
  ] as const)('Data is %s', async (as, data) => {
    expect((await signUnder({ do: 'data', as })).Data).toEqual(data)
  })

  test('a certificate number is not the card’s, its signature is', async () => {
    const reply = await signUnder({ do: 'cert-no' })
    expect(reply.Data[1]).toBe('00000000')
    expect(isValid(reply)).toBe(true)
    expect((await signUnder({ do: 'cert-no', certNo: 'deadbeef' })).Data[1]).toBe('deadbeef')
  })

  test('a signature does not verify, though it looks like one', async () => {
    const reply = await signUnder({ do: 'bad-signature' })
    expect(Buffer.from(reply.Data[0] ?? '', 'base64')).toHaveLength(128)
    expect(isValid(reply)).toBe(false)
    expect(reply.Data[1]).toBe(rsaKey.certNo)
  })

  test('the request is refused with a chosen error', async () => {
    const before = control.counters.signatures
    const reply = await signUnder({ do: 'fail', text: '未知错误', code: 'Err:Custom12345' })
    expect(reply).toMatchObject({
      status: '00',
      Result: false,
      Data: [],
      Error: ['未知错误', 'Err:Custom12345']
    })
    expect(control.counters.signatures).toBe(before)
  })

  test.each([50070, 50200, 51590] as const)('the reader fails with %i, for this request', async code => {
    await using client = await connect({ do: 'reader', code })
    client.sign(5, 'text')
    client.sign(6, 'text')
    const { Result, Error: error } = await client.nextReply()
    expect(Result).toBe(false)
    expect(error).toEqual([expect.stringContaining(`错误码=${code}`), `Err:Custom${code}`])
    expect(await client.nextReply()).toMatchObject({ id: 6, Result: true })
  })

  test('what spoils data leaves a refusal as it is', async () => {
    for (const fault of [
      { do: 'cert-no' },
      { do: 'bad-signature' },
      { do: 'data', as: 'one-element' }
    ] as const) {
      control.play({ request: () => [{ do: 'reader', code: 50070 }, fault] })
      await using client = await RawClient.connect(device.url)
      client.sign(5)
      expect(await client.nextReply()).toMatchObject({ Result: false, Data: [] })
    }
  })
})

describe('replies that take their time', () => {
  test('a delayed one holds up the card', async () => {
    await using client = await connect({ do: 'delay', ms: 5 })
    client.sign(5)
    client.request(6, 'SpcGetCertNo')
    expect([await client.nextReply(), await client.nextReply()]).toMatchObject([{ id: 5 }, { id: 6 }])
  })

  test('a late one is overtaken', async () => {
    await using client = await connect({ do: 'late', ms: 5 })
    client.sign(5)
    client.request(6, 'SpcGetCertNo')
    expect([await client.nextReply(), await client.nextReply()]).toMatchObject([{ id: 6 }, { id: 5 }])
  })

  test('a held one waits for its release', async () => {
    await using client = await connect({ do: 'hold' })
    client.sign(5)
    client.request(6, 'SpcGetCertNo')
    expect(await client.nextReply()).toMatchObject({ id: 6 })
    control.release()
    expect(await client.nextReply()).toMatchObject({ id: 5, Result: true })
  })

  test('one that drips comes in pieces, and whole, before those behind it', async () => {
    await using client = await connect({ do: 'drip', parts: 7, everyMs: 1 })
    client.sign(5, 'text')
    client.request(6, 'SpcGetCertNo')
    expect(isValid(await client.nextReply())).toBe(true)
    expect(await client.nextReply()).toMatchObject({ id: 6 })
  })

  test('an ignored request gets none, and is not carried out', async () => {
    await using client = await connect({ do: 'ignore' })
    client.sign(5, 'text', 'wrong')
    client.request(6, 'SpcGetCertNo')
    expect(await client.nextReply()).toMatchObject({ id: 6 })
    expect(control.card.wrongPins).toBe(0)
  })
})

describe('connections that end', () => {
  /** The close code that a signature ends in, how often the card signed, and the frames that arrived. */
  async function ending(fault: RequestFault) {
    const before = control.counters.signatures
    await using client = await connect(fault)
    client.sign(5, 'text')
    const code = await client.closed
    return { code, signed: control.counters.signatures - before, frames: client.frames.length }
  }

  test.each([
    ['unread', 0, 0],
    ['before-reply', 1, 0],
    ['after-reply', 1, 1]
  ] as const)('dropped %s: the card signed %i times, %i replies arrived', async (when, signed, frames) => {
    expect(await ending({ do: 'drop', when })).toMatchObject({ code: 1006, signed })
    expect(await ending({ do: 'close', code: 1011, when })).toEqual({ code: 1011, signed, frames })
  })

  test.each([1000, 1001, 1002, 1008, 1011, 1012, 1013, 3000, 4999])('closed with %i', async code => {
    expect(await ending({ do: 'close', code })).toEqual({ code, signed: 0, frames: 0 })
  })

  test('frozen, it answers neither requests nor pings', async () => {
    await using client = await connect({ do: 'freeze' })
    await using witness = await RawClient.connect(device.url)
    client.sign(5)
    await control.record.received(control.record.count + 1)
    let pongs = 0
    client.socket.on('pong', () => pongs++)
    client.socket.ping()
    client.request(6, 'SpcGetCertNo')
    witness.socket.ping()
    await new Promise(resolve => void witness.socket.once('pong', resolve))
    witness.request(7, 'SpcGetCertNo')
    expect(await witness.nextReply()).toMatchObject({ id: 7 })
    expect([client.frames.length, pongs]).toEqual([0, 0])
  })
})
