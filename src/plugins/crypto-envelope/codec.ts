import type { KeyObject } from 'node:crypto'
import type { EnvelopeContext, Sealed } from './service.ts'

/** Why a message was not opened. For counters only: no caller is told. */
export type Failure = 'encoding' | 'format' | 'algorithm' | 'key' | 'cipher' | 'content' | 'expired'

/** A message that cannot be opened. It carries nothing of the message. */
export class Unopenable extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(`the message cannot be opened: ${failure}`)
    this.failure = failure
  }
}

/** A key and the id under which both sides know it. */
export interface NamedKey {
  readonly kid: string
  readonly key: KeyObject
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
  /** What tells a replay, where the codec carries and authenticates it. */
  readonly freshness?: Freshness
}

/** When a message was made, in milliseconds since the Unix epoch, and what no other message has under its key. */
export interface Freshness {
  readonly ts: number
  readonly nonce: string
}

/** The request that an answer is for. */
export interface Answered {
  readonly context: EnvelopeContext
  readonly binding: Readonly<Record<string, string>>
}

/** One format of envelopes. A route's profile chooses it, never the message. */
export interface Codec {
  readonly name: string
  /** What an attacker can do to it by design; sound codecs have none. */
  readonly weakness?: string
  /** Its messages carry {@link Freshness}. */
  readonly fresh: boolean
  /**
   * Makes a key of its bytes.
   * @throws {TypeError} saying what is wrong, without the bytes
   */
  importKey(bytes: Buffer): KeyObject
  /** @throws {Unopenable} */
  open(message: Buffer, keys: OpeningKeys, context: EnvelopeContext): Opening | Promise<Opening>
  /** @throws anything when `value` has no JSON form */
  seal(value: unknown, key: NamedKey, answered: Answered): Sealed | Promise<Sealed>
}

/**
 * Opens a message that names no key: the first key under which `attempt` succeeds.
 * @throws {Unopenable} as the last attempt did
 */
export function openWithAny(keys: OpeningKeys, attempt: (key: NamedKey) => Opening): Opening {
  let failure = new Unopenable('key')
  for (const key of keys.candidates()) {
    try {
      return attempt(key)
    } catch (error) {
      if (!(error instanceof Unopenable)) throw error
      failure = error
    }
  }
  throw failure
}
