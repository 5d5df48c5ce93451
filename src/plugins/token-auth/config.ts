import { Type, type Static } from 'typebox'

const name = { minLength: 1, maxLength: 64, pattern: String.raw`^[A-Za-z0-9_.:-]+$` }
const seconds = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })
const count = seconds
const Patterns = (description: string) =>
  Type.Array(Type.String({ maxLength: 128, pattern: String.raw`^[A-Za-z0-9_.+*-]+$` }), {
    default: [],
    maxItems: 1_000,
    description
  })

/** A key that tokens are signed or checked with. */
export const TokenKey = Type.Object({
  kid: Type.String({
    default: '',
    maxLength: 64,
    pattern: '^[A-Za-z0-9_.-]*$',
    description: 'Name of the key in tokens. Default: made of the key.'
  }),
  secret: Type.String({ default: '', maxLength: 1_024, secret: true, description: 'Of HS256.' }),
  privateKey: Type.String({
    default: '',
    maxLength: 4_096,
    secret: true,
    description: 'Of EdDSA: PEM of an Ed25519 key (PKCS #8).'
  }),
  publicKey: Type.String({
    default: '',
    maxLength: 4_096,
    description: 'Of EdDSA, to check tokens only: PEM (SPKI).'
  })
})

/** What a scope permits. */
export const Scope = Type.Object({
  extends: Type.Array(Type.String(name), {
    default: [],
    maxItems: 32,
    description: 'Scopes whose lists are added to these.'
  }),
  allow: Patterns('Endpoints, such as `v1.user+get` or `v1.user+get*`.'),
  modules: Patterns('All endpoints of a module, such as `v1.order`.'),
  deny: Patterns('Endpoints that it does not permit whatever the others say.')
})

/** Somebody who gets tokens by name and password. */
export const User = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64, description: 'What the user types.' }),
  password: Type.String({
    secret: true,
    maxLength: 256,
    description: 'Hash of the password: `paifang password` makes one.'
  }),
  scopes: Type.Array(Type.String(name), {
    default: [],
    maxItems: 64,
    description: 'What their tokens permit.'
  }),
  version: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description: 'Raise it, and the tokens that the user has end. Never lower it.'
  })
})

/** Settings of token-auth. */
export const Config = Type.Object({
  algorithm: Type.Enum(['HS256', 'EdDSA'], {
    default: 'HS256',
    description: 'How tokens are signed. No other algorithm is accepted.'
  }),
  secret: Type.Optional(
    Type.String({
      secret: true,
      minLength: 32,
      maxLength: 1_024,
      description: 'Signs tokens (HS256). At least 32 characters, drawn at random: openssl rand -hex 32.'
    })
  ),
  keys: Type.Array(TokenKey, {
    default: [],
    maxItems: 16,
    description: 'Further keys. The first that can sign does, unless `secret` is set; all check tokens.'
  }),
  issuer: Type.String({
    default: '',
    maxLength: 256,
    description: 'What tokens say of their issuer (`iss`). Empty: nothing, and nothing is asked of them.'
  }),
  audience: Type.String({
    default: '',
    maxLength: 256,
    description: 'Whom tokens are for (`aud`). Empty: nothing, and nothing is asked of them.'
  }),
  ttlS: seconds('How long a token is good, in seconds.', 7_200, 60, 8_640_000),
  refreshTtlS: seconds(
    'How long a refresh token is good, in seconds; each is used once. 0: there are none.',
    1_209_600,
    0,
    31_536_000
  ),
  prefixes: Type.Array(Type.String({ maxLength: 256, pattern: '^/[^?#:*]*$' }), {
    default: [],
    maxItems: 64,
    description:
      'Paths below which every route that does not say otherwise needs a token and a scope that permits it.'
  }),
  scopes: Type.Record(Type.String(name), Scope, {
    additionalProperties: false,
    default: {},
    description: 'What tokens may be used for, by the name of the scope.'
  }),
  strict: Type.Boolean({
    default: true,
    description: 'Refuses to start when a pattern of a scope fits no endpoint. false: warns.'
  }),
  users: Type.Array(User, {
    default: [],
    maxItems: 10_000,
    description: 'Who gets tokens at `POST /v1/token` by name and password.'
  }),
  sessionScopes: Type.Array(Type.String(name), {
    default: [],
    maxItems: 64,
    description: 'Scopes of people of `sessions`, with the header `token` or a token for it.'
  }),
  loginsPerMinutePerIp: count(
    'Logins of one address in a minute. Behind a proxy set `server.trustProxy`.',
    60,
    1,
    100_000
  ),
  loginsPerMinutePerUser: count('Logins of one user in a minute.', 10, 1, 10_000)
})

export type TokenSettings = Static<typeof Config>
