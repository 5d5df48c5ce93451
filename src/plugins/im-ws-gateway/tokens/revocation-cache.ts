import type { Revoked } from './revocation-rows.ts'
import type { TokenFacts } from './tokens.ts'

/** What is known of one user. `loading`: until then it is not all. */
interface Known {
  /** Digests, and when their tokens expire. */
  readonly kicks: Map<string, number>
  /** Platform ids (0: all), and until when their tokens are refused. */
  readonly cutOffs: Map<number, number>
  loading: Promise<void> | undefined
}

/** Reads what was revoked of one user. */
export type Load = (userID: string) => Promise<Revoked>

/**
 * What was revoked, in memory. While all of it fits, a check reads nothing; once it does not, users are read when they
 * are asked for, and those who were not asked for the longest are forgotten.
 */
export class RevocationCache {
  readonly #load: Load
  readonly #max: number
  /** Least recently asked for first. */
  readonly #users = new Map<string, Known>()
  #size = 0
  #complete = true

  /** @param max kicks, cut-offs and users to keep, in all */
  constructor(load: Load, max: number) {
    this.#load = load
    this.#max = max
  }

  /** Kicks, cut-offs and users in memory. */
  get size(): number {
    return this.#size
  }

  /**
   * Whether a token is refused. One for any platform is refused by a cut-off of each platform: it would let the user
   * in there again.
   * @throws {Error} of the database, when it had to be read
   */
  async refuses({ userID, platformID, issuedAt }: TokenFacts, digest: string): Promise<boolean> {
    const known = this.#users.get(userID) ?? (this.#complete ? undefined : this.#read(userID))
    if (!known) return false
    this.#users.delete(userID)
    this.#users.set(userID, known)
    await known.loading
    if (known.kicks.has(digest)) return true
    for (const [cutPlatformID, until] of known.cutOffs) {
      const concerns = cutPlatformID === 0 || platformID === 0 || cutPlatformID === platformID
      if (concerns && issuedAt <= until) return true
    }
    return false
  }

  /** Takes in what was revoked, of those users about whom everything else is known. */
  add({ kicks, cutOffs }: Revoked): void {
    for (const { userID, digest, expiresAt } of kicks) this.#put(this.#of(userID)?.kicks, digest, expiresAt)
    for (const { userID, platformID, until } of cutOffs)
      this.#put(this.#of(userID)?.cutOffs, platformID, until)
    this.#shrink()
  }

  /** Drops kicks of tokens that have expired, and users of whom nothing is left. */
  removeExpired(now: number): void {
    for (const [userID, known] of this.#users) {
      for (const [digest, expiresAt] of known.kicks)
        if (expiresAt <= now && known.kicks.delete(digest)) this.#size--
      const isEmpty = known.kicks.size + known.cutOffs.size === 0
      if (isEmpty && !known.loading && this.#users.delete(userID)) this.#size--
    }
  }

  /** From now on each user is read anew. */
  forget(): void {
    this.#users.clear()
    this.#size = 0
    this.#complete = false
  }

  #of(userID: string): Known | undefined {
    return this.#users.get(userID) ?? (this.#complete ? this.#start(userID) : undefined)
  }

  #start(userID: string): Known {
    const known: Known = { kicks: new Map(), cutOffs: new Map(), loading: undefined }
    this.#users.set(userID, known)
    this.#size++
    return known
  }

  #read(userID: string): Known {
    const known = this.#start(userID)
    known.loading = this.#fill(userID, known)
    return known
  }

  /** What is revoked meanwhile is added to the same maps, so that nothing is missed. */
  async #fill(userID: string, known: Known): Promise<void> {
    try {
      const { kicks, cutOffs } = await this.#load(userID)
      const isKept = this.#users.get(userID) === known
      const before = known.kicks.size + known.cutOffs.size
      for (const { digest, expiresAt } of kicks) known.kicks.set(digest, expiresAt)
      for (const { platformID, until } of cutOffs) raise(known.cutOffs, platformID, until)
      if (isKept) this.#size += known.kicks.size + known.cutOffs.size - before
      known.loading = undefined
      this.#shrink()
    } catch (error) {
      if (this.#users.get(userID) === known) this.#drop(userID, known)
      throw error
    }
  }

  #put<Key>(map: Map<Key, number> | undefined, key: Key, value: number): void {
    if (!map) return
    if (!map.has(key)) this.#size++
    raise(map, key, value)
  }

  #shrink(): void {
    for (const [userID, known] of this.#users) {
      if (this.#size <= this.#max) return
      this.#drop(userID, known)
      this.#complete = false
    }
  }

  #drop(userID: string, { kicks, cutOffs }: Known): void {
    this.#users.delete(userID)
    this.#size -= 1 + kicks.size + cutOffs.size
  }
}

function raise<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, Math.max(value, map.get(key) ?? value))
}
