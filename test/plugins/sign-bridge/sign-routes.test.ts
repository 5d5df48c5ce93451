import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { cardKey, guardSecret, otherCardKey, pin } from './rig.ts'
import { legacyKey, openHex, sealHex } from './sealed.ts'

let device: SimulatedDevice
let other: SimulatedDevice
let gateway: TestGateway<SignBridge>
let logs = ''

beforeAll(async () => {
  device = await startSignSimulator({ key: cardKey })
  other = await startSignSimulator({ key: otherCardKey })
  gateway = await start()
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([device.close(), other.close()])
})
beforeEach(() => {
  logs = ''
  device.control.play([])
  other.control.play([])
})

function start(config: object = {}): Promise<TestGateway<SignBridge>> {
  return testPlugin(signBridge, {
    config: {
      devices: [device.url],
      guardSecret,
      timeoutMs: 20_000,
      reconnectMinMs: 1,
      maxBatch: 5,
      ...config
    },
    with: [[apiError], [state], [database, { file: ':memory:' }], [cryptoEnvelope, { legacyKey }]] as never,
    server: { logLevel: 'trace' },
    logDestination: { write: line => void (logs += line) }
  })
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly sign?: string
    readonly code?: string
    readonly errors?: readonly { readonly pointer: string }[]
    readonly items?: readonly {
      readonly id?: string
      readonly sign?: string
      readonly device?: string
      readonly error?: { readonly code: string; readonly message: string; readonly transient: boolean }
    }[]
  }
  readonly headers: Readonly<Record<string, unknown>>
}

interface Sending {
  readonly to?: TestGateway<SignBridge>
  readonly url?: string
  readonly headers?: Record<string, string>
  readonly from?: string
}

