import { Type, type Static } from 'typebox'

const Codec = Type.Enum(['aes-256-gcm', 'mysql-ecb-hex'], {
  description: 'The format of the envelopes.'
})

const Key = Type.Object(
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
    use: Type.Enum(['both', 'open', 'seal'], {
      default: 'both',
      description:
        'What the key is for. Answers are sealed with the key of their request; if that only opens, with the first key of the profile that seals.'
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
  profiles: byName(Profile, {
    description: 'Further profiles, by name. In the environment: a JSON object.'
  }),
  replayWindowMs: Type.Integer({
    default: 300_000,
    minimum: 1_000,
    maximum: 3_600_000,
    description: 'How far, in milliseconds, the time of a message may be from now, either way.'
  })
})

export type Config = Static<typeof Config>
export type CodecName = Static<typeof Codec>
export type KeySettings = Static<typeof Key>
