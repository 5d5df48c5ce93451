import { Type, type Static } from 'typebox'

const count = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

/** Somebody who may log in without any other server. */
export const User = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64, description: 'What the user types.' }),
  password: Type.String({
    secret: true,
    maxLength: 256,
    description: 'Hash of the password: `paifang password` makes one.'
  }),
  name: Type.String({ default: '', maxLength: 256, description: 'Name. Default: the user name.' }),
  schoolnum: Type.String({ default: '', maxLength: 256, description: 'Number. Default: the user name.' }),
  properties: Type.Record(Type.String(), Type.String({ maxLength: 1_024 }), {
    default: {},
    description: 'What else `request.user.properties` shall say.'
  })
})

/** An upstream that knows who has which password. */
const HttpProvider = Type.Object({
  url: Type.String({
    default: '',
    maxLength: 1_024,
    description: 'Where name and password are posted to; the answer is JSON. Needs `http-client`.'
  }),
  json: Type.Boolean({ default: false, description: 'Post JSON. Default: a form.' }),
  usernameField: Type.String({ default: 'username', maxLength: 64, description: 'Field of the name.' }),
  passwordField: Type.String({ default: 'password', maxLength: 64, description: 'Field of the password.' }),
  nameField: Type.String({
    default: 'name',
    maxLength: 128,
    description: 'Where the answer has the name, such as `data.name`.'
  }),
  schoolnumField: Type.String({
    default: 'schoolnum',
    maxLength: 128,
    description: 'Where the answer has the number.'
  })
})

/** Settings of sessions. */
export const Config = Type.Object({
  secret: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      maxLength: 1_024,
      description:
        'What all keys of the gateway come from. Whoever loses it loses every session and all their data.'
    })
  ),
  keyFile: Type.String({
    default: 'data/sessions.secret',
    minLength: 1,
    description:
      'Where it is kept, and made at the first start, unless `secret` is set. Keep it apart from the database.'
  }),
  provider: Type.String({
    default: 'users',
    pattern: '^[a-z][a-z0-9-]{0,31}$',
    description: 'Who knows the passwords: `users`, `http`, or what another plugin provides.'
  }),
  users: Type.Array(User, {
    default: [],
    maxItems: 10_000,
    description: 'The people of the provider `users`.'
  }),
  http: HttpProvider,
  providerTimeoutMs: count('How long the provider may take.', 10_000, 100, 120_000),
  expireDays: count('Days without a request after which a session ends.', 180, 1, 3_650),
  absoluteDays: count('Days after which a session ends in any case; 0: never.', 0, 0, 3_650),
  revalidateDays: count(
    'Days for which a password that the provider has confirmed is taken without asking it again.',
    7,
    0,
    365
  ),
  newPlatform: Type.Enum(['ask', 'trust'], {
    default: 'ask',
    description:
      'ask: the provider confirms every login on a further platform. trust: only after `revalidateDays`.'
  }),
  reissue: Type.Enum(['same', 'rotate'], {
    default: 'same',
    description: 'Whether another login on the same platform gets the same token, or a new one in its place.'
  }),
  kdf: Type.Enum(['auto', 'scrypt', 'argon2id'], {
    default: 'auto',
    description: 'How keys are derived from passwords. auto: argon2id when the package `argon2` is installed.'
  }),
  scryptCost: count('Log2 of N; 15 takes 32 MiB for each derivation.', 15, 10, 20),
  argon2MemoryKiB: count('Memory of one derivation with argon2id, in KiB.', 65_536, 1_024, 1_048_576),
  argon2Passes: count('Passes over it.', 3, 1, 20),
  loginsPerMinutePerIp: count(
    'Logins of one address in a minute. Behind a proxy set `server.trustProxy`.',
    60,
    1,
    100_000
  ),
  loginsPerMinutePerUser: count('Logins of one user in a minute.', 10, 1, 10_000),
  usersPerPassword: count(
    'How many users may log in with one and the same password before it is refused; 0: any number.',
    50,
    0,
    10_000
  ),
  maxSessionsInMemory: count('Sessions whose keys are in memory, for a minute each.', 10_000, 100, 1_000_000),
  clearProfiles: Type.Boolean({
    default: false,
    description: 'Keeps the names of people readable in the database too, for operators.'
  })
})

export type SessionSettings = Static<typeof Config>
