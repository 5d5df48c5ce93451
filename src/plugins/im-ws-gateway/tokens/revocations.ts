import type { Clock, Timer } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import { ImError } from '../codes.ts'
import { RevocationCache } from './revocation-cache.ts'
import { readRevoked } from './revocation-message.ts'
import { openRevocationRows, type RevocationRows, type Revoked } from './revocation-rows.ts'
import type { CutOff, TokenFacts } from './tokens.ts'

/** What the list works with. */
export interface RevocationsOptions {
  readonly database: Database
  readonly state?: State | undefined
  readonly clock: Clock
  /** Kicks, cut-offs and users to keep in memory, in all; default 100,000 (30 MB). */
  readonly maxInMemory?: number
}

const channel = 'im-ws-gateway:revoked'
/** How often rows of other nodes are looked for that no message has told of. */
const pollMs = 30_000
/** How far the clocks of nodes may be apart, and how long a commit may take. */
const overlapMs = 120_000
const sweepMs = 3_600_000
/** The last moment that a Date knows: for tokens that never expire. */
const never = 8.64e15

/**
 * Which tokens are refused although they are genuine and have not expired.
 *
 * Of the two stores, `Database` alone has all of it: a kick must outlive a restart, for as long as the token would be
 * good (90 days by default), and `State` is not made for either. Rows are in memory as well, so that checks read
 * nothing in the common case; other nodes hear of new ones through `State` at once, and find them in the database
 * within half a minute where there is none or a message was lost. That is too late for a client that was kicked on one
 * node and comes back to another: where `State` is shared, each check reads the rows of its user as well. No token is
 * kept anywhere, only digests.
 */
export class Revocations {
  readonly #rows: RevocationRows
  readonly #cache: RevocationCache
  readonly #state: State | undefined
  readonly #clock: Clock
  readonly #max: number
  #listening = false
  #unsubscribe: (() => Promise<void>) | undefined
  #watch: ((cutOff: CutOff) => void) | undefined
  #polledAt = 0
  #sweptAt: number
  /** The latest time that a token says it was issued at. */
  #lastIssue = 0
  #timer: Timer | undefined
  #polling: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(rows: RevocationRows, { state, clock, maxInMemory = 100_000 }: RevocationsOptions) {
    this.#rows = rows
    this.#cache = new RevocationCache(userID => rows.ofUser(userID), maxInMemory)
    this.#state = state
    this.#clock = clock
    this.#max = maxInMemory
    this.#sweptAt = clock.monotonic()
  }

  /** Reads what there is. @throws {Error} of the database */
  static async open(options: RevocationsOptions): Promise<Revocations> {
    const rows = await openRevocationRows(options.database)
    const revocations = new Revocations(rows, options)
    await rows.removeExpired(options.clock.now())
    // Listens before it reads, so that nothing falls in between.
    void revocations.#listen()
    try {
      await revocations.#catchUp()
    } catch (error) {
      await revocations.close()
      throw error
    }
    revocations.#schedule()
    return revocations
  }

  /** @throws {ImError} `tokenUnknown` when the database had to be read and could not */
  async isRevoked(facts: TokenFacts, digest: string): Promise<boolean> {
    try {
      // What is heard of meanwhile is in the cache by then.
      if (this.#state?.isShared) this.#cache.add(await this.#rows.ofUser(facts.userID))
      return await this.#cache.refuses(facts, digest)
    } catch (cause) {
      throw new ImError('tokenUnknown', undefined, { cause })
    }
  }

  /** Refuses one token until it expires. In effect on this node at once, and durable when it resolves. */
  async kick(userID: string, digest: string, expiresAt: number): Promise<void> {
    const now = this.#clock.now()
    if (expiresAt <= now) return
    const kick = { userID, digest, expiresAt: Math.min(expiresAt, never) }
    await this.#revoke({ kicks: [kick], cutOffs: [] }, () => this.#rows.addKick(kick, now))
  }

  /** Refuses all tokens of a user that were issued until now: on one platform, or (0, the default) on all. */
  async kickAll(userID: string, platformID = 0): Promise<void> {
    const now = this.#clock.now()
    const until = Math.max(now, this.#lastIssue, (await this.#rows.lastCutOff(userID)) + 1)
    const cutOff = { userID, platformID, until }
    await this.#revoke({ kicks: [], cutOffs: [cutOff] }, () => this.#rows.addCutOff(cutOff, now))
  }

  /** Calls `listener`, in place of the one before, with cut-offs of all nodes, and with some more than once. */
  watchCutOffs(listener: (cutOff: CutOff) => void): void {
    this.#watch = listener
  }

  /**
   * When a token that is made now shall say that it was issued: milliseconds since the epoch, after all cut-offs of the
   * user on any node, also those of this very millisecond. Reads the database.
   */
  async nextIssue(userID: string): Promise<number> {
    const issuedAt = Math.max(this.#clock.now(), (await this.#rows.lastCutOff(userID)) + 1)
    this.#lastIssue = Math.max(this.#lastIssue, issuedAt)
    return issuedAt
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#polling
    await this.#unsubscribe?.().catch(() => undefined)
  }

  async #revoke(revoked: Revoked, write: () => Promise<void>): Promise<void> {
    this.#cache.add(revoked)
    await write()
    // Once more: a read that began before the row was there has not found it.
    this.#cache.add(revoked)
    // The rows stand. Whoever misses the message finds them there.
    await this.#state?.publish(channel, JSON.stringify(revoked)).catch(() => undefined)
  }

  /** Listens, as soon as that is possible, which takes as long as `State` is away. Never rejects. */
  async #listen(): Promise<void> {
    if (!this.#state || this.#listening) return
    this.#listening = true
    try {
      const missed = (): void => this.#lookUp()
      const end = await this.#state.subscribe(channel, message => this.#heard(message), missed)
      if (this.#closed) return await end()
      this.#unsubscribe = end
      if (this.#state.isShared) this.#lookUp()
    } catch {
      // Tried again with the next poll, which finds what was missed.
      this.#listening = false
    }
  }

  #heard(message: string): void {
    const revoked = readRevoked(message)
    if (revoked) this.#learn(revoked)
  }

  #learn(revoked: Revoked): void {
    this.#cache.add(revoked)
    for (const cutOff of revoked.cutOffs) this.#watch?.(cutOff)
  }

  /** Reads now what the next poll would find. */
  #lookUp(): void {
    if (this.#closed) return
    const looking = this.#catchUp().catch(() => undefined)
    this.#polling = Promise.all([this.#polling, looking]).then(() => undefined)
  }

  async #catchUp(): Promise<void> {
    const now = this.#clock.now()
    const { kicks, cutOffs } = await this.#rows.since(this.#polledAt - overlapMs, this.#max + 1)
    if (kicks.length + cutOffs.length > this.#max) this.#cache.forget()
    this.#learn({ kicks, cutOffs })
    this.#polledAt = now
  }

  #schedule(): void {
    if (this.#closed) return
    this.#timer = this.#clock.after(pollMs, () => {
      this.#polling = this.#poll().then(() => this.#schedule())
    })
  }

  async #poll(): Promise<void> {
    try {
      void this.#listen()
      await this.#catchUp()
      if (this.#clock.monotonic() - this.#sweptAt < sweepMs) return
      this.#sweptAt = this.#clock.monotonic()
      this.#cache.removeExpired(this.#clock.now())
      await this.#rows.removeExpired(this.#clock.now())
    } catch {
      // The database says in its health that it does not answer. The next poll reads what this one has missed.
    }
  }
}
