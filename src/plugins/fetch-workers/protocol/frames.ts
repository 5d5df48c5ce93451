import { Type, type Static, type TObject } from 'typebox'

/** The WebSocket subprotocol, and with it the version of all frames. */
export const subprotocol = 'gw-spider.v1'

const id = Type.Integer({ minimum: 1, maximum: 0xffff_ffff })
const nonce = Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$' })
const mac = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
/** What a worker and its key may be called. */
export const namePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'
const name = Type.String({ pattern: namePattern })
const pair = Type.Tuple([Type.String({ maxLength: 256 }), Type.String({ maxLength: 16_384 })])
const headers = Type.Array(pair, { maxItems: 256 })
const cookies = Type.Array(Type.String({ maxLength: 8_192 }), { maxItems: 256 })
const ms = Type.Integer({ minimum: 0, maximum: 3_600_000 })
const closed = { additionalProperties: false }

/** What went wrong at the worker's end. */
export const errorKinds = [
  'timeout',
  'connect',
  'dns',
  'tls',
  'body',
  'too_large',
  'blocked',
  'busy',
  'canceled'
] as const

/** Frames of workers: text frames with JSON. */
export const workerFrames = {
  /** The first. `nonce` is what the gateway proves its own knowledge of the key with. */
  hello: Type.Object(
    {
      type: Type.Literal('hello'),
      v: Type.Literal(1),
      name,
      nonce,
      caps: Type.Object(
        {
          maxInFlight: Type.Integer({ minimum: 1, maximum: 1_000 }),
          hosts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 261 }), { maxItems: 100 }))
        },
        closed
      )
    },
    closed
  ),
  auth: Type.Object({ type: Type.Literal('auth'), kid: name, mac }, closed),
  /** The request is taken. One with a body is sent to the upstream when the body is there, any other at once. */
  ack: Type.Object({ type: Type.Literal('ack'), id }, closed),
  /** An answer begins; its body comes in chunks of that stream. */
  res: Type.Object(
    {
      type: Type.Literal('res'),
      id,
      status: Type.Integer({ minimum: 200, maximum: 599 }),
      headers,
      setCookies: cookies,
      body: id
    },
    closed
  ),
  /** There is no answer, or not all of it. `sent`: the upstream may have got the request. */
  err: Type.Object(
    {
      type: Type.Literal('err'),
      id,
      kind: Type.Enum([...errorKinds]),
      message: Type.String({ maxLength: 256 }),
      sent: Type.Boolean()
    },
    closed
  ),
  /** The worker goes: it finishes what it has and takes nothing more. */
  drain: Type.Object({ type: Type.Literal('drain') }, closed)
} as const

/** Frames of the gateway. */
export const gatewayFrames = {
  challenge: Type.Object({ type: Type.Literal('challenge'), nonce }, closed),
  ready: Type.Object(
    {
      type: Type.Literal('ready'),
      session: name,
      heartbeatMs: ms,
      maxInFlight: Type.Integer({ minimum: 1, maximum: 1_000 }),
      mac
    },
    closed
  ),
  /** The key is right; an operator has yet to accept the worker. */
  pending: Type.Object({ type: Type.Literal('pending'), mac }, closed),
  deny: Type.Object({ type: Type.Literal('deny'), reason: Type.String({ maxLength: 64 }) }, closed),
  req: Type.Object(
    {
      type: Type.Literal('req'),
      id,
      method: Type.String({ pattern: '^[A-Z][A-Z-]{0,31}$' }),
      url: Type.String({ maxLength: 16_384 }),
      headers,
      cookies,
      timeoutMs: ms,
      maxBytes: Type.Integer({ minimum: 0, maximum: 1_073_741_824 }),
      redirect: Type.Literal('manual'),
      body: Type.Optional(id)
    },
    closed
  ),
  cancel: Type.Object({ type: Type.Literal('cancel'), id }, closed),
  drain: Type.Object({ type: Type.Literal('drain') }, closed)
} as const

/** What fits one of several schemas. */
export type FrameOf<Schemas extends Readonly<Record<string, TObject>>> = {
  [Name in keyof Schemas]: Static<Schemas[Name]>
}[keyof Schemas]

/** A frame that a worker sends. */
export type WorkerFrame = FrameOf<typeof workerFrames>
/** A frame that the gateway sends. */
export type GatewayFrame = FrameOf<typeof gatewayFrames>
/** A request as the gateway hands it to a worker. */
export type RequestFrame = Static<typeof gatewayFrames.req>
/** The beginning of an answer. */
export type ResponseFrame = Static<typeof workerFrames.res>
/** A failure at the worker's end. */
export type ErrorFrame = Static<typeof workerFrames.err>
