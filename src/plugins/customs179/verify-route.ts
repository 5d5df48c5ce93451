import { Type } from 'typebox'
import type { App, Clock } from '../../core/index.ts'
import type { Outcomes } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { claimExample } from './examples.ts'
import { inspect } from './inspect.ts'
import type { Sm2Check } from './sm2.ts'
import { reasons, verify } from './verify.ts'

const Body = Type.Object(
  {
    str: Type.String({ minLength: 1, maxLength: 121_856, description: 'The text that was signed.' }),
    signValue: Type.String({ minLength: 1, maxLength: 1024, description: 'Base64.' }),
    certificate: Type.String({ minLength: 1, maxLength: 16_384, description: 'PEM, or DER in base64.' })
  },
  { examples: [claimExample] }
)

const Segments = Type.Object(
  {
    wellFormed: Type.Boolean(),
    faults: Type.Array(Type.Object({ path: Type.String(), code: Type.String() }))
  },
  { description: 'Whether they fit Customs 179, when the text has its four segments.' }
)
const Answer = Type.Object(
  {
    valid: Type.Boolean({ description: 'There are no reasons why not.' }),
    algorithm: Type.Optional(Type.Enum(['rsa-sha1', 'sm2-sm3'])),
    certNo: Type.Optional(Type.String()),
    subject: Type.Optional(Type.String()),
    notBefore: Type.Optional(Type.String()),
    notAfter: Type.Optional(Type.String()),
    reasons: Type.Array(Type.Enum([...reasons])),
    segments: Type.Optional(Segments)
  },
  {
    examples: [
      {
        valid: true,
        algorithm: 'sm2-sm3',
        certNo: '01691fe9',
        subject: 'C=CN, O=模拟企业有限公司, CN=模拟操作员',
        notBefore: '2026-01-01T00:00:00.000Z',
        notAfter: '2027-01-01T00:00:00.000Z',
        reasons: [],
        segments: { wellFormed: true, faults: [] }
      }
    ]
  }
)

export interface VerifyRouteOptions {
  readonly clock: Clock
  readonly sm2: Sm2Check
  readonly outcomes: Outcomes
}

/** `POST /v1/customs179/verify`: checks a text, a signature and a certificate, without a card and without a network. */
export function addVerifyRoute(app: App, { clock, sm2, outcomes }: VerifyRouteOptions): void {
  const options = {
    // A text of the longest kind with all of its characters beyond ASCII, or half of them escaped.
    bodyLimit: 384 * 1024,
    config: { access: 'public', failures: [Errors['customs179.busy']] },
    schema: {
      tags: ['customs179'],
      summary: 'Verify a signed upload offline (Customs 179)',
      description: 'The certificate’s own validity is judged at serviceTime, or now when there is none.',
      body: Body,
      response: { 200: Answer }
    }
  }
  app.post('/v1/customs179/verify', options, async request => {
    const segments = inspect(request.body.str)
    const verdict = await outcomes.of(
      verify({ ...request.body, at: segments?.at ?? clock.now() }, sm2),
      ({ valid }) => (valid ? 'valid' : 'invalid')
    )
    if (!segments) return verdict
    const { faults } = segments
    return { ...verdict, segments: { wellFormed: faults.length === 0, faults } }
  })
}