async function post(
  payload: object | string,
  { to = gateway, url = '/v1/sign', headers = {}, from = '127.0.0.1' }: Sending = {}
): Promise<Answer> {
  const json = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const response = await to.inject({
    method: 'POST',
    url,
    payload: json,
    remoteAddress: from,
    headers: { 'content-type': 'application/json', ...headers }
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}
const batch = (payload: object, sending: Sending = {}): Promise<Answer> =>
  post(payload, { url: '/v1/sign/batch', ...sending })
const pointers = ({ body }: Answer): string[] => (body.errors ?? []).map(({ pointer }) => pointer)
const sent = (): number => device.control.record.count
const key = (name: string): { headers: Record<string, string> } => ({ headers: { 'idempotency-key': name } })

test('a text and a PIN in, the signature, its certificate and its device out', async () => {
  const data = '待签名 "5.0"\r\n'
  const { status, body, headers } = await post({ data, pin })
  expect({ status, ...body }).toEqual({
    status: 200,
    sign: body.sign,
    certNo: cardKey.certNo,
    device: 'device-1'
  })
  expect(cardKey.verify(data, body.sign ?? '')).toBe(true)
  expect(headers['content-type']).toMatch(/^application\/json/)
})

describe('bad input is refused by field, and no card sees it', () => {
  const good = { data: 'hello', pin }
  test.each<[string, object | string, string[]]>([
    ['no data', { pin }, ['/data']],
    ['no PIN', { data: 'hello' }, ['/pin']],
    ['an empty text', { ...good, data: '' }, ['/data']],
    ['a number for a text', { ...good, data: 5 }, ['/data']],
    ['a number for a PIN', { ...good, pin: 88_888_888 }, ['/pin']],
    ['a long PIN', { ...good, pin: 'x'.repeat(257) }, ['/pin']],
    ['a serial that is none', { ...good, certNo: 'xyz' }, ['/certNo']],
    ['a device that is not there', { ...good, device: 'device-7' }, ['/device']],
    ['a deadline of nothing', { ...good, deadlineMs: 0 }, ['/deadlineMs']],
    ['a deadline in words', { ...good, deadlineMs: 'soon' }, ['/deadlineMs']],
    ['a misspelt member', { ...good, certno: cardKey.certNo }, ['']],
    ['the PIN for a name', { ...good, [pin]: 'pin' }, ['']],
    ['a list', [], ['']],
    ['no JSON', '{"data":', []]
  ])('%s', async (_, payload, expected) => {
    const before = sent()
    const answer = await post(payload)
    expect(answer.status).toBe(400)
    expect(pointers(answer)).toEqual(expected)
    expect(sent()).toBe(before)
    expect(logs + JSON.stringify(answer.body)).not.toContain(pin)
  })

  test.each<[string, object, string[]]>([
    ['no items', { pin }, ['/items']],
    ['none at all', { items: [], pin }, ['/items']],
    ['too many', { items: Array.from({ length: 6 }, () => ({ data: 'x' })), pin }, ['/items']],
    ['an item without data', { items: [{ data: 'x' }, { id: 'b' }], pin }, ['/items/1/data']],
    ['an item with a member of its own', { items: [{ data: 'x', pin }], pin }, ['/items/0']],
    ['an item that has the PIN for a name', { items: [{ data: 'x', [pin]: 1 }], pin }, ['/items/0']],
    ['a long id', { items: [{ data: 'x', id: 'x'.repeat(129) }], pin }, ['/items/0/id']]
  ])('a batch with %s', async (_, payload, expected) => {
    const answer = await batch(payload)
    expect({ status: answer.status, pointers: pointers(answer) }).toEqual({ status: 400, pointers: expected })
    expect(logs + JSON.stringify(answer.body)).not.toContain(pin)
  })

  test('a member that is not known is not repeated, and those that are known are named', async () => {
    const { body } = await post({ ...good, certno: '01' }, { headers: { 'accept-language': 'en' } })
    expect(JSON.stringify(body)).toContain('the known ones are data, pin, device, certNo, deadlineMs')
    expect(JSON.stringify(body)).not.toContain('certno')
  })

  test.each(['', ' x', '"open', `"${'x'.repeat(256)}"`, 'x'.repeat(256), 'ключ'])(
    'the key %j',
    async name => {
      const answer = await post(good, key(Buffer.from(name).toString('latin1')))
      expect({ status: answer.status, pointers: pointers(answer) }).toEqual({
        status: 400,
        pointers: ['/idempotency-key']
      })
    }
  )

  test('a text over the limit is 413, and what cannot be UTF-8 is 400', async () => {
    expect((await post({ ...good, data: 'x'.repeat(65_537) })).status).toBe(413)
    expect(await post('{"data":"\\ud800","pin":"1"}')).toMatchObject({
      status: 400,
      body: { code: 'sign.text_invalid' }
    })
  })
})

describe('a PIN in clear', () => {
  test('is taken from this machine alone while nobody has a token', async () => {
    const outside = { from: '192.0.2.7' }
    for (const sending of [outside, { headers: { 'x-forwarded-for': '192.0.2.7' } }])
      for (const send of [post, batch])
        expect(await send({ data: 'x', items: [], pin }, sending)).toMatchObject({
          status: 403,
          body: { code: 'auth.forbidden' }
        })
    expect((await post({ data: 'x', pin }, { from: '::1' })).status).toBe(200)
  })

  test('is not there in an envelope, which is taken from everywhere', async () => {
    const sealing = await start({ envelope: 'legacy' })
    const response = await sealing.inject({
      method: 'POST',
      url: '/v1/sign',
      remoteAddress: '192.0.2.7',
      headers: { 'content-type': 'text/plain' },
      payload: sealHex(JSON.stringify({ data: 'sealed', pin }))
    })
    expect(response.statusCode).toBe(200)
    const answer = JSON.parse(openHex(response.body)) as { sign: string }
    expect(cardKey.verify('sealed', answer.sign)).toBe(true)
    await sealing.close()
  })
})

test('requests go to the device or the card that they ask for; what nobody has is 404', async () => {
  const two = await start({
    devices: [device.url, other.url],
    certNos: [cardKey.certNo, otherCardKey.certNo]
  })
  for (const ask of [{ device: 'device-2' }, { certNo: otherCardKey.certNo.toUpperCase() }])
    expect(await post({ data: 'x', pin, ...ask }, { to: two })).toMatchObject({
      status: 200,
      body: { device: 'device-2', certNo: otherCardKey.certNo }
    })
  expect(await post({ data: 'x', pin, certNo: 'ffffffff' }, { to: two })).toMatchObject({ status: 404 })
  await two.close()
})

describe('a batch', () => {
  const items = ['a', 'b', 'c'].map(id => ({ id, data: `text ${id}` }))

  test('is answered item by item, in order, with a signature or an error each', async () => {
    device.control.play([
      { do: 'delay', ms: 0 },
      { do: 'data', as: 'empty' }
    ])
    const { status, body } = await batch({ items: [...items, { data: 'no id' }], pin })
    expect(status).toBe(200)
    expect(body.items?.map(({ id, error }) => [id, error?.code])).toEqual([
      ['a', undefined],
      ['b', 'sign.empty_result'],
      ['c', undefined],
      [undefined, undefined]
    ])
    expect(cardKey.verify('text c', body.items?.[2]?.sign ?? '')).toBe(true)
  })

  test('20: a refused PIN is one attempt, and says so in the caller’s language', async () => {
    const own = await startSignSimulator({ key: cardKey })
    const strict = await start({ devices: [own.url] })
    const { status, body } = await batch(
      { items, pin: '00000000' },
      { to: strict, headers: { 'accept-language': 'en' } }
    )
    expect(status).toBe(200)
    expect(body.items?.map(({ error }) => error?.code)).toEqual([
      'sign.pin_refused',
      'sign.batch_stopped',
      'sign.batch_stopped'
    ])
    expect(body.items?.[1]?.error).toMatchObject({
      transient: false,
      message: expect.stringContaining('PIN')
    })
    expect(own.control.record.count).toBe(1)
    await strict.close()
    await own.close()
  })

  test('29: with a key, what was signed is not signed again, and what was not is', async () => {
    device.control.play([
      { do: 'delay', ms: 0 },
      { do: 'data', as: 'empty' }
    ])
    const first = await batch({ items, pin }, key('batch-1'))
    const before = sent()
    const again = await batch({ items, pin }, key('batch-1'))
    expect(again.body).toEqual(first.body)
    expect(sent()).toBe(before)
    expect(await batch({ items: items.slice(1), pin }, key('batch-1'))).toMatchObject({ status: 422 })
  })
})

describe('29: Idempotency-Key', () => {
  test('the same request is answered from memory, quoted or not; another one is 422', async () => {
    const first = await post({ data: 'pay', pin }, key('order-1'))
    const before = sent()
    for (const name of ['order-1', '"order-1"'])
      expect((await post({ data: 'pay', pin }, key(name))).body).toEqual(first.body)
    expect(await post({ data: 'pay twice', pin }, key('order-1'))).toMatchObject({
      status: 422,
      body: { code: 'sign.idempotency_mismatch' }
    })
    expect(sent()).toBe(before)
  })

  test('on /getCode as well, whatever the ciphertext', async () => {
    const call = (name: string, value: object): Promise<Answer> =>
      gateway
        .inject({
          method: 'POST',
          url: '/getCode',
          payload: sealHex(JSON.stringify(value)),
          headers: { 'content-type': 'text/plain', 'idempotency-key': name }
        })
        .then(response => ({ status: response.statusCode, body: response.json(), headers: response.headers }))
    await call('code-1', { str: 'pay', pwdstr: pin })
    const before = sent()
    expect((await call('code-1', { pwdstr: pin, str: 'pay' })).status).toBe(200)
    expect((await call('code-1', { pwdstr: pin, str: 'other' })).status).toBe(422)
    expect(sent()).toBe(before)
  })

  test('25: a client that hangs up while its text is signed gets the signature when it asks again', async () => {
    const url = `${await gateway.listen({ port: 0, host: '127.0.0.1' })}/v1/sign`
    device.control.play([{ do: 'hold' }])
    const before = sent()
    const options = {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'lost' }
    }
    const body = JSON.stringify({ data: 'lost', pin })
    const lost = request(url, options)
      .on('error', () => {})
      .end(body)
    await device.control.record.received(before + 1)
    const ask = async (): Promise<{ status: number | undefined; text: string }> => {
      const [response] = (await once(request(url, options).end(body), 'response')) as [IncomingMessage]
      return { status: response.statusCode, text: await textOf(response) }
    }
    expect((await ask()).status).toBe(409)
    const hungUp = new Promise(resolve => lost.once('close', resolve))
    lost.destroy()
    await hungUp
    device.control.release()
    let answer = await ask()
    while (answer.status === 409) answer = await ask()
    expect(answer.status).toBe(200)
    const { sign } = JSON.parse(answer.text) as { sign: string }
    expect(cardKey.verify('lost', sign)).toBe(true)
    expect(sent()).toBe(before + 1)
  })
})

describe('callers', () => {
  const tokens = { shop: 'shop-token-0123456789', erp: 'erp-token-01234567890' }
  const callers = {
    shop: { token: tokens.shop, perMinute: 2, devices: ['device-1'] },
    erp: { token: tokens.erp, pin }
  }
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  let guarded: TestGateway<SignBridge>
  beforeAll(async () => {
    guarded = await start({ callers, devices: [device.url, other.url] })
  })
  afterAll(() => guarded.close())

  test('without a token, or with a wrong one, everything is 401 with a challenge', async () => {
    const urls = ['/v1/sign', '/v1/sign/batch', '/getCode'] as const
    for (const url of urls)
      for (const sending of [{}, bearer('not-one-of-the-tokens')]) {
        const { status, headers } = await post({ data: 'x', pin }, { to: guarded, url, ...sending })
        expect({ url, status, challenge: headers['www-authenticate'] }).toMatchObject({
          status: 401,
          challenge: expect.stringMatching(/^Bearer/)
        })
      }
    expect((await guarded.inject('/v1/sign/devices')).statusCode).toBe(401)
    expect(logs).not.toContain('not-one-of-the-tokens')
  })

  test('23: a device of others is 403, and one more than its rate is 429 with Retry-After', async () => {
    const shop = { to: guarded, ...bearer(tokens.shop) }
    expect(await post({ data: 'x', pin, device: 'device-2' }, shop)).toMatchObject({ status: 403 })
    const { body } = await batch({ items: [{ data: 'a' }, { data: 'b' }, { data: 'c' }], pin }, shop)
    expect(body.items?.map(({ device: name, error }) => name ?? error?.code)).toEqual([
      'device-1',
      'device-1',
      'rate.limited'
    ])
    const { status, headers } = await post({ data: 'x', pin }, shop)
    expect(status).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
  })

  test('from other machines too; the PIN may be kept here; keys are each caller’s own; no secret is logged', async () => {
    const erp = { to: guarded, from: '192.0.2.7' }
    const headers = { ...bearer(tokens.erp).headers, 'idempotency-key': 'mine' }
    expect((await post({ data: 'x' }, { ...erp, headers })).status).toBe(200)
    expect(logs).not.toMatch(new RegExp(`${tokens.erp}|${tokens.shop}|${pin}`))
    expect(JSON.stringify(guarded.gateway.settings())).not.toMatch(new RegExp(`${tokens.erp}|${pin}`))
  })

  test('`getCodeOpen` leaves the old route as it was', async () => {
    const open = await start({ callers, getCodeOpen: true })
    const response = await open.inject({
      method: 'POST',
      url: '/getCode',
      payload: sealHex(JSON.stringify({ str: 'x', pwdstr: pin })),
      headers: { 'content-type': 'text/plain' }
    })
    expect(response.statusCode).toBe(200)
    expect((await post({ data: 'x', pin }, { to: open })).status).toBe(401)
    await open.close()
  })
})

test('23: with a full queue, requests are refused before their body is read; a kept answer is still given', async () => {
  const small = await start({ maxQueued: 1 })
  const kept = { to: small, ...key('kept') }
  const first = await post({ data: 'kept', pin }, kept)
  device.control.play([{ do: 'hold' }])
  const before = sent()
  const signing = post({ data: 'held', pin }, { to: small })
  await device.control.record.received(before + 1)
  const waiting = post({ data: 'waits', pin }, { to: small })
  while (small.service.status().queued === 0) await new Promise(resolve => setImmediate(resolve))
  expect(await post('this is not even JSON', { to: small })).toMatchObject({
    status: 503,
    body: { code: 'sign.queue_full' },
    headers: { 'retry-after': expect.stringMatching(/^\d+$/) }
  })
  expect((await post({ data: 'kept', pin }, kept)).body).toEqual(first.body)
  device.control.release()
  expect((await Promise.all([signing, waiting])).map(({ status }) => status)).toEqual([200, 200])
  await small.close()
})
