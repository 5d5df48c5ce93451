import { Type, type Static } from 'typebox'
import { deviceSettings } from './device-settings.ts'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

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
    default: false,
    description: 'Check RSA signatures against the certificate of the card before they are returned.'
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
  maxTextBytes: Type.Integer({
    default: 65_536,
    minimum: 1,
    maximum: 121_856,
    description: 'Longest text that is signed, in bytes of UTF-8. The control takes frames of up to 120 KiB.'
  })
})

/** Settings with their defaults filled in. */
export type BridgeSettings = Static<typeof Config>
