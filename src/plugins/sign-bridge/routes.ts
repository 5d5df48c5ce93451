import { Type } from 'typebox'
import { whenGone, type App } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { exampleSignature } from './asked.ts'
import { Errors } from './errors.ts'
import type { BridgeSettings } from './config.ts'
import type { Callers } from './callers.ts'
import { KeyHeaders } from './idempotency-key.ts'
import type { PooledBridge } from './bridge.ts'
import { callerOf, namesOf, shedding } from './routes-access.ts'

const tags = ['sign']
const Text = Type.String({ minLength: 1 })
const GetCodeBody = Type.Object(
  { str: Text, pwdstr: Type.String({ minLength: 1, maxLength: 256, description: 'The PIN of the card.' }) },
  { examples: [{ str: 'hello', pwdstr: '88888888' }] }
)
const GetCodeAnswer = Type.Object(
  {
    sign: Type.String({ description: 'Base64.' }),
    certNo: Type.String({ description: 'Serial of the certificate.' })
  },
  { examples: [{ sign: exampleSignature, certNo: '01691fe9' }] }
)
const CertificateParams = Type.Object({
  certNo: Type.String({
    pattern: '^[0-9A-Fa-f]{1,40}$',
    description: 'Serial of the certificate.',
    examples: ['01691fe9']
  })
})
const Pem = Type.String({
  examples: [
    '-----BEGIN CERTIFICATE-----\nMIIBozCCAUmgAwIBAgIEAWkf6TAKBggqgRzPVQGDdTA=\n-----END CERTIFICATE-----\n'
  ]
})
const Known = Type.Optional(Type.Unsafe<string | undefined>(Type.String()))
const Device = Type.Object({
  name: Type.String(),
  address: Type.String(),
  state: Type.String(),
  certNo: Known,
  reason: Known,
  counters: Type.Record(Type.String(), Type.Integer())
})
const Devices = Type.Object(
  { devices: Type.Array(Device), queued: Type.Integer({ description: 'Requests that wait for a device.' }) },
  {
    examples: [
      {
        devices: [
          {
            name: 'device-1',
            address: 'ws://192.168.1.20:61232',
            state: 'ready',
            certNo: '01691fe9',
            counters: { signed: 12 }
          }
        ],
        queued: 0
      }
    ]
  }
)

/** Without `callers` in the settings, the gateway is for machines that are trusted. */
export const ofCallers = 'token of a caller, where callers are set'

export interface RoutesOptions {
  readonly bridge: PooledBridge
  readonly callers: Callers
  readonly settings: Pick<BridgeSettings, 'legacyStatus' | 'maxTextBytes' | 'getCodeOpen'>
}

/** `POST /getCode`: the sealed `{str, pwdstr}` in, the sealed `{sign, certNo}` out. */
export function addGetCode(app: App, { bridge, callers, settings }: RoutesOptions): void {
  const { legacyStatus, maxTextBytes, getCodeOpen } = settings
  const options = {
    config: {
      envelope: 'legacy',
      dialect: 'plain',
      access: 'an envelope under the legacy key, and the token of a caller, where callers are set'
    } as const,
    onRequest: [callerOf(callers, { tokenOptional: getCodeOpen }), shedding(() => bridge.assertRoom())],
    // In hex, and with every character escaped as `\uXXXX` where its writer liked it so.
    bodyLimit: 4 * maxTextBytes + 16_384,
    schema: {
      tags,
      summary: 'Sign a text with a card',
      description:
        'The body is the hex ciphertext of {"str": text, "pwdstr": PIN} under the envelope `legacy`.',
      headers: KeyHeaders,
      body: GetCodeBody,
      response: { 200: GetCodeAnswer }
    }
  }
  app.post('/getCode', options, async (request, reply) => {
    const { str, pwdstr } = request.body
    try {
      const asked = { data: str, pin: pwdstr, signal: whenGone(reply), ...namesOf(request) }
      const { sign, certNo } = await bridge.sign(asked)
      return { sign, certNo }
    } catch (error) {
      throw legacyStatus ? withLegacyStatus(error) : error
    }
  })
}

/** `GET /v1/sign/devices` and `GET /v1/sign/certificates/:certNo`. */
export function addStatusRoutes(app: App, { bridge, callers }: RoutesOptions): void {
  const onRequest = callerOf(callers)
  const devices = { tags, summary: 'The signing devices and their queue', response: { 200: Devices } }
  app.get(
    '/v1/sign/devices',
    { schema: devices, onRequest, config: { access: ofCallers, failures: [] } },
    async () => {
      await bridge.confirmed()
      const { devices: all, queued } = bridge.status()
      return { devices: [...all], queued }
    }
  )

  const ofCertificates = [
    Errors['sign.certificate_unknown'],
    Errors['sign.device_unavailable'],
    Errors['sign.queue_full']
  ]
  const certificate = {
    tags,
    summary: 'The certificate of a signing card, as PEM',
    params: CertificateParams,
    response: { 200: { content: { 'application/x-pem-file': { schema: Pem } } } }
  }
  app.get(
    '/v1/sign/certificates/:certNo',
    { schema: certificate, config: { raw: true, access: ofCallers, failures: ofCertificates }, onRequest },
    async (request, reply) => {
      const pem = await bridge.certificate(request.params.certNo)
      if (pem === undefined) throw new ApiError(Errors['sign.certificate_unknown'])
      return reply.type('application/x-pem-file').send(pem)
    }
  )
}

function withLegacyStatus(error: unknown): unknown {
  const isDevices = error instanceof ApiError && error.entry.http >= 500
  return isDevices ? new ApiError({ ...error.entry, http: 500 }, error.context) : error
}
