import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import type { Step } from '../../src/plugins/sign-simulator/faults.ts'
import { bodyOf } from '../plugins/customs179/samples.ts'
import { openAnswer, sealRequest, type GcmEnvelope } from '../plugins/crypto-envelope/gcm-client.ts'
import { secretsIn, type Secret } from './secret-scan.ts'
import { watchGateway, type Place, type WatchedGateway } from './watched-gateway.ts'

const pin = 'Pk7w3Qz9'
const [firstWrong, secondWrong] = ['Xr5t8Lm2', 'Hj4v6Nc1']
const key = 'vB3xKq8ZtY6mWn2R'
const token = 'Tq5Lw8Zb2Nc7Kd4Xf9Hv3Rm6Ys1Gp0Aj'
const webhookSecret = 'Bn4Vc7Xm2Zq9Lw6K'
const text = 'Jd9hRf2sVu5yGe7c 金额'
const secrets: Secret[] = [
  { name: 'PIN', value: pin, guessable: true },
  { name: 'first wrong PIN', value: firstWrong, guessable: true },
  { name: 'second wrong PIN', value: secondWrong, guessable: true },
  { name: 'envelope key', value: key, guessable: true },
  { name: 'token', value: token },
  { name: 'webhook secret', value: webhookSecret, guessable: true },
  { name: 'text', value: text }
]

