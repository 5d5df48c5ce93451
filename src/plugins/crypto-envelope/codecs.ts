import { Type, type Static, type TObject } from 'typebox'
import type { Clock, SettingProblem } from '../../core/index.ts'
import { checkAgainst } from './check-against.ts'
import type { Codec } from './codec.ts'
import { aeadEnvelope } from './codecs/aead-envelope.ts'
import { aes256Gcm } from './codecs/aes-256-gcm.ts'
import { aesCbc, AesCbcOptions } from './codecs/aes-cbc.ts'
import { aesEcb, AesEcbOptions } from './codecs/aes-ecb.ts'
import { chacha20Poly1305 } from './codecs/chacha20-poly1305.ts'
import { feishu } from './codecs/feishu.ts'
import { JweOptions } from './codecs/jwe-key.ts'
import { jwe } from './codecs/jwe.ts'
import { mysqlEcbHex } from './codecs/mysql-ecb-hex.ts'
import { ruoyiHybrid, RuoyiHybridOptions } from './codecs/ruoyi-hybrid.ts'
import { sm4CbcHmacSm3 } from './codecs/sm4-cbc-hmac-sm3.ts'
import { sm4Gcm } from './codecs/sm4-gcm.ts'
import { wechatpayV3 } from './codecs/wechatpay-v3.ts'
import { wecom, WecomOptions } from './codecs/wecom.ts'
import { withHmac } from './header-mac.ts'

/** Where codecs have the time and their random bytes from. */
export interface Sources {
  readonly clock: Clock
  readonly random: (size: number) => Buffer
}

interface Format {
  readonly Options: TObject
  readonly make: (options: never, sources: Sources) => Codec
}

function format<O extends TObject>(
  Options: O,
  make: (options: Static<O>, sources: Sources) => Codec
): Format {
  return { Options, make }
}

const NoOptions = Type.Object({})

/** Every format of envelopes, by the name under which profiles ask for it. */
export const formats = {
  'aes-256-gcm': format(NoOptions, (_, { clock, random }) => aeadEnvelope(aes256Gcm, clock, random)),
  'chacha20-poly1305': format(NoOptions, (_, { clock, random }) =>
    aeadEnvelope(chacha20Poly1305, clock, random)
  ),
  'sm4-gcm': format(NoOptions, (_, { clock, random }) => aeadEnvelope(sm4Gcm(), clock, random)),
  'sm4-cbc-hmac-sm3': format(NoOptions, (_, { clock, random }) => aeadEnvelope(sm4CbcHmacSm3, clock, random)),
  jwe: format(JweOptions, (options, { clock }) => jwe(options, clock)),
  'wechatpay-v3': format(NoOptions, (_, { random }) => wechatpayV3(random)),
  wecom: format(WecomOptions, (options, { clock, random }) => wecom(options, clock, random)),
  feishu: format(NoOptions, (_, { random }) => feishu(random)),
  'mysql-ecb-hex': format(NoOptions, () => mysqlEcbHex),
  'aes-ecb': format(AesEcbOptions, options => aesEcb(options)),
  'aes-cbc': format(AesCbcOptions, (options, { random }) => aesCbc(options, random)),
  'ruoyi-hybrid': format(RuoyiHybridOptions, (options, { random }) => ruoyiHybrid(options, random))
} as const satisfies Record<string, Format>

/** What a profile says of its format. */
export interface CodecSettings {
  readonly codec: keyof typeof formats
  readonly options?: Readonly<Record<string, unknown>> | undefined
  readonly hmac?: 'sha256' | 'sm3' | undefined
}

/** Makes the codec of a profile, or lists what is wrong with its settings, relative to the profile. */
export function makeCodec(
  { codec: name, options = {}, hmac }: CodecSettings,
  sources: Sources
): { readonly codec?: Codec; readonly problems: readonly SettingProblem[] } {
  const { Options, make } = formats[name]
  const filled = structuredClone(options)
  const problems = checkAgainst(Options, filled, ['options'])
  if (problems.length > 0) return { problems }
  try {
    const codec = make(filled as never, sources)
    if (hmac === undefined) return { codec, problems }
    if (codec.takesHmac) return { codec: withHmac(codec, hmac, sources.clock, sources.random), problems }
    const message = `${name} takes no hmac: ${codec.tagged ? 'it authenticates by itself' : 'the body is not all of its message'}`
    return { problems: [{ path: ['hmac'], message }] }
  } catch (error) {
    return { problems: [{ path: ['options'], message: (error as TypeError).message }] }
  }
}
