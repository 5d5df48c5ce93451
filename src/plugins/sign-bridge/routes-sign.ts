import { Type } from 'typebox'
import type { App, Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import { AskedMembers, askedOf, exampleSignature, refuseUnknown, Text } from './asked.ts'
import type { PooledBridge } from './bridge.ts'
import type { Callers } from './callers.ts'
import type { BridgeSettings } from './config.ts'
import { KeyHeaders } from './idempotency-key.ts'
import type { Idempotency } from './idempotency.ts'
import { callerOf, shedding } from './routes-access.ts'

const Body = Type.Object({ data: Text, ...AskedMembers }, { examples: [{ data: 'hello', pin: '88888888' }] })
const example = { sign: exampleSignature, certNo: '01691fe9', device: 'device-1' }

/** A signature in an answer. */
export const Signed = Type.Object(
  {
    sign: Type.String({ description: 'Base64.' }),
    certNo: Type.String({ description: 'Serial of the certificate.' }),
    device: Type.String({ description: 'Name of the device that made it.' })
  },
  { examples: [example] }
)

export interface SignRoutesOptions {
  readonly bridge: PooledBridge
  readonly callers: Callers
  readonly idempotency: Idempotency
  readonly errors: ApiErrors | undefined
  readonly clock: Clock
  readonly settings: Pick<BridgeSettings, 'envelope' | 'maxTextBytes' | 'maxBatch' | 'deadlineMs'>
}

/** `POST /v1/sign`: `{ data, pin }` in, `{ sign, certNo, device }` out, sealed where the settings name an envelope. */
export function addSignRoute(app: App, { bridge, callers, settings }: SignRoutesOptions): void {
  const options = {
    ...signRouteOptions(bridge, callers, settings),
    // In base64 or hex, and with characters escaped as `\uXXXX` where its writer liked it so.
    bodyLimit: 4 * settings.maxTextBytes + 16_384,
    schema: {
      tags: ['sign'],
      summary: 'Sign a text with a card',
      headers: KeyHeaders,
      body: Body,
      response: { 200: Signed }
    }
  }
  app.post('/v1/sign', options, async (request, reply) => {
    const { body } = request
    refuseUnknown(body, Body)
    return bridge.sign({ ...askedOf(request, reply, body, bridge), data: body.data })
  })
}

/** Who may use the routes that sign, and how their bodies are read. */
export function signRouteOptions(
  bridge: PooledBridge,
  callers: Callers,
  { envelope }: Pick<BridgeSettings, 'envelope'>
) {
  return {
    config: {
      access: 'token of a caller, where callers are set',
      ...(envelope !== undefined && { envelope })
    },
    onRequest: [
      callerOf(callers, { pinInClear: envelope === undefined }),
      shedding(() => bridge.assertRoom())
    ]
  }
}