describe('the search for secrets', () => {
  const around = (bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')])
  const digest = createHash('sha256').update(pin).digest()
  const forms: [string, Buffer][] = [
    ['text', Buffer.from(`{"msg":"${pin}"}`)],
    ['UTF-16', Buffer.from(pin, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(pin, 'utf16le').swap16()],
    ['hex', Buffer.from(Buffer.from(pin).toString('hex'))],
    ['hex', Buffer.from(Buffer.from(pin).toString('hex').toUpperCase())],
    ...['', 'x', 'xy', 'xyz'].map((before): [string, Buffer] => {
      return ['base64', Buffer.from(Buffer.from(`${before}${pin} and more`).toString('base64'))]
    }),
    ['sha256', digest],
    ['sha256, hex', Buffer.from(digest.toString('hex'))],
    ['sha256, base64', Buffer.from(digest.toString('base64'))]
  ]
  test.each(forms)('finds a PIN as %s', (form, bytes) => {
    expect(secretsIn(around(bytes), secrets)).toContain(`PIN (${form})`)
  })

  test('finds a text that is percent-encoded', () => {
    const [found] = secretsIn(Buffer.from(`/path?q=${encodeURIComponent(text)}`), secrets)
    expect(found).toBe('text (percent-encoded)')
  })

  test('finds a text whose characters are escaped', () => {
    expect(secretsIn(Buffer.from('"Jd9hRf2sVu5yGe7c \\u91d1\\u989d"'), secrets)).toEqual(['text (JSON)'])
  })

  test('finds a key of bytes', () => {
    const bytes = randomBytes(16)
    const found = (written: Buffer): string[] => secretsIn(around(written), [{ name: 'key', value: bytes }])
    expect(found(bytes)).toEqual(['key (text)'])
    expect(found(Buffer.from(bytes.toString('base64url')))).toContain('key (base64)')
    expect(found(Buffer.from(bytes.toString('hex')))).toEqual(['key (hex)'])
  })

  test('finds nothing where nothing is', () => {
    const hashOfText = createHash('sha256').update(text).digest('hex')
    const halves = [pin.slice(0, 4), pin.slice(4)].join(' ')
    expect(secretsIn(Buffer.from(`${hashOfText} ${halves} ${pin.toLowerCase()}`), secrets)).toEqual([])
  })
})

const crypt = (sealing: boolean, data: Buffer, under = key): Buffer => {
  const cipher = (sealing ? createCipheriv : createDecipheriv)('aes-128-ecb', under, null)
  return Buffer.concat([cipher.update(data), cipher.final()])
}
const seal = (str: string, pwdstr: string, under?: string): string =>
  crypt(true, Buffer.from(JSON.stringify({ str, pwdstr })), under).toString('hex')

/** Replies that fail in every way, some of them repeating what they were asked. */
const faults: Step[] = [
  { do: 'ignore' },
  { do: 'drop', when: 'before-reply' },
  { do: 'garbage' },
  { do: 'frame', frame: `{"passwd":"${pin}","inData":"${text}"` },
  { do: 'frame', frame: JSON.stringify({ _id: 'x', _method: pin, _status: text, _args: { Result: text } }) },
  { do: 'status', status: `${pin} ${text}` },
  { do: 'fail', text: `不能签名 ${text} ${pin}`, code: `Err:${pin}` },
  { do: 'data', as: 'empty' },
  { do: 'result', value: pin }
]

/** What was found of secrets, also of the key that the gateway has made for itself. */
function foundIn(places: readonly Place[], wanted: readonly Secret[]): string[] {
  const keys = places
    .filter(({ place }) => place.endsWith('.secret'))
    .map(({ place, bytes }) => ({ name: place, value: Buffer.from(bytes.toString().trim(), 'hex') }))
  expect(keys).not.toEqual([])
  return places.flatMap(({ place, bytes }) => {
    const others = keys.filter(({ name }) => name !== place)
    return secretsIn(bytes, [...wanted, ...others]).map(secret => `${secret} in ${place}`)
  })
}

async function devicesAre({ url, ask }: WatchedGateway, states: RegExp): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  while (!states.test((await ask(`${url}/v1/sign/devices`, undefined, headers)).body)) await sleep(10)
}

async function lookAround({ url, admin, ask }: WatchedGateway, certNo: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  for (const path of [
    'readyz',
    'healthz',
    '_errors',
    'v1/sign/devices',
    `v1/sign/certificates/${certNo}`,
    'no'
  ])
    await ask(`${url}/${path}`, undefined, headers)
  expect((await ask(url)).status).toBe(200)
  for (const path of ['plugins', 'routes', 'health', 'config', 'console'])
    expect((await ask(`${admin}/${path}`)).status).toBe(200)
  for (const path of ['guard', 'audit', 'metrics'])
    expect((await ask(`${admin}/sign-bridge/${path}`)).status).toBe(200)
  const json = { 'content-type': 'application/json' }
  for (const path of ['devices/device-1/drain', 'devices/device-1/enable', 'devices/device-1/release'])
    expect((await ask(`${admin}/sign-bridge/${path}`, '{}', json)).status).toBe(200)
  expect((await ask(`${admin}/sign-bridge/webhook/test`, '{}', json)).status).toBe(200)
  expect((await ask(`${admin}/sign-bridge/guard/reset`, '{"device":"device-1"}', json)).status).toBe(200)
}

test('40: neither PIN, key nor text is in the log, an answer, an event, a metric or a file, whatever happens', async () => {
  await using good = await startSignSimulator({ pin })
  await using locked = await startSignSimulator({ pin: 'another PIN', key: good.key })
  for (let times = 0; times < 3; times++) expect(() => locked.control.card.verifyPin('')).toThrow(/PIN|口令/)
  await locked.goOffline()
  await using gateway = await watchGateway(
    `server: { adminPort: 0 }
plugins:
  api-error: true
  cors: true
  state: true
  database: { file: data/paifang.db }
  crypto-envelope: true
  sign-bridge: { timeoutMs: 150, connectWaitMs: 200, reconnectMinMs: 5, reconnectMaxMs: 20, getCodeOpen: true, webhookUrl: '{webhook}', webhookRepeatMs: 0 }
  customs179: true
  console: true
`,
    {
      PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY: key,
      PAIFANG_SIGN_BRIDGE_DEVICES: `${good.url},${locked.url}`,
      PAIFANG_SIGN_BRIDGE_WEBHOOK_SECRET: webhookSecret,
      PAIFANG_SIGN_BRIDGE_CALLERS: JSON.stringify({ shop: { token, pin } })
    }
  )
  const { url, ask } = gateway
  const ready = (): Promise<void> => devicesAre(gateway, /"ready"/)
  const sign = (body: string): ReturnType<typeof ask> => ask(`${url}/getCode`, body)
  const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const bearer = { authorization: json.authorization }
  const send = async (path: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
    (await ask(`${url}/v1/${path}`, body, { ...json, ...headers })).status
  const call = (path: string, body: object, headers?: Record<string, string>): Promise<number> =>
    send(path, JSON.stringify(body), headers)

  await ready()
  const signed = await sign(seal(text, pin))
  expect(signed.status).toBe(200)
  const { data } = JSON.parse(signed.body) as { data: string }
  const { sign: signature } = JSON.parse(crypt(false, Buffer.from(data, 'hex')).toString()) as {
    sign: string
  }
  expect(good.key.verify(text, signature)).toBe(true)

  const refused = [
    seal(text, pin, 'another key here'),
    seal(text, pin).slice(0, -2),
    seal(text, pin).slice(0, -1),
    seal(`${text}\uD800`, pin),
    crypt(true, Buffer.from(`${text}${pin}`)).toString('hex'),
    crypt(true, Buffer.from(JSON.stringify({ str: text, pwdstr: [pin] }))).toString('hex'),
    crypt(true, Buffer.from(JSON.stringify({ [text]: pin, pwdstr: pin }))).toString('hex'),
    `${text} ${pin}`,
    JSON.stringify({ str: text, pwdstr: pin })
  ]
  for (const body of refused) expect((await sign(body)).status).toBe(400)
  expect((await sign(seal(text.repeat(250_000), pin))).status).toBe(413)

  const items = [{ data: text, id: '1' }, { data: `${text}!` }]
  const once = { 'idempotency-key': 'order-1' }
  const batchOnce = { 'idempotency-key': 'batch-1' }
  expect(await call('sign', { data: text, pin }, once)).toBe(200)
  expect(await call('sign', { data: text, pin }, once)).toBe(200)
  expect(await call('sign', { data: `${text}.`, pin }, once)).toBe(422)
  expect(await call('sign', { data: text })).toBe(200)
  for (const headers of [{}, batchOnce, batchOnce])
    expect(await call('sign/batch', { items, pin }, headers)).toBe(200)
  expect(await call('customs179/verify', { [text]: pin })).toBe(400)
  const announced = { serviceTime: `"${Date.now()}"`, pwdstr: `"${pin}"` }
  expect(await send('customs179/sign', bodyOf(announced))).toBe(200)
  expect(await send('customs179/sign', bodyOf({ ...announced, [pin]: '1' }))).toBe(400)

  for (const body of [
    { data: text, pin: [pin] },
    { data: text, pim: pin },
    { data: text, [pin]: 'pin' },
    [pin]
  ])
    expect(await call('sign', body)).toBe(400)
  expect(await call('sign/batch', { items: [{ data: text, [pin]: 1 }], pin })).toBe(400)
  expect(await send('sign', `{"data":"${text}","pin":"${pin}`)).toBe(400)
  expect(await send('sign', pin, { 'content-type': 'text/plain' })).toBe(400)
  expect(await call('sign', { data: text.repeat(20_000), pin })).toBe(413)
  expect(await call('sign', { data: text, pin }, { authorization: `Bearer ${token}x` })).toBe(401)
  expect(await call('sign', { data: text, pin }, { authorization: `Basic ${token}` })).toBe(401)

  const query = `?pin=${pin}&token=${token}`
  for (const path of ['getCode', 'v1/sign', 'v1/sign/batch', 'nowhere'])
    expect((await ask(`${url}/${path}${query}`, '{}')).status).toBeGreaterThanOrEqual(400)
  expect((await ask(`${url}/v1/sign/devices${query}`, undefined, bearer)).status).toBe(200)

  for (const fault of faults) {
    await ready()
    good.control.play([fault])
    expect((await sign(seal(text, pin))).status).toBeGreaterThanOrEqual(500)
    await ready()
    expect((await sign(seal(text, pin))).status).toBe(200)
  }
  await ready()
  const certificate = `${url}/v1/sign/certificates/${good.key.certNo}`
  expect((await ask(certificate, undefined, bearer)).status).toBe(200)
  good.control.play([{ do: 'bad-signature' }])
  expect((await sign(seal(text, pin))).status).toBe(502)
  await ask(`${gateway.admin}/sign-bridge/devices/device-1/release`, '{}', json)
  await ready()
  good.control.play([{ do: 'reader', code: 50070 }])
  expect((await sign(seal(text, pin))).status).toBe(502)
  expect(good.control.card.wrongPins).toBe(0)

  await ready()
  expect(await call('sign', { data: text, pin: firstWrong }, { 'idempotency-key': 'wrong' })).toBe(502)
  expect(await call('sign', { data: text, pin: firstWrong }, { 'idempotency-key': 'wrong' })).toBe(502)
  expect(await call('sign/batch', { items, pin: firstWrong })).toBe(200)
  for (const wrong of [firstWrong, secondWrong, secondWrong]) {
    await devicesAre(gateway, /"ready"|"down"/)
    expect((await sign(seal(text, wrong))).status).toBeGreaterThanOrEqual(400)
  }
  expect(good.control.card.wrongPins).toBe(2)
  await good.goOffline()
  await locked.comeOnline()
  await devicesAre(gateway, /"device-2"[^}]*"ready"/)
  expect((await sign(seal(text, pin))).status).toBeGreaterThanOrEqual(400)
  await lookAround(gateway, good.key.certNo)

  const places = await gateway.everything()
  expect(places.filter(({ place }) => place === 'the webhook').length).toBeGreaterThan(1)
  expect(places.map(({ place }) => place)).toContain('data/paifang.db-wal')
  expect(places[0].bytes.length).toBeGreaterThan(10_000)
  expect(foundIn(places, secrets)).toEqual([])
})

test('40: nor is anything of requests and answers that are sealed with a key of the ring', async () => {
  await using device = await startSignSimulator({ pin, algorithm: 'sm2' })
  const gcmKey = randomBytes(32)
  await using gateway = await watchGateway(
    `server: { adminPort: 0 }
plugins:
  api-error: true
  state: true
  database: { file: data/paifang.db }
  crypto-envelope: { keys: { k1: { key: ${gcmKey.toString('base64url')} } } }
  sign-bridge: { timeoutMs: 150, envelope: default, verifySm2: always, webhookUrl: '{webhook}' }
  console: true
`,
    { PAIFANG_SIGN_BRIDGE_DEVICES: device.url }
  )
  const { url, ask } = gateway
  const client = { key: gcmKey, kid: 'k1', method: 'POST', path: '/v1/sign' }
  const sealed = (value: unknown, changes: object = {}): GcmEnvelope =>
    sealRequest({ ...client, ...changes }, JSON.stringify(value), Date.now())
  const send = (value: object): ReturnType<typeof ask> => ask(`${url}/v1/sign`, JSON.stringify(value))
  const statusOf = async (value: object): Promise<number> => (await send(value)).status

  await devicesAre(gateway, /"ready"/)
  const signatures: Secret[] = []
  for (let count = 0; count < 3; count++) {
    const request = sealed({ data: text, pin })
    const { body } = await send(request)
    const opened = JSON.parse(openAnswer(client, JSON.parse(body) as GcmEnvelope, request.nonce)) as {
      sign: string
    }
    expect(device.key.verify(text, opened.sign)).toBe(true)
    signatures.push({ name: 'signature', value: opened.sign })
    expect(await statusOf(request)).toBe(409)
  }
  const good = sealed({ data: text, pin })
  const refused = [
    { ...good, ts: good.ts + 1 },
    { ...good, nonce: sealed({}).nonce },
    { ...good, ct: good.ct.slice(0, -4) },
    { ...good, ct: `${pin}${text}` },
    { ...good, kid: pin },
    { ...good, [text]: pin },
    sealed({ data: text, pin }, { key: randomBytes(32) }),
    sealed(`${text}${pin}`),
    sealed([text, pin]),
    sealed({ data: text, pin: [pin] }),
    sealed({ data: text, [pin]: 1 }),
    sealed({ data: '', pin }),
    { data: text, pin }
  ]
  for (const value of refused) expect(await statusOf(value)).toBe(400)
  device.control.play([{ do: 'ignore' }])
  expect(await statusOf(sealed({ data: text, pin }))).toBe(504)
  await devicesAre(gateway, /"ready"/)
  for (const [wrong, status] of [
    [firstWrong, 502],
    [firstWrong, 423],
    [secondWrong, 502],
    [pin, 423]
  ] as const)
    expect(await statusOf(sealed({ data: text, pin: wrong }))).toBe(status)
  await lookAround(gateway, device.key.certNo)

  const places = await gateway.everything()
  expect(foundIn(places, [...secrets, ...signatures, { name: 'gcm key', value: gcmKey }])).toEqual([
    'gcm key (base64) in paifang.config.yaml',
    'gcm key (base64) in paifang.config.yaml'
  ])
})
