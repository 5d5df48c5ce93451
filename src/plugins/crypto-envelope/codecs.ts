import type { Clock } from '../../core/index.ts'
import { aes256Gcm } from './aes-256-gcm.ts'
import type { Codec } from './codec.ts'
import type { CodecName } from './config.ts'
import { mysqlEcbHex } from './mysql-ecb-hex.ts'

/** Every format of envelopes, by name. */
export function createCodecs(clock: Clock): Readonly<Record<CodecName, Codec>> {
  return { 'aes-256-gcm': aes256Gcm(clock), 'mysql-ecb-hex': mysqlEcbHex }
}
