import type { FastifyBaseLogger } from 'fastify'
import type { DerivationQueue } from './passwords/derivation-queue.ts'
import { isPayable, scryptKey, type ScryptCost } from './passwords/scrypt.ts'
import { keyBytes, passwordKeys, type PasswordKeys } from './token-keys.ts'

/** What the settings say about the derivation of keys from passwords. */
export interface KdfSettings {
  readonly kdf: 'auto' | 'scrypt' | 'argon2id'
  /** Log2 of N; r is 8 and p is 3. */
  readonly scryptCost: number
  readonly argon2MemoryKiB: number
  readonly argon2Passes: number
}

/** The part of the package `argon2` that is used. */
export interface Argon2 {
  hash(
    secret: Buffer,
    options: {
      readonly raw: true
      /** 2: argon2id. */
      readonly type: 2
      readonly memoryCost: number
      readonly timeCost: number
      readonly parallelism: number
      readonly hashLength: number
      readonly salt: Buffer
    }
  ): Promise<Buffer>
}

/** A row says that its keys come out of argon2id, and the package is not there. */
export class KdfMissingError extends Error {
  readonly code = 'KDF_MISSING'

  constructor() {
    super(
      'Keys of people were derived with argon2id, and the package argon2 cannot be loaded: install it again'
    )
    this.name = 'KdfMissingError'
  }
}

/** Derives keys from passwords, slowly, and a few at a time. */
export class PasswordKdf {
  /** How keys are derived now. What a row says may differ, until its person logs in. */
  readonly current: string
  readonly #queue: DerivationQueue
  readonly #argon2: Argon2 | undefined

  /**
   * @param argon2 the package, if it is there
   * @throws {KdfMissingError} when the settings ask for argon2id and it is not
   */
  constructor(settings: KdfSettings, queue: DerivationQueue, argon2: Argon2 | undefined) {
    if (settings.kdf === 'argon2id' && !argon2) throw new KdfMissingError()
    this.#queue = queue
    this.#argon2 = argon2
    const slow = argon2 && settings.kdf !== 'scrypt'
    this.current = slow
      ? `argon2id:${settings.argon2MemoryKiB}:${settings.argon2Passes}:1`
      : `scrypt:${settings.scryptCost}:8:3`
  }

  /**
   * @param secret the password, mixed with the pepper
   * @param params as in {@link PasswordKdf.current}
   * @throws {TooManyDerivations} when the queue is full
   * @throws {KdfMissingError} when the package that `params` need is not there
   */
  async derive(secret: Buffer, salt: Buffer, params: string): Promise<PasswordKeys> {
    return passwordKeys(await this.#queue.run(() => this.#master(secret, salt, params)))
  }

  async #master(secret: Buffer, salt: Buffer, params: string): Promise<Buffer> {
    const [name, ...numbers] = params.split(':')
    const [first = 0, second = 0, third = 0] = numbers.map(Number)
    const cost: ScryptCost = { logN: first, r: second, p: third }
    if (name === 'scrypt' && isPayable(cost)) return scryptKey(secret, salt, cost)
    if (name !== 'argon2id') throw new RangeError(`There is no key derivation '${params}'`)
    if (!this.#argon2) throw new KdfMissingError()
    return this.#argon2.hash(secret, {
      raw: true,
      type: 2,
      memoryCost: first,
      timeCost: second,
      parallelism: third,
      hashLength: keyBytes,
      salt
    })
  }
}

/** The package `argon2`, when it is installed. It is no dependency of the gateway: it comes with native code. */
export async function findArgon2(log: Pick<FastifyBaseLogger, 'warn'>): Promise<Argon2 | undefined> {
  // A name that the type checker does not follow.
  const name: string = 'argon2'
  try {
    const found = (await import(name)) as { readonly default: Argon2 }
    return found.default
  } catch (error) {
    if (Object(error).code !== 'ERR_MODULE_NOT_FOUND')
      log.warn({ err: error }, 'the package argon2 is there and cannot be loaded')
    return undefined
  }
}
