import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import customs179 from '../../../src/plugins/customs179/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { startSignSimulator, type SimulatedDevice } from '../../../src/plugins/sign-simulator/device.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { bodyOf, headText, listsText, type Answer } from './samples.ts'

const odd = String.raw`"totalAmount":5.0,"odd":[1e2,-0,"\u4e2d\/"]`
const head = headText.replace('"totalAmount":5', () => odd)

const token = 'a-token-of-the-shop'
const bearer = `Bearer ${token}`
const settings = {
  guardSecret: 'only for these tests',
  timeoutMs: 1_000,
  recycleAfterMs: 0,
  maxTextBytes: 20_000
}

describe.each(['rsa', 'sm2'] as const)('through sign-bridge, with a card that signs with %s', algorithm => {
  let device: SimulatedDevice
  let gateway: TestGateway<unknown>
  let logs = ''
  beforeAll(async () => {
    device = await startSignSimulator({ key: await createCardKey({ algorithm }) })
    gateway = await testPlugin(customs179, {
      with: [
        [apiError],
        [state],
        [database, { file: ':memory:' }],
        [cryptoEnvelope, { legacyKey: '1234567887654321' }],
        [signBridge, { ...settings, devices: [device.url], callers: { shop: { token } } }]
      ] as never,
      server: { logLevel: 'trace' },
      logDestination: { write: line => void (logs += line) }
    })
  })
  afterAll(async () => {
    await gateway.close()
    await device.close()
  })

  const post = async (path: string, payload: string, authorization = bearer): Promise<Answer> => {
    const response = await gateway.inject({
      method: 'POST',
      url: `/v1/customs179/${path}`,
      headers: { 'content-type': 'application/json', authorization },
      payload
    })
    return { status: response.statusCode, body: response.json<Answer['body']>() }
  }
  const now = (parts: Readonly<Record<string, string>> = {}): string =>
    bodyOf({ payExchangeInfoHead: head, serviceTime: `"${Date.now()}"`, ...parts })

  test('what was written reaches the card, its signature verifies with the certificate that the gateway serves', async () => {
    const { status, body } = await post('sign', now())
    expect(status).toBe(200)
    expect(body).toMatchObject({ certNo: device.control.card.key.certNo, payExchangeInfoHead: head })
    expect(body['payExInfoStr']).toContain(`{${head.slice(1, -1)}},"payExchangeInfoLists":${listsText},`)
    const { str, signValue, certNo } = body
    expect(device.control.card.key.verify(String(str), String(signValue))).toBe(true)

    const certificate = (
      await gateway.inject({
        url: `/v1/sign/certificates/${String(certNo)}`,
        headers: { authorization: bearer }
      })
    ).body
    const verify = (change: object): Promise<Answer> =>
      post('verify', JSON.stringify({ str, signValue, certificate, ...change }))
    expect((await verify({})).body).toMatchObject({ valid: true, certNo, segments: { wellFormed: true } })
    expect((await verify({ str: String(str).replace('5.0', '5') })).body).toMatchObject({
      valid: false,
      reasons: ['signature_mismatch'],
      segments: { wellFormed: true }
    })
  })

  test('who has no token gets no signature, and a card other than the one asked for gives none', async () => {
    const { count } = device.control.record
    expect(await post('sign', now(), 'Bearer another')).toMatchObject({
      status: 401,
      body: { code: 'auth.token_invalid' }
    })
    const { certNo } = device.control.card.key
    expect(await post('sign', now({ certNo: '"00ff00ff"' }))).toMatchObject({
      status: 404,
      body: { code: 'sign.no_device_fits' }
    })
    expect(device.control.record.count).toBe(count)
    expect(await post('sign', now({ certNo: `"${certNo.toUpperCase()}"` }))).toMatchObject({
      status: 200,
      body: { certNo }
    })
  })

  test('what sign-bridge refuses, and what a card refuses, is told in its words; the PIN in none', async () => {
    const large = headText.replace('"note":""', `"note":"","filler":"${'x'.repeat(20_000)}"`)
    expect(await post('sign', now({ payExchangeInfoHead: large }))).toMatchObject({
      status: 413,
      body: { code: 'sign.text_too_large' }
    })
    expect(await post('sign', now({ pwdstr: '"13572468"' }))).toMatchObject({
      status: 502,
      body: { code: 'sign.pin_refused' }
    })
    expect(await post('sign', now({ pwdstr: String.raw`"\ud800"` }))).toMatchObject({
      status: 400,
      body: { code: 'sign.text_invalid' }
    })
    for (const secret of ['13572468', '88888888', '样品']) expect(logs).not.toContain(secret)
  })
})
