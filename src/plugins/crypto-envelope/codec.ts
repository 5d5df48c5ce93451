import type { KeyObject } from 'node:crypto'
import type { EnvelopeContext, SealedAnswer } from './service.ts'

/** Why a message was not opened. For counters only: no caller is told. */
export type Failure =
  | 'encoding'
  | 'format'
  | 'algorithm'
  | 'key'
  | 'mac'
  | 'cipher'
  | 'context'
  | 'content'
  | 'expired'

/** A message that cannot be opened. It carries nothing of the message. */
export class Unopenable extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`the message cannot be opened: ${failure}`)
    this.failure = failure
  }
}

/** What a key is for. Where keys come in pairs, the private one opens and the public one of the other side seals. */
export type KeyUse = 'both' | 'open' | 'seal'

/** A key and the id under which both sides know it. */
export interface NamedKey {
  readonly kid: string
  readonly key: KeyObject
  /** Its second secret, for formats that authenticate with one. */
  readonly mac?: KeyObject
}

/** The keys that may open a message now. */
export interface OpeningKeys {
  /** The key that a message names. */
  find(kid: string): NamedKey | undefined
  /** The current and the previous key, for messages that name none. */
  candidates(): readonly NamedKey[]
}

/** A message, opened. */
export interface Opening {
  readonly kid: string
  readonly value: Readonly<Record<string, unknown>>
  /** What `seal` needs to bind the answer to this request. */
  readonly binding: Readonly<Record<string, string>>
  /** What tells a replay, where the message carries and authenticates it. */
  readonly freshness?: Freshness
}

/** When a message was made, in milliseconds since the Unix epoch, and what no other message has under its key. */
export interface Freshness {
  readonly ts: number
  /** It becomes part of a key of `State`: at most 64 characters, none of them a colon. */
  readonly nonce: string
}

/** The request that an answer is for. */
export interface Answered {
  readonly context: EnvelopeContext
  readonly binding: Readonly<Record<string, string>>
}

/** One format of envelopes with its options. A route's profile chooses it, never the message. */
export interface Codec {
  readonly name: string
  /** Nobody without a key can alter a message. */
  readonly tagged: boolean
  /** Its messages carry {@link Freshness}. */
  readonly fresh: boolean
  /** The body is the whole message and is not authenticated: the profile may ask for `hmac`. */
  readonly takesHmac?: true
  /** What an attacker can do even to messages that nobody can alter. */
  readonly caveat?: string
  /** The least length of the `macKey` that each of its keys must have. */
  readonly macKeyBytes?: number
  /** Loads what is too heavy to load for nothing. To be awaited before anything is opened or sealed. */
  readonly load?: () => Promise<void>
  /**
   * Makes a key of its bytes.
   * @throws {TypeError} saying what is wrong, without the bytes
   */
  importKey(bytes: Buffer, use: KeyUse): KeyObject
  /** @throws {Unopenable} */
  open(message: Buffer, keys: OpeningKeys, context: EnvelopeContext): Opening | Promise<Opening>
  /** @throws anything when `value` has no JSON form */
  seal(value: unknown, key: NamedKey, answered: Answered): SealedAnswer | Promise<SealedAnswer>
}

/** What is weak about a format by design, for the log; sound formats have nothing. */
export function weaknessOf({ tagged, fresh, caveat }: Codec): string | undefined {
  const freedoms = tagged ? 'replay a message' : 'alter, cut or replay a message'
  const liberty = tagged && fresh ? [] : [`anybody can ${freedoms} unnoticed`]
  return [...(caveat ? [caveat] : []), ...liberty].join(', and ') || undefined
}

/**
 * Opens a message that names no key: the first key under which `attempt` succeeds.
 * @throws {Unopenable} as the last attempt did
 */
export function openWithAny(keys: OpeningKeys, attempt: (key: NamedKey) => Opening): Opening {
  let failure: Unopenable | undefined
  for (const key of keys.candidates()) {
    try {
      return attempt(key)
    } catch (error) {
      if (!(error instanceof Unopenable)) throw error
      failure = error
    }
  }
  throw failure ?? new Unopenable('key')
}
