import { Type, type Static } from 'typebox'

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const ms = (description: string, value: number): ReturnType<typeof Type.Integer> =>
  Type.Integer({
    description: `${description}, in milliseconds.`,
    default: value,
    minimum: 0,
    maximum: 3_600_000
  })

/** The `server` section of the configuration. */
export const ServerSettings = Type.Object({
  host: Type.String({ description: 'The address to listen on.', default: '127.0.0.1', minLength: 1 }),
  port: Type.Integer({
    description: 'The port to listen on; 0 takes any free one.',
    default: 3000,
    minimum: 0,
    maximum: 65_535
  }),
  adminPort: Type.Optional(
    Type.Integer({
      description:
        'Port of the admin listener on 127.0.0.1, which shows what runs and reloads it; 0 takes any free one. Unset: no such listener.',
      minimum: 0,
      maximum: 65_535
    })
  ),
  logLevel: Type.Union(
    levels.map(level => Type.Literal(level)),
    { description: 'The least severe level that is logged.', default: 'info' }
  ),
  trustProxy: Type.Boolean({
    description: 'Believe X-Forwarded-* headers. Only behind a proxy that sets them.',
    default: false
  }),
  nosniff: Type.Boolean({
    description:
      'Send X-Content-Type-Options: nosniff, so that browsers take answers for what they say they are.',
    default: true
  }),
  hstsMaxAgeS: Type.Integer({
    description:
      'For how long browsers shall come by TLS alone once they have, in seconds (Strict-Transport-Security). Sent where trustProxy is on and the proxy says that a request came by TLS; 0: never.',
    default: 31_536_000,
    minimum: 0,
    maximum: 315_360_000
  }),
  bodyLimit: Type.Integer({
    description: 'Largest request body, in bytes, unless a route says otherwise.',
    default: 1_048_576,
    minimum: 1
  }),
  startTimeoutMs: ms('How long one plugin may take to start', 10_000),
  drainMs: ms('How long to go on serving after the signal to stop, while readiness is already 503', 0),
  closeMs: ms('How long open requests and streams may take to end once closing; then they are cut', 10_000),
  connectionTimeoutMs: ms('How long a connection may be silent', 120_000),
  requestTimeoutMs: ms('How long a client may take to send a request', 60_000),
  keepAliveTimeoutMs: ms('How long an idle connection is kept', 10_000),
  handlerTimeoutMs: ms('How long a route may take to answer, unless it says otherwise; 0 is for ever', 0),
  tryIt: Type.Array(Type.String(), {
    description:
      'Lines that the start report prints for the reader to paste; {url} becomes the address. Those with a path that no route has are left out.',
    default: []
  })
})

export type ServerSettings = Static<typeof ServerSettings>
