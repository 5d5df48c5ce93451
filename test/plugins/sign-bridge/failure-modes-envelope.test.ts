import { createCipheriv, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import type { SignBridge } from '../../../src/plugins/sign-bridge/service.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { openAnswer, sealRequest, type GcmEnvelope } from '../crypto-envelope/gcm-client.ts'
import { cardKey, guardSecret, pin } from './rig.ts'

const gcmKey = randomBytes(32)
const client = { key: gcmKey, kid: 'gcm', method: 'POST', path: '/v1/sign' }
const oldKey = randomBytes(16)
const envelopeSettings = {
  keys: {
    gcm: { key: gcmKey.toString('base64url') },
    old: { key: oldKey.toString('hex'), encoding: 'hex', use: 'open' },
    ended: {
      key: randomBytes(16).toString('hex'),
      encoding: 'hex',
      use: 'seal',
      notAfter: '2020-01-01T00:00:00Z'
    }
  },
  profiles: { partner: { codec: 'aes-ecb', keys: ['old', 'ended'] } }
}

let device: SimulatedDevice
let logs = ''
beforeAll(async () => {
  device = await startSignSimulator({ key: cardKey })
})
afterAll(() => device.close())
beforeEach(() => {
  logs = ''
})

const start = (envelope: string): Promise<TestGateway<SignBridge>> =>
  testPlugin(signBridge, {
    config: { devices: [device.url], guardSecret, envelope },
    with: [
      [apiError],
      [state],
      [database, { file: ':memory:' }],
      [cryptoEnvelope, envelopeSettings]
    ] as never,
    server: { logLevel: 'trace' },
    logDestination: { write: line => void (logs += line) }
  })

interface Answer {
  readonly status: number
  readonly text: string
}

async function post(gateway: TestGateway<SignBridge>, payload: string | object): Promise<Answer> {
  const headers = { 'x-request-id': 'the-same-for-all' }
  const response = await gateway.inject({ method: 'POST', url: '/v1/sign', payload, headers })
  return { status: response.statusCode, text: response.body }
}

test('29: a sealed request that comes again is 409 and never reaches the card; so is one under way', async () => {
  await using gateway = await start('default')
  const request = sealRequest(client, JSON.stringify({ data: 'pay', pin }), Date.now())
  const before = device.control.record.count
  const answers = await Promise.all([post(gateway, request), post(gateway, request)])
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  const { text } = answers.find(({ status }) => status === 200)!
  const { sign } = JSON.parse(openAnswer(client, JSON.parse(text) as GcmEnvelope, request.nonce)) as {
    sign: string
  }
  expect(cardKey.verify('pay', sign)).toBe(true)
  expect(await post(gateway, request)).toMatchObject({ status: 409 })
  expect(device.control.record.count).toBe(before + 1)
})

test('29: a request of yesterday is refused like one that was tampered with, and never reaches the card', async () => {
  await using gateway = await start('default')
  const plain = JSON.stringify({ data: 'pay', pin })
  const before = device.control.record.count
  const stale = await post(gateway, sealRequest(client, plain, Date.now() - 86_400_000))
  const tampered = await post(gateway, { ...sealRequest(client, plain, Date.now()), ts: Date.now() + 1 })
  expect(stale.status).toBe(400)
  expect(stale).toEqual(tampered)
  expect(device.control.record.count).toBe(before)
})

test('37: a signature that cannot be sealed is a 500 with nothing of it, though the card has made it', async () => {
  await using gateway = await start('partner')
  const cipher = createCipheriv('aes-128-ecb', oldKey, null)
  const plain = JSON.stringify({ data: 'pay', pin })
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
  const before = device.control.record.count
  const answer = await post(gateway, sealed)
  expect(answer).toMatchObject({ status: 500, text: expect.stringContaining('envelope.unsealed') })
  expect(device.control.record.count).toBe(before + 1)
  for (const plaintext of [cardKey.sign('pay'), cardKey.certNo, 'pay"', pin])
    expect(answer.text + logs).not.toContain(plaintext)
})
