import type { IncomingHttpHeaders } from 'node:http'
import { service } from '../../core/index.ts'

/** What an envelope is bound to besides its content, and where else parts of it may be. */
export interface EnvelopeContext {
  readonly method: string
  /** The path as the client sent it, without query. */
  readonly path: string
  /** The query as the client sent it, without the question mark. */
  readonly query?: string
  readonly headers?: IncomingHttpHeaders
}

/** An opened request. Hand it to `seal` so that the answer uses the request's key and nonce. */
export interface Opened {
  readonly profile: string
  readonly kid: string
  /** The object that was sealed. */
  readonly value: Readonly<Record<string, unknown>>
  /** What the codec needs to bind the answer to this request. Opaque to callers. */
  readonly binding: Readonly<Record<string, string>>
}

/** A sealed answer: the text of a text codec, the JSON object of a JSON codec. */
export type Sealed = string | Readonly<Record<string, unknown>>

/** What is sent for an answer. */
export interface SealedAnswer {
  readonly body: Sealed
  /** Headers that belong to it, for formats that have some. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What operators may see of a profile. */
export interface ProfileStatus {
  readonly name: string
  readonly codec: string
  /** Ids of the keys that open requests now, in the order in which they are tried. */
  readonly keys: readonly string[]
  /** `opened`, `sealed`, and one counter for each way to fail (`invalid_cipher`, `replayed`, …). */
  readonly counters: Readonly<Record<string, number>>
}

/** What operators may see of the keys file. */
export interface KeysFileStatus {
  readonly path: string
  /** When the keys in use were read, in milliseconds since the Unix epoch. */
  readonly readAt: number
  /** Why the file, as it is now, is not in use; the keys of before are. */
  readonly problems: readonly string[]
}

/**
 * Opens encrypted requests and seals answers. Routes opt in with `config: { envelope: '<profile>' }` and need not
 * call this: their handler sees the opened object as `request.body` and returns a plain value.
 */
export interface CryptoEnvelope {
  /**
   * Opens one message.
   * @throws {ApiError} `envelope.invalid` (400) for every way in which a message cannot be opened,
   * `envelope.replayed` (409) for one that was seen before, `envelope.unavailable` (503) when nobody can tell
   */
  open(profile: string, message: Buffer, context: EnvelopeContext): Promise<Opened>
  /**
   * Seals an answer to an opened request.
   * @throws {ApiError} `envelope.unsealed` (500); the plain value never leaves
   */
  seal(value: unknown, opened: Opened, context: EnvelopeContext): Promise<SealedAnswer>
  /** The profiles that routes may name. */
  status(): readonly ProfileStatus[]
  /** The keys file, if the settings name one. */
  keysFile(): KeysFileStatus | undefined
}

export const CryptoEnvelope = service<CryptoEnvelope>('cryptoEnvelope')

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The crypto-envelope profile that opens this route's requests and seals its answers. */
    envelope?: string
  }
}
