import type { DerivationQueue } from './derivation-queue.ts'
import { decoyLike, verifyPassword } from './password-hash.ts'

/** Somebody in a list of the configuration. */
export interface ListedUser {
  readonly username: string
  /** What `hashPassword` made of the password. */
  readonly password: string
}

/** A list of users with hashed passwords. */
export class UserList<User extends ListedUser> {
  readonly #users: ReadonlyMap<string, User>
  /** What the passwords of unknown users are held against. */
  readonly #decoy: string
  readonly #queue: DerivationQueue | undefined

  /** @param queue whose turns to wait for; default: that of the process */
  constructor(users: readonly User[], queue?: DerivationQueue) {
    this.#users = new Map(users.map(user => [user.username, user]))
    this.#decoy = decoyLike(users[0]?.password)
    this.#queue = queue
  }

  get size(): number {
    return this.#users.size
  }

  get(username: string): User | undefined {
    return this.#users.get(username)
  }

  /**
   * The user, when the password is theirs. Unknown users take as long as wrong passwords.
   * @throws {TooManyDerivations} when the queue is full
   */
  async verify(username: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(username)
    const fits = await verifyPassword(password, user?.password ?? this.#decoy, this.#queue)
    return fits ? user : undefined
  }
}
