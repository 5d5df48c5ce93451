import type { ServerResponse } from 'node:http'
import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { SignBridge } from './service.ts'

const tags = ['sign']
const Text = Type.String({ minLength: 1 })
const GetCodeBody = Type.Object({ str: Text, pwdstr: Type.String({ minLength: 1, maxLength: 256 }) })
const GetCodeAnswer = Type.Object({ sign: Type.String(), certNo: Type.String() })
const CertificateParams = Type.Object({ certNo: Type.String({ pattern: '^[0-9A-Fa-f]{1,40}$' }) })
const Known = Type.Optional(Type.Unsafe<string | undefined>(Type.String()))
const Devices = Type.Object({
  devices: Type.Array(
    Type.Object({
      name: Type.String(),
      address: Type.String(),
      state: Type.String(),
      certNo: Known,
      reason: Known,
      counters: Type.Record(Type.String(), Type.Integer())
    })
  ),
  queued: Type.Integer()
})

export interface GetCodeOptions {
  readonly legacyStatus: boolean
  readonly maxTextBytes: number
}

/** `POST /getCode`: the sealed `{str, pwdstr}` in, the sealed `{sign, certNo}` out. */
export function addGetCode(
  app: App,
  bridge: SignBridge,
  { legacyStatus, maxTextBytes }: GetCodeOptions
): void {
  const options = {
    config: { envelope: 'legacy', dialect: 'plain' },
    // In hex, and with every character escaped as `\uXXXX` where its writer liked it so.
    bodyLimit: 4 * maxTextBytes + 16_384,
    schema: {
      tags,
      summary: 'Sign a text with a card',
      description:
        'The body is the hex ciphertext of {"str": text, "pwdstr": PIN} under the envelope `legacy`.',
      body: GetCodeBody,
      response: { 200: GetCodeAnswer }
    }
  } as const
  app.post('/getCode', options, async (request, reply) => {
    const { str, pwdstr } = request.body
    try {
      const { sign, certNo } = await bridge.sign({ data: str, pin: pwdstr, signal: whenGone(reply) })
      return { sign, certNo }
    } catch (error) {
      throw legacyStatus ? withLegacyStatus(error) : error
    }
  })
}

/** `GET /v1/sign/devices` and `GET /v1/sign/certificates/:certNo`. */
export function addStatusRoutes(app: App, bridge: SignBridge): void {
  const devices = { tags, summary: 'The signing devices and their queue', response: { 200: Devices } }
  app.get('/v1/sign/devices', { schema: devices }, () => {
    const { devices: all, queued } = bridge.status()
    return { devices: [...all], queued }
  })

  const certificate = {
    tags,
    summary: 'The certificate of a signing card, as PEM',
    params: CertificateParams,
    response: { 200: { content: { 'application/x-pem-file': { schema: Type.String() } } } }
  }
  app.get(
    '/v1/sign/certificates/:certNo',
    { schema: certificate, config: { raw: true } },
    async (request, reply) => {
      const pem = await bridge.certificate(request.params.certNo)
      if (pem === undefined) throw new ApiError(Errors['sign.certificate_unknown'])
      return reply.type('application/x-pem-file').send(pem)
    }
  )
}

/** Aborts when the answer is out, or nobody is left to take it. Fastify's own signal misses a hang-up after the body. */
function whenGone(reply: { readonly raw: ServerResponse }): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

function withLegacyStatus(error: unknown): unknown {
  const isDevices = error instanceof ApiError && error.entry.http >= 500
  return isDevices ? new ApiError({ ...error.entry, http: 500 }, error.context) : error
}
