import { Type, type Static } from 'typebox'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })
const count = ms
const KiB = 1024
const MiB = 1024 * KiB

/** Settings of sse-hub. */
export const Config = Type.Object({
  maxStreams: count('Streams at the same time.', 20_000, 1, 1_000_000),
  maxStreamsPerIp: count(
    'Streams at the same time of one address, for IPv6 of one /64. Behind a proxy set `server.trustProxy`.',
    1_000,
    1,
    1_000_000
  ),
  maxStreamsPerPrincipal: count('Streams at the same time of one principal.', 20, 1, 1_000_000),
  maxStreamsPerTopic: count(
    'Streams at the same time of a topic that has no number of its own.',
    1_000_000,
    1,
    1_000_000
  ),
  maxTopicsPerStream: count('Topics of one stream.', 100, 1, 1_000),
  maxEventBytes: count('Bytes of an event as it is sent. Larger ones are refused.', 64 * KiB, KiB, 16 * MiB),
  maxQueueBytes: count(
    'Bytes that may wait for one reader, the history that it catches up with not counted.',
    MiB,
    128 * KiB,
    64 * MiB
  ),
  stalledMs: ms('How long a reader may take nothing of what waits for it.', 10_000, 500, 120_000),
  slowReaders: Type.Union(
    [Type.Literal('disconnect'), Type.Literal('coalesce'), Type.Literal('drop-oldest')],
    {
      default: 'disconnect',
      description:
        'What happens to a reader whose queue is full: it is disconnected and resumes from the history; of events with one key only the newest waits; the oldest events are left out, and it is told so.'
    }
  ),
  historyEvents: count('Events of a topic that are kept for readers who come back.', 1_000, 0, 1_000_000),
  historyBytes: count('Bytes of them.', MiB, 0, 1_024 * MiB),
  historyMs: ms('How long they are kept.', 300_000, 0, 86_400_000),
  maxHistoryBytes: count('Bytes of all histories together.', 64 * MiB, 0, 16_384 * MiB),
  maxIdleTopics: count(
    'Topics without readers that are remembered. Who resumes one that is forgotten is told that events may be missing.',
    10_000,
    0,
    1_000_000
  ),
  shared: Type.Union([Type.Literal('auto'), Type.Boolean()], {
    default: 'auto',
    description:
      'Whether all gateways with the same `state` have the same events and readers may change from one to another. `auto`: where its driver is one that several can see.'
  }),
  maxLogEvents: count(
    'Events of all topics that are kept in `state`, where they are shared, for gateways that join or were away. They have at most `maxHistoryBytes`, as the histories.',
    100_000,
    100,
    10_000_000
  ),
  heartbeatMs: ms(
    'Silence after which a sign of life is sent. Proxies commonly cut at 60 s.',
    20_000,
    1_000,
    300_000
  ),
  maxLifeMs: ms(
    'How long a stream lasts at most; each ends at random between 80 and 100 % of it, and its reader comes back.',
    3_600_000,
    1_000,
    86_400_000
  ),
  retryMs: ms(
    'When readers come back after their stream has ended, at the earliest; at random up to twice as late.',
    2_000,
    0,
    600_000
  ),
  busyRetryMs: ms('The same for readers who found no room.', 10_000, 0, 600_000),
  drainMs: ms('Over how long the streams are ended when the gateway closes.', 3_000, 0, 60_000),
  endpoint: Type.Boolean({
    default: false,
    description: 'Adds `GET /v1/events`, which streams topics to whoever has a token for them.'
  }),
  tokenSecret: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      maxLength: 1_024,
      description:
        'Signs the tokens of `GET /v1/events` (HMAC SHA-256). At least 32 characters, drawn at random.'
    })
  ),
  tokenCookie: Type.String({
    default: 'paifang_events',
    pattern: '^[A-Za-z0-9_.-]{1,64}$',
    description: 'Cookie that may hold the token, for browsers.'
  }),
  queryTokenMs: ms(
    'How long a token that comes in the query may still be valid: addresses leak into logs and histories.',
    300_000,
    0,
    3_600_000
  )
})

export type Config = Static<typeof Config>
