import { Type, type Static } from 'typebox'

const count = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

/** Settings of click-stats. */
export const Config = Type.Object({
  kinds: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }), {
    default: ['banner', 'activity'],
    minItems: 1,
    maxItems: 32,
    uniqueItems: true,
    description: 'What can be clicked. Each has a path below `prefix`.'
  }),
  prefix: Type.String({
    default: '/api',
    maxLength: 128,
    pattern: '^(?:/[A-Za-z0-9._~-]+)*$',
    description: 'Beginning of the paths: `/api/banner` is that of banners.'
  }),
  secret: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      maxLength: 1_024,
      description: 'Key of the pseudonyms of users. With another one everybody counts anew.'
    })
  ),
  keyFile: Type.String({
    default: 'data/click-stats.secret',
    minLength: 1,
    description:
      'Where it is kept, and made at the first start, unless `secret` is set. Keep it apart from the database.'
  }),
  timezone: Type.String({
    default: 'Asia/Shanghai',
    maxLength: 64,
    description: 'Time zone whose days are counted, by its IANA name.'
  }),
  onlyWhileShown: Type.Boolean({
    default: true,
    description:
      'Whether the URL of a target is handed out, and its clicks are counted, only while it is listed.'
  }),
  countGuests: Type.Boolean({
    default: false,
    description:
      'Also estimates how many different guests click in a day, by their addresses, of which nothing is kept.'
  }),
  clicksPerMinutePerUser: count('Clicks of one user in a minute.', 30, 1, 100_000),
  clicksPerMinutePerAddress: count(
    'Clicks of the guests of one address, for IPv6 of one /64, in a minute. Behind a proxy set `server.trustProxy`.',
    30,
    1,
    100_000
  ),
  maxQueued: count(
    'Clicks that may wait to be written while the database does not take them. More are answered, and not counted.',
    10_000,
    100,
    1_000_000
  )
})

export type ClickSettings = Static<typeof Config>
