import { Type, type Static } from 'typebox'
import { Uploads } from './uploads/config.ts'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })
const count = ms
const MiB = 1_048_576

/** Settings of im-ws-gateway. */
export const Config = Type.Object({
  path: Type.String({
    default: '/im',
    pattern: '^/[A-Za-z0-9/_.-]*$',
    maxLength: 128,
    description: "Where clients connect. `/` with port 10003 is what the clients' examples use."
  }),
  tokenCheck: Type.Enum(['embedded', 'openim'], {
    default: 'embedded',
    description:
      'Who knows which tokens are good. embedded: this gateway, which issues them at `POST /v1/im/token`. openim: an OpenIM server.'
  }),
  tokenSecret: Type.String({
    default: '',
    maxLength: 512,
    secret: true,
    description: 'Signs the tokens that this gateway issues (HS256). Make one: openssl rand -hex 32'
  }),
  tokenTtlS: Type.Integer({
    default: 7_776_000,
    minimum: 60,
    maximum: 315_360_000,
    description: 'How long such a token is good, in seconds.'
  }),
  adminSecret: Type.String({
    default: '',
    maxLength: 512,
    secret: true,
    description: 'What back ends send as `Authorization: Bearer` to /v1/im. Empty: those routes are left out.'
  }),
  openimApi: Type.String({
    default: '',
    maxLength: 256,
    description: 'Base URL of the REST API of an OpenIM server, for tokenCheck openim.'
  }),
  openimVersion: Type.Enum(['v2', 'v3'], {
    default: 'v3',
    description: 'Which generation that server is of.'
  }),
  openimCacheMs: ms('How long what it said of a token is believed.', 30_000, 0, 3_600_000),
  openimTimeoutMs: ms('How long it may take to answer.', 5_000, 100, 60_000),
  policy: Type.Enum(['share', 'kick-same-terminal', 'kick-all-others'], {
    default: 'kick-same-terminal',
    description:
      'What a second login of a user does to his others. share: nothing. kick-same-terminal: ends those on the same kind of terminal (PC, mobile, pad, web …). kick-all-others: ends all.'
  }),
  maxConnections: count('Connections at the same time, on each node.', 20_000, 1, 1_000_000),
  maxConnectionsPerUser: count('Connections of a user on one platform, on each node.', 10, 1, 10_000),
  maxConnectionsPerIp: count(
    'Connections of one address, for IPv6 of one /64. Behind a proxy set `server.trustProxy`.',
    1_000,
    1,
    1_000_000
  ),
  loginTimeoutMs: ms('How long a connection may be open without a login.', 30_000, 100, 600_000),
  maxFrameBytes: count(
    'Bytes of a frame. A connection that sends a larger one is closed (1009).',
    10 * MiB,
    1_024,
    64 * MiB
  ),
  maxPendingRequests: count(
    'Requests of one connection that may wait for their turn; more are refused.',
    1_000,
    1,
    100_000
  ),
  requestTimeoutMs: ms(
    'How long a request may take until it is answered with an error.',
    30_000,
    100,
    600_000
  ),
  maxQueueBytes: count(
    'Bytes that may wait for a reader who is slow; beyond that he is disconnected.',
    4 * MiB,
    65_536,
    256 * MiB
  ),
  stalledMs: ms('How long a reader may take nothing of what waits for him.', 15_000, 500, 300_000),
  pingMs: ms(
    'How often connections are pinged; one that does not answer by the next ping is ended.',
    25_000,
    100,
    29_000
  ),
  graceMs: ms("How long a user's core stays when his last connection has gone.", 30_000, 0, 3_600_000),
  drainMs: ms(
    'Over how long connections are closed (1001) when the gateway closes. Clients give up 50 s after that.',
    5_000,
    0,
    30_000
  ),
  onlyFriends: Type.Boolean({ default: false, description: 'Only friends may write to each other.' }),
  historyForNewMembers: Type.Boolean({
    default: true,
    description: 'Who joins a group sees what was said in it before.'
  }),
  revokeWithinS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 315_360_000,
    description:
      'For how many seconds a sender may take a message back. 0: for ever. Admins of groups always may.'
  }),
  maxGroupMembers: count('Members of a group.', 5_000, 1, 100_000),
  nodes: Type.Enum(['auto', 'alone'], {
    default: 'auto',
    description:
      'Whether gateways share the chat. auto: those that share a Redis (`state.driver: redis`) and a PostgreSQL (`database.driver: postgres`) do. alone: nobody else uses its database.'
  }),
  hostLeaseMs: ms(
    'With several nodes, how long one that has died goes on counting as the one that runs the chat.',
    5_000,
    500,
    60_000
  ),
  uploads: Uploads,
  demo: Type.Boolean({
    default: false,
    description: 'Adds a page at /demo/chat with two users side by side. Refused in production.'
  })
})

export type ImSettings = Static<typeof Config>
