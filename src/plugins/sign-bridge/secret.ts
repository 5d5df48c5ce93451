import { createHmac } from 'node:crypto'
import type { KeyPlace } from '../database/service.ts'

/**
 * What stands for something secret in the database: HMAC-SHA-256 of `parts`, in hex. `purpose` keeps digests of one
 * kind from being compared with those of another. Without the key, an 8-digit PIN would be guessed in a second.
 */
export type KeyedDigest = (purpose: string, ...parts: readonly string[]) => string

/** The settings that say where the key is. */
export interface SecretSettings {
  readonly guardSecret?: string
  /** A relative path is in the working directory, not beside the database: who copies the one shall not get the other. */
  readonly keyFile: string
}

/** Where the key is. */
export function keyPlace({ guardSecret, keyFile }: SecretSettings): KeyPlace {
  return { plugin: 'sign-bridge', setting: 'guardSecret', secret: guardSecret, keyFile }
}

/** The digest under a key. */
export function keyedDigest(key: string | Buffer): KeyedDigest {
  return (purpose, ...parts) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('hex')
}
