import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import type { Step } from '../../../src/plugins/sign-simulator/faults.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { cardKey, guardSecret, pin } from './rig.ts'
import { legacyKey, openHex, sealHex } from './sealed.ts'

let device: SimulatedDevice
let gateway: TestGateway<SignBridge>
let logs = ''

beforeAll(async () => {
  device = await startSignSimulator({ key: cardKey })
  gateway = await start()
})
afterAll(async () => {
  await gateway.close()
  await device.close()
})
beforeEach(() => {
  logs = ''
  device.control.play([])
})

function start(config: object = {}): Promise<TestGateway<SignBridge>> {
  return testPlugin(signBridge, {
    config: {
      devices: [device.url],
      guardSecret,
      timeoutMs: 20_000,
      recycleAfterMs: 0,
      reconnectMinMs: 1,
      ...config
    },
    with: [[apiError], [state], [cryptoEnvelope, { legacyKey }], [database, { file: ':memory:' }]] as never,
    server: { logLevel: 'trace' },
    logDestination: { write: line => void (logs += line) }
  })
}

interface Answer {
  readonly status: number
  readonly body: { readonly code: number; readonly msg: string; readonly data: string | false }
  readonly headers: Readonly<Record<string, unknown>>
}

async function post(payload: string | Buffer, to = gateway, headers: object = {}): Promise<Answer> {
  const response = await to.inject({
    method: 'POST',
    url: '/getCode',
    payload,
    headers: { 'content-type': 'text/plain', ...headers }
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}
const sealed = (value: unknown): string => sealHex(JSON.stringify(value))

test('a sealed text comes back signed, in the words of the first version', async () => {
  const { status, body } = await post(sealed({ str: '待签名 "5.0"', pwdstr: pin }))
  expect({ status, code: body.code, msg: body.msg }).toEqual({ status: 200, code: 200, msg: '成功' })
  expect(body.data).toMatch(/^[0-9A-F]+$/)
  const answer = JSON.parse(openHex(String(body.data))) as { sign: string; certNo: string }
  expect(Object.keys(answer)).toEqual(['sign', 'certNo'])
  expect(answer.certNo).toBe(cardKey.certNo)
  expect(cardKey.verify('待签名 "5.0"', answer.sign)).toBe(true)
})

test('whitespace around the hex, lower case, other content types and further members are tolerated', async () => {
  const hex = sealed({ str: 'hello', pwdstr: pin, appid: 7 }).toLowerCase()
  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded'])
    expect((await post(` \r\n${hex}\n`, gateway, { 'content-type': type })).body.code).toBe(200)
})

test('36: of two members of one name the last one counts', async () => {
  const { body } = await post(sealHex(`{"str":"no","str":"yes","pwdstr":"${pin}"}`))
  const { sign } = JSON.parse(openHex(String(body.data))) as { sign: string }
  expect(cardKey.verify('yes', sign)).toBe(true)
})

const good = sealed({ str: 'hello', pwdstr: pin })
const body = (value: object): string => sealed({ str: 'hello', pwdstr: pin, ...value })

describe('bad input is refused in the dialect of the route, told to nobody, and shown to no device', () => {
  test.each<[string, string | Buffer, number]>([
    ['28: nothing', '', 400],
    ['28: not hex', 'this is not hex!', 400],
    ['28: an odd number of digits', good.slice(1), 400],
    ['28: another key', sealHex(`{"str":"hello","pwdstr":"${pin}"}`, 'another-key-1234'), 400],
    ['28: a tail cut off', good.slice(0, -32), 400],
    ['28: half a block', good.slice(0, -16), 400],
    ['28: a byte changed', `${good.slice(0, 2) === '00' ? '01' : '00'}${good.slice(2)}`, 400],
    ['28: not UTF-8', sealHex(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 400],
    ['28: no JSON', sealHex(`str=hello&pwdstr=${pin}`), 400],
    ['28: a list', sealed(['hello', pin]), 400],
    ['28: a text', sealed(`hello ${pin}`), 400],
    ['28: null', sealed(null), 400],
    ['36: __proto__', sealHex(`{"__proto__":{"str":"hello"},"str":"hello","pwdstr":"${pin}"}`), 400],
    [
      '36: constructor.prototype',
      sealHex(`{"constructor":{"prototype":{}},"str":"a","pwdstr":"${pin}"}`),
      400
    ],
    ['28: no str', sealed({ pwdstr: pin }), 400],
    ['28: no pwdstr', sealed({ str: 'hello' }), 400],
    ['28: an empty str', body({ str: '' }), 400],
    ['28: an empty pwdstr', body({ pwdstr: '' }), 400],
    ['28: a number for str', body({ str: 88_888_888 }), 400],
    ['28: a number for pwdstr', body({ pwdstr: 88_888_888 }), 400],
    ['28: null for str', body({ str: null }), 400],
    ['28: a list for str', body({ str: ['hello'] }), 400],
    ['28: a very long pwdstr', body({ pwdstr: pin.repeat(100) }), 400],
    ['35: a lone surrogate in str', sealHex(`{"str":"\\ud800","pwdstr":"${pin}"}`), 400],
    ['35: a lone surrogate in pwdstr', sealHex(`{"str":"hello","pwdstr":"${pin}\\udc00"}`), 400],
    ['27: a text over the limit', body({ str: 'x'.repeat(65_537) }), 413],
    ['27: a body of 5 MB', 'AB'.repeat(2_621_440), 413]
  ])('%s', async (_, payload, expected) => {
    const before = device.control.record.count
    const { status, body: answer } = await post(payload)
    expect({ status, ...answer }).toEqual({ status: expected, code: expected, msg: answer.msg, data: false })
    expect(answer.msg).not.toBe('')
    expect(device.control.record.count).toBe(before)
    for (const secret of [pin, legacyKey, 'hello']) expect(logs + answer.msg).not.toContain(secret)
  })
})

test('27: a text at the limit is signed; one whose frame would be too long for the control is not', async () => {
  expect((await post(body({ str: 'x'.repeat(65_536) }))).status).toBe(200)
  const large = await start({ maxTextBytes: 121_856 })
  expect((await post(body({ str: 'x'.repeat(121_856) }), large)).status).toBe(200)
  expect((await post(body({ str: '\n'.repeat(62_000) }), large)).status).toBe(413)
  await large.close()
})

test.each<[string, Step, number, object?]>([
  ['no reply', { do: 'ignore' }, 504, { timeoutMs: 50 }],
  ['a lost connection', { do: 'drop', when: 'unread' }, 502],
  ['a refused request', { do: 'fail', text: `bad ${pin}`, code: 'Err:Custom50999' }, 502],
  ['a refused PIN', { do: 'fail', text: `口令${pin}错误`, code: 'Err:Custom50102' }, 502],
  ['garbage', { do: 'garbage' }, 502],
  ['no signature', { do: 'data', as: 'empty' }, 502]
])(
  'a device that gives %s: the code is the HTTP status, and nothing secret is told or logged',
  async (_, fault, code, config) => {
    // Each has a guard of its own: what one of them says of the PIN would block it for the next.
    const fresh = await start(config)
    device.control.play([fault])
    const answer = await post(good, fresh)
    await fresh.close()
    expect(answer).toMatchObject({ status: code, body: { code, data: false } })
    for (const secret of [pin, legacyKey, 'hello'])
      expect(logs + JSON.stringify(answer.body)).not.toContain(secret)
  }
)

test('with legacyStatus every failure of a device is a 500, and bad input still a 400', async () => {
  const legacy = await start({ legacyStatus: true })
  device.control.play([{ do: 'drop', when: 'unread' }])
  expect(await post(good, legacy)).toMatchObject({ status: 500, body: { code: 500, data: false } })
  expect((await post(sealed({ str: 1 }), legacy)).status).toBe(400)
  await legacy.close()
})

test('without a device that is there: 503, and when to come back', async () => {
  const alone = await start({ devices: ['ws://127.0.0.1:9'], connectWaitMs: 20 })
  expect(await post(good, alone)).toMatchObject({
    status: 503,
    body: { code: 503 },
    headers: { 'retry-after': '15' }
  })
  const none = await start({ devices: [] })
  expect((await post(good, none)).status).toBe(503)
  await Promise.all([alone.close(), none.close()])
})

test('25: a client that hangs up while its request waits takes it out of the queue', async () => {
  const patient = await start()
  const url = `${await patient.listen({ port: 0, host: '127.0.0.1' })}/getCode`
  device.control.play([{ do: 'hold' }])
  const before = device.control.record.count
  const first = request(url, { method: 'POST', agent: false }).end(good)
  const answered = once(first, 'response') as Promise<[IncomingMessage]>
  await device.control.record.received(before + 1)
  const second = request(url, { method: 'POST', agent: false }).end(sealed({ str: 'gone', pwdstr: pin }))
  const hungUp = new Promise(resolve => second.once('close', resolve))
  second.on('error', () => {})
  await until(() => patient.service.status().queued === 1)
  second.destroy()
  await until(() => patient.service.status().queued === 0)
  device.control.release()
  const [response] = await answered
  expect(response.resume().statusCode).toBe(200)
  await hungUp
  await patient.close()
  expect(device.control.record.count).toBe(before + 1)
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}
