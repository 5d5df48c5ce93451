import { Type, type Static } from 'typebox'
import { eventKinds } from './events.ts'
import { deviceSettings } from './device-settings.ts'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

const names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { default: [], uniqueItems: true, description })

const CallerSettings = Type.Object({
  token: Type.String({
    minLength: 16,
    maxLength: 512,
    pattern: '^[A-Za-z0-9._~+/-]+=*$',
    secret: true,
    description: 'What it sends as `Authorization: Bearer`. Make one: openssl rand -hex 32'
  }),
  devices: names('Names of the devices that it may use. None: all.'),
  certNos: names('Serials of the certificates that it may sign with. None: all.'),
  perMinute: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Signatures that it may ask for in a minute of the clock, on all nodes together.'
  }),
  maxQueued: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 10_000,
    description: 'Requests of it that may be open at a time, on one node.'
  }),
  pin: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      secret: true,
      description: 'The PIN of its requests that have none.'
    })
  )
})

/** What somebody with a token may do. */
export type CallerSettings = Static<typeof CallerSettings>

/** Settings of sign-bridge. */
export const Config = Type.Object({
  devices: Type.Array(Type.String({ pattern: '^wss?://' }), {
    default: [],
    uniqueItems: true,
    maxItems: 64,
    description: 'WebSocket URLs of the signing controls, one a card. Empty: the simulator, if it is on.'
  }),
  certNos: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f]*$', maxLength: 40 }), {
    default: [],
    description:
      'Serial of the certificate that each device must sign with, in the order of `devices`; an empty one allows any.'
  }),
  handshake: Type.Union([Type.Literal('strict'), Type.Literal('lenient'), Type.Literal('off')], {
    default: 'lenient',
    description:
      'strict: a device is ready after its opening frame. lenient: also when it stays silent. off: at once, nothing is checked.'
  }),
  handshakeTimeoutMs: ms('How long to wait for the opening frame.', 2_000, 10, 60_000),
  timeoutMs: ms('How long to wait for the reply to a request that was sent.', 30_000, 10, 600_000),
  deadlineMs: ms('How long a request may wait for a device in all.', 90_000, 10, 3_600_000),
  connectWaitMs: ms('How long a request waits while no device is connected.', 3_000, 0, 600_000),
  maxQueued: Type.Integer({
    default: 300,
    minimum: 1,
    maximum: 10_000,
    description: 'Requests that may wait for a device; more are refused at once.'
  }),
  recycleAfterMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 600_000,
      description:
        'How long a device whose reply is overdue may still send it before its connection is replaced. Default: timeoutMs.'
    })
  ),
  bareReplies: Type.Boolean({
    default: true,
    description: 'Accept replies without an id when only one request can be meant.'
  }),
  legacyStatus: Type.Boolean({
    default: false,
    description: 'Answer every failure of a device with 500 on /getCode, as its first version did.'
  }),
  verifySignatures: Type.Boolean({
    default: true,
    description:
      'Check signatures against the certificate of the card before they are returned, once the control has given it. It is asked after its first signature, when it is idle.'
  }),
  verifySm2: Type.Enum(['off', 'sampled', 'always'], {
    default: 'sampled',
    description:
      'Which SM2 signatures are checked, in a thread of their own. sampled: as long as it is not busy. always: the answer waits for it. RSA: all of them.'
  }),
  verifySampleRate: Type.Number({
    default: 0.1,
    minimum: 0,
    maximum: 1,
    description: 'Share of the SM2 signatures that are checked when verifySm2 is sampled.'
  }),
  unclearPinLimit: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 100,
    description:
      'Failures of unknown kind in a row, or attempts in which the gateway died, after which a PIN is blocked for a card. Cards lock after about three wrong PINs.'
  }),
  guardSecret: Type.Optional(
    Type.String({
      minLength: 16,
      secret: true,
      description:
        'What PINs are hashed with before they are kept in the database. Gateways that share one need the same. Default: the key in keyFile.'
    })
  ),
  keyFile: Type.String({
    default: 'data/sign-bridge.secret',
    minLength: 1,
    description:
      'Where such a key is kept when guardSecret is not set; made on first use. Keep it out of backups of the database.'
  }),
  reconnectMinMs: ms('First wait before a lost connection is tried again, at most.', 250, 1, 60_000),
  reconnectMaxMs: ms('Longest wait before a lost connection is tried again.', 15_000, 1, 600_000),
  pingIntervalMs: ms(
    'How often an idle connection is pinged; two unanswered ones end it.',
    15_000,
    10,
    3_600_000
  ),
  ...deviceSettings,
  callers: Type.Unsafe<Record<string, CallerSettings>>({
    type: 'object',
    additionalProperties: CallerSettings,
    propertyNames: { pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' },
    default: {},
    secret: true,
    description:
      'Who may have signatures, by name. None: everybody who reaches the gateway. In the environment: a JSON object.'
  }),
  getCodeOpen: Type.Boolean({
    default: false,
    description: 'Let /getCode be called without a token although there are callers.'
  }),
  envelope: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Profile of crypto-envelope for /v1/sign and /v1/sign/batch. Without it their bodies are plain JSON.'
    })
  ),
  maxBatch: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 1_000,
    description: 'Items that a batch may have.'
  }),
  idempotencyTtlMs: ms(
    'How long the outcome of a request with an Idempotency-Key is kept.',
    86_400_000,
    1_000,
    2_592_000_000
  ),
  audit: Type.Enum(['required', 'best-effort', 'off'], {
    default: 'required',
    description:
      'Whether each request gets a row in the audit trail. required: without a row no signature. best-effort: a row that cannot be written is only reported.'
  }),
  auditKeepDays: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Days after which audit rows are removed; what is left can still be verified. 0: never.'
  }),
  webhookUrl: Type.Optional(
    Type.String({
      pattern: '^https?://',
      maxLength: 2_048,
      secret: true,
      description: 'Where events that somebody must act on are posted, as JSON.'
    })
  ),
  webhookSecret: Type.Optional(
    Type.String({
      minLength: 16,
      secret: true,
      description:
        'What they are signed with, as in Standard Webhooks: any text, or `whsec_` and base64. Without it they are not signed.'
    })
  ),
  webhookEvents: Type.Array(Type.Enum([...eventKinds]), {
    default: [],
    uniqueItems: true,
    description: 'The kinds of events that are posted. None: all.'
  }),
  webhookRepeatMs: ms(
    'The shortest time between two events of the same kind and device.',
    600_000,
    0,
    86_400_000
  ),
  webhookTimeoutMs: ms('How long the receiver may take to answer.', 10_000, 100, 60_000),
  refuseExpired: Type.Boolean({
    default: true,
    description: 'Take a device out of service when the certificate of its card has ended.'
  }),
  maxTextBytes: Type.Integer({
    default: 65_536,
    minimum: 1,
    maximum: 121_856,
    description: 'Longest text that is signed, in bytes of UTF-8. The control takes frames of up to 120 KiB.'
  })
})

/** Settings with their defaults filled in. */
export type BridgeSettings = Static<typeof Config>
