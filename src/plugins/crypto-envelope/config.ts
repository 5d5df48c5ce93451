import { Type, type Static } from 'typebox'

const Codec = Type.Enum(
  [
    'aes-256-gcm',
    'chacha20-poly1305',
    'sm4-gcm',
    'sm4-cbc-hmac-sm3',
    'jwe',
    'wechatpay-v3',
    'wecom',
    'feishu',
    'mysql-ecb-hex',
    'aes-ecb',
    'aes-cbc',
    'ruoyi-hybrid'
  ],
  { description: 'The format of the envelopes.' }
)

/** A key of the ring, as settings and the keys file write it. */
export const Key = Type.Object(
  {
    key: Type.String({
      minLength: 1,
      secret: true,
      description: 'The key itself, written as `encoding` says.'
    }),
    encoding: Type.Enum(['base64', 'hex', 'utf8'], {
      default: 'base64',
      description: 'How `key` is written. `base64` takes the URL alphabet too, and padding may be left out.'
    }),
    macKey: Type.Optional(
      Type.String({
        minLength: 1,
        secret: true,
        description:
          'A second secret, as text: what `hmac` of its profile authenticates with (at least 16 bytes in UTF-8), or the token of WeCom.'
      })
    ),
    use: Type.Enum(['both', 'open', 'seal'], {
      default: 'both',
      description:
        'What the key is for. Where keys come in pairs, a private key opens and a public one seals. Answers are sealed with the key of their request; if that only opens, with the first key of the profile that seals.'
    }),
    notBefore: Type.Optional(
      Type.String({ description: 'ISO 8601 time from which the key is valid. Default: always.' })
    ),
    notAfter: Type.Optional(
      Type.String({ description: 'ISO 8601 time from which it is not valid any more. Default: never.' })
    )
  },
  { description: 'A key of the ring.' }
)

const Profile = Type.Object(
  {
    codec: Codec,
    options: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({
        type: 'object',
        description: 'What the format leaves open: see the README of crypto-envelope.'
      })
    ),
    answers: Type.Optional(
      Type.Enum(['sealed', 'plain'], {
        default: 'sealed',
        description: 'plain: answers leave as they are, for callers that seal only what they send.'
      })
    ),
    hmac: Type.Optional(
      Type.Enum(['sha256', 'sm3'], {
        description:
          'Authenticates messages of mysql-ecb-hex, aes-ecb and aes-cbc in headers, with the `macKey` of their key, and refuses replays.'
      })
    ),
    keys: Type.Array(Type.String(), {
      minItems: 1,
      description:
        'Ids of its keys, the current one first. Messages that name no key are tried with the first two that are valid.'
    }),
    replayWindowMs: Type.Optional(
      Type.Integer({
        minimum: 1_000,
        maximum: 3_600_000,
        description: 'As `replayWindowMs` of the plugin, for this profile.'
      })
    )
  },
  { description: 'A format with its keys, which a route names in `config.envelope`.' }
)

const byName = <T extends Type.TSchema>(
  schema: T,
  options: { description: string; secret?: boolean }
): Type.TUnsafe<Record<string, Static<T>>> =>
  Type.Unsafe({ type: 'object', additionalProperties: schema, default: {}, ...options })

export const Config = Type.Object({
  legacyKey: Type.Optional(
    Type.String({
      minLength: 1,
      secret: true,
      description: 'Key text of the profile `legacy` (codec mysql-ecb-hex), which exists when this is set.'
    })
  ),
  keys: byName(Key, {
    secret: true,
    description:
      'The key ring, by key id. Keys that no profile names belong to the profile `default` (codec aes-256-gcm, keys of 32 bytes). In the environment: a JSON object.'
  }),
  keysFile: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'A JSON or YAML file with further keys, by key id. It is read again when it changes and on SIGHUP; while a new version is not valid, the keys of before stay.'
    })
  ),
  keysPollMs: Type.Integer({
    default: 2_000,
    minimum: 100,
    maximum: 3_600_000,
    description: 'How often `keysFile` is looked at. A change counts when it was there twice in a row.'
  }),
  profiles: byName(Profile, {
    description: 'Further profiles, by name. In the environment: a JSON object.'
  }),
  replayWindowMs: Type.Integer({
    default: 300_000,
    minimum: 1_000,
    maximum: 3_600_000,
    description: 'How far, in milliseconds, the time of a message may be from now, either way.'
  }),
  maxBytes: Type.Integer({
    default: 262_144,
    minimum: 1_024,
    maximum: 16_777_216,
    description:
      'Largest sealed body that is read, in bytes; a smaller limit of the route or the server holds too.'
  })
})

export type Config = Static<typeof Config>
export type CodecName = Static<typeof Codec>
export type KeySettings = Static<typeof Key>
export type ProfileSettings = Static<typeof Profile>
