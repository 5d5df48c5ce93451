import { LRUCache } from 'lru-cache'
import { createHmac, randomBytes } from 'node:crypto'

/** Passwords that are remembered at a time. */
const maxPasswords = 10_000

/**
 * Counts with how many users one password is tried. Nothing of it is written down, and its key dies with the process.
 */
export class SharedPasswords {
  readonly #limit: number
  readonly #key = randomBytes(32)
  readonly #users = new LRUCache<string, Set<string>>({ max: maxPasswords })

  /** @param limit users of one password; 0: any number */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Notes that `user` logs in, or tries to, with `password`.
   * @returns false when enough other users do so already
   */
  allow(password: string, user: string): boolean {
    if (this.#limit === 0) return true
    const digest = createHmac('sha256', this.#key).update(password.normalize('NFKC')).digest('base64url')
    const users = this.#users.get(digest) ?? new Set()
    if (!users.has(user) && users.size >= this.#limit) return false
    users.add(user)
    this.#users.set(digest, users)
    return true
  }
}
