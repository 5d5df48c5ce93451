import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { whenGone, type App, type Clock } from '../../core/index.ts'
import { ApiError, Errors, type Outcomes } from '../api-error/service.ts'
import type { SignBridge } from '../sign-bridge/service.ts'
import { millisecondsLeft, withinBudget } from './budget.ts'
import { callerOf } from './access.ts'
import type { Config } from './config.ts'
import { signedExample, uploadExample } from './examples.ts'
import { Upload } from './fields.ts'
import { memberTexts } from './json-source.ts'
import { payExInfoStr, signedText } from './signed-text.ts'
import { textFaults, unknownMembers } from './text-faults.ts'

const Body = Type.Object(
  {
    ...Upload.properties,
    pwdstr: Type.String({ minLength: 1, maxLength: 256, description: 'The PIN of the card.' }),
    certNo: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Fa-f]{1,40}$',
        description: 'Serial of the certificate that it must be signed with, the one registered with customs.'
      })
    )
  },
  { examples: [uploadExample] }
)

const Answer = Type.Object(
  {
    sessionID: Type.String(),
    payExchangeInfoHead: Type.String({ description: 'JSON, to the byte as it was signed.' }),
    payExchangeInfoLists: Type.String({ description: 'JSON, to the byte as it was signed.' }),
    serviceTime: Type.String(),
    certNo: Type.String({ description: 'Serial of the certificate, in lower case.' }),
    signValue: Type.String({ description: 'Base64.' }),
    payExInfoStr: Type.String({ description: 'The form field to upload, not yet percent-encoded.' }),
    str: Type.String({ description: 'The text that was signed.' })
  },
  { examples: [signedExample] }
)

export interface SignRouteOptions {
  readonly bridge: SignBridge
  readonly clock: Clock
  readonly config: Config
  /** The body of a request as it was written. */
  readonly textOf: (request: FastifyRequest) => string
  readonly outcomes: Outcomes
}

/** `POST /v1/customs179/sign`: the parts of an upload and the PIN in, the whole upload out. */
export function addSignRoute(app: App, { bridge, clock, config, textOf, outcomes }: SignRouteOptions): void {
  const options = {
    // The longest text that a control takes, and what is around it.
    bodyLimit: 128 * 1024,
    // Before any of the body is read.
    onRequest: async (request: FastifyRequest) => {
      try {
        callerOf(request, bridge)
      } catch (error) {
        outcomes.failed(error)
        throw error
      }
    },
    config: { access: 'token of a caller of sign-bridge, where callers are set' },
    schema: {
      tags: ['customs179'],
      summary: 'Sign an upload of payment data (Customs 179)',
      description:
        'Head and lists are signed to the byte as they are written in the body, which must be without whitespace.',
      body: Body,
      response: { 200: Answer }
    }
  }
  app.post('/v1/customs179/sign', options, (request, reply) => outcomes.of(sign(request, reply), 'signed'))

  async function sign(
    request: FastifyRequest<{ Body: Static<typeof Body> }>,
    reply: FastifyReply
  ): Promise<Static<typeof Answer>> {
    const { sessionID, serviceTime, pwdstr: pin, certNo: wanted } = request.body
    const written = memberTexts(textOf(request))
    const [head, lists] = [written.get('payExchangeInfoHead')!, written.get('payExchangeInfoLists')!]
    const fields = [...unknownMembers(written.keys(), Body.properties), ...textFaults({ head, lists })]
    if (fields.length > 0) throw new ApiError(Errors['param.invalid'], { fields })

    const segments = { sessionID, head, lists, serviceTime }
    const str = signedText(segments)
    const leftMs = millisecondsLeft(serviceTime, clock.now(), config)
    const caller = callerOf(request, bridge)
    const terms = {
      deadlineMs: Math.max(1, leftMs - config.signingMs),
      ...(caller !== undefined && { caller }),
      ...(wanted !== undefined && { certNos: [wanted] })
    }
    const { sign: signValue, certNo: serial } = await withinBudget(
      { clock, leftMs, gone: whenGone(reply) },
      signal => bridge.sign({ data: str, pin, signal, ...terms })
    )
    const certNo = serial.toLowerCase()
    return {
      sessionID,
      payExchangeInfoHead: head,
      payExchangeInfoLists: lists,
      serviceTime,
      certNo,
      signValue,
      payExInfoStr: payExInfoStr(segments, { certNo, signValue }),
      str
    }
  }
}
