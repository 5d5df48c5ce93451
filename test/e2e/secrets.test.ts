import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import type { Step } from '../../src/plugins/sign-simulator/faults.ts'
import { run } from './program.ts'
import { secretsIn, type Secret } from './secret-scan.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pin = 'Pk7w3Qz9'
const [firstWrong, secondWrong] = ['Xr5t8Lm2', 'Hj4v6Nc1']
const key = 'vB3xKq8ZtY6mWn2R'
const token = 'Tq5Lw8Zb2Nc7Kd4Xf9Hv3Rm6Ys1Gp0Aj'
const text = 'Jd9hRf2sVu5yGe7c 金额'
const secrets: Secret[] = [
  { name: 'PIN', value: pin, guessable: true },
  { name: 'first wrong PIN', value: firstWrong, guessable: true },
  { name: 'second wrong PIN', value: secondWrong, guessable: true },
  { name: 'envelope key', value: key, guessable: true },
  { name: 'token', value: token },
  { name: 'text', value: text }
]

describe('the search for secrets', () => {
  const around = (bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')])
  const digest = createHash('sha256').update(pin).digest()
  const forms: [string, Buffer][] = [
    ['text', Buffer.from(`{"msg":"${pin}"}`)],
    ['UTF-16', Buffer.from(pin, 'utf16le')],
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

test('neither PIN, key nor text is in the log, an answer or a file, whatever happens', async () => {
  await using good = await startSignSimulator({ pin })
  await using locked = await startSignSimulator({ pin: 'another PIN', key: good.key })
  for (let times = 0; times < 3; times++) expect(() => locked.control.card.verifyPin('')).toThrow(/PIN|口令/)
  await locked.goOffline()
  writeFileSync(
    join(folder, 'paifang.config.yaml'),
    `server: { adminPort: 0 }
plugins:
  api-error: true
  cors: true
  state: true
  database: { file: data/paifang.db }
  crypto-envelope: true
  sign-bridge: { timeoutMs: 150, connectWaitMs: 200, reconnectMinMs: 5, reconnectMaxMs: 20, getCodeOpen: true }
  customs179: true
`
  )
  const env = {
    PORT: '0',
    LOG_LEVEL: 'trace',
    PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY: key,
    PAIFANG_SIGN_BRIDGE_DEVICES: `${good.url},${locked.url}`,
    PAIFANG_SIGN_BRIDGE_CALLERS: JSON.stringify({ shop: { token, pin } })
  }
  await using gateway = run('server.js', [], { env, cwd: folder })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const [, admin = ''] = await gateway.until(/"url":"(\S+?)","msg":"admin listener"/)
  const answers: Place[] = []
  const ask = async (
    address: string,
    body?: string,
    headers: Record<string, string> = {}
  ): Promise<{ status: number; body: string }> => {
    const response = await fetch(address, { headers, ...(body !== undefined && { method: 'POST', body }) })
    const answer = { status: response.status, body: await response.text() }
    const bytes = Buffer.from(JSON.stringify([[...response.headers], answer]))
    answers.push({ place: `an answer of ${address}`, bytes })
    return answer
  }
  const sign = (body: string): Promise<{ status: number; body: string }> => ask(`${url}/getCode`, body)
  const call = async (path: string, body: object, headers: Record<string, string> = {}): Promise<number> => {
    const json = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers }
    return (await ask(`${url}/v1/${path}`, JSON.stringify(body), json)).status
  }
  const look = (path: string) => ask(`${url}${path}`, undefined, { authorization: `Bearer ${token}` })
  const devicesAre = async (states: RegExp): Promise<void> => {
    while (!states.test((await look('/v1/sign/devices')).body)) await sleep(10)
  }

  await devicesAre(/"ready"/)
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
  await ask(`${url}/${encodeURIComponent('nowhere')}`)

  const once = { 'idempotency-key': 'order-1' }
  expect(await call('sign', { data: text, pin }, once)).toBe(200)
  expect(await call('sign', { data: text, pin }, once)).toBe(200)
  expect(await call('sign', { data: `${text}.`, pin }, once)).toBe(422)
  expect(await call('sign', { data: text })).toBe(200)
  expect(await call('sign', { data: text, pin: [pin] })).toBe(400)
  expect(await call('sign', { data: text, pim: pin })).toBe(400)
  expect(await call('sign', { data: text, pin }, { authorization: `Bearer ${token}x` })).toBe(401)
  expect(await call('sign/batch', { items: [{ data: text, id: '1' }, { data: text }] })).toBe(200)
  expect(await call('customs179/verify', { [text]: pin })).toBe(400)

  for (const fault of faults) {
    await devicesAre(/"ready"/)
    good.control.play([fault])
    expect((await sign(seal(text, pin))).status).toBeGreaterThanOrEqual(500)
    await devicesAre(/"ready"/)
    expect((await sign(seal(text, pin))).status).toBe(200)
  }
  expect(good.control.card.wrongPins).toBe(0)

  for (const wrong of [firstWrong, firstWrong, secondWrong, secondWrong]) {
    await devicesAre(/"ready"|"down"/)
    expect((await sign(seal(text, wrong))).status).toBeGreaterThanOrEqual(400)
  }
  expect(good.control.card.wrongPins).toBeGreaterThan(0)
  await good.goOffline()
  await locked.comeOnline()
  await devicesAre(/"device-2"[^}]*"ready"/)
  expect((await sign(seal(text, pin))).status).toBeGreaterThanOrEqual(400)

  for (const path of ['/readyz', '/healthz', '/v1/sign/devices', `/v1/sign/certificates/${good.key.certNo}`])
    await look(path)
  for (const path of [
    '/plugins',
    '/routes',
    '/health',
    '/config',
    '/sign-bridge/guard',
    '/sign-bridge/audit',
    '/sign-bridge/metrics'
  ])
    await ask(`${admin}${path}`)
  const whileRunning = files()
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)

  const log = gateway.output()
  expect(log.length).toBeGreaterThan(10_000)
  const places = [{ place: 'the log', bytes: Buffer.from(log) }, ...answers, ...whileRunning, ...files()]
  const keys = whileRunning.filter(({ place }) => place.endsWith('.secret'))
  const found = places.flatMap(({ place, bytes }) => {
    const elsewhere = keys.filter(one => one.place !== place)
    const keySecrets = elsewhere.map(one => ({ name: one.place, value: one.bytes.toString().trim() }))
    return secretsIn(bytes, [...secrets, ...keySecrets]).map(secret => `${secret} in ${place}`)
  })
  expect(found).toEqual([])
})

interface Place {
  readonly place: string
  readonly bytes: Buffer
}

/** Every file that the gateway could write. */
function files(): Place[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => ({ place: name, path: join(folder, name) }))
    .filter(({ path }) => statSync(path).isFile())
    .map(({ place, path }) => ({ place, bytes: readFileSync(path) }))
}
